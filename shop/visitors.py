"""Where a request comes from, behind as many proxies as the operator says there are (``TRUSTED_PROXIES``)."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever has one IPv6 address has a network of 2^64 of them.
IPV6_NETWORK = 64


def address_of(request: HttpRequest) -> str:
    """The visitor's address, or "" where none is known (a socket without address).

    Each trusted proxy adds the address it was called from at the right of X-Forwarded-For, so the visitor is the
    TRUSTED_PROXIES-th from the right; what stands further left was written by the visitor and proves nothing.
    """
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    named = hops[-trusted] if 0 < trusted <= len(hops) else ""
    return _clean(named) or _clean(request.META.get("REMOTE_ADDR", ""))


def network_of(request: HttpRequest) -> str:
    """What to count tries by: an IPv4 address, or the /64 network of an IPv6 one."""
    address = address_of(request)
    return str(ip_network(f"{address}/{IPV6_NETWORK}", strict=False)) if ":" in address else address


@lru_cache(4096)
def _clean(text: str) -> str:
    """The address in its one spelling; "" where it is none. The zone of a link and a mapped IPv4 are taken off."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
