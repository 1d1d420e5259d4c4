"""The asynchronous notification: what is answered, and what it does."""

import logging

import pytest
from django.test import Client

from orders import goods
from orders.models import OrderEvent, OutboxMail
from payments.alipay.sandbox import MD5_KEY
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment
from payments.tests.alipay_double import FORM, AlipayDouble, hang, md5_sign, notification, tell
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db
URL = "/payments/alipay-instant/notify/"


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment.pk)


def closed_unpaid() -> Payment:
    """The attempt of an order that was closed, its goods given back, before any money came."""
    payment = PaymentFactory(state=Payment.State.CLOSED)
    goods.release(payment.order)
    payment.order.close("expired")
    return payment


def verdicts(kind: str = "notify") -> list[str]:
    return list(GatewayMessage.objects.filter(kind=kind).order_by("pk").values_list("verdict", flat=True))


def test_a_genuine_notification_confirms_the_order_and_is_answered_success(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment)) == (200, "success")
    after = fresh(payment)
    assert (after.state, after.order.life, after.order.status) == ("succeeded", "confirmed", "paid")
    assert LedgerEntry.objects.get().amount == payment.amount


def test_the_goods_are_sold_once_paid(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    variant = payment.order.lines.get().variant
    before = variant.on_hand
    tell(notification(payment))
    variant.refresh_from_db()
    assert (variant.on_hand, variant.reserved) == (before - 1, 0)


def test_a_paid_order_gets_one_mail_and_one_event_that_names_its_message(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment))
    event = OrderEvent.objects.get(kind="paid")
    assert GatewayMessage.objects.get(pk=event.message).verdict == "accepted"
    assert OutboxMail.objects.get().kind == "paid"


def test_the_gateway_is_asked_whether_it_sent_the_message(alipay: AlipayDouble) -> None:
    tell(notification(PaymentFactory(), notify_id="n-77"))
    assert [asked["notify_id"] for asked in alipay.asked_for("notify_verify")] == ["n-77"]
    assert verdicts("notify-verify") == ["accepted"]


def test_a_repeated_notification_is_answered_success_without_effect_or_question(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment))
    alipay.answers["notify_verify"] = (200, b"false")
    assert [tell(notification(payment)) for _ in range(4)] == [(200, "success")] * 4
    assert LedgerEntry.objects.count() == 1
    assert verdicts() == ["accepted", *["repeat"] * 4]


def test_the_log_tells_a_payment_twice_and_its_repetition_once(
    alipay: AlipayDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "payments")
    body = notification(PaymentFactory())
    for _ in range(2):
        tell(body)
    said = [record.getMessage() for record in caplog.records if record.getMessage().startswith("notify")]
    assert [line.split()[0] for line in said] == ["notify1", "notify2", "notify1"]
    assert said[-1].endswith("verdict=repeat")


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_FINISHED"])
def test_both_paid_words_pay(alipay: AlipayDouble, status: str) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, trade_status=status)) == (200, "success")
    assert fresh(payment).order.status == "paid"


@pytest.mark.parametrize(
    ("status", "answer"),
    [("WAIT_BUYER_PAY", 200), ("TRADE_CLOSED", 200), ("TRADE_PENDING", 400), ("trade_success", 400), ("PAID", 400)],
)
def test_other_words_never_pay(alipay: AlipayDouble, status: str, answer: int) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, trade_status=status))[0] == answer
    assert fresh(payment).order.pay_status == "unpaid"


def test_a_finished_trade_months_later_changes_nothing(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment))
    assert tell(notification(payment, trade_status="TRADE_FINISHED", notify_id="later")) == (200, "success")
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("status", ["WAIT_BUYER_PAY", "TRADE_CLOSED"])
def test_a_stale_word_after_success_changes_nothing(alipay: AlipayDouble, status: str) -> None:
    payment = PaymentFactory()
    tell(notification(payment))
    assert tell(notification(payment, trade_status=status)) == (200, "success")
    assert fresh(payment).order.status == "paid"


def test_success_after_closed_still_counts(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment, trade_status="TRADE_CLOSED"))
    assert fresh(payment).state == "closed"
    tell(notification(payment))
    assert fresh(payment).order.status == "paid"


def spoilt(body: bytes, sign: str | None) -> bytes:
    head = body.rpartition(b"&sign=")[0]
    return head if sign is None else head + b"&sign=" + sign.encode() + b"&sign_type=MD5"


