"""Which day's bill a payment belongs to: Beijing's, at midnight, at a month's and a year's end, whatever our zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from payments import jobs, reconcile, registry
from payments.alipay.wire import CHINA, read_time
from payments.models import Incident, JobRun, LedgerEntry, Payment
from payments.tests.alipay_double import tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer, packed_bill, told

pytestmark = pytest.mark.django_db
BILL = "alipay.data.dataservice.bill.downloadurl.query"
NEW_YEARS_EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)
Bills = Callable[..., None]


def paid(moment: str) -> Payment:
    """Paid at this moment in Beijing, and told."""
    began = read_time(moment)
    assert began
    payment: Payment = PaymentFactory(method="alipay", created_at=began - timedelta(minutes=3))
    assert tell(told(payment, gmt_payment=moment), "alipay") == (200, "success")
    payment.refresh_from_db()
    return payment


@pytest.fixture
def bills(platform: OpenDouble) -> Bills:
    """Lays out the bills: ``bills(day=[payments], …)`` by ISO date with underscores; any other day is empty."""
    laid: dict[str, list[Payment]] = {}

    def address() -> tuple[int, bytes]:
        day = platform.asked_for(BILL)[-1]["bill_date"]
        platform.answers["bill"] = (200, packed_bill([line(payment, day) for payment in laid.get(day, [])]))
        return answer(BILL, bill_download_url=f"{platform.url}?service=bill")

    def line(payment: Payment, day: str) -> dict[str, str]:
        return {
            "支付宝交易号": payment.trade_no or "", "商户订单号": payment.out_trade_no, "业务类型": "交易",
            "完成时间": f"{day} 12:00:00", "订单金额（元）": f"{payment.amount:.2f}",
        }  # fmt: skip

    def lay(**days: list[Payment]) -> None:
        laid.update({day[1:].replace("_", "-"): payments for day, payments in days.items()})

    platform.answers[BILL] = address
    return lay


def differences(*days: date) -> list[int]:
    return [reconcile.reconcile(day)["alipay"].differences for day in days]


@pytest.mark.parametrize(("moment", "day"), [
    ("2026-12-31 12:00:00", NEW_YEARS_EVE),
    ("2026-12-31 00:11:00", NEW_YEARS_EVE),
    ("2026-12-31 23:49:00", NEW_YEARS_EVE),
    ("2027-01-01 00:11:00", NEW_YEAR),
    ("2027-01-01 07:59:59", NEW_YEAR),  # still the old year in UTC
    ("2026-11-30 23:40:00", date(2026, 11, 30)),
    ("2028-02-29 00:30:00", date(2028, 2, 29)),
])  # fmt: skip
def test_a_payment_is_missed_in_the_bill_of_its_day_in_beijing_alone(bills: Bills, moment: str, day: date) -> None:
    payment = paid(moment)
    assert differences(day - timedelta(days=1), day + timedelta(days=1)) == [0, 0]
    assert differences(day) == [1]
    assert Incident.objects.get().subject == payment.trade_no


@pytest.mark.parametrize("moment", ["2026-12-31 23:59:58", "2026-12-31 23:51:00", "2027-01-01 00:00:03"])
@pytest.mark.parametrize("day", ["_2026_12_31", "_2027_01_01"])
def test_around_midnight_the_bill_of_either_day_will_do(bills: Bills, moment: str, day: str) -> None:
    bills(**{day: [paid(moment)]})
    assert differences(NEW_YEARS_EVE, NEW_YEAR) == [0, 0]


@pytest.mark.parametrize("moment", ["2026-12-31 23:50:00", "2026-12-31 23:59:58", "2027-01-01 00:00:03"])
def test_a_payment_around_midnight_that_no_bill_tells_of_is_missed_once(bills: Bills, moment: str) -> None:
    payment = paid(moment)
    assert differences(NEW_YEARS_EVE, NEW_YEAR, date(2027, 1, 2)) == [0, 1, 0]
    assert Incident.objects.get().subject == payment.trade_no


def test_the_day_before_is_read_only_where_something_is_missing_at_midnight(platform: OpenDouble, bills: Bills) -> None:
    bills(_2026_12_31=[paid("2026-12-31 23:59:00")], _2027_01_01=[paid("2027-01-01 12:00:00")])
    differences(NEW_YEARS_EVE)
    assert len(platform.asked_for(BILL)) == 1
    differences(NEW_YEAR)
    assert [asked["bill_date"] for asked in platform.asked_for(BILL)] == ["2026-12-31", "2027-01-01", "2026-12-31"]


@pytest.mark.parametrize(("now", "day"), [
    (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), date(2026, 12, 30)),
    (datetime(2026, 12, 31, 16, 1, tzinfo=UTC), NEW_YEARS_EVE),
    (datetime(2027, 1, 1, 4, 0, tzinfo=UTC), NEW_YEARS_EVE),
    (datetime(2028, 2, 29, 16, 30, tzinfo=UTC), date(2028, 2, 29)),
])  # fmt: skip
def test_yesterday_is_beijings(now: datetime, day: date) -> None:
    with time_machine.travel(now, tick=False):
        assert reconcile.yesterday() == day


@pytest.fixture
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job begins with a fresh connection; a test has only the one that is rolled back."""
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)


@pytest.mark.usefixtures("_one_connection")
def test_the_noon_job_asks_for_the_bill_that_is_ready(platform: OpenDouble, bills: Bills) -> None:
    jobs.reconcile_yesterday.call_local()
    (asked,) = platform.asked_for(BILL)
    assert asked["bill_date"] == f"{datetime.now(CHINA) - timedelta(days=1):%Y-%m-%d}"
    assert JobRun.objects.get().failure == ""


def test_a_payment_that_only_the_bill_of_the_last_day_knows_is_booked_with_its_time(bills: Bills) -> None:
    began = read_time("2026-12-31 11:50:00")
    payment = PaymentFactory(method="alipay", created_at=began, trade_no=None)
    payment.trade_no = "2026123122001400000000000001"
    bills(_2026_12_31=[payment])
    assert reconcile.reconcile(NEW_YEARS_EVE)["alipay"].booked == 1
    payment.refresh_from_db()
    assert payment.paid_at == read_time("2026-12-31 12:00:00")
    assert LedgerEntry.objects.get().reference == "2026123122001400000000000001"


@pytest.mark.usefixtures("_one_connection")
def test_a_silent_gateway_is_noted_with_the_job(platform: OpenDouble) -> None:
    assert registry.gateway("alipay")
    platform.answers[BILL] = (500, b"")
    jobs.reconcile_yesterday.call_local()
    assert JobRun.objects.get().failure.startswith("Unknown")
