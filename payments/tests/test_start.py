"""The way to the gateway: an attempt is opened and the browser sent to a signed address."""

import json
from datetime import timedelta
from hashlib import md5
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from orders.models import Order
from payments.alipay import sandbox
from payments.alipay.errors import Refused, Unknown
from payments.alipay.wire import write_time
from payments.closing import GRACE
from payments.models import Payment
from payments.tests.conftest import ScriptedGateway
from payments.tests.factories import PaymentFactory
from tests.browsing import FormReader

pytestmark = pytest.mark.django_db


def start(shopper: Client, order: Order, **fields: str) -> HttpResponse:
    return shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay-instant", **fields})


def sent(answer: HttpResponse) -> dict[str, str]:
    """What the gateway is told."""
    assert answer.status_code == 302
    assert answer["Location"].startswith("http://127.0.0.1:8001/gateway.do?")
    return dict(parse_qsl(urlsplit(answer["Location"]).query, strict_parsing=True))


def test_the_gateway_is_told_our_number_and_the_orders_total(shopper: Client, order: Order) -> None:
    told = sent(start(shopper, order))
    assert told["out_trade_no"] == f"{order.number}01"
    assert told["total_fee"] == str(order.total)
    assert Payment.objects.get().amount == order.total


def test_the_address_is_signed_over_all_it_holds(shopper: Client, order: Order) -> None:
    told = sent(start(shopper, order))
    sign = told.pop("sign")
    assert told.pop("sign_type") == "MD5"
    text = "&".join(f"{name}={told[name]}" for name in sorted(told)) + sandbox.MD5_KEY
    assert sign == md5(text.encode(), usedforsecurity=False).hexdigest()


def test_a_chosen_bank_goes_along(shopper: Client, order: Order) -> None:
    told = sent(start(shopper, order, bank="CMB"))
    assert (told["paymethod"], told["defaultbank"]) == ("bankPay", "CMB")


def test_a_bank_left_over_from_another_method_is_dropped(shopper: Client, order: Order) -> None:
    assert start(shopper, order, method="alipay", bank="CMB").status_code == 302
    assert Payment.objects.get().bank == ""


def test_the_wallet_names_no_bank(shopper: Client, order: Order) -> None:
    assert "defaultbank" not in sent(start(shopper, order, bank=""))


def test_pressing_again_does_not_make_a_second_trade(shopper: Client, order: Order) -> None:
    first, again = (sent(start(shopper, order))["out_trade_no"] for _ in range(2))
    assert first == again
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(("seconds", "later"), [(600, 0), (75, 0), (60, 90), (1, 90)])
def test_in_the_last_minute_the_gateway_gets_the_minute_that_it_asks_for(
    shopper: Client, order: Order, seconds: int, later: int
) -> None:
    deadline = (timezone.now() + timedelta(seconds=seconds + 1)).replace(microsecond=0)
    Order.objects.filter(pk=order.pk).update(expires_at=deadline)
    told = json.loads(sent(start(shopper, order, method="alipay"))["biz_content"])
    assert told["time_expire"] == write_time(deadline + timedelta(seconds=later))
    assert timedelta(seconds=later) < GRACE  # the order is not closed before


@pytest.mark.parametrize("field", ["total_fee", "amount", "price", "out_trade_no", "seller_email", "notify_url"])
def test_what_else_the_form_brings_is_ignored(shopper: Client, order: Order, field: str) -> None:
    told = sent(start(shopper, order, **{field: "0.01"}))
    assert told["total_fee"] == str(order.total)
    assert "0.01" not in told.values()


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "tenpay"},
        {"method": ""},
        {"method": "ALIPAY-INSTANT"},
        {"method": "directPay&total_fee=0.01"},
        {"bank": "NOBANK"},
        {"bank": "CMB&total_fee=0.01"},
        {"bank": "C" * 200},
        {"bank": "CMB\x00"},
        {"bank": "PSBC-DEBIT"},
    ],
)
def test_an_unknown_method_or_bank_is_refused(shopper: Client, order: Order, fields: dict[str, str]) -> None:
    answer = start(shopper, order, **fields)
    assert answer.status_code == 400
    assert "Nothing was charged" in answer.content.decode()
    assert not Payment.objects.exists()


def test_without_a_method_nothing_starts(shopper: Client, order: Order) -> None:
    assert shopper.post(f"/en/orders/{order.number}/pay/start/").status_code == 400


def test_looking_at_the_address_starts_nothing(shopper: Client, order: Order) -> None:
    assert shopper.get(f"/en/orders/{order.number}/pay/start/?method=alipay-instant").status_code == 405
    assert not Payment.objects.exists()


PASSED = {"expires_at": timezone.now() - timedelta(minutes=1)}
PAID = {"life": "confirmed", "goods": "committed"}
CLOSED = {"life": "expired", "goods": "released"}


@pytest.mark.parametrize("fields", [PAID, CLOSED, PASSED, {"needs_review": True}])
def test_an_order_that_is_not_due_never_reaches_the_gateway(
    shopper: Client, order: Order, fields: dict[str, object]
) -> None:
    Order.objects.filter(pk=order.pk).update(**fields)
    answer = start(shopper, order)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/pay/")
    assert not Payment.objects.exists()


def test_after_too_many_attempts_the_cashier_says_why(shopper: Client, order: Order) -> None:
    PaymentFactory.create_batch(99, order=order, state=Payment.State.CLOSED)
    answer = shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay-instant"}, follow=True)
    assert answer.redirect_chain == [(f"/en/orders/{order.number}/pay/", 303)]
    assert "Too many attempts" in answer.content.decode()


def test_a_silent_gateway_is_a_plain_page_with_a_way_to_try_again(
    shopper: Client, order: Order, gateway: ScriptedGateway
) -> None:
    gateway.trouble = Unknown("timed out")
    answer = start(shopper, order)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Alipay did not answer, nothing was charged, try again" in page
    assert "timed out" not in page and "<h1>The payment has not begun</h1>" in page
    assert ways(page) == ["alipay-instant", "alipay"]


REFUSALS = {
    "ACQ.TRADE_HAS_SUCCESS": "please do not pay again",
    "ACQ.TRADE_HAS_CLOSE": "begin the payment again",
    "ACQ.SYSTEM_ERROR": "try again in a minute",
    "ACQ.TOTAL_FEE_EXCEED": "this amount in one payment",
    "ILLEGAL_PARTNER": "choose another way to pay",
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_told_in_plain_words_with_the_other_ways_to_pay(
    shopper: Client, order: Order, gateway: ScriptedGateway, code: str
) -> None:
    gateway.trouble = Refused(code, "secret text")
    answer = start(shopper, order)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Alipay refused" in page and REFUSALS[code] in page
    assert code not in page and "secret text" not in page
    assert ways(page) == ["alipay-instant", "alipay"]


def ways(page: str) -> list[str]:
    """The methods that the page's buttons try, the same one again first."""
    forms = [form for form in FormReader(page).forms if form.action.endswith("/pay/start/")]
    return [form.fields["method"] for form in forms]
