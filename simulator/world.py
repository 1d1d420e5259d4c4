"""Everything the simulator keeps, in one place: each view gets it handed in."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from simulator.clock import Clock
from simulator.ledger import Ledger
from simulator.merchant import Merchant
from simulator.notifier import Notifier
from simulator.notify_ids import NotifyIds
from simulator.scenarios import SCENARIOS, Scenario, Trouble
from simulator.wirelog import WireLog

PRODUCTS = ("advanced", "basic")
STAMP_LIFE = timedelta(seconds=30)


@dataclass(slots=True)
class World:
    """``scenario`` and ``product`` are the defaults of coming payments.

    ``bill_without`` are numbers left out of coming bills, ``bill_extra`` lines that stand in them for no trade.
    """

    merchant: Merchant
    clock: Clock
    ledger: Ledger
    wire: WireLog
    ids: NotifyIds
    notifier: Notifier
    scenario: int = 1
    product: str = "advanced"
    trouble: Trouble | None = None
    stamps: dict[str, datetime] = field(default_factory=dict)
    bills: dict[str, tuple[datetime, bytes]] = field(default_factory=dict)
    bill_without: frozenset[str] = frozenset()
    bill_extra: list[dict[str, str]] = field(default_factory=list)
    batches: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def chosen(self, number: int | None) -> Scenario:
        """The scenario of this number, or the default one. Raises KeyError where there is none."""
        return SCENARIOS[self.scenario if number is None else number]

    def take_trouble(self) -> Trouble | None:
        """The trouble for this one question, counted down."""
        with self.lock:
            trouble = self.trouble
            if trouble:
                self.trouble = replace(trouble, times=trouble.times - 1) if trouble.times > 1 else None
            return trouble

    def reset(self) -> None:
        """As after a start: no trades, no messages, the first scenario, the right time."""
        self.notifier.forget()
        self.ledger.reset()
        self.wire.clear()
        self.stamps.clear()
        self.bills.clear()
        self.batches.clear()
        self.bill_without, self.bill_extra = frozenset(), []
        self.scenario, self.product, self.trouble = 1, "advanced", None
        self.ids.clear()
        self.clock.put_right()


def new_world(merchant: Merchant, speed: float, data: Path | None) -> World:
    """A fresh world; trades come from ``data`` where it is given."""
    clock, wire, ids = Clock(), WireLog(), NotifyIds()
    ledger = Ledger(data / "trades.json" if data else None)
    return World(merchant, clock, ledger, wire, ids, Notifier(clock, wire, ids, speed))
