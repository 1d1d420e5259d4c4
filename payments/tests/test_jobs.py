"""The worker's jobs run over rows, note their end, and survive their own failures."""

import pytest
from django.utils import timezone

from payments import closing, jobs
from payments.models import JobRun
from payments.tests.alipay_double import AlipayDouble, trade_answer
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer

pytestmark = pytest.mark.django_db
BILL = "alipay.data.dataservice.bill.downloadurl.query"
BY_THE_MINUTE = [jobs.ask_open_attempts, jobs.expire_orders, jobs.follow_up_refunds, jobs.send_mails]
ALL = [*BY_THE_MINUTE, jobs.reconcile_yesterday, jobs.mend_search, jobs.forget_persons]


@pytest.fixture(autouse=True)
def _keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)


@pytest.mark.parametrize("job", ALL, ids=lambda job: job.name)
def test_each_job_notes_that_it_ran(alipay: AlipayDouble, platform: OpenDouble, job: object) -> None:
    platform.answers[BILL] = answer(BILL, bill_file_code="EMPTY_DATA_WITH_BILL_FILE")
    job.call_local()  # type: ignore[attr-defined]
    run = JobRun.objects.get()
    assert run.finished_at and run.failure == ""


def test_a_forgotten_payment_is_found_by_the_clock(alipay: AlipayDouble) -> None:
    payment = PaymentFactory(next_query_at=timezone.now())
    alipay.answers["single_trade_query"] = trade_answer(payment)
    jobs.ask_open_attempts.call_local()
    payment.order.refresh_from_db()
    assert payment.order.status == "paid"


def test_a_job_that_fails_is_noted_and_does_not_stop_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise RuntimeError("disk full")

    monkeypatch.setattr(closing, "expire_due", broken)
    jobs.expire_orders.call_local()
    assert JobRun.objects.get().failure == "RuntimeError: disk full"


def test_the_schedule_names_every_job() -> None:
    scheduled = {task.name for task in jobs.queue._registry.periodic_tasks}
    assert scheduled == {job.name for job in ALL}
