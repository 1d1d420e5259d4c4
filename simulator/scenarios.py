"""What may happen after the buyer's decision, as data. A new scenario is a new row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What the buyer's side does. ``forge``: nothing is paid, but messages come that say so."""

    PAY = "pay"
    REFUSE = "refuse"
    ABANDON = "abandon"
    FORGE = "forge"


class Back(StrEnum):
    """When the buyer's browser is sent back."""

    AFTER_NOTIFICATION = "after the notification"
    AT_ONCE = "at once"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Forgery:
    """``fields`` are set before signing (a right signature), ``after`` after it (a broken one).

    ``swap`` is as ``fields``, for those that the message has; ``key`` signs with another MD5 key (or RSA key, whatever
    its text); ``unknown_id`` makes a notify_id that notify_verify does not confirm. ``legacy_only`` forgeries are no
    forgeries at the Open Platform, which has no notify_verify; ``open_only`` ones none at the other, which has no apps.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    swap: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    key: str = ""
    unknown_id: bool = False
    legacy_only: bool = False
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification: ``delay`` in seconds, ``lost`` sendings never arrive, ``again`` is the first one once more.

    ``finish`` ends the time for refunds first; ``refund`` is the share that the seller's own console gives back first.
    """

    delay: float = 0.0
    copies: int = 1
    lost: int = 0
    again: bool = False
    finish: bool = False
    refund: str = ""
    forgery: Forgery | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """How the gateway fails when the merchant asks: ``kind`` for the next ``times`` questions."""

    kind: str
    times: int = 1
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """``even_closed`` takes the money of a trade that was closed meanwhile.

    ``twins`` pays the buyer's other pages over the same thing too; ``bill_gap`` leaves the trade out of the bill and
    puts a foreign line into it; ``skew`` sets the gateway's clock wrong, in seconds.
    """

    number: int
    title: str
    shop_shows: str
    outcome: Outcome = Outcome.PAY
    deliveries: tuple[Delivery, ...] = (Delivery(),)
    back: Back = Back.AFTER_NOTIFICATION
    even_closed: bool = False
    trouble: Trouble | None = None
    skew: float = 0.0
    twins: bool = False
    bill_gap: bool = False


FORGED_AMOUNT = Forgery(swap={"total_fee": "0.01", "price": "0.01", "total_amount": "0.01"})
FORGED_SELLER = Forgery(swap={"seller_id": "2088999999999999", "seller_email": "somebody.else@example.com"})
BROKEN_SIGNATURE = Forgery(after={"sign": "0" * 32})
FORGED_APP = Forgery(swap={"app_id": "2021999999999999", "auth_app_id": "2021999999999999"}, open_only=True)
OTHER_KEY = Forgery(key="another0key0another0key0another0")
OTHER_TYPE = Forgery(after={"sign_type": "RSA2"}, unknown_id=True, legacy_only=True)
UNKNOWN_ID = Forgery(unknown_id=True, legacy_only=True)
FOREIGN_NUMBER = "99999999999999"

ROWS = (
    Scenario(1, "paid: notification, then the way back", "paid within 3 s"),
    Scenario(
        2,
        "paid: way back first, notification 2 s later",
        "confirming, then paid",
        deliveries=(Delivery(delay=2),),
        back=Back.AT_ONCE,
    ),
    Scenario(3, "paid: notification only, tab closed", "paid on the next visit", back=Back.NEVER),
    Scenario(4, "paid: way back only, notification lost", "paid by query", deliveries=(), back=Back.AT_ONCE),
    Scenario(5, "paid: neither notification nor way back", "paid when asked", deliveries=(), back=Back.NEVER),
    Scenario(6, "buyer gives up", "awaiting", Outcome.ABANDON, (), Back.NEVER),
    Scenario(7, "bank refuses", "awaiting, another method", Outcome.REFUSE, (), Back.NEVER),
    Scenario(8, "paid late: even where the trade was closed", "reopened or refunded, flag", even_closed=True),
    Scenario(9, "paid: five notifications at once", "one paid event", deliveries=(Delivery(copies=5),)),
    Scenario(10, "paid: this page and the buyer's earlier ones for the same", "one refunded", twins=True),
    Scenario(
        11,
        "not paid: signed messages with a wrong amount, a wrong seller, a wrong app",
        "refused, flag for staff",
        Outcome.FORGE,
        (Delivery(forgery=FORGED_AMOUNT), Delivery(forgery=FORGED_SELLER), Delivery(forgery=FORGED_APP)),
        Back.NEVER,
    ),
    Scenario(
        12,
        "not paid: broken signature, another key, another sign_type, unknown notify_id",
        "refused, answer is not success",
        Outcome.FORGE,
        (
            Delivery(forgery=BROKEN_SIGNATURE),
            Delivery(forgery=OTHER_KEY),
            Delivery(forgery=OTHER_TYPE),
            Delivery(forgery=UNKNOWN_ID),
        ),
        Back.NEVER,
    ),
    Scenario(
        13, "paid: the same notification again 2 s later", "no change", deliveries=(Delivery(), Delivery(2, again=True))
    ),
    Scenario(
        14,
        "paid: the first two sendings get lost, then the timetable",
        "paid at the third sending",
        deliveries=(Delivery(lost=2),),
        back=Back.AT_ONCE,
    ),
    Scenario(
        15,
        "paid: the gateway answers the next three questions with HTTP 500",
        "plain error, nothing lost",
        deliveries=(Delivery(delay=5),),
        back=Back.AT_ONCE,
        trouble=Trouble("500", 3),
    ),
    Scenario(16, "paid, and finished 2 s later", "no change", deliveries=(Delivery(), Delivery(delay=2, finish=True))),
    Scenario(
        17,
        "paid; half is refunded after 2 s, the rest after 4 s",
        "partly refunded, then refunded",
        deliveries=(Delivery(), Delivery(delay=2, refund="0.5"), Delivery(delay=4, refund="1")),
    ),
    Scenario(
        18,
        "paid; refunded in Alipay's own console, notification lost",
        "found by reconciliation",
        deliveries=(Delivery(), Delivery(lost=99, refund="1")),
    ),
    Scenario(19, "paid; the bill lacks the trade and has a foreign line", "reconciliation shows both", bill_gap=True),
    Scenario(20, "paid while the gateway's clock is 10 minutes ahead", "paid; doctor warns", skew=600.0),
)
SCENARIOS: Mapping[int, Scenario] = {row.number: row for row in ROWS}
