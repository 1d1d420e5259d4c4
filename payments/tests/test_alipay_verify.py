"""``manage.py alipay_verify FILE``: 0 accepted or agreed, 1 not, 2 unreadable, with the reason in words."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from payments.alipay.tests.factories import VECTORS, vector


def run(path: Path) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("alipay_verify", str(path), stdout=out, stderr=err)
    return int(str(ended.value.code)), out.getvalue(), err.getvalue()


def file_of(name: str) -> Path:
    (path,) = VECTORS.glob(f"*{name}*.json")
    return path


@pytest.mark.parametrize(
    "name", ["v2-rsa2-nodesdk-notify.", "cert-gopay-root", "response-trade_refund", "page_pay_RSA2_GBK"]
)
def test_an_accepted_message_ends_with_0(name: str) -> None:
    code, out, _ = run(next(path for path in VECTORS.iterdir() if name in path.name))
    assert code == 0
    assert out.rstrip().endswith(("Accepted.", "Agreed."))


@pytest.mark.parametrize("name", ["tampered-total_amount", "response-unescaped-slash", "gen-lxneng-empty_value"])
def test_a_rejected_message_ends_with_1_and_a_reason(name: str) -> None:
    code, out, _ = run(file_of(name))
    assert code == 1
    assert "Rejected: " in out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kind": "other"}', "\x00", "[" * 100_000])
def test_an_unreadable_file_ends_with_2(tmp_path: Path, content: str) -> None:
    path = tmp_path / "message.json"
    path.write_text(content)
    code, out, err = run(path)
    assert (code, out) == (2, "")
    assert err.startswith("Unreadable: ")


def test_a_missing_file_ends_with_2(tmp_path: Path) -> None:
    assert run(tmp_path / "absent.json")[0] == 2


def test_a_forged_certificate_serial_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "message.json"
    path.write_text(json.dumps(vector("cert-nodesdk-alipay") | {"expected": {"match": True, "value": "0" * 32}}))
    assert run(path)[0] == 1
