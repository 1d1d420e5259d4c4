"""doctor tells an operator at once what is wrong, and ends accordingly."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from payments import registry
from payments.alipay.certificates import Certificates
from payments.alipay.tests.authority import certify
from payments.diagnosis import _clock
from payments.models import JobRun
from payments.tests.alipay_double import AlipayDouble
from payments.tests.factories import IncidentFactory
from payments.tests.open_double import OpenDouble

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        call_command("doctor")
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def healthy(alipay: AlipayDouble, platform: OpenDouble, settings: object) -> None:
    settings.GATEWAYS = {alipay.url, platform.url}  # type: ignore[attr-defined]
    JobRun.objects.create(name="ask_open_attempts", started_at=timezone.now())


def test_a_healthy_shop_ends_well(healthy: None, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys)
    assert code == 0 and "FAIL" not in out
    assert "app …0001, RSA2, key mode" in out


def test_a_dead_gateway_is_a_failure(healthy: None, settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    settings.GATEWAYS = {"http://127.0.0.1:9/gateway.do"}  # type: ignore[attr-defined]
    code, out = run(capsys)
    assert code == 1 and "does not answer" in out


def test_a_silent_worker_is_a_warning(healthy: None, capsys: pytest.CaptureFixture[str]) -> None:
    JobRun.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert "start manage.py worker" in run(capsys)[1]


def test_a_failed_job_is_named(healthy: None, capsys: pytest.CaptureFixture[str]) -> None:
    JobRun.objects.create(name="send_mails", started_at=timezone.now(), failure="SMTPServerDisconnected")
    assert "SMTPServerDisconnected" in run(capsys)[1]


def test_what_needs_attention_is_counted(healthy: None, capsys: pytest.CaptureFixture[str]) -> None:
    IncidentFactory()
    assert "1 open incidents" in run(capsys)[1]


@pytest.mark.parametrize(
    ("date", "level"),
    [("Mon, 23 Nov 2020 12:00:00 GMT", "warn"), ("", "warn"), ("yesterday", "warn")],
)
def test_a_clock_that_differs_or_is_not_told_is_a_warning(date: str, level: str) -> None:
    assert _clock(date).level == level


def test_no_secret_is_printed(healthy: None, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys)[1]
    assert "PRIVATE" not in out and "demo0only" not in out


@pytest.mark.parametrize(("days", "code", "word"), [(400, 0, "OK"), (10, 0, "WARN"), (-2, 1, "FAIL")])
def test_a_certificate_that_ends_is_named_in_time(
    healthy: None, settings: Settings, capsys: pytest.CaptureFixture[str], days: int, code: int, word: str
) -> None:
    ends = timezone.now() + timedelta(days=days)
    files = Certificates(certify("our app", None, ends=ends).pem, certify("Alipay", None).pem, certify("R1", None).pem)
    settings.ALIPAY_OPEN = replace(settings.ALIPAY_OPEN, certificates=files)
    registry.gateways.cache_clear()
    ended, out = run(capsys)
    (line,) = [line for line in out.splitlines() if "ALIPAY_APP_CERT" in line]
    assert (ended, word in line.upper(), f"{ends:%Y-%m-%d}" in line) == (code, True, True)
    assert ("download the next one" in line) == (word != "OK")
