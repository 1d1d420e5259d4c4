"""Messages come in every order, and twice: the end depends on the facts they tell, never on their order."""

from decimal import Decimal
from itertools import chain, combinations, permutations

import pytest

from orders.models import OutboxMail
from payments.models import LedgerEntry, Payment
from payments.proofs import PROOFS
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, told

pytestmark = pytest.mark.django_db

# What each message of the Open Platform tells: the trade was paid, and so much went back.
OPEN: dict[str, dict[str, str]] = {
    "waiting": {"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""},
    "success": {},
    "part": {"refund_fee": "30.00", "out_biz_no": "console-1"},
    "whole": {"refund_fee": "88.00", "out_biz_no": "console-2", "trade_status": "TRADE_CLOSED"},
    "finished": {"trade_status": "TRADE_FINISHED"},
    "closed": {"trade_status": "TRADE_CLOSED", "gmt_payment": ""},
}
# The legacy service does not say how much of a trade that stays open went back.
LEGACY: dict[str, dict[str, str]] = {
    "waiting": {"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""},
    "success": {},
    "part": {"refund_status": "REFUND_SUCCESS"},
    "whole": {"refund_status": "REFUND_SUCCESS", "trade_status": "TRADE_CLOSED"},
    "finished": {"trade_status": "TRADE_FINISHED"},
    "closed": {"trade_status": "TRADE_CLOSED", "gmt_payment": ""},
}
PAYING = {"success", "part", "whole", "finished"}
REFUNDED = {"open": {"part": Decimal(30), "whole": Decimal(88)}, "legacy": {"whole": Decimal(88)}}


def selections(longest: int) -> list[frozenset[str]]:
    """Every choice of so many kinds of messages at most."""
    chosen = chain.from_iterable(combinations(OPEN, length) for length in range(1, longest + 1))
    return [frozenset(names) for names in chosen]


def facts(service: str, names: frozenset[str]) -> tuple[Decimal, Decimal, int, int]:
    """What follows from the messages as a set: charged, refunded, charges, mails that thank for the payment."""
    paid = int(bool(names & PAYING))
    back = max((REFUNDED[service].get(name, Decimal(0)) for name in names), default=Decimal(0))
    return Decimal(88) * paid, back, paid, paid


def end_of(payment: Payment) -> tuple[Decimal, Decimal, int, int]:
    """What the shop made of them."""
    payment.refresh_from_db()
    charges = LedgerEntry.objects.filter(payment=payment, kind="charge").count()
    thanks = OutboxMail.objects.filter(order=payment.order_id, kind="paid").count()
    return payment.charged, payment.refunded, charges, thanks


def broken() -> list[str]:
    return [finding for proof in PROOFS for finding in proof()]


def say(service: str, payment: Payment, name: str) -> None:
    if service == "open":
        assert tell(told(payment, **OPEN[name]), "alipay") == (200, "success")
    else:
        assert tell(notification(payment, **LEGACY[name])) == (200, "success")


@pytest.fixture(params=["open", "legacy"])
def service(request: pytest.FixtureRequest, platform: OpenDouble, alipay: AlipayDouble) -> str:
    return str(request.param)


def method(service: str) -> str:
    return "alipay" if service == "open" else "alipay-instant"


@pytest.mark.parametrize("names", selections(2), ids=lambda names: "+".join(sorted(names)))
def test_two_messages_end_alike_in_either_order_and_told_again(service: str, names: frozenset[str]) -> None:
    for order in permutations(sorted(names)):
        payment = PaymentFactory(method=method(service))
        for name in order * 2:
            say(service, payment, name)
        assert end_of(payment) == facts(service, names), order
    assert broken() == []


def test_all_six_end_alike_in_every_order_of_the_five_that_tell_something(service: str) -> None:
    """That the buyer was waited for comes at each place in turn."""
    ends = set()
    for place, five in enumerate(permutations(name for name in OPEN if name != "waiting")):
        order = [*five[: place % 6], "waiting", *five[place % 6 :]]
        payment = PaymentFactory(method=method(service))
        for name in order:
            say(service, payment, name)
        ends.add((end_of(payment), payment.order.status))
    assert ends == {(facts(service, frozenset(OPEN)), "refunded")}
    assert broken() == []
