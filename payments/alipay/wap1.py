"""Notifications of the WAP 1.0 service: an XML text within a form, signed in a fixed order (protocol.md 0, A)."""

from collections.abc import Mapping

from payments.alipay import instant, wire, xml
from payments.alipay.errors import BadSignature, Malformed
from payments.alipay.instant import InstantAccount
from payments.alipay.messages import TradeReport, TradeStatus

ORDER = ("service", "v", "sec_id", "notify_data")


def canonical(fields: Mapping[str, str]) -> str:
    """The signed string: four fields, in this order whatever their names sort to."""
    return "&".join(f"{name}={fields.get(name, '')}" for name in ORDER)


def read_notification(account: InstantAccount, body: bytes) -> TradeReport:
    """A trade notification from its raw form. Only MD5: with RSA the XML comes encrypted. Raises Malformed."""
    fields = wire.read_form(body, account.charset)
    if fields.get("sec_id") != account.signer.sign_type:
        raise BadSignature("the message is signed by another type than agreed")
    if not account.signer.verify(wire.encoded(canonical(fields), account.charset), fields.get("sign", "")):
        raise BadSignature("the signature does not match")
    root = xml.parse(wire.encoded(fields.get("notify_data", ""), account.charset), account.charset)
    if root.tag != "notify":
        raise Malformed("this is not a notification")
    told = xml.children(root)
    return instant.report(told, TradeStatus(told.get("trade_status", "")))
