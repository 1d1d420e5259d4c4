"""One recorded message with what is needed to judge it: the shape that ``alipay_verify`` reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payments.alipay import keys, wire
from payments.alipay.errors import BadKey, Malformed
from payments.alipay.signing import Md5Signer, RsaSigner, Signer

KINDS = frozenset({"request-sign", "notify-verify", "response-verify", "cert-sn"})


class Unreadable(Exception):
    """The file is no such record; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class Record:
    """The parts that matter, with blanks for what is absent. ``params`` are decoded, ``wire`` is as it was sent."""

    kind: str
    protocol: str
    sign_type: str
    charset: str
    rule: str
    key: Mapping[str, str] = field(repr=False)
    params: Mapping[str, str]
    wire: str
    string_to_sign: str
    body: str
    http: Mapping[str, Any]
    certificate_pem: str
    role: str
    expected: Mapping[str, Any]

    @property
    def signature(self) -> str:
        """The signature outside of the fields, where a record carries it only there."""
        return str(self.expected.get("sign", ""))


def read(data: object) -> Record:
    """The record in a parsed JSON object. Raises Unreadable."""
    if not isinstance(data, Mapping) or _text(data, "kind") not in KINDS:
        raise Unreadable(f"this is not a recorded message: its kind is none of {', '.join(sorted(KINDS))}")
    texts = {name: _text(data, name) for name in ("protocol", "rule", "wire", "string_to_sign", "body", "role")}
    params = {str(name): value for name, value in _mapping(data, "params").items()}
    if not all(isinstance(value, str) for value in params.values()):
        raise Unreadable("the values of params must be texts")
    return Record(
        kind=data["kind"],
        sign_type=_text(data, "sign_type") or params.get("sign_type", ""),
        charset=_text(data, "charset") or params.get("_input_charset") or params.get("charset") or "utf-8",
        key={name: value for name, value in _mapping(data, "key").items() if isinstance(value, str)},
        params=params,
        http=_mapping(data, "http"),
        certificate_pem=_text(data, "certificate_pem"),
        expected={"sign": _text(data, "sign")} | dict(_mapping(data, "expected")),
        **texts,
    )


def signer(record: Record) -> Signer:
    """The keys of the record with the agreed type of signature. Raises BadKey."""
    if record.sign_type == "MD5":
        return Md5Signer(record.key.get("md5_key", ""))
    if record.sign_type not in ("RSA", "RSA2"):
        raise BadKey("the type of signature is none of MD5, RSA, RSA2")
    private, public = record.key.get("private_key_pem", ""), _public_text(record)
    if not private and not public:
        raise BadKey("there is no key")
    ours = keys.private_key(private) if private else None
    if public:
        return RsaSigner(ours, keys.public_key(public), record.sign_type)
    return RsaSigner(ours, ours.public_key() if ours else None, record.sign_type)


def fields(record: Record) -> Mapping[str, str]:
    """The decoded fields, from what was sent where that is recorded. Raises Malformed where the two do not agree."""
    if not record.wire:
        return record.params
    seal = {name: record.params[name] for name in ("sign", "sign_type") if name in record.params}
    sent = seal | wire.read_form(wire.encoded(_query(record.wire), record.charset), record.charset)
    if record.params and _filled(sent) != _filled(record.params):
        raise Malformed("the decoded parameters are not those that were sent: were they decoded twice, or changed?")
    return sent


def _query(sent: str) -> str:
    """The form or query of what was sent: a whole address or only its parameters."""
    head, question, query = sent.partition("?")
    return query.partition("#")[0] if question and "=" not in head else sent


def _filled(params: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if value}


def _public_text(record: Record) -> str:
    return record.key.get("public_key_pem") or record.key.get("certificate_pem", "")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise Unreadable(f"{name} must be a text")
    return value


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name) or {}
    if not isinstance(value, Mapping):
        raise Unreadable(f"{name} must be an object")
    return value
