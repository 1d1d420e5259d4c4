"""The simulator's clock: Alipay's time (GMT+8), which a test may move forward or set wrong."""

import threading
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


class Clock:
    """Real time plus ``forward`` (what tests skip). ``skew`` is shown to the merchant only: a wrong gateway clock."""

    def __init__(self) -> None:
        self.forward = timedelta()
        self.skew = timedelta()
        self.moved = threading.Condition()

    def now(self) -> datetime:
        """The moment, aware, in China's time zone."""
        return datetime.now(CHINA) + self.forward

    def advance(self, seconds: float) -> None:
        """Skips time: what was due meanwhile happens now."""
        with self.moved:
            self.forward += timedelta(seconds=seconds)
            self.moved.notify_all()

    def put_right(self) -> None:
        """The real time again; for who has forgotten everything that came later."""
        with self.moved:
            self.forward = self.skew = timedelta()
            self.moved.notify_all()

    def stamp(self, moment: datetime | None = None) -> str:
        """``yyyy-MM-dd HH:mm:ss`` as Alipay writes it, with the skew."""
        return ((moment or self.now()) + self.skew).strftime("%Y-%m-%d %H:%M:%S")
