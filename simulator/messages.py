"""The signed messages of a trade, in the words of the protocol by which it was made."""

from functools import cache

from payments.alipay import sandbox
from payments.alipay.keys import private_key
from payments.alipay.signing import Md5Signer, RsaSigner, Signer
from simulator import mapi_messages, openapi_messages
from simulator.forms import address_with, signed
from simulator.ledger import Trade
from simulator.notifier import Notice
from simulator.notify_ids import FOR_A_NOTIFICATION
from simulator.scenarios import Forgery
from simulator.world import World


def signer_of(world: World, trade: Trade) -> Signer:
    """Who signs messages about ``trade``."""
    return world.merchant.app if trade.modern else world.merchant.signer


def notice_of(world: World, trade: Trade, forgery: Forgery | None = None, wanted_id: str = "") -> Notice:
    """The signed notification about ``trade``, changed as ``forgery`` says."""
    change = forgery or Forgery()
    words = openapi_messages if trade.modern else mapi_messages
    now = world.clock.now()
    notify_id = world.ids.new(now, now - now if change.unknown_id else FOR_A_NOTIFICATION, wanted_id)
    fields = words.notification(world, trade, notify_id)
    fields |= {name: value for name, value in change.swap.items() if name in fields}
    fields = {name: value for name, value in (fields | dict(change.fields)).items() if name not in change.drop}
    message = signed(fields, trade.order.charset, _signer(world, trade, change))
    if trade.modern and world.merchant.cert_sn:
        message["alipay_cert_sn"] = world.merchant.cert_sn
    message |= change.after
    kept = {name: value for name, value in message.items() if name not in change.drop}
    return Notice(trade.order.notify_url, kept, trade.order.charset)


def way_back(world: World, trade: Trade) -> str:
    """The signed address to which the buyer's browser is sent; empty where the merchant named none."""
    order = trade.order
    words = openapi_messages if trade.modern else mapi_messages
    if not order.return_url:
        return ""
    fields = signed(words.way_back(world, trade), order.charset, signer_of(world, trade))
    return address_with(order.return_url, fields, order.charset)


def _signer(world: World, trade: Trade, change: Forgery) -> Signer:
    right = signer_of(world, trade)
    if not change.key:
        return right
    return Md5Signer(change.key) if right.sign_type == "MD5" else _strangers_signer(right.sign_type)


@cache
def _strangers_signer(sign_type: str) -> RsaSigner:
    return RsaSigner(private_key(sandbox.new_keys().app_private), None, sign_type)
