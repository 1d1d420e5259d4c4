"""What Alipay demands of create_direct_pay_by_user (protocol.md A.1), in its own error words."""

import re
from collections.abc import Mapping
from decimal import Decimal

from payments.alipay.wire import cut
from simulator.banks import BANK_NAMES
from simulator.forms import Form, callable_address
from simulator.ledger import Order
from simulator.periods import minutes_of
from simulator.refusal import Refusal
from simulator.world import World

REQUIRED = ("out_trade_no", "subject", "payment_type", "_input_charset")
LENGTHS: Mapping[str, int] = {
    "notify_url": 190,
    "return_url": 200,
    "error_notify_url": 200,
    "out_trade_no": 64,
    "subject": 256,
    "payment_type": 4,
    "seller_id": 16,
    "seller_email": 100,
    "seller_account_name": 100,
    "body": 1000,
    "show_url": 400,
    "exter_invoke_ip": 15,
    "extra_common_param": 100,
}
PAYMETHODS = frozenset({"", "directPay", "creditPay", "bankPay", "cartoon", "CASH"})
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
HIGHEST = Decimal("100000000.00")


def read_order(world: World, form: Form) -> Order:
    """The order in the signed request. Raises Refusal with the first rule that is broken."""
    _check_presence(form)
    _check_seller(world, form)
    _check_method(form)
    _check_addresses(form)
    _check_stamp(world, form)
    return Order(
        out_trade_no=form.get("out_trade_no"),
        total=_total(form),
        subject=form.get("subject"),
        charset=form.charset,
        notify_url=form.get("notify_url"),
        return_url=form.get("return_url"),
        body=form.get("body"),
        payment_type=form.get("payment_type"),
        show_url=form.get("show_url"),
        passback=form.get("extra_common_param"),
        bank=form.get("defaultbank") if form.get("paymethod") == "bankPay" else "",
        minutes=_minutes(form.get("it_b_pay")),
    )


def _check_presence(form: Form) -> None:
    for name in REQUIRED:
        if not form.get(name):
            raise Refusal("ILLEGAL_ARGUMENT", f"{name} is missing.")
    for name, longest in LENGTHS.items():
        if len(form.get(name)) > longest:
            raise Refusal("ILLEGAL_ARGUMENT", f"{name} is longer than {longest} characters.")
    if cut(form.get("subject"), LENGTHS["subject"]) != form.get("subject"):
        raise Refusal("ILLEGAL_ARGUMENT", "subject is longer than 256; a Chinese character counts two.")
    if form.get("payment_type") != "1":
        raise Refusal("ILLEGAL_PAYMENT_TYPE", "payment_type is 1 for goods.")
    if set(form.get("extra_common_param")) & set("=&"):
        raise Refusal("ILLEGAL_ARGUMENT", "extra_common_param holds no = and no &.")


def _check_seller(world: World, form: Form) -> None:
    """Precedence: seller_id, seller_account_name, seller_email."""
    email = form.get("seller_account_name") or form.get("seller_email")
    if not form.get("seller_id") and not email:
        raise Refusal("ILLEGAL_ARGUMENT", "One of seller_id, seller_account_name, seller_email is needed.")
    if form.get("seller_id") not in ("", world.merchant.partner):
        raise Refusal("SELLER_NOT_EXIST", "For direct pay seller_id is the partner itself.")
    if not form.get("seller_id") and email != world.merchant.seller_email:
        raise Refusal("SELLER_NOT_EXIST", "The seller's e-mail is not this account's.")


def _check_method(form: Form) -> None:
    if form.get("paymethod") not in PAYMETHODS:
        raise Refusal("ILLEGAL_ARGUMENT", "paymethod is directPay, creditPay or bankPay; the case matters.")
    if form.get("paymethod") == "bankPay" and form.get("defaultbank") not in BANK_NAMES:
        raise Refusal("ILLEGAL_ARGUMENT", "defaultbank is none of the known codes; the case matters.")


def _check_addresses(form: Form) -> None:
    for name in ("notify_url", "return_url"):
        if form.get(name) and not callable_address(form.get(name)):
            raise Refusal(
                "ILLEGAL_ARGUMENT",
                f"{name} is not on this machine. Alipay would take it; the simulator calls loopback addresses only.",
            )


def _check_stamp(world: World, form: Form) -> None:
    key = form.get("anti_phishing_key")
    if key and (key not in world.stamps or world.stamps[key] < world.clock.now()):
        raise Refusal("ILLEGAL_ANTI_PHISHING_KEY", "Fetch it by query_timestamp just before; it is good for 30 s.")


def _total(form: Form) -> Decimal:
    """total_fee in yuan, or price times quantity; never both."""
    if form.get("total_fee") and (form.get("price") or form.get("quantity")):
        raise Refusal("ILLEGAL_FEE_PARAM", "Either total_fee, or price with quantity.")
    if form.get("total_fee"):
        total = _amount(form.get("total_fee"), "total_fee")
    else:
        quantity = form.get("quantity")
        if not re.fullmatch(r"[1-9][0-9]{0,6}", quantity):
            raise Refusal("ILLEGAL_FEE_PARAM", "total_fee is missing, or price without a whole quantity.")
        total = _amount(form.get("price"), "price") * int(quantity)
    if total <= 0:
        raise Refusal("TOTAL_FEE_LESSEQUAL_ZERO", "The least amount is 0.01 yuan.")
    if total > HIGHEST:
        raise Refusal("TOTAL_FEE_OUT_OF_RANGE", "The highest amount is 100000000.00 yuan.")
    return total.quantize(Decimal("0.01"))


def _amount(text: str, name: str) -> Decimal:
    if not AMOUNT.fullmatch(text):
        raise Refusal("ILLEGAL_FEE_PARAM", f"{name} is yuan with at most two decimals, such as 88.00.")
    return Decimal(text)


def _minutes(period: str) -> int | None:
    try:
        return minutes_of(period)
    except ValueError as rule:
        raise Refusal("ILLEGAL_ARGUMENT", f"it_b_pay is {rule}.") from None
