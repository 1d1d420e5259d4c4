"""The buyer decides: one payment from the decision to the messages that follow from it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from payments.alipay.messages import TradeStatus
from simulator.bills import foreign_line
from simulator.clock import CHINA
from simulator.ledger import Order, Trade
from simulator.messages import notice_of, way_back
from simulator.notifier import Notice
from simulator.periods import END_OF_THE_DAY, LONGEST
from simulator.refunds import share_back
from simulator.refusal import Refusal
from simulator.scenarios import FOREIGN_NUMBER, Back, Delivery, Outcome, Scenario
from simulator.world import World

WAIT_FOR_NOTIFICATION = 5.0


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it; ``address`` is where the buyer's browser goes, empty where it stays."""

    trade: Trade
    outcome: Outcome
    address: str = ""


def log_in(world: World, order: Order) -> Trade:
    """The buyer logs in or scans: only now the trade exists. Raises Refusal where the number means another deal."""
    now = world.clock.now()
    trade = world.ledger.create(order, now, _deadline(order, now))
    if not trade.order.same_as(order):
        code = "ACQ.CONTEXT_INCONSISTENT" if order.modern else "TRADE_DATA_MATCH_ERROR"
        raise Refusal(code, "This out_trade_no exists with another amount, subject or product.")
    return trade


def _deadline(order: Order, now: datetime) -> datetime:
    """Without a word of the merchant's it is the longest period."""
    if order.until:
        return datetime.strptime(order.until, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    if order.minutes == END_OF_THE_DAY:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return now + timedelta(minutes=order.minutes or LONGEST)


def play(world: World, order: Order, scenario: Scenario) -> Played:
    """Plays ``scenario`` for this order. Raises Refusal where the trade can no longer be paid."""
    trade = log_in(world, order)
    if scenario.outcome in (Outcome.ABANDON, Outcome.REFUSE):
        return Played(trade, scenario.outcome)
    if scenario.outcome == Outcome.FORGE:
        pretended = paid_version(world, trade)
        _deliver(world, pretended, scenario)
        return Played(trade, scenario.outcome)
    trade = take_money(world, trade, scenario.even_closed)
    world.trouble = scenario.trouble or world.trouble
    world.clock.skew = timedelta(seconds=scenario.skew) if scenario.skew else world.clock.skew
    _deliver(world, trade, scenario)
    _around(world, trade, scenario)
    return Played(trade, scenario.outcome, "" if scenario.back == Back.NEVER else way_back(world, trade))


def _around(world: World, trade: Trade, scenario: Scenario) -> None:
    """What else happens with this payment: the twins are paid too, the bill will be wrong."""
    if scenario.bill_gap:
        world.bill_without |= {trade.out_trade_no}
        world.bill_extra.append(foreign_line(world, FOREIGN_NUMBER, trade.order.total))
    if scenario.twins:
        for order in world.ledger.twins_of(trade.order):
            # one that was paid before, or given back, stays as it is
            with suppress(Refusal):
                _deliver(world, take_money(world, log_in(world, order), even_closed=True), scenario)


def paid_changes(world: World, trade: Trade) -> dict[str, object]:
    """By the merchant's product: the old basic one knows no refunds, so it is finished at once (A.5, D.4)."""
    now = world.clock.now()
    if world.product == "basic" and not trade.modern:
        return {"status": TradeStatus.TRADE_FINISHED, "paid_at": now, "finished_at": now, "closed_at": None}
    return {"status": TradeStatus.TRADE_SUCCESS, "paid_at": now, "closed_at": None}


def paid_version(world: World, trade: Trade) -> Trade:
    """The trade as a forged message pretends it to be; the ledger is not changed."""
    return Trade(trade.order, trade.trade_no, trade.created, TradeStatus.TRADE_SUCCESS, paid_at=world.clock.now())


def take_money(world: World, trade: Trade, even_closed: bool) -> Trade:
    """The money moves, once. Raises Refusal where the trade is paid or closed."""
    closed = {TradeStatus.TRADE_CLOSED} if even_closed else set()
    payable = {TradeStatus.WAIT_BUYER_PAY} | closed
    due = lambda known: known.status in payable and known.paid_at is None  # noqa: E731 - given back is closed too
    paid = world.ledger.change_if(trade, due, **paid_changes(world, trade))
    if paid is None:
        raise Refusal("TRADE_NOT_ALLOWED_PAY", "The trade is paid already or closed.")
    return paid


def finish(world: World, trade: Trade) -> Trade:
    """The time for refunds is over. Raises Refusal where the trade is not paid, or finished already."""
    done = world.ledger.change_if(
        trade,
        lambda known: known.status == TradeStatus.TRADE_SUCCESS,
        status=TradeStatus.TRADE_FINISHED,
        finished_at=world.clock.now(),
    )
    if done is None:
        raise Refusal("TRADE_STATUS_NOT_AVAILD", "Only a paid trade can be finished, and once.")
    return done


def close(world: World, trade: Trade) -> Trade:
    """Closes an unpaid trade. Raises Refusal otherwise."""
    done = world.ledger.change_if(
        trade, lambda known: known.waiting, status=TradeStatus.TRADE_CLOSED, closed_at=world.clock.now()
    )
    if done is None:
        raise Refusal("TRADE_STATUS_NOT_AVAILD", "Only a trade that waits for the buyer can be closed.")
    return done


def _deliver(world: World, trade: Trade, scenario: Scenario) -> None:
    """Puts the scenario's notifications on the timetable; waits for the first where the way back comes after it."""
    notices: list[Notice] = []
    for delivery in scenario.deliveries if trade.order.notify_url else ():
        forgery = delivery.forgery
        if forgery and (forgery.legacy_only if trade.modern else forgery.open_only):
            continue
        if delivery.finish or delivery.refund:
            world.notifier.later(partial(_change_and_tell, world, trade, delivery), delivery.delay)
            continue
        notice = notices[0] if delivery.again else _notice(world, trade, delivery)
        notices.append(notice)
        for _ in range(delivery.copies):
            world.notifier.schedule(notice, delivery.delay)
    if notices and scenario.back == Back.AFTER_NOTIFICATION:
        notices[0].tried.wait(WAIT_FOR_NOTIFICATION)


def _change_and_tell(world: World, trade: Trade, delivery: Delivery) -> None:
    changed = finish(world, trade) if delivery.finish else share_back(world, trade, Decimal(delivery.refund))
    world.notifier.schedule(_notice(world, changed, delivery))


def _notice(world: World, trade: Trade, delivery: Delivery) -> Notice:
    notice = notice_of(world, trade, delivery.forgery)
    notice.lost, notice.repeats = delivery.lost, delivery.forgery is None
    return notice
