"""One simulator for all tests, emptied before each; a shop that takes its notifications."""

import contextlib
import itertools
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from simulator.tests.merchant_side import PARTNER, Buyer, Shop, Simulator
from simulator.tests.open_app import PAGE, App

NUMBERS = itertools.count(1000000100000001)


@pytest.fixture(scope="session", autouse=True)
def _at_a_terminal() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored, and so all that this starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture
def stranger() -> Iterator[Callable[[bytes], str]]:
    """Something else that listens: answers whatever comes with these bytes and hangs up; its address."""
    listening: list[socket.socket] = []

    def serve(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(answer)

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield serve
    for server in listening:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


# The same by the Open Platform.


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    assert app.simulator.stop() == 0


@pytest.fixture
def app(running: App) -> App:
    running.simulator.do("reset")
    running.skip = timedelta()
    return running


@pytest.fixture
def biz(number: str) -> dict[str, str]:
    code = "FAST_INSTANT_TRADE_PAY"
    return {"out_trade_no": number, "total_amount": "88.00", "subject": "一只茶杯", "product_code": code}


@pytest.fixture
def urls(shop: Shop) -> dict[str, str]:
    return {"notify_url": f"{shop.url}/notify", "return_url": f"{shop.url}/return"}


@pytest.fixture
def page(app: App, biz: dict[str, str], urls: dict[str, str]) -> Buyer:
    return Buyer(app.simulator, app.request(PAGE, biz, **urls), sign=False)


@pytest.fixture
def paid(page: Buyer, shop: Shop) -> Buyer:
    page.press("login")
    page.press("pay")
    shop.wait(1)
    return page
