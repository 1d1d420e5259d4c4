"""manage.py refund: money and goods go back together, or neither does."""

import pytest
from django.core.management import CommandError, call_command

from payments.models import Payment, Refund
from payments.proofs import PROOFS
from payments.tests.alipay_double import tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, refunded, told
from shop.models import Variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(platform: OpenDouble) -> Payment:
    platform.answers["alipay.trade.refund"] = refunded()
    payment = PaymentFactory(method="alipay")
    tell(told(payment), "alipay")
    payment.refresh_from_db()
    return payment


def refund(payment: Payment, *words: str) -> None:
    call_command("refund", payment.order.number, "--reason", "cracked", *words)


def on_hand(payment: Payment) -> int:
    return Variant.objects.get(pk=payment.order.lines.get().variant_id).on_hand


def test_all_that_is_left_goes_back(paid: Payment, capsys: pytest.CaptureFixture[str]) -> None:
    refund(paid)
    paid.order.refresh_from_db()
    assert (paid.order.status, Refund.objects.get().state) == ("refunded", "succeeded")
    assert capsys.readouterr().out.endswith(f"{paid.amount} yuan, succeeded\n")


def test_a_part_goes_back_and_its_goods_return_to_the_shelf(paid: Payment) -> None:
    before = on_hand(paid)
    refund(paid, "--amount", "8.00", "--restock", f"{paid.order.lines.get().sku}=1")
    assert on_hand(paid) == before + 1
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_more_goods_than_were_sold_do_not_go_back_and_neither_does_the_money(paid: Payment) -> None:
    sku = paid.order.lines.get().sku
    refund(paid, "--amount", "8.00", "--restock", f"{sku}=1")
    with pytest.raises(CommandError, match="not sold"):
        refund(paid, "--amount", "8.00", "--restock", f"{sku}=1")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "88.01", "NaN", "0.005"])
def test_an_amount_that_cannot_go_back_is_said_plainly(paid: Payment, amount: str) -> None:
    with pytest.raises(CommandError, match="can be refunded"):
        refund(paid, "--amount", amount)


@pytest.mark.parametrize("words", [("--amount", "much"), ("--restock", "CUP"), ("--restock", "CUP=0")])
def test_words_that_are_no_numbers_are_refused(paid: Payment, words: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        refund(paid, *words)


def test_an_unpaid_order_has_nothing_to_refund(platform: OpenDouble) -> None:
    with pytest.raises(CommandError, match="No paid order"):
        refund(PaymentFactory())
