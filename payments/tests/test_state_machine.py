"""Shopper, gateway, clock, staff and sudden death in any order: no money is lost, doubled or ignored.

``STATE_MACHINE=400`` plays so many games of random seeds, each longer, instead of the same few.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import booleans, integers, sampled_from
from pytest_django import Settings

from orders.models import Order, OrderLine
from orders.tests.buying import CHECKOUT, filled
from payments import closing, reconcile, refunds, registry, repay, sweep
from payments.alipay.errors import AlipayError
from payments.alipay.keys import private_key, public_key
from payments.alipay.openapi import OpenAccount
from payments.alipay.sandbox import APP_ID, PARTNER, demo_keys
from payments.alipay.signing import RsaSigner
from payments.alipay.wire import CHINA
from payments.instant_gateway import InstantGateway
from payments.models import Incident, LedgerEntry, Payment, Refund
from payments.open_gateway import OpenGateway
from payments.proofs import PROOFS
from payments.tests.alipay_double import tell
from payments.tests.world import LEGACY, OPEN, ZERO, Alipay, Link, Notice, Trade, dying, read_link
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
UNITS = 3
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
GAMES = int(os.environ.get("STATE_MACHINE", "0"))
SIZE = bounds(
    max_examples=GAMES or 20, stateful_step_count=60 if GAMES else 40, deadline=None, derandomize=not GAMES,
    print_blob=True, suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
DEATHS = integers(-40, 60)  # the point at which the process dies; it lives where none is so early
PICK = integers(0, 99)
CONFIRMED = ("confirmed", "shipped", "completed")


class Money(RuleBasedStateMachine):
    """One shop, three shoppers, one scarce cup, and both of Alipay's services."""

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.alipay = WORLD[0] = Alipay(timezone.now)
        self.cup: Variant = VariantFactory(on_hand=UNITS)
        self.shoppers = [Client(), Client(), Client()]
        self.owners: dict[str, Client] = {}
        self.form: dict[str, Any] = {}
        self.lossy = False

    @initialize(lossy=booleans())
    def network(self, lossy: bool) -> None:
        """Where it is lossy, what was not told by the end is never told."""
        self.lossy = lossy

    # The shopper.

    @precondition(lambda self: len(self.owners) < 4)
    @rule(who=integers(0, 2), death=DEATHS)
    def orders(self, who: int, death: int) -> None:
        self.cup.refresh_from_db()
        if not self.cup.sellable:
            return
        before = set(Order.objects.values_list("number", flat=True))
        with dying(self.alipay, death):
            self._fill_in(self.shoppers[who])
        for order in Order.objects.exclude(number__in=before):
            self._is_led_to(order, self.shoppers[who])
            self.owners[order.number] = self.shoppers[who]

    @precondition(lambda self: self.owners)
    @rule(n=PICK, method=sampled_from([OPEN, LEGACY]), phone=booleans(), death=DEATHS)
    def goes_to_pay(self, n: int, method: str, phone: bool, death: int) -> None:
        with dying(self.alipay, death):
            answer = self._post(n, "pay/start", phone, method=method)
            if answer.status_code == 302 and answer["Location"].startswith("http"):
                self._is_led_to_a_page(read_link(answer["Location"], timezone.now()))

    @precondition(lambda self: self.alipay.links)
    @rule(n=PICK)
    def logs_in_at_alipay(self, n: int) -> None:
        self.alipay.visit(pick(self.alipay.links, n))

    @precondition(lambda self: self.alipay.links)
    @rule(n=PICK)
    def pays(self, n: int) -> None:
        link = pick(self.alipay.links, n)
        self.alipay.visit(link)
        self.alipay.pay(link)

    @precondition(lambda self: self.owners)
    @rule(n=PICK, death=DEATHS)
    def says_to_have_paid(self, n: int, death: int) -> None:
        with dying(self.alipay, death):
            assert self._post(n, "check").status_code < 500

    @precondition(lambda self: self.owners)
    @rule(n=PICK, death=DEATHS)
    def asks_for_more_time(self, n: int, death: int) -> None:
        with dying(self.alipay, death):
            assert self._post(n, "extend").status_code == 303

    @precondition(lambda self: self.owners)
    @rule(n=PICK, death=DEATHS)
    def gives_it_up(self, n: int, death: int) -> None:
        with dying(self.alipay, death):
            assert self._post(n, "cancel").status_code == 303

    @precondition(lambda self: self.owners)
    @rule(n=PICK, method=sampled_from([OPEN, LEGACY]), phone=booleans())
    def pays_at_once(self, n: int, method: str, phone: bool) -> None:
        known = len(self.alipay.links)
        self.goes_to_pay(n, method, phone, 0)
        if len(self.alipay.links) > known:
            self.pays(known)

    @precondition(lambda self: self.alipay.notices)
    @rule(n=PICK, death=DEATHS)
    def comes_back(self, n: int, death: int) -> None:
        notice = pick(self.alipay.notices, n)
        with dying(self.alipay, death):
            Client().get(f"/payments/{notice.trade.method}/return/?{notice.body.decode()}")

    # Alipay and the network.

    @precondition(lambda self: self.alipay.notices)
    @rule(n=PICK, answer_is_lost=booleans(), death=DEATHS)
    def notification_arrives(self, n: int, answer_is_lost: bool, death: int) -> None:
        """Any that was ever sent: late, again, before an older one."""
        self._deliver(pick(self.alipay.notices, n), answer_is_lost, death)

    @rule(weather=sampled_from(["well", "well", "silent", "unsigned", "lost"]))
    def weather_changes(self, weather: str) -> None:
        self.alipay.weather = weather

    @rule(code=sampled_from(["", "", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "ACQ.BUYER_ERROR"]))
    def alipay_refuses_refunds(self, code: str) -> None:
        self.alipay.refuses_refunds = code

    @precondition(lambda self: self.alipay.trades)
    @rule(n=PICK)
    def refund_time_is_over(self, n: int) -> None:
        self.alipay.finish(pick(list(self.alipay.trades.values()), n))

    # The clock.

    @rule(minutes=sampled_from([1, 3, 10, 33, 200]))
    def time_passes(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))
        self.alipay.tidy()

    @rule(job=sampled_from([sweep.ask_open_attempts, closing.expire_due, repay.follow_up]), death=DEATHS)
    def job_runs(self, job: Callable[[], int], death: int) -> None:
        with dying(self.alipay, death):
            job()

    @rule(death=DEATHS)
    def bill_is_read(self, death: int) -> None:
        with dying(self.alipay, death):
            self._reconcile()

    # Staff.

    @rule(n=PICK, part=sampled_from(["10.00", "44.00", "100.00"]), death=DEATHS)
    def staff_refund(self, n: int, part: str, death: int) -> None:
        paid = [payment for payment in Payment.objects.order_by("pk") if payment.refundable]
        if paid:
            payment = pick(paid, n)
            with dying(self.alipay, death):
                refunds.request(payment, min(Decimal(part), payment.refundable), "asked", Refund.Source.STAFF)

    @precondition(lambda self: self.owners)
    @rule(n=PICK, death=DEATHS)
    def staff_cancel(self, n: int, death: int) -> None:
        order = self._order(n)
        if order.life == Order.Life.PLACED:
            with dying(self.alipay, death), suppress(closing.StillOpen, closing.AlreadyPaid):
                closing.close(order, Order.Life.CANCELLED, why="asked by phone")

    @precondition(lambda self: self.alipay.trades)
    @rule(n=PICK, part=sampled_from(["10.00", "44.00"]), whole=booleans())
    def staff_refund_at_alipays_site(self, n: int, part: str, whole: bool) -> None:
        """A part only on the Open Platform: the legacy messages cannot tell how much went back."""
        trade = pick(list(self.alipay.trades.values()), n)
        if whole and trade.left:
            self.alipay.refund_at_console(trade, trade.left)
        elif trade.method == OPEN:
            self.alipay.refund_at_console(trade, Decimal(part))

    # What holds after every step.

    @invariant()
    def the_books_hold(self) -> None:
        assert [finding for proof in PROOFS for finding in proof()] == []

    @invariant()
    def every_charge_is_a_payment_at_alipay(self) -> None:
        for entry in LedgerEntry.objects.filter(kind="charge").select_related("payment"):
            trade = self.alipay.trades[entry.payment.out_trade_no]
            assert trade.paid_at and (trade.trade_no, trade.amount) == (entry.reference, entry.amount)

    @invariant()
    def no_more_is_booked_back_than_went_back(self) -> None:
        for payment in Payment.objects.exclude(refunded=0):
            assert payment.refunded <= self.alipay.trades[payment.out_trade_no].refunded
        for refund in Refund.objects.exclude(source="console").filter(state="succeeded").select_related("payment"):
            assert self.alipay.trades[refund.payment.out_trade_no].refunds[refund.out_request_no] == refund.amount

    @invariant()
    def cups_are_conserved(self) -> None:
        sold = OrderLine.objects.filter(order__goods=Order.Goods.COMMITTED).aggregate(sum=Sum("quantity"))["sum"] or 0
        self.cup.refresh_from_db()
        assert (self.cup.on_hand, 0 <= self.cup.reserved <= self.cup.on_hand) == (UNITS - sold, True)

    # The end of the game.

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._quiet_down()
                self._everything_is_accounted_for()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.travel.stop()

    def _quiet_down(self) -> None:
        """Two days of good weather, in which nobody does anything new."""
        self.alipay.weather = "well"
        self.alipay.refuses_refunds = ""
        for minutes in (0, 1, 35, 60, 90, 60 * 24, 60, 60 * 25, 90):
            self.clock.shift(timedelta(minutes=minutes))
            self.alipay.tidy()
            for notice in [notice for notice in self.alipay.notices if not notice.taken and not self.lossy]:
                self._deliver(notice)
                assert notice.taken or not notice.paid
            for job in (sweep.ask_open_attempts, closing.expire_due, repay.follow_up):
                job()
            if minutes >= 60:
                self._reconcile()
            self.the_books_hold()

    def _everything_is_accounted_for(self) -> None:
        for trade in self.alipay.trades.values():
            payment = Payment.objects.select_related("order").get(out_trade_no=trade.out_trade_no)
            if trade.paid_at:
                self._money_is_accounted_for(trade, payment)
            else:
                assert payment.charged == ZERO
        assert not Order.objects.filter(life=Order.Life.PLACED).exists()
        for order in Order.objects.filter(life__in=CONFIRMED):
            assert order.charged >= order.total
        unsettled = Refund.objects.filter(state__in=repay.OPEN).values_list("out_request_no", flat=True)
        assert set(unsettled) <= set(Incident.objects.values_list("subject", flat=True))

    def _money_is_accounted_for(self, trade: Trade, payment: Payment) -> None:
        told = set(Incident.objects.values_list("subject", flat=True))
        assert (payment.state, payment.trade_no) == ("succeeded", trade.trade_no)
        unknown = set(payment.refunds.exclude(state="succeeded").values_list("out_request_no", flat=True)) & told
        untold = trade.method == LEGACY and (unknown or self.lossy)
        assert payment.refunded == trade.refunded or untold
        asked = payment.refunds.exclude(state="failed").aggregate(sum=Sum("amount"))["sum"]
        order = payment.order
        assert order.life in CONFIRMED or asked == payment.charged or unknown
        extra = order.payments.filter(state="succeeded").count() > 1
        assert not extra or order.payments.filter(refunds__source__in=("duplicate", "late")).exists() or told

    # How the game is played.

    def _fill_in(self, shopper: Client) -> None:
        shopper.post("/en/cart/add/", {"variant": self.cup.pk, "quantity": 1})
        self.form = filled(shopper)
        shopper.post(CHECKOUT, self.form)

    def _is_led_to(self, order: Order, shopper: Client) -> None:
        """Where the shop died between the order and its answer, the form is sent again and leads to the same order."""
        if order.number not in shopper.session.get("orders", []):
            assert order.number in shopper.post(CHECKOUT, self.form)["Location"]

    def _order(self, n: int) -> Order:
        order: Order = Order.objects.get(number=pick(list(self.owners), n))
        return order

    def _is_led_to_a_page(self, link: Link) -> None:
        """The page must be good for paying; what a silent gateway did not tell nobody can know."""
        trade = self.alipay.trades.get(link.out_trade_no)
        waits = trade is not None and trade.status == "WAIT_BUYER_PAY"
        assert not (trade and waits and self.alipay.weather == "well") or trade.product == link.product
        self.alipay.links.append(link)

    def _post(self, n: int, act: str, phone: bool = False, **fields: str) -> Any:
        self.clock.shift(timedelta(seconds=5))  # beyond the pause between two questions
        number = pick(list(self.owners), n)
        headers = {"HTTP_ACCEPT": "application/json"} if act == "check" else {}
        headers |= {"HTTP_SEC_CH_UA_MOBILE": "?1"} if phone else {}
        return self.owners[number].post(f"/en/orders/{number}/{act}/", fields, **headers)

    def _deliver(self, notice: Notice, answer_is_lost: bool = False, death: int = 0) -> None:
        answer = ""
        with dying(self.alipay, death):
            status, answer = tell(notice.body, notice.trade.method)
            assert status != 500
        if answer == "success":
            self._it_was_worth_success(notice)
            notice.taken = notice.taken or not answer_is_lost

    def _it_was_worth_success(self, notice: Notice) -> None:
        payment = Payment.objects.get(out_trade_no=notice.trade.out_trade_no)
        if notice.request_no:
            ended = ("succeeded", "failed")
            assert Refund.objects.filter(out_request_no=notice.request_no, state__in=ended).exists()
        if notice.paid:
            assert payment.entries.filter(kind="charge", reference=notice.trade.trade_no).exists()
            assert payment.refund_reserved >= notice.refunded or notice.trade.method == LEGACY

    def _reconcile(self) -> None:
        today = timezone.now().astimezone(CHINA).date()
        for days in range((today - START.date()).days + 1):
            try:
                reconcile.reconcile(START.date() + timedelta(days=days))
            except AlipayError:
                return


WORLD: dict[int, Alipay] = {}


class Line:
    """The transport of the shop's gateways: whatever world is being played."""

    def get(self, url: str, limit: int = 0) -> Any:
        return WORLD[0].get(url, limit)


def pick(things: list[Any], n: int) -> Any:
    return things[n % len(things)]


@pytest.fixture
def wired(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both methods are on, and their questions go to the world of the game."""
    keys = demo_keys(settings.DATA_DIR / "simulator" / "keys")
    account = OpenAccount(APP_ID, RsaSigner(private_key(keys.app_private), public_key(keys.alipay_public)), PARTNER)
    settings.PAYMENT_METHODS = [OPEN, LEGACY]
    line: Any = Line()
    legacy = InstantGateway(settings.ALIPAY_INSTANT, line, timezone.now, "https://shop.example/payments/alipay-instant")
    made = {OPEN: OpenGateway(account, line, timezone.now), LEGACY: legacy}
    monkeypatch.setattr(registry, "gateways", lambda: made)


def test_no_order_of_events_loses_doubles_or_ignores_money(db: None, wired: None) -> None:
    run_state_machine_as_test(Money, settings=SIZE)
