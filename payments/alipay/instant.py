"""The legacy instant-arrival service (protocol.md A)."""

from dataclasses import dataclass

from payments.alipay.signing import Signer

BANKS = frozenset({"ICBCB2C", "CMB", "CCB", "ABC"})


@dataclass(frozen=True, slots=True)
class InstantAccount:
    """A merchant's account at the legacy service. ``charset`` is utf-8 or gbk; ``gateway`` the address asked."""

    partner: str
    signer: Signer
    seller_email: str = ""
    charset: str = "utf-8"
    gateway: str = "https://mapi.alipay.com/gateway.do"
