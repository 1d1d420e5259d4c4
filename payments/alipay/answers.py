"""The Open Platform's synchronous answers: what exactly is signed in them, and what they say (protocol.md B.7, B.9)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from payments.alipay import wire
from payments.alipay.errors import BadSignature, Malformed, Refused, Unknown
from payments.alipay.signing import Signer

OK = "10000"
SERVICE_TROUBLE = "20000"
PASSING_TROUBLE = frozenset({"ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR", "SYSTEM_ERROR"})
SPACES = " \t\r\n"
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class SignedNode:
    """The ``*_response`` member of an answer: ``text`` is cut from the body as it came, never written anew."""

    name: str
    text: str
    sign: str
    cert_sn: str


def cut(body: bytes, charset: str) -> SignedNode:
    """Finds the signed text. Scans as JSON does, so braces and commas inside strings mislead nobody (B.7).

    Raises Malformed, also where a member comes twice: one copy would be verified and the other believed.
    """
    text = wire.decoded(body, charset)
    found = _members(text)
    names = [name for name in found if name.endswith("_response")]
    if len(names) != 1:
        raise Malformed("the answer has not exactly one response node")
    node = found[names[0]]
    if not node.startswith("{"):
        raise Malformed("the response node is not an object")
    return SignedNode(names[0], node, _string(found.get("sign")), _string(found.get("alipay_cert_sn")))


def verify(signer: Signer, node: SignedNode, charset: str) -> None:
    """Raises BadSignature unless Alipay signed the node's text."""
    if not node.sign.strip():
        raise BadSignature("the answer is not signed")
    if not signer.verify(wire.encoded(node.text, charset), node.sign):
        raise BadSignature("the signature does not match")


def read(signer_of: Callable[[str], Signer], method: str, body: bytes, charset: str) -> Mapping[str, Any]:
    """The members of a successful answer to ``method``, verified by the signer of the certificate that it names.

    Raises Refused where Alipay says no, and Unknown where the outcome is open: unsigned, unreadable, another
    certificate than is known, another node than asked for, passing trouble.
    """
    try:
        node = cut(body, charset)
        verify(signer_of(node.cert_sn), node, charset)
    except Malformed as error:
        raise Unknown(f"the answer cannot be trusted: {error}") from None
    return _successful(node, method)


def read_unverified(method: str, body: bytes, charset: str) -> Mapping[str, Any]:
    """The same, whoever signed: for what proves itself by what it holds."""
    try:
        return _successful(cut(body, charset), method)
    except Malformed as error:
        raise Unknown(f"the answer cannot be read: {error}") from None


def _successful(node: SignedNode, method: str) -> Mapping[str, Any]:
    members: Mapping[str, Any] = json.loads(node.text)
    _raise_refusal(members)
    if node.name != method.replace(".", "_") + "_response":
        raise Unknown("the answer belongs to another question")
    return members


def fields_of(members: Mapping[str, Any]) -> dict[str, str]:
    """The members as texts; lists and objects stay JSON. Raises Unknown for a NUL, which no database stores alike."""
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items()}
    if any("\0" in value for value in fields.values()):
        raise Unknown("the answer holds a NUL")
    return fields


def _raise_refusal(members: Mapping[str, Any]) -> None:
    code, sub_code = str(members.get("code", "")), str(members.get("sub_code", ""))
    if code == OK:
        return
    if code in ("", SERVICE_TROUBLE) or sub_code in PASSING_TROUBLE:
        raise Unknown(f"the gateway answered {code} {sub_code}".strip())
    raise Refused(sub_code or code, str(members.get("sub_msg") or members.get("msg") or ""))


def _string(text: str | None) -> str:
    value = json.loads(text) if text else ""
    if not isinstance(value, str):
        raise Malformed("a signature or serial is not a text")
    return value


def _members(text: str) -> dict[str, str]:
    """The raw texts of the top-level object's members, by name."""
    try:
        return _scan(text)
    except (ValueError, IndexError, RecursionError):
        raise Malformed("the answer is not a JSON object") from None


def _scan(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = _expect(text, 0, "{")
    while text[_skip(text, at)] != "}":
        if found:
            at = _expect(text, at, ",")
        name, at = DECODER.raw_decode(text, _skip(text, at))
        start = _skip(text, _expect(text, at, ":"))
        _, at = DECODER.raw_decode(text, start)
        if not isinstance(name, str) or name in found:
            raise ValueError("a member comes twice or has no name")
        found[name] = text[start:at]
    if text[_skip(text, at) + 1 :].strip(SPACES):
        raise ValueError("something follows the object")
    return found


def _skip(text: str, at: int) -> int:
    while text[at] in SPACES:
        at += 1
    return at


def _expect(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at] != mark:
        raise ValueError("not JSON")
    return at + 1
