"""Every message that we did not make is judged as it should be, by the explaining and by the money-taking code."""

from pathlib import Path
from typing import Any

import pytest

from payments.alipay import instant, openapi, wire
from payments.alipay.errors import BadSignature, Malformed
from payments.alipay.explain import explain
from payments.alipay.record import fields, read, signer
from payments.alipay.tests.factories import VECTORS, instant_account, open_account, vector

FILES = sorted(VECTORS.glob("*.json"))
MAPI_NOTIFICATIONS = ("mapi-md5-chloerei-notify", "mapi-md5-doc-notify-key-unknown")
V2_NOTIFICATIONS = tuple(path.stem for path in FILES if "-v2-" in path.name and "-notify" in path.name)


def expected(data: dict[str, Any]) -> bool:
    said = data["expected"]
    return bool(said.get("valid", said.get("match")))


GENUINE = [name for name in (*MAPI_NOTIFICATIONS, *V2_NOTIFICATIONS) if expected(vector(name))]


def sent(data: dict[str, Any]) -> bytes:
    return wire.write_form(data["params"], data["charset"]).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_message_is_judged_as_a_correct_verifier_does(path: Path) -> None:
    data = vector(path.stem)
    assert explain(data).accepted is expected(data)


def test_all_kinds_and_both_outcomes_are_among_the_messages() -> None:
    seen = {(vector(path.stem)["kind"], expected(vector(path.stem))) for path in FILES}
    assert len(FILES) == 55
    assert {(kind, True) for kind in ("request-sign", "notify-verify", "response-verify", "cert-sn")} <= seen
    assert {kind for kind, valid in seen if not valid} == {"request-sign", "notify-verify", "response-verify"}


@pytest.mark.parametrize("name", V2_NOTIFICATIONS)
def test_the_shop_takes_open_platform_notifications_as_the_vectors_say(name: str) -> None:
    data = vector(name)
    account = open_account(signer=signer(read(data)))
    if expected(data):
        report = openapi.read_notification(account, sent(data))
        assert (report.out_trade_no, report.paid) == (data["params"]["out_trade_no"], True)
    else:
        with pytest.raises(BadSignature):
            openapi.read_notification(account, sent(data))


@pytest.mark.parametrize("name", MAPI_NOTIFICATIONS)
def test_the_shop_takes_legacy_notifications_as_the_vectors_say(name: str) -> None:
    data = vector(name)
    account = instant_account(signer=signer(read(data)))
    if expected(data):
        assert instant.read_notification(account, sent(data)).notify_id == data["params"]["notify_id"]
    else:
        with pytest.raises(BadSignature):
            instant.read_notification(account, sent(data))


def test_the_return_that_the_sandbox_signed_is_genuine_and_proves_no_payment() -> None:
    data = vector("032-v2-rsa2-yansongda-return")
    report = openapi.read_return(open_account(signer=signer(read(data))), data["wire"].partition("?")[2].encode())
    assert (report.out_trade_no, str(report.amount), report.paid) == ("1703141270", "0.01", False)


@pytest.mark.parametrize("name", GENUINE)
def test_no_field_of_a_genuine_message_can_be_changed_dropped_or_added(name: str) -> None:
    data = vector(name)
    params: dict[str, str] = data["params"]
    signed = [name for name in params if name not in ("sign", "sign_type") and params[name]]
    changed = [params | {name: params[name] + "0"} for name in signed]
    dropped = [{other: value for other, value in params.items() if other != name} for name in signed]
    for forged in (*changed, *dropped, params | {"refund_fee": "0.01"}):
        assert not explain(data | {"params": forged, "string_to_sign": ""}).accepted


@pytest.mark.parametrize("path", [p for p in FILES if "request" in vector(p.stem)["kind"]], ids=lambda p: p.stem)
def test_a_request_that_was_changed_after_signing_is_not_agreed(path: Path) -> None:
    data = vector(path.stem)
    sign = data["expected"]["sign"]
    data["expected"] = {"sign": "0" + sign[1:]}
    data["params"] = data.get("params", {}) | ({"sign": "0" + sign[1:]} if "params" in data else {})
    data["wire"] = ""
    if "http" in data:
        data["http"]["body"] += " "
        data["string_to_sign"] = ""
    assert not explain(data).accepted


@pytest.mark.parametrize("path", [p for p in FILES if vector(p.stem).get("wire")], ids=lambda p: p.stem)
def test_what_was_sent_reads_back_to_the_decoded_parameters(path: Path) -> None:
    data = vector(path.stem)
    record = read(data)
    assert {k: v for k, v in fields(record).items() if v} == {k: v for k, v in data["params"].items() if v}


def test_a_record_whose_decoded_parameters_were_not_the_sent_ones_is_malformed() -> None:
    data = vector("gen-php-MD5_utf-8")
    data["params"] |= {"subject": data["params"]["subject"].replace("+", " ")}
    with pytest.raises(Malformed, match="decoded twice"):
        fields(read(data))
