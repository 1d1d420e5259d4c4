"""The gateway's refusals in words that help a shopper (protocol.md B.9 and A.8)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.alipay.errors import Refused

PAID = _("Alipay says that this was paid already. We are checking it; please do not pay again.")
CLOSED = _("Alipay has closed this payment. Please begin the payment again.")
BUSY = _("Alipay is busy and did not say how the payment stands. Please try again in a minute.")
LIMIT = _("Alipay does not take this amount in one payment.")
REFUSED = _("Alipay refused. Please choose another way to pay, or contact us.")
WORDS: dict[str, Promise] = {
    "ACQ.TRADE_HAS_SUCCESS": PAID,
    "ACQ.TRADE_HAS_FINISHED": PAID,
    "ACQ.TRADE_HAS_CLOSE": CLOSED,
    "TRADE_HAS_CLOSED": CLOSED,
    "ACQ.SYSTEM_ERROR": BUSY,
    "AQC.SYSTEM_ERROR": BUSY,
    "SYSTEM_ERROR": BUSY,
    "SESSION_TIMEOUT": BUSY,
    "TRADE_ENGINE_ERROR": BUSY,
    "ACQ.TOTAL_FEE_EXCEED": LIMIT,
    "TOTAL_FEE_OUT_OF_RANGE": LIMIT,
}


def in_words(refusal: Refused) -> str:
    """What to tell the shopper; the gateway's own code stays in the journal."""
    return str(WORDS.get(refusal.code, REFUSED))
