"""Where a request comes from: what our own proxies say, never what the visitor says."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from shop.visitors import address_of, network_of

PROXY = "10.0.0.7"


def seen(proxies: int, forwarded: str | None, settings: Settings, remote: str = PROXY) -> str:
    """The address that the shop believes."""
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PROXY),
        (0, "198.51.100.1", PROXY),  # nobody of ours wrote that
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the left one was sent by the visitor
        (2, "203.0.113.9, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        (2, "198.51.100.1", PROXY),  # one proxy was gone round
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (1, "198.51.100.1\r\nX: y", PROXY),
        (1, "1" * 10_000, PROXY),
        (1, "２０３.0.113.9", PROXY),
        (1, " 2001:DB8::0:1 ", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_visitor_is_whom_the_outermost_of_our_proxies_names(
    proxies: int, forwarded: str | None, address: str, settings: Settings
) -> None:
    assert seen(proxies, forwarded, settings) == address


@pytest.mark.parametrize("remote", ["", "unix:"])
def test_a_socket_without_address_is_no_address(remote: str, settings: Settings) -> None:
    assert seen(0, None, settings, remote) == ""


def test_who_has_one_address_of_ipv6_is_counted_by_its_network(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    ask = RequestFactory()
    many = {network_of(ask.get("/", REMOTE_ADDR=f"2001:db8:1:2::{n:x}")) for n in range(99)}
    assert many == {"2001:db8:1:2::/64"}
    assert network_of(ask.get("/", REMOTE_ADDR="2001:db8:1:3::1")) not in many
    assert network_of(ask.get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"
    assert network_of(ask.get("/", REMOTE_ADDR="")) == ""