@pytest.mark.parametrize("sign", [None, "", "%20", "0" * 32, "%C3%A9", "!!!!", "x" * 100_000, md5_sign({"a": "b"})])
def test_a_wrong_signature_has_no_effect(alipay: AlipayDouble, sign: str | None) -> None:
    payment = PaymentFactory()
    status, answer = tell(spoilt(notification(payment), sign))
    assert status == 400 and answer != "success"
    assert fresh(payment).order.pay_status == "unpaid"
    assert "success" not in answer


@pytest.mark.parametrize("key", ["", "0" * 32, MD5_KEY.upper()])
def test_a_message_signed_with_another_key_has_no_effect(alipay: AlipayDouble, key: str) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, key=key)) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"
    assert verdicts() == ["forged"]


@pytest.mark.parametrize("amount", ["0.01", "1.00", "99999.99"])
def test_another_amount_is_not_paid_but_flagged(alipay: AlipayDouble, amount: str) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, total_fee=amount)) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"
    assert Incident.objects.get().kind == "mismatch"
    assert fresh(payment).order.status == "review"


def test_the_right_amount_after_a_wrong_one_pays(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment, total_fee="0.01"))
    tell(notification(payment))
    assert fresh(payment).order.status == "paid"


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "1e2", "１００.００", "100.000", "-1.00", "1,000.00", "", "+1.00"]
)
def test_an_amount_that_is_no_amount_is_malformed(alipay: AlipayDouble, amount: str) -> None:
    payment = PaymentFactory()
    status, answer = tell(notification(payment, total_fee=amount))
    assert status == 400 and answer == "fail"
    assert fresh(payment).order.pay_status == "unpaid"


@pytest.mark.parametrize("changes", [{"seller_id": "2088999999999999"}, {"seller_id": "", "seller_email": "x@y.cn"}])
def test_another_sellers_message_is_not_paid_but_flagged(alipay: AlipayDouble, changes: dict[str, str]) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, **changes)) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"
    assert GatewayMessage.objects.get(kind="notify").checks["seller"] is False


@pytest.mark.parametrize("number", ["9999999999999901", "order-1", "１２３４", " 1", ""])
def test_an_unknown_number_is_recorded_and_not_answered_success(alipay: AlipayDouble, number: str) -> None:
    payment = PaymentFactory()
    status, answer = tell(notification(payment, out_trade_no=number))
    assert status == 400 and answer == "fail"
    assert Incident.objects.filter(kind="unknown-trade").exists()


@pytest.mark.parametrize("field", ["out_trade_no", "buyer_email", "trade_no"])
def test_a_nul_in_any_field_is_malformed(alipay: AlipayDouble, field: str) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, **{field: "1\x002"})) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"


def test_a_doubled_field_is_malformed(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment) + b"&total_fee=0.01")[0] == 400
    assert fresh(payment).order.pay_status == "unpaid"


def test_bytes_outside_the_charset_are_malformed(alipay: AlipayDouble) -> None:
    assert tell(b"subject=%FF%FE&sign=a")[0] == 400
    assert verdicts() == ["error"]


def test_another_kind_of_notification_is_not_a_payment(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    status, answer = tell(notification(payment, notify_type="dut_user_sign"))
    assert answer != "success" and status == 400
    assert fresh(payment).order.pay_status == "unpaid"


def test_a_field_we_do_not_know_is_signed_like_the_rest(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, brand_new_field="1", empty_field="")) == (200, "success")


@pytest.mark.parametrize("verb", ["get", "put", "head", "options", "delete", "patch"])
def test_other_verbs_are_refused_without_effect(alipay: AlipayDouble, verb: str) -> None:
    payment = PaymentFactory()
    answer = getattr(Client(), verb)(f"{URL}?{notification(payment).decode()}")
    assert answer.status_code == 405
    assert fresh(payment).order.pay_status == "unpaid"


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_other_body_types_are_refused(alipay: AlipayDouble, content_type: str) -> None:
    assert tell(b'{"sign": true}', content_type=content_type)[0] == 400


def test_a_body_beyond_the_limit_is_refused_unread(alipay: AlipayDouble) -> None:
    assert tell(b"a=" + b"1" * 70_000)[0] == 400
    assert not GatewayMessage.objects.exists()


def test_a_method_that_is_not_configured_is_unknown() -> None:
    assert tell(b"a=1", method="tenpay")[0] == 404


