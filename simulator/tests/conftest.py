"""One simulator for all tests, emptied before each; a shop that takes its notifications."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from simulator.tests.merchant_side import PARTNER, Buyer, Shop, Simulator

NUMBERS = itertools.count(1000000100000001)


@pytest.fixture(scope="session")
def process() -> Iterator[Simulator]:
    simulator = Simulator("--speed", "1")
    yield simulator
    assert simulator.stop() == 0


@pytest.fixture
def simulator(process: Simulator) -> Simulator:
    process.do("reset")
    return process


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.stop()


@pytest.fixture
def order(shop: Shop) -> dict[str, str]:
    """The unsigned fields of a payment over 88 yuan."""
    return {
        "service": "create_direct_pay_by_user",
        "partner": PARTNER,
        "_input_charset": "utf-8",
        "payment_type": "1",
        "out_trade_no": str(next(NUMBERS)),
        "subject": "一只茶杯 & more",
        "total_fee": "88.00",
        "seller_id": PARTNER,
        "notify_url": f"{shop.url}/notify",
        "return_url": f"{shop.url}/return",
    }


@pytest.fixture
def number(order: dict[str, str]) -> str:
    return order["out_trade_no"]


@pytest.fixture
def buyer(simulator: Simulator, order: dict[str, str]) -> Buyer:
    return Buyer(simulator, order)


@pytest.fixture
def waiting(buyer: Buyer) -> Buyer:
    """A buyer who has logged in."""
    buyer.press("login")
    return buyer


@pytest.fixture
def with_order(simulator: Simulator, order: dict[str, str]) -> Callable[..., Buyer]:
    """Opens the payment page of the order with other fields."""

    def send(**changes: str) -> Buyer:
        return Buyer(simulator, {**order, **changes})

    return send
