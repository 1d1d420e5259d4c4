"""The browser's return: proves nothing, makes the shop ask, and always leads to a clean address."""

import pytest
from django.test import Client

from payments.models import GatewayMessage, Payment
from payments.tests.alipay_double import AlipayDouble, come_back, hang, refusal, trade_answer
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db
URL = "/payments/alipay-instant/return/"


def visit(query: str) -> str:
    """Where the browser is sent."""
    answer = Client().get(f"{URL}?{query}")
    assert answer.status_code == 302
    return str(answer["Location"])


def status(payment: Payment) -> str:
    return str(Payment.objects.select_related("order").get(pk=payment.pk).order.status)


def test_a_return_asks_the_gateway_and_leads_to_the_result(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = trade_answer(payment)
    assert visit(come_back(payment)) == f"/en/orders/{payment.order.number}/result/"
    assert status(payment) == "paid"


def test_a_genuine_return_alone_never_pays(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = trade_answer(payment, "WAIT_BUYER_PAY")
    visit(come_back(payment))
    assert status(payment) == "confirming"


def test_a_return_the_gateway_knows_nothing_of_waits(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    visit(come_back(payment))
    assert status(payment) == "confirming"


@pytest.mark.parametrize("reply", [(500, b""), (200, b"<html>busy"), (200, b""), (200, b"x" * 2_000_000)])
def test_a_confused_gateway_leaves_the_order_confirming(alipay: AlipayDouble, reply: tuple[int, bytes]) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = reply
    assert visit(come_back(payment)).endswith("/result/")
    assert status(payment) == "confirming"


def test_a_silent_gateway_does_not_hold_the_shopper_for_long(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = hang(3)
    assert visit(come_back(payment)).endswith("/result/")
    assert GatewayMessage.objects.get(kind="query").verdict == "error"


def test_an_answer_with_a_wrong_signature_is_not_believed(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    code, body = trade_answer(payment)
    alipay.answers["single_trade_query"] = (code, body.replace(b"<sign>", b"<sign>0"))
    visit(come_back(payment))
    assert status(payment) == "confirming"


def test_an_answer_about_another_trade_is_not_believed(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = trade_answer(PaymentFactory())
    visit(come_back(payment))
    assert status(payment) != "paid"


def test_an_answer_with_another_amount_is_flagged(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = trade_answer(payment, total_fee="0.01")
    visit(come_back(payment))
    assert status(payment) == "review"


def test_a_document_type_in_the_answer_is_refused(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    code, body = trade_answer(payment)
    bomb = body.replace(b"<alipay>", b'<!DOCTYPE alipay [<!ENTITY x SYSTEM "file:///etc/hostname">]><alipay>')
    alipay.answers["single_trade_query"] = (code, bomb)
    visit(come_back(payment))
    assert status(payment) == "confirming"


def test_a_forged_return_leads_home_without_a_question(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert visit(come_back(payment).replace("total_fee=", "total_fee=1")) == "/"
    assert alipay.asked == []
    assert GatewayMessage.objects.get().verdict == "forged"


def test_a_return_for_an_unknown_number_leads_home(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert visit(come_back(payment, out_trade_no="9999999999999901")) == "/"


def test_the_address_it_leads_to_holds_no_parameter_of_the_gateway(alipay: AlipayDouble) -> None:
    assert "?" not in visit(come_back(PaymentFactory()))


def test_a_return_after_the_notification_asks_nothing(alipay: AlipayDouble) -> None:
    payment = PaymentFactory(paid=True)
    visit(come_back(payment))
    assert alipay.asked == []


def test_a_return_opened_again_and_again_asks_once(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    for _ in range(5):
        visit(come_back(payment))
    assert len(alipay.asked_for("single_trade_query")) == 1


def test_a_service_without_contract_is_journalled_by_its_code(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = refusal("ILLEGAL_PARTNER_EXTERFACE")
    visit(come_back(payment))
    assert "ILLEGAL_PARTNER_EXTERFACE" in GatewayMessage.objects.get(kind="query").note


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_a_return_by_another_verb_is_refused(alipay: AlipayDouble, verb: str) -> None:
    assert getattr(Client(), verb)(URL).status_code == 405


def test_a_method_that_is_not_configured_is_absent() -> None:
    assert Client().get("/payments/tenpay/return/").status_code == 404
