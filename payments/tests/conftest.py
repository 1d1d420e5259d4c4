"""The shopper's order, and a gateway that answers what the test wants."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from pytest_django import Settings

from orders.models import Order
from payments import registry
from payments.alipay.errors import AlipayError
from payments.alipay.keys import private_key, public_key
from payments.alipay.messages import PayRequest, TradeReport, TradeStatus
from payments.alipay.openapi import OpenAccount
from payments.alipay.sandbox import APP_ID, PARTNER, demo_keys
from payments.alipay.signing import RsaSigner
from payments.tests.alipay_double import AlipayDouble
from payments.tests.open_double import OpenDouble


@dataclass
class ScriptedGateway:
    """Says that a trade is ``status``, or raises ``trouble``; ``asked`` are the numbers it was asked about."""

    amount: Decimal
    status: TradeStatus = TradeStatus.WAIT_BUYER_PAY
    trouble: AlipayError | None = None
    asked: list[str] = field(default_factory=list)
    method: str = "alipay-instant"

    def start(self, request: PayRequest) -> str:
        return f"https://gateway.example/?{request.out_trade_no}" if self.trouble is None else self._fail()

    def product(self, bank: str, phone: bool) -> str:
        return bank

    def query(self, out_trade_no: str) -> TradeReport:
        self.asked.append(out_trade_no)
        if self.trouble:
            self._fail()
        return TradeReport(out_trade_no, self.status, self.amount, trade_no="2026110222001400000000004821")

    def mismatches(self, report: TradeReport) -> list[str]:
        return []

    def _fail(self) -> str:
        assert self.trouble
        raise self.trouble


@pytest.fixture
def gateway(order: Order, monkeypatch: pytest.MonkeyPatch) -> ScriptedGateway:
    """Stands in for the configured gateway of ``order``'s method."""
    scripted = ScriptedGateway(order.total)
    monkeypatch.setattr(registry, "gateways", lambda: {"alipay-instant": scripted})
    return scripted


@pytest.fixture
def alipay(settings: Settings) -> Iterator[AlipayDouble]:
    """The shop's legacy gateway is this double while the test runs: real messages over a real socket."""
    double = AlipayDouble()
    settings.ALIPAY_INSTANT = replace(settings.ALIPAY_INSTANT, gateway=double.url)
    settings.GATEWAY_CONNECT_TIMEOUT = settings.GATEWAY_READ_TIMEOUT = 1
    registry.gateways.cache_clear()
    yield double
    registry.gateways.cache_clear()
    double.close()


@pytest.fixture
def platform(settings: Settings) -> Iterator[OpenDouble]:
    """The Open Platform is this double, and ``alipay`` the shop's first method."""
    double = OpenDouble()
    keys = demo_keys(settings.DATA_DIR / "simulator" / "keys")
    signer = RsaSigner(private_key(keys.app_private), public_key(keys.alipay_public))
    settings.PAYMENT_METHODS = ["alipay", "alipay-instant"]
    settings.ALIPAY_OPEN = OpenAccount(APP_ID, signer, PARTNER, gateway=double.url)
    settings.GATEWAY_CONNECT_TIMEOUT = settings.GATEWAY_READ_TIMEOUT = 1
    registry.gateways.cache_clear()
    yield double
    registry.gateways.cache_clear()
    double.close()
