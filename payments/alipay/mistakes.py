"""Names the mistake that a rejected signature looks like, by trying what would have been right (protocol.md C.2)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from urllib.parse import quote_plus

from payments.alipay.answers import SignedNode
from payments.alipay.errors import Malformed
from payments.alipay.signing import Md5Signer, RsaSigner, Signer, canonical
from payments.alipay.wire import encoded

MOST_SPACES = 8
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ")


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature that does not hold, with the fields it should sign and the names that the rule leaves out."""

    signer: Signer
    fields: Mapping[str, str]
    sign: str
    charset: str
    leave_out: frozenset[str]


def guess(claim: Claim) -> str:
    """The first mistake that explains the signature, in a sentence; empty where none does."""
    return next((sentence for sentence, holds in _tries(claim) if _quietly(holds)), "")


def guess_answer(signer: Signer, node: SignedNode, charset: str) -> str:
    """The same for a synchronous answer."""
    if not node.sign.strip():
        return "The answer carries no signature. A success without one must never be believed."
    if _holds(signer, node.text.replace("/", "\\/"), node.sign, charset):
        return "The body was parsed and written anew: its slashes were escaped (\\/) when it was signed."
    if (other := _other_digest(signer)) and _holds(other, node.text, node.sign, charset):
        return f"It is signed by {other.sign_type}, but {signer.sign_type} was agreed."
    return ""


def own_key(signer: Signer) -> str:
    """Whether the key to verify with is the public half of the key to sign with: the most common slip of all."""
    if not isinstance(signer, RsaSigner) or not signer.private or not signer.public:
        return ""
    if signer.private.public_key().public_numbers() != signer.public.public_numbers():
        return ""
    return "The public key belongs to the application's own private key. Take Alipay's public key instead."


def _tries(claim: Claim) -> Iterator[tuple[str, Callable[[], bool]]]:
    if not claim.sign.strip():
        yield "The message carries no signature.", lambda: True
    yield from _signature_tries(claim)
    yield from _string_tries(claim)
    yield from _value_tries(claim)


def _signature_tries(claim: Claim) -> Iterator[tuple[str, Callable[[], bool]]]:
    text = canonical(claim.fields, claim.leave_out)
    yield (
        "The signature is right but in upper case: MD5 is written in lower-case hex.",
        lambda: claim.sign != claim.sign.lower() and _holds(claim.signer, text, claim.sign.lower(), claim.charset),
    )
    yield (
        "The + signs of the signature became spaces: it was decoded twice, or never url-encoded.",
        lambda: " " in claim.sign and _holds(claim.signer, text, claim.sign.replace(" ", "+"), claim.charset),
    )
    if other := _other_digest(claim.signer):
        yield (
            f"It is signed by {other.sign_type}, but {claim.signer.sign_type} was agreed.",
            lambda: _holds(other, text, claim.sign, claim.charset),
        )
    yield (
        "The key was appended with &key= before it. Alipay appends the bare key.",
        lambda: isinstance(claim.signer, Md5Signer) and _holds(claim.signer, f"{text}&key=", claim.sign, claim.charset),
    )
    for charset in {"utf-8", "gbk"} - {claim.charset.lower()}:
        yield f"The bytes were signed in {charset}, not in {claim.charset}.", _fits(claim, charset=charset)


def _string_tries(claim: Claim) -> Iterator[tuple[str, Callable[[], bool]]]:
    yield (
        "It holds with sign_type in the signed string, but the rule for this message leaves it out.",
        _fits(claim, leave_out=claim.leave_out - {"sign_type"}),
    )
    yield (
        "It holds without sign_type in the signed string, but the rule for this message keeps it.",
        _fits(claim, leave_out=claim.leave_out | {"sign_type"}),
    )
    yield (
        "Empty values were signed. They must be dropped first.",
        lambda: _holds(claim.signer, canonical(claim.fields, claim.leave_out, keep_empty=True), claim.sign,
                       claim.charset),
    )  # fmt: skip
    unsorted = "&".join(f"{k}={v}" for k, v in claim.fields.items() if v and k not in claim.leave_out)
    yield (
        "The fields were joined as they came. They must be sorted by name.",
        lambda: _holds(claim.signer, unsorted, claim.sign, claim.charset),
    )


def _value_tries(claim: Claim) -> Iterator[tuple[str, Callable[[], bool]]]:
    quoted = {name: quote_plus(value, encoding=claim.charset, errors="replace") for name, value in claim.fields.items()}
    yield "The values were url-encoded before they were signed. Sign them raw.", _fits(claim, fields=quoted)
    yield (
        "The values were decoded twice: a + that belongs to a value became a space.",
        lambda: any(_fits(claim, fields=fields)() for fields in _with_plus(claim.fields)),
    )
    for name in claim.fields:
        rest = {other: value for other, value in claim.fields.items() if other != name}
        yield (
            f"The field {name} is not Alipay's: parameters of one's own must be removed before verifying.",
            _fits(claim, fields=rest),
        )


def _with_plus(fields: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The fields with some of their spaces turned back into +, in all ways where those are few."""
    places = [
        (name, at)
        for name, value in fields.items()
        for at, char in enumerate(value)
        if char == " " and not MOMENT.match(value)
    ]
    for count in range(1, len(places) + 1 if len(places) <= MOST_SPACES else 1):
        for chosen in combinations(places, count):
            yield {
                name: "".join("+" if (name, at) in chosen else char for at, char in enumerate(value))
                for name, value in fields.items()
            }


def _fits(claim: Claim, **changes: object) -> Callable[[], bool]:
    changed = replace(claim, **changes)  # type: ignore[arg-type]
    text = canonical(changed.fields, changed.leave_out)
    return lambda: _holds(changed.signer, text, changed.sign, changed.charset)


def _holds(signer: Signer, text: str, sign: str, charset: str) -> bool:
    return signer.verify(encoded(text, charset), sign)


def _other_digest(signer: Signer) -> RsaSigner | None:
    if not isinstance(signer, RsaSigner):
        return None
    return replace(signer, sign_type="RSA" if signer.sign_type == "RSA2" else "RSA2")


def _quietly(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except Malformed:
        return False
