"""Begun at the desk, continued on the phone, and back: at a gateway that keeps a trade what it was begun as."""

from collections.abc import Iterator

import pytest

from tests.browsing import TIMEOUT
from tests.playing import ONCE, Purchase
from tests.stack import Database, Stack, manage
from tests.test_scenarios import PHONE


@pytest.fixture(scope="module")
def stack(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A shop and a gateway; in the end the books must hold."""
    with Stack(database, tmp_path_factory.mktemp("devices") / "data", simulator=True) as running:
        yield running
        manage(["manage.py", "check_money"], running.environment)


class Devices(Purchase):
    """One order in the hands of one shopper, at the desk and on the phone."""

    def at(self, device: str) -> str:
        """The gateway's page on this device; it must be one to pay at."""
        self.visitor.session.headers["User-Agent"] = PHONE if device == "phone" else "Mozilla/5.0 (X11; Linux x86_64)"
        return self.go()

    def act(self, page: str, act: str) -> str:
        """Presses a button of the gateway's page; what is shown then."""
        return self.visitor.session.post(page, {"act": act}, timeout=TIMEOUT).text

    def statuses(self) -> list[str]:
        """The gateway's trades of this order, oldest first."""
        trades = reversed(self.gateway.read("trades")["trades"])
        return [trade["status"] for trade in trades if trade["out_trade_no"].startswith(self.number)]


@pytest.fixture
def devices(stack: Stack) -> Devices:
    return Devices(stack, "alipay")


@pytest.mark.parametrize(("first", "then"), [("desk", "phone"), ("phone", "desk")])
def test_what_was_begun_on_one_device_is_paid_on_the_other(devices: Devices, first: str, then: str) -> None:
    devices.act(devices.at(first), "login")
    page = devices.at(then)
    devices.act(page, "login")
    devices.act(page, "pay")
    devices.becomes("paid")
    assert (devices.statuses(), devices.effects()) == (["TRADE_CLOSED", "TRADE_SUCCESS"], ONCE)


def test_of_two_pages_that_nobody_took_up_one_is_paid(devices: Devices) -> None:
    desk, phone = devices.at("desk"), devices.at("phone")
    devices.act(desk, "login")
    assert "ACQ.CONTEXT_INCONSISTENT" in devices.act(phone, "login")
    devices.act(desk, "pay")
    devices.becomes("paid")
    assert (devices.statuses(), devices.effects()) == (["TRADE_SUCCESS"], ONCE)


def test_who_goes_to_and_fro_can_always_pay(devices: Devices) -> None:
    for device in ("desk", "phone", "desk", "phone"):
        page = devices.at(device)
        devices.act(page, "login")
    devices.act(page, "pay")
    devices.becomes("paid")
    assert devices.statuses() == ["TRADE_CLOSED"] * 3 + ["TRADE_SUCCESS"]


def test_the_gateway_refuses_one_number_as_two_products(devices: Devices, stack: Stack) -> None:
    """What the shop must never send: the negative of the tests above."""
    devices.act(devices.at("desk"), "login")
    stack.run(f"UPDATE payments_payment SET product = 'QUICK_WAP_WAY' WHERE out_trade_no = '{devices.attempt()}'")
    with pytest.raises(AssertionError, match="ACQ.CONTEXT_INCONSISTENT"):
        devices.at("phone")
