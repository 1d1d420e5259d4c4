"""The Open Platform method: start, notification, return, question, closing."""

from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order
from payments import asking, attempts, closing
from payments.models import GatewayMessage, Payment
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer, form, rsa2, told, trade

pytestmark = pytest.mark.django_db
CLOSE, QUERY = "alipay.trade.close", "alipay.trade.query"


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment.pk)


def start(shopper: Client, order: Order, **agent: str) -> dict[str, str]:
    """The fields with which the shopper is sent to the gateway."""
    page = shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay", "bank": ""}, headers=agent)
    assert page.status_code == 302
    return dict(parse_qsl(urlsplit(page["Location"]).query))


def test_a_desktop_is_sent_to_the_page_with_an_absolute_deadline(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    fields = start(shopper, order)
    assert fields["method"] == "alipay.trade.page.pay"
    assert f'"out_trade_no":"{order.number}01"' in fields["biz_content"]
    assert '"time_expire":' in fields["biz_content"]


@pytest.mark.parametrize("agent", [{"sec-ch-ua-mobile": "?1"}, {"user-agent": "Mozilla/5.0 (iPhone) Mobile/15E148"}])
def test_a_phone_is_sent_to_the_phone_page(
    platform: OpenDouble, shopper: Client, order: Order, agent: dict[str, str]
) -> None:
    assert start(shopper, order, **agent)["method"] == "alipay.trade.wap.pay"


def test_a_genuine_notification_pays(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment), "alipay") == (200, "success")
    assert fresh(payment).order.status == "paid"


def test_platform_coupons_do_not_change_the_amount_that_counts(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment, buyer_pay_amount="1.00", receipt_amount="1.00"), "alipay") == (200, "success")


def test_the_right_receipt_does_not_save_a_wrong_total(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    right = f"{payment.amount:.2f}"
    assert tell(told(payment, total_amount="0.01", receipt_amount=right), "alipay") == (400, "fail")


@pytest.mark.parametrize("changes", [{"app_id": "2021999999999999"}, {"seller_id": "2088999999999999"}])
def test_another_app_or_seller_is_not_paid_but_flagged(platform: OpenDouble, changes: dict[str, str]) -> None:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment, **changes), "alipay") == (400, "fail")
    assert fresh(payment).order.status == "review"


def test_a_legacy_message_cannot_pay_an_open_platform_attempt(platform: OpenDouble, alipay: AlipayDouble) -> None:
    payment = PaymentFactory(method="alipay")
    assert tell(notification(payment)) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"


def test_the_return_proves_nothing_and_the_question_decides(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    fields = {"out_trade_no": payment.out_trade_no, "total_amount": f"{payment.amount:.2f}", "trade_no": "T9"}
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    query = form({**fields, "sign": rsa2(text), "sign_type": "RSA2"}).decode()
    Client().get(f"/payments/alipay/return/?{query}")
    assert fresh(payment).order.status == "confirming"
    assert GatewayMessage.objects.get(kind="return").verdict == "stale"


def test_a_question_finds_the_payment(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    platform.answers[QUERY] = trade(payment)
    asking.ask(payment)
    assert fresh(payment).order.status == "paid"


def test_a_trade_that_does_not_exist_yet_stays_open(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    asking.ask(payment)
    assert (fresh(payment).state, fresh(payment).order.status) == ("sent", "awaiting")


def test_more_time_closes_the_old_trade_and_takes_a_new_number(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    start(shopper, order)
    first = Payment.objects.get()
    order.refresh_from_db()
    assert order.extend()
    platform.answers[QUERY] = trade(first, "WAIT_BUYER_PAY")
    platform.answers[CLOSE] = answer(CLOSE)
    assert f"{order.number}02" in start(shopper, order)["biz_content"]
    assert fresh(first).state == "closed"


def test_a_second_attempt_waits_until_the_gateway_closed_the_first(
    platform: OpenDouble, alipay: AlipayDouble, order: Order
) -> None:
    first = attempts.open_attempt(order, "alipay")
    platform.answers[QUERY] = (500, b"")
    with pytest.raises(attempts.NotPayable):
        attempts.open_attempt(order, "alipay-instant")
    assert fresh(first).is_open


def test_a_first_attempt_found_paid_forbids_a_second(platform: OpenDouble, alipay: AlipayDouble, order: Order) -> None:
    first = attempts.open_attempt(order, "alipay")
    platform.answers[QUERY] = trade(first)
    with pytest.raises(attempts.NotPayable):
        attempts.open_attempt(order, "alipay-instant")
    assert fresh(first).order.status == "paid"


def test_the_same_button_again_reuses_the_number(platform: OpenDouble, shopper: Client, order: Order) -> None:
    assert start(shopper, order)["biz_content"] == start(shopper, order)["biz_content"]


def test_expiry_closes_the_trade_at_the_platform(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    Order.objects.update(expires_at=timezone.now() - timedelta(minutes=5))
    platform.answers[QUERY] = trade(payment, "WAIT_BUYER_PAY")
    platform.answers[CLOSE] = answer(CLOSE)
    assert closing.expire_due() == 1
    assert [biz["out_trade_no"] for biz in platform.asked_for(CLOSE)] == [payment.out_trade_no]


def test_the_gateways_origin_is_allowed_by_the_pages_policy(shopper: Client, order: Order) -> None:
    policy = shopper.get(f"/en/orders/{order.number}/pay/")["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:8001" in policy
    assert not parse_qs(policy).get("unsafe-inline")
