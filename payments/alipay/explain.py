"""Judges one recorded message by the shop's own code and says why, in words."""

import hmac
import re
from dataclasses import dataclass

from payments.alipay import answers, certificates, mistakes, v3, wap1
from payments.alipay import record as records
from payments.alipay.errors import AlipayError, Malformed
from payments.alipay.record import Record, Unreadable
from payments.alipay.signing import RsaSigner, Signer, canonical
from payments.alipay.wire import encoded

BOTH = frozenset({"sign", "sign_type"})
ONLY_SIGN = frozenset({"sign"})
KEEPS_TYPE = re.compile(r"only (the )?sign\b|sign_type (stays|remains|included|(is )?kept|(is )?left in)")
NOTIFICATION_V2 = frozenset({"sign", "sign_type", "alipay_cert_sn"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the shop's code accepts the message or agrees with the computed value; ``lines`` say why."""

    accepted: bool
    lines: tuple[str, ...]


def explain(data: object) -> Verdict:
    """Judges a record as parsed from JSON. Raises Unreadable where it is none or lacks what its kind needs."""
    record = records.read(data)
    judges = {"cert-sn": _certificate, "response-verify": _response}
    try:
        return judges.get(record.kind, _signature)(record)
    except AlipayError as error:
        return Verdict(False, (*_head(record), f"Rejected: {error}."))


def _head(record: Record) -> tuple[str, ...]:
    return (f"{record.kind}, {record.protocol or 'protocol not named'}, charset {record.charset}.",)


def _certificate(record: Record) -> Verdict:
    pem = record.certificate_pem or record.key.get("certificate_pem", "")
    if not pem:
        raise Unreadable("certificate_pem is missing")
    root = "root" in record.role
    value = certificates.root_sn(pem) if root else certificates.certificate_sn(pem)
    how = "all certificates signed with RSA, joined by _" if root else "the first certificate"
    return _compared(record, (f"Serial of {how}: {value}",), value, str(record.expected.get("value", "")))


def _compared(record: Record, lines: tuple[str, ...], ours: str, theirs: str) -> Verdict:
    if theirs and ours != theirs:
        return Verdict(False, (*_head(record), *lines, f"Rejected: the record says {theirs}"))
    return Verdict(True, (*_head(record), *lines, "Agreed." if theirs else "The record names no value to compare."))


def _response(record: Record) -> Verdict:
    if record.protocol == "openapi-v3":
        return _sealed(record, v3.answer(_headers(record), record.body or str(record.http.get("body", ""))))
    if not record.body:
        raise Unreadable("body is missing")
    node = answers.cut(encoded(record.body, record.charset), record.charset)
    lines = (f"Node {node.name}, signed text as received: {node.text}",)
    if not record.key:
        return _compared(record, lines, node.text, str(record.expected.get("signed_substring", "")))
    signer = records.signer(record)
    if node.sign.strip() and signer.verify(encoded(node.text, record.charset), node.sign):
        return Verdict(True, (*_head(record), *lines, _key_line(signer), "Accepted."))
    hint = mistakes.guess_answer(signer, node, record.charset)
    return _rejected(record, lines, signer, hint)


def _signature(record: Record) -> Verdict:
    if record.http:
        sealed = v3.request(
            str(record.http.get("method", "")), str(record.http.get("url", "")), _headers(record),
            str(record.http.get("body") or ""),
        )  # fmt: skip
        return _sealed(record, sealed)
    fields = records.fields(record)
    if not fields or _as_given(record):
        return _sealed(record, v3.Sealed(record.string_to_sign, fields.get("sign", record.signature)))
    return _fields(record, dict(fields))


def _sealed(record: Record, sealed: v3.Sealed) -> Verdict:
    """A text that is signed as it stands."""
    if not sealed.text or not sealed.sign:
        raise Unreadable("there is no signed string, or no signature to hold it against")
    if record.string_to_sign not in ("", sealed.text):
        raise Malformed("the recorded string_to_sign is not what this message signs")
    signer = records.signer(record)
    lines = (f"Signed string: {sealed.text}",)
    if _holds(record, signer, sealed.text, sealed.sign):
        return Verdict(True, (*_head(record), *lines, _key_line(signer), "Accepted."))
    return _rejected(record, lines, signer, "")


def _fields(record: Record, fields: dict[str, str]) -> Verdict:
    """A message of named fields, by the canonical form that its kind and protocol have."""
    signer = records.signer(record)
    if record.signature and fields.setdefault("sign", record.signature) != record.signature:
        raise Malformed("the recorded signature is not the one in the message")
    named = fields.get("sec_id" if _wap1(record) else "sign_type", record.sign_type)
    if named != record.sign_type:
        raise Malformed(f"the message names {named or 'no type'}, but {record.sign_type} was agreed")
    leave_out = _leave_out(record)
    texts = _canonical_forms(record, fields, leave_out)
    lines = (f"Left out of the signed string: {', '.join(sorted(leave_out))}.", f"Signed string: {texts[0]}")
    holding = [text for text in texts if _holds(record, signer, text, fields.get("sign", ""))]
    if holding and record.string_to_sign in ("", *holding):
        return Verdict(True, (*_head(record), *lines, _key_line(signer), "Accepted."))
    if holding:
        raise Malformed(f"the message holds, but the record says that this was signed: {record.string_to_sign}")
    claim = mistakes.Claim(signer, fields, fields.get("sign", ""), record.charset, leave_out)
    return _rejected(record, lines, signer, mistakes.guess(claim))


def _canonical_forms(record: Record, fields: dict[str, str], leave_out: frozenset[str]) -> list[str]:
    """The strings that may have been signed: one, but Open Platform notifications keep or drop blanks (B.5)."""
    if _wap1(record):
        return [wap1.canonical(fields)]
    forms = [canonical(fields, leave_out)]
    if leave_out == NOTIFICATION_V2 or (record.kind == "notify-verify" and leave_out == ONLY_SIGN):
        forms.append(canonical(fields, leave_out, keep_empty=True))
    return forms


def _holds(record: Record, signer: Signer, text: str, sign: str) -> bool:
    """A request is signed again with our key where we have it; everything else is verified."""
    raw = encoded(text, record.charset)
    if record.kind == "request-sign" and isinstance(signer, RsaSigner) and signer.private:
        return hmac.compare_digest(signer.sign(raw).encode(), sign.encode("utf-8", "replace"))
    return signer.verify(raw, sign)


def _leave_out(record: Record) -> frozenset[str]:
    """The record's rule decides where it names one: other notifications than trades' are signed with sign_type."""
    if KEEPS_TYPE.search(record.rule):
        return ONLY_SIGN
    if record.protocol == "openapi-v2" and record.kind == "notify-verify":
        return NOTIFICATION_V2
    return ONLY_SIGN if record.protocol == "openapi-v2" and "sign_type" not in record.rule else BOTH


def _as_given(record: Record) -> bool:
    return "as it is signed" in record.rule and bool(record.string_to_sign)


def _wap1(record: Record) -> bool:
    return record.protocol == "mapi-wap1"


def _headers(record: Record) -> dict[str, str]:
    return {str(name): str(value) for name, value in dict(record.http.get("headers") or {}).items()}


def _key_line(signer: Signer) -> str:
    if isinstance(signer, RsaSigner):
        key = signer.private or signer.public
        return f"Key: RSA of {key.key_size if key else 0} bits, digest of {signer.sign_type}."
    return f"Key: the shared {signer.sign_type} key."


def _rejected(record: Record, lines: tuple[str, ...], signer: Signer, hint: str) -> Verdict:
    own = mistakes.own_key(signer) if record.kind != "request-sign" else ""
    why = hint or own or "The content was changed, or it was signed by another key."
    return Verdict(False, (*_head(record), *lines, _key_line(signer), f"Rejected: the signature does not match. {why}"))
