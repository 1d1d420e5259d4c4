"""The anti-phishing timestamp of the legacy service (protocol.md A.3), needed where a contract asks for it."""

from payments.alipay import instant, wire
from payments.alipay.errors import Unknown
from payments.alipay.instant import InstantAccount


def query_timestamp_url(account: InstantAccount) -> str:
    """The unsigned address of query_timestamp."""
    fields = {"service": "query_timestamp", "partner": account.partner, "_input_charset": account.charset}
    return f"{account.gateway}?{wire.write_form(fields, account.charset)}"


def read_timestamp(account: InstantAccount, body: bytes) -> str:
    """The ``anti_phishing_key``, good for about 30 seconds: fetch it just before the redirect. Raises as a query."""
    key = instant.read_success(account, body).findtext("response/timestamp/encrypt_key", "")
    if not key:
        raise Unknown("the answer holds no key")
    return key
