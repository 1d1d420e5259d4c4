"""Refunds, done once for each request number (protocol.md B.4, D.10)."""

from decimal import Decimal

from payments.alipay.messages import TradeStatus
from simulator.ledger import Refund, Trade
from simulator.messages import notice_of
from simulator.refusal import Refusal
from simulator.world import World


def refund(world: World, trade: Trade, amount: Decimal, request_no: str) -> tuple[Trade, bool]:
    """The trade afterwards, and whether this call moved money. Raises Refusal with the ACQ word.

    The merchant is told at the payment's notify_url; a trade that is refunded in full is closed.
    """
    trade, moved = move_back(world, trade, amount, request_no)
    if moved and trade.order.notify_url:
        world.notifier.schedule(notice_of(world, trade))
    return trade, moved


def move_back(world: World, trade: Trade, amount: Decimal, request_no: str) -> tuple[Trade, bool]:
    """As ``refund``, without telling. Without a number only the whole can go back, under the trade's own number."""
    if not request_no and amount != trade.order.total:
        raise Refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "A partial refund needs out_request_no.")
    wanted = Refund(request_no or trade.out_trade_no, amount, world.clock.now())
    with world.ledger.lock:
        trade = _as_it_is(world, trade)
        earlier = known(trade, wanted.request_no)
        if earlier is None:
            return _do(world, trade, wanted), True
        if earlier.amount != amount:
            raise Refusal("ACQ.DISCORDANT_REPEAT_REQUEST", "This out_request_no was used with another amount.")
        return trade, False


def known(trade: Trade, request_no: str) -> Refund | None:
    """The refund of this number."""
    return next((done for done in trade.refunds if done.request_no == request_no), None)


def share_back(world: World, trade: Trade, share: Decimal) -> Trade:
    """The seller's own console gives back ``share`` of what is left. Raises Refusal where that cannot be."""
    trade = _as_it_is(world, trade)
    left = trade.order.total - trade.refunded
    amount = max((left * share).quantize(Decimal("0.01")), Decimal("0.01"))
    return move_back(world, trade, amount, f"console{len(trade.refunds) + 1}")[0]


def _as_it_is(world: World, trade: Trade) -> Trade:
    found = world.ledger.trades.get(trade.out_trade_no)
    if found is None:
        raise Refusal("ACQ.TRADE_NOT_EXIST", "Everything was forgotten meanwhile.")
    return found


def _do(world: World, trade: Trade, wanted: Refund) -> Trade:
    if trade.status == TradeStatus.TRADE_FINISHED:
        raise Refusal("ACQ.TRADE_HAS_FINISHED", "The time for refunds is over.")
    left = trade.order.total - trade.refunded
    if trade.status == TradeStatus.TRADE_CLOSED and not trade.refunds:
        raise Refusal("ACQ.TRADE_HAS_CLOSE", "The trade was closed before it was paid.")
    if trade.status != TradeStatus.TRADE_SUCCESS and not (trade.refunds and left <= 0):
        raise Refusal("ACQ.TRADE_STATUS_ERROR", "Only a paid trade can be refunded.")
    if wanted.amount > left:
        raise Refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", f"Only {left:.2f} yuan are left.")
    whole = {"status": TradeStatus.TRADE_CLOSED, "closed_at": wanted.when} if wanted.amount == left else {}
    return world.ledger.change(trade, refunds=(*trade.refunds, wanted), **whole)
