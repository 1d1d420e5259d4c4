"""Why a signature fails: tries the mistakes that integrators make most (protocol.md 0, A.8, C.2)."""

from collections.abc import Callable, Collection, Mapping
from urllib.parse import quote_plus

from payments.alipay.signing import Signer, canonical

Fields = Mapping[str, str]
Out = Collection[str]


def _other_charset(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, out).encode("gbk" if charset == "utf-8" else "utf-8", "replace")


def _type_signed(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, {"sign"}).encode(charset)


def _type_left_out(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, {"sign", "sign_type"}).encode(charset)


def _empties_signed(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, out, keep_empty=True).encode(charset)


def _values_encoded(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical({name: quote_plus(value, encoding=charset) for name, value in fields.items()}, out).encode(charset)


def _not_sorted(fields: Fields, charset: str, out: Out) -> bytes:
    return "&".join(f"{name}={value}" for name, value in fields.items() if value and name not in out).encode(charset)


def _ampersand_before_key(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, out).encode(charset) + b"&"


def _key_named(fields: Fields, charset: str, out: Out) -> bytes:
    return canonical(fields, out).encode(charset) + b"&key="


MISTAKES: tuple[tuple[str, Callable[[Fields, str, Out], bytes]], ...] = (
    ("sign_type was signed: leave sign and sign_type out of the string.", _type_signed),
    ("sign_type was left out of the string: here only sign is left out.", _type_left_out),
    ("Empty values were signed: leave out every parameter without a value.", _empties_signed),
    ("The values were url-encoded before signing: sign the raw values, encode afterwards.", _values_encoded),
    ("The parameters were signed as they stand in the address: sort them by name first.", _not_sorted),
    ("The signed bytes are in another charset than _input_charset says.", _other_charset),
    ("An & stands between the string and the key: append the key directly.", _ampersand_before_key),
    ("The key was appended as &key=…: append it directly.", _key_named),
)


def likely_mistake(fields: Fields, charset: str, given: str, signer: Signer, out: Out) -> str:
    """A sentence for the developer."""
    right = canonical(fields, out).encode(charset)
    for sentence, variant in MISTAKES:
        text = variant(fields, charset, out)
        if text != right and signer.verify(text, given.lower() if signer.sign_type == "MD5" else given):
            return sentence
    if signer.sign_type == "MD5" and signer.verify(right, given.lower()):
        return "The digest is in capitals: write it in lower-case hex."
    if signer.sign_type == "MD5" and len(given) != 32:
        return "This is no MD5 digest: 32 hex digits are expected."
    return "None of the usual mistakes: another key was used, or a value was changed after signing."
