"""Buyer, merchant, console, clock and restarts in any order: the gateway's own ledger never contradicts itself."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, sampled_from

from payments.alipay.bill import read_bill
from payments.alipay.messages import TradeStatus
from simulator import bills
from simulator.ledger import Ledger, Order, Trade
from simulator.merchant import merchant
from simulator.payment import close, finish, log_in, take_money
from simulator.refunds import refund
from simulator.refusal import Refusal
from simulator.world import World, new_world

MERCHANT = merchant()
TOTAL = Decimal("88.00")
WAITING, SUCCESS, FINISHED, CLOSED = (
    TradeStatus.WAIT_BUYER_PAY, TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_FINISHED, TradeStatus.TRADE_CLOSED,
)  # fmt: skip
# What may follow; money that comes after the close is a scenario of its own.
NEXT = {
    WAITING: {WAITING, SUCCESS, FINISHED, CLOSED}, SUCCESS: {SUCCESS, FINISHED, CLOSED}, FINISHED: {FINISHED},
    CLOSED: {CLOSED, SUCCESS, FINISHED},
}  # fmt: skip
NUMBERS = ("A", "B")
SERVICES = ("alipay.trade.page.pay", "alipay.trade.wap.pay", "create_direct_pay_by_user")


class Gateway(RuleBasedStateMachine):
    """Two numbers, asked for as any product; nobody listens to notifications."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world: World = new_world(MERCHANT, 1.0, Path(self.folder.name))
        self.before: dict[str, Trade] = {}
        self.moved: dict[str, Decimal] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(number=sampled_from(NUMBERS), service=sampled_from(SERVICES), minutes=sampled_from([None, 5]))
    def buyer_logs_in(self, number: str, service: str, minutes: int | None) -> None:
        order = Order(number, TOTAL, "cup", "utf-8", service=service, minutes=minutes)
        known = self.world.ledger.trades.get(number)
        try:
            trade = log_in(self.world, order)
        except Refusal as refusal:
            assert known and known.order.service != service
            modern = service.startswith("alipay.")
            assert refusal.code == ("ACQ.CONTEXT_INCONSISTENT" if modern else "TRADE_DATA_MATCH_ERROR")
        else:
            assert trade.order.service == service

    @precondition(lambda self: self.world.ledger.trades)
    @rule(number=sampled_from(NUMBERS), late=booleans())
    def buyer_pays(self, number: str, late: bool) -> None:
        self.of(number, lambda trade: take_money(self.world, trade, even_closed=late))

    @precondition(lambda self: self.world.ledger.trades)
    @rule(number=sampled_from(NUMBERS))
    def merchant_closes(self, number: str) -> None:
        self.of(number, lambda trade: close(self.world, trade))

    @precondition(lambda self: self.world.ledger.trades)
    @rule(number=sampled_from(NUMBERS))
    def time_for_refunds_is_over(self, number: str) -> None:
        self.of(number, lambda trade: finish(self.world, trade))

    @precondition(lambda self: self.world.ledger.trades)
    @rule(
        number=sampled_from(NUMBERS),
        cents=sampled_from([8800, 4400, 3000]) | integers(1, 9000),
        request=sampled_from(["", "R1", "R2", "R3"]),
    )
    def money_goes_back(self, number: str, cents: int, request: str) -> None:
        amount = Decimal(cents) / 100

        def give(trade: Trade) -> None:
            _, moved = refund(self.world, trade, amount, request)
            if moved:
                self.moved[number] = self.moved.get(number, Decimal(0)) + amount

        self.of(number, give)

    @rule(minutes=sampled_from([1, 6, 60 * 30]), product=sampled_from(["advanced", "basic"]))
    def time_passes(self, minutes: int, product: str) -> None:
        self.world.clock.advance(minutes * 60)
        self.world.product = product

    @rule()
    def it_is_restarted(self) -> None:
        """What it keeps in its file is all that it knows."""
        kept = self.world.ledger
        self.world.ledger = Ledger(kept.file)
        assert self.world.ledger.trades == kept.trades

    @invariant()
    def states_only_move_on(self) -> None:
        for trade in self.world.ledger.listed(self.world.clock.now()):
            earlier = self.before.get(trade.out_trade_no, trade)
            assert trade.status in NEXT[earlier.status]
            assert trade.trade_no == earlier.trade_no
            assert trade.refunds[: len(earlier.refunds)] == earlier.refunds
            self.before[trade.out_trade_no] = trade

    @invariant()
    def moments_fit_the_state(self) -> None:
        for trade in self.world.ledger.trades.values():
            assert not trade.paid or trade.paid_at
            assert trade.status != WAITING or (trade.paid_at is None and trade.closed_at is None)
            assert (trade.status == CLOSED) == (trade.closed_at is not None)
            assert (trade.status == FINISHED) == (trade.finished_at is not None)

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        for trade in self.world.ledger.trades.values():
            assert trade.refunded == self.moved.get(trade.out_trade_no, Decimal(0)) <= TOTAL
            assert not trade.refunds or trade.paid_at
            assert (trade.refunded == TOTAL) <= (trade.status == CLOSED)

    @invariant()
    def the_bill_tells_what_the_ledger_holds(self) -> None:
        told: dict[tuple[str, str], Decimal] = {}
        for day in self.days():
            token = bills.prepare(self.world, day)
            for line in read_bill(self.world.bills.pop(token)[1]) if token else ():
                told[line.out_trade_no, line.kind] = told.get((line.out_trade_no, line.kind), Decimal(0)) + line.amount
        trades = self.world.ledger.trades.values()
        paid = {(trade.out_trade_no, "trade"): TOTAL for trade in trades if trade.paid_at}
        back = {(trade.out_trade_no, "refund"): trade.refunded for trade in trades if trade.refunds}
        assert told == paid | back

    def days(self) -> set[str]:
        """The days on which anything happened."""
        moments: set[datetime] = set()
        for trade in self.world.ledger.trades.values():
            moments |= {trade.paid_at} - {None} | {back.when for back in trade.refunds}
        return {self.world.clock.stamp(moment)[:10] for moment in moments}

    def of(self, number: str, act: Callable[[Trade], object]) -> None:
        """Acts on the trade where there is one; a refusal changes nothing."""
        trade = self.world.ledger.find(number, self.world.clock.now())
        if trade is None:
            return
        with suppress(Refusal):
            act(trade)
            return
        assert self.world.ledger.trades[number] == trade


def test_the_ledger_never_contradicts_itself() -> None:
    run_state_machine_as_test(Gateway, settings=settings(
        max_examples=60, stateful_step_count=40, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    ))  # fmt: skip


def test_a_trade_that_runs_out_is_closed_at_its_moment() -> None:
    world = new_world(MERCHANT, 1.0, None)
    trade = log_in(world, Order("A", TOTAL, "cup", "utf-8", minutes=5))
    world.clock.advance(299)
    assert world.ledger.find("A", world.clock.now()) == trade
    world.clock.advance(1)
    late = world.ledger.find("A", world.clock.now())
    assert late and (late.status, late.closed_at) == (CLOSED, trade.created + timedelta(minutes=5))
