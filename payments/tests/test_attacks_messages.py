"""Forged, borrowed and replayed messages: nothing but a genuine message about this very trade moves an order."""

import base64
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.test import Client

from orders.models import Order
from orders.tests.buying import buy, take
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment
from payments.tests.alipay_double import (
    AlipayDouble,
    md5_sign,
    notification,
    tell,
)
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, rsa2, told
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
NOTIFY = "/payments/{}/notify/"


def open_attempt() -> Payment:
    payment: Payment = PaymentFactory(method="alipay")
    return payment


def is_unpaid(payment: Payment) -> bool:
    order = Order.objects.get(pk=payment.order_id)
    return (order.pay_status, order.charged) == ("unpaid", 0) and not LedgerEntry.objects.exists()


def signed(body: bytes, sign: bytes | None, kind: bytes = b"RSA2") -> bytes:
    """The same message with another signature, percent-encoded by the caller."""
    head = body.rpartition(b"&sign=")[0]
    return head if sign is None else head + b"&sign=" + sign + b"&sign_type=" + kind


@pytest.fixture(scope="module")
def other_key() -> RSAPrivateKey:
    """Somebody else's key: another merchant's, or the sandbox's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


# --- is it genuine?

SPOILT = [
    None, b"", b"%20", b"%C3%A9", b"!!!!", b"A", b"%00", b"AAAA" * 100_000, b"AA==", base64.b64encode(b"\0" * 256),
]  # fmt: skip


@pytest.mark.parametrize("sign", SPOILT)
def test_a_spoilt_signature_pays_nothing(platform: OpenDouble, sign: bytes | None) -> None:
    payment = open_attempt()
    assert tell(signed(told(payment), sign), "alipay") == (400, "fail")
    assert is_unpaid(payment)


def test_the_genuine_signature_of_another_order_pays_nothing(platform: OpenDouble) -> None:
    payment = open_attempt()
    sign = told(open_attempt()).rpartition(b"&sign=")[2].partition(b"&")[0]
    assert tell(signed(told(payment), sign), "alipay") == (400, "fail")
    assert is_unpaid(payment)


def test_a_signature_whose_plus_signs_became_blanks_pays_nothing(platform: OpenDouble) -> None:
    payment = open_attempt()
    bodies = (told(payment, notify_id=str(n)).rpartition(b"&sign=") for n in range(1000))
    head, name, sign = next(parts for parts in bodies if b"%2B" in parts[2])
    assert tell(head + name + sign.replace(b"%2B", b"+"), "alipay") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("place", [0, 10, -3])
def test_one_flipped_character_of_the_signature_is_enough(alipay: AlipayDouble, place: int) -> None:
    payment = PaymentFactory()
    head, _, tail = notification(payment).rpartition(b"&sign=")
    sign = bytearray(tail[:32])
    sign[place] = ord("0") if sign[place] != ord("0") else ord("1")
    assert tell(head + b"&sign=" + bytes(sign) + b"&sign_type=MD5") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("kind", [b"RSA", b"MD5", b"none", b"", b"rsa2", b"DSA"])
def test_the_sender_does_not_choose_the_kind_of_signature(platform: OpenDouble, kind: bytes) -> None:
    payment = open_attempt()
    sign = md5_sign({"out_trade_no": payment.out_trade_no}, key="").encode()
    assert tell(signed(told(payment), sign, kind), "alipay") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("changes", [{}, {"app_id": "9021000000000001"}, {"seller_id": "2088721000000001"}])
def test_a_message_of_the_sandbox_or_another_merchants_key_pays_nothing(
    platform: OpenDouble, other_key: RSAPrivateKey, changes: dict[str, str]
) -> None:
    payment = open_attempt()
    body = told(payment, **changes)
    text = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(body.decode())) if "sign" not in name)
    sign = rsa2(text, other_key).replace("+", "%2B").encode()
    assert tell(signed(body, sign), "alipay") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("field", ["total_amount", "out_trade_no", "trade_status", "app_id", "seller_id", "trade_no"])
def test_no_field_can_be_changed_after_signing(platform: OpenDouble, field: str) -> None:
    payment = open_attempt()
    body = told(payment, trade_status="WAIT_BUYER_PAY") if field == "trade_status" else told(payment)
    pairs = [f"{field}=TRADE_SUCCESS" if pair.startswith(f"{field}=") else pair for pair in body.decode().split("&")]
    assert tell("&".join(pairs).encode(), "alipay") == (400, "fail")
    assert is_unpaid(payment)


def test_a_live_id_of_a_cheap_order_does_not_vouch_for_a_forged_body(alipay: AlipayDouble) -> None:
    cheap, dear = PaymentFactory(), PaymentFactory()
    tell(notification(cheap, notify_id="live"))
    asked = len(alipay.asked)
    assert tell(notification(dear, notify_id="live", key="guessed")) == (400, "fail")
    assert len(alipay.asked) == asked, "the signature decides before the gateway is asked"
    assert Order.objects.get(pk=dear.order_id).pay_status == "unpaid"


@pytest.mark.parametrize("reply", [b"true<br>", b" true", b"TRUE", b"\xef\xbb\xbftrue", b"truetrue", b"1", b"success"])
def test_only_the_bare_word_confirms(alipay: AlipayDouble, reply: bytes) -> None:
    payment = PaymentFactory()
    alipay.answers["notify_verify"] = (200, reply)
    assert tell(notification(payment)) == (503, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("verb", ["get", "head", "put", "patch", "delete", "options"])
def test_a_genuine_set_by_another_verb_has_no_effect(platform: OpenDouble, verb: str) -> None:
    payment = open_attempt()
    answered = getattr(Client(), verb)(f"{NOTIFY.format('alipay')}?{told(payment).decode()}")
    assert answered.status_code == 405
    assert is_unpaid(payment)


def test_genuine_fields_in_the_address_of_an_empty_post_have_no_effect(platform: OpenDouble) -> None:
    payment = open_attempt()
    address = f"{NOTIFY.format('alipay')}?{told(payment).decode()}"
    assert Client().post(address, b"", content_type="application/x-www-form-urlencoded").status_code == 400
    assert is_unpaid(payment)


JSON = [b'{"sign": true}', b'["x"]', b"null", b'"x"', b"0", b'{"a": {"b": []}}', b""]


@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
@pytest.mark.parametrize("body", JSON)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_bodies_that_are_no_form_are_told_so(platform: OpenDouble, method: str, body: bytes, kind: str) -> None:
    status, said = tell(body, method, kind)
    assert (status, said) == (400, "fail")


def test_a_thousand_fields_are_too_many(platform: OpenDouble) -> None:
    assert tell(b"&".join(b"f%d=1" % n for n in range(1001)), "alipay") == (400, "fail")


@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_each_scheme_refuses_the_others_messages(platform: OpenDouble, alipay: AlipayDouble, method: str) -> None:
    payment = open_attempt() if method == "alipay" else PaymentFactory()
    body, wrong = (notification, "alipay") if method == "alipay" else (told, "alipay-instant")
    assert tell(body(payment), wrong) == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_a_genuine_message_about_an_attempt_by_the_other_method_is_flagged(
    platform: OpenDouble, alipay: AlipayDouble, method: str
) -> None:
    payment = open_attempt() if method == "alipay-instant" else PaymentFactory()
    body = notification(payment) if method == "alipay-instant" else told(payment)
    assert tell(body, method) == (400, "fail")
    assert is_unpaid(payment)
    assert Incident.objects.get().kind == "mismatch"


# --- does it belong to this order?


@pytest.mark.parametrize("cents", ["-0.01", "0.01", "100.00"])
@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_a_cent_too_little_or_too_much_is_not_the_price(
    platform: OpenDouble, alipay: AlipayDouble, method: str, cents: str
) -> None:
    payment = PaymentFactory(method=method)
    amount = f"{payment.amount + Decimal(cents):.2f}"
    body = told(payment, total_amount=amount) if method == "alipay" else notification(payment, total_fee=amount)
    assert tell(body, method) == (400, "fail")
    assert is_unpaid(payment)
    assert Incident.objects.get().kind == "mismatch"


AMOUNTS = ["NaN", "-NaN", "Infinity", "1e2", "８８.００", "88.000", "-88.00", "+88.00", " 88.00", "8_8.00", "1,088.00",
           "", "88.00\n", "0x58", "88.00 CNY"]  # fmt: skip


@pytest.mark.parametrize("amount", AMOUNTS)
def test_what_is_no_amount_by_the_book_is_no_amount(platform: OpenDouble, amount: str) -> None:
    payment = open_attempt()
    assert tell(told(payment, total_amount=amount), "alipay") == (400, "fail")
    assert is_unpaid(payment)


OTHER_SUMS = ["price", "receipt_amount", "buyer_pay_amount", "invoice_amount", "point_amount", "rmb_fee", "discount"]


@pytest.mark.parametrize("field", OTHER_SUMS)
def test_no_other_field_is_taken_for_the_amount(alipay: AlipayDouble, field: str) -> None:
    payment = PaymentFactory()
    right = f"{payment.amount:.2f}"
    assert tell(notification(payment, total_fee="0.01", quantity="1", **{field: right})) == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize(
    "odd", [{"price": "0.01", "quantity": "1"}, {"discount": "-87.99"}, {"is_total_fee_adjust": "Y"}]
)
def test_odd_sums_beside_the_right_amount_change_nothing(alipay: AlipayDouble, odd: dict[str, str]) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, **odd)) == (200, "success")
    assert Order.objects.get(pk=payment.order_id).charged == payment.amount


@pytest.mark.parametrize("field", ["currency", "trans_currency"])
@pytest.mark.parametrize(("currency", "paid"), [("JPY", False), ("cny", False), ("", True), ("CNY", True)])
def test_the_right_amount_in_another_currency_is_flagged(
    platform: OpenDouble, alipay: AlipayDouble, field: str, currency: str, paid: bool
) -> None:
    for payment, body in (
        ((first := open_attempt()), told(first, **{field: currency})),
        ((old := PaymentFactory()), notification(old, **{field: currency})),
    ):
        assert tell(body, payment.method) == ((200, "success") if paid else (400, "fail"))
        payment.refresh_from_db()
        assert payment.order.status == ("paid" if paid else "review")


def test_a_second_message_with_another_amount_is_flagged_and_the_first_stands(platform: OpenDouble) -> None:
    payment = open_attempt()
    assert tell(told(payment), "alipay") == (200, "success")
    assert tell(told(payment, total_amount="0.01"), "alipay") == (400, "fail")
    payment.refresh_from_db()
    assert (payment.order.status, LedgerEntry.objects.get().amount) == ("paid", payment.amount)
    assert Incident.objects.get().kind == "mismatch"


def test_a_message_for_another_authorised_app_is_flagged(platform: OpenDouble) -> None:
    payment = open_attempt()
    assert tell(told(payment, auth_app_id="2021999999999999"), "alipay") == (400, "fail")
    assert is_unpaid(payment)
    assert GatewayMessage.objects.get().checks["app"] is False


@pytest.mark.parametrize("changes", [{"app_id": ""}, {"seller_id": ""}, {"trade_no": ""}])
def test_a_notification_must_name_app_seller_and_trade(platform: OpenDouble, changes: dict[str, str]) -> None:
    payment = open_attempt()
    assert tell(told(payment, **changes), "alipay") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("shape", ["{} ", " {}", "0{}", "{}\n", "{}%", "{}'", "{}0", "-{}", "{}.0"])
def test_a_number_is_matched_to_the_letter(platform: OpenDouble, shape: str) -> None:
    payment = open_attempt()
    assert tell(told(payment, out_trade_no=shape.format(payment.out_trade_no)), "alipay") == (400, "fail")
    assert is_unpaid(payment)


def test_the_order_number_alone_names_no_attempt(platform: OpenDouble) -> None:
    payment = open_attempt()
    assert tell(told(payment, out_trade_no=payment.order.number), "alipay") == (400, "fail")
    assert is_unpaid(payment)


@pytest.mark.parametrize("status", ["trade_success", "PAID", "TRADE_SUCCESS ", "TRADE_PENDING", "", "WAIT_BUYER_PAY"])
def test_no_other_word_of_the_platform_pays(platform: OpenDouble, status: str) -> None:
    payment = open_attempt()
    tell(told(payment, trade_status=status), "alipay")
    assert is_unpaid(payment)


@pytest.mark.parametrize("kind", ["batch_trans_notify", "dut_user_sign", "servicemarket_order_notify"])
def test_another_kind_of_message_of_the_platform_pays_nothing(platform: OpenDouble, kind: str) -> None:
    payment = open_attempt()
    status, said = tell(told(payment, notify_type=kind), "alipay")
    assert (status, said) == (400, "fail")
    assert is_unpaid(payment)


def test_a_message_about_an_old_order_pays_that_order_alone(platform: OpenDouble) -> None:
    old, new = open_attempt(), open_attempt()
    body = told(old)
    assert [tell(body, "alipay") for _ in range(3)] == [(200, "success")] * 3
    assert Order.objects.get(pk=new.order_id).pay_status == "unpaid"
    assert LedgerEntry.objects.get().payment == old


def test_what_goes_into_the_cart_after_paying_began_is_another_order(platform: OpenDouble, shopper: Client) -> None:
    order = buy(shopper, VariantFactory(price="200.00"))
    shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay"})
    take(shopper, VariantFactory(price="9000.00"))
    tell(told(Payment.objects.get()), "alipay")
    order.refresh_from_db()
    assert (order.status, order.charged, order.lines.count()) == ("paid", Decimal("200.00"), 1)
    assert shopper.session["cart"], "what came later waits for an order of its own"


def test_a_price_changed_after_paying_began_does_not_change_what_is_owed(platform: OpenDouble, shopper: Client) -> None:
    variant = VariantFactory(price="200.00")
    order = buy(shopper, variant)
    shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay"})
    type(variant).objects.update(price="9000.00")
    assert tell(told(Payment.objects.get()), "alipay") == (200, "success")
    assert Order.objects.get().status == "paid"
