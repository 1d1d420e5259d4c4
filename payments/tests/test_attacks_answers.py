"""Answers and returns that are not Alipay's: the shop believes no one on the way, nor the browser."""

from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.test import Client
from pytest_django import Settings

from orders.tests.factories import OrderFactory
from payments import asking, refunds, repay
from payments.alipay.errors import AlipayError
from payments.alipay.sandbox import MD5_KEY
from payments.models import LedgerEntry
from payments.tests.alipay_double import AlipayDouble, Reply, come_back, form, notification, tell, trade_answer
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer, refunded, rsa2, told, trade
from payments.tests.test_attacks_messages import is_unpaid, open_attempt

pytestmark = pytest.mark.django_db
QUERY, REFUND = "alipay.trade.query", "alipay.trade.refund"


@pytest.fixture(scope="module")
def other_key() -> RSAPrivateKey:
    """Somebody else's key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


FAKES = ["unsigned", "empty", "spoilt", "another's", "moved"]


def faked(reply: Reply, fake: str, key: RSAPrivateKey) -> Reply:
    """The answer of the gateway as somebody on the way would have it."""
    node, _, _ = reply[1].rpartition(b',"sign":"')
    signs = {
        "empty": "", "spoilt": rsa2("{}"), "another's": rsa2(node.partition(b":")[2].decode(), key),
        "moved": rsa2(answer(QUERY)[1].decode()),
    }  # fmt: skip
    return (200, node + b"}") if fake == "unsigned" else (200, node + f',"sign":"{signs[fake]}"}}'.encode())


@pytest.mark.parametrize("fake", FAKES)
def test_an_answer_that_is_not_alipays_pays_nothing(platform: OpenDouble, other_key: RSAPrivateKey, fake: str) -> None:
    payment = open_attempt()
    platform.answers[QUERY] = faked(trade(payment), fake, other_key)
    with pytest.raises(AlipayError):
        asking.ask(payment)
    assert is_unpaid(payment)


@pytest.mark.parametrize("fake", FAKES)
def test_an_answer_that_is_not_alipays_gives_nothing_back(
    platform: OpenDouble, other_key: RSAPrivateKey, fake: str
) -> None:
    payment = open_attempt()
    tell(told(payment), "alipay")
    payment.refresh_from_db()
    refund = refunds.request(payment, Decimal("1.00"), "why", "staff")
    platform.answers[REFUND] = faked(refunded(), fake, other_key)
    repay.follow_up()
    refund.refresh_from_db()
    assert refund.state not in ("succeeded", "failed"), "nobody knows: it is asked about again"
    assert not LedgerEntry.objects.filter(kind="refund").exists()


def test_a_swollen_answer_is_cut_off(platform: OpenDouble) -> None:
    payment = open_attempt()
    platform.answers[QUERY] = (200, trade(payment)[1] + b" " * 2_000_000)
    with pytest.raises(AlipayError):
        asking.ask(payment)
    assert is_unpaid(payment)


ENTITIES = [
    '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]>', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
]  # fmt: skip


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_answer_that_declares_entities_is_not_read(alipay: AlipayDouble, entity: str) -> None:
    payment = PaymentFactory()
    code, body = trade_answer(payment)
    alipay.answers["single_trade_query"] = (code, body.replace(b"<alipay>", entity.encode() + b"<alipay>"))
    with pytest.raises(AlipayError):
        asking.ask(payment)
    assert is_unpaid(payment)


# --- the way back


def test_the_way_back_is_kept_by_no_cache_and_told_to_nobody(alipay: AlipayDouble) -> None:
    page = Client().get(f"/payments/alipay-instant/return/?{come_back(PaymentFactory())}")
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


def test_a_genuine_return_of_another_does_not_open_the_order(alipay: AlipayDouble, stranger: Client) -> None:
    payment = PaymentFactory()
    page = stranger.get(f"/payments/alipay-instant/return/?{come_back(payment)}")
    assert stranger.get(page["Location"]).status_code == 404


def test_a_return_with_another_amount_pays_nothing_though_signed(alipay: AlipayDouble) -> None:
    payment = PaymentFactory(order=OrderFactory())
    Client().get(f"/payments/alipay-instant/return/?{come_back(payment, total_fee='0.01')}")
    assert is_unpaid(payment)
    assert alipay.asked == []


def test_a_notification_sent_as_a_return_pays_nothing(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    alipay.answers["single_trade_query"] = trade_answer(payment, "WAIT_BUYER_PAY")
    Client().get(f"/payments/alipay-instant/return/?{notification(payment).decode()}")
    assert is_unpaid(payment)


def test_with_the_method_switched_off_its_genuine_messages_pay_nothing(
    platform: OpenDouble, settings: Settings
) -> None:
    payment = PaymentFactory()
    settings.PAYMENT_METHODS = ["alipay"]
    assert tell(notification(payment, key=MD5_KEY))[0] == 404
    assert is_unpaid(payment)


def test_a_message_is_a_form_whatever_else_it_carries(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    fields = {"out_trade_no": payment.out_trade_no, "__proto__": "1", "../": "1", "sign": "x" * 32}
    assert tell(form(fields)) == (400, "fail")