@pytest.mark.parametrize("body", [b"false", b"invalid"])
def test_a_message_that_the_gateway_disowns_has_no_effect(alipay: AlipayDouble, body: bytes) -> None:
    payment = PaymentFactory()
    alipay.answers["notify_verify"] = (200, body)
    assert tell(notification(payment)) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"
    assert Incident.objects.get().kind == "unconfirmed"


@pytest.mark.parametrize(
    "reply", [(200, b"True"), (200, b"true\n"), (200, b""), (500, b"true"), (302, b"true"), (200, b"t" * 2_000_000)]
)
def test_only_a_clear_yes_of_the_gateway_counts(alipay: AlipayDouble, reply: tuple[int, bytes]) -> None:
    payment = PaymentFactory()
    alipay.answers["notify_verify"] = reply
    assert tell(notification(payment)) == (503, "fail")
    assert fresh(payment).order.pay_status == "unpaid"


def test_a_silent_gateway_makes_alipay_send_it_again_and_then_it_counts(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["notify_verify"] = hang(3)
    assert tell(notification(payment)) == (503, "fail")
    alipay.answers["notify_verify"] = (200, b"true")
    assert tell(notification(payment)) == (200, "success")
    assert fresh(payment).order.status == "paid"


def test_the_answer_is_seven_bare_bytes(alipay: AlipayDouble) -> None:
    answer = Client().post(URL, notification(PaymentFactory()), content_type="application/x-www-form-urlencoded")
    assert answer.content == b"success"
    assert answer["Content-Type"] == "text/plain"
    assert not answer.cookies


def test_a_flood_of_forgeries_leaves_a_bounded_journal(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    for _ in range(150):
        tell(spoilt(notification(payment), "0" * 32))
    assert GatewayMessage.objects.count() <= 120
    assert tell(notification(payment)) == (200, "success")


def test_the_second_trade_of_one_number_is_flagged(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    tell(notification(payment))
    assert tell(notification(payment, trade_no="2026112399999")) == (200, "success")
    assert LedgerEntry.objects.count() == 1
    assert Incident.objects.get().kind == "second-trade"


def test_one_trade_number_cannot_pay_two_orders(alipay: AlipayDouble) -> None:
    first, second = PaymentFactory(), PaymentFactory()
    tell(notification(first, trade_no="T1"))
    assert tell(notification(second, trade_no="T1")) == (400, "fail")
    assert fresh(second).order.pay_status == "unpaid"


def test_money_for_a_closed_order_reopens_it_while_the_goods_are_there(alipay: AlipayDouble) -> None:
    payment = closed_unpaid()
    assert tell(notification(payment)) == (200, "success")
    assert fresh(payment).order.status == "paid-late"


def test_money_for_a_closed_order_whose_goods_are_gone_is_booked_and_on_its_way_back(alipay: AlipayDouble) -> None:
    payment = closed_unpaid()
    variant = payment.order.lines.get().variant
    variant.adjust(-variant.sellable)
    assert tell(notification(payment)) == (200, "success")
    order = fresh(payment).order
    assert (order.life, order.charged, order.status) == ("expired", payment.amount, "refunding")
    assert Incident.objects.filter(kind="paid-late").exists()


def test_a_payment_without_a_trade_number_is_refused(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert tell(notification(payment, trade_no="")) == (400, "fail")
    assert fresh(payment).order.pay_status == "unpaid"


def test_the_raw_message_is_kept_with_its_checks(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    body = notification(payment)
    tell(body)
    message = GatewayMessage.objects.get(kind="notify")
    assert bytes(message.body) == body
    assert message.checks.keys() >= {"out_trade_no", "amount", "seller", "app"} and all(message.checks.values())


def test_the_answer_is_seven_bytes_and_nothing_of_a_page(alipay: AlipayDouble) -> None:
    answer = Client().post(URL, notification(PaymentFactory()), content_type=FORM)
    assert (answer.content, answer["Content-Length"], answer["Content-Type"]) == (b"success", "7", "text/plain")
    assert not answer.cookies
    assert not {"Content-Security-Policy", "Content-Language", "Vary", "Location"} & set(answer.headers)


def test_a_notification_for_another_host_is_not_heard(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    answer = Client().post(URL, notification(payment), content_type=FORM, headers={"host": "evil.example"})
    assert (answer.status_code, fresh(payment).state) == (400, "sent")
