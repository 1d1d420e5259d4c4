"""Canonical strings and signatures, the same rules for both generations (protocol.md 0).

The digest follows our configured sign type, never the one named in a message: a verifier that takes SHA-1 where RSA2
was agreed is weaker than agreed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from payments.alipay.errors import BadKey, BadSignature
from payments.alipay.wire import encoded

SIGNATURE_LIMIT = 1024
DIGESTS: Mapping[str, hashes.HashAlgorithm] = {"RSA": hashes.SHA1(), "RSA2": hashes.SHA256()}  # noqa: S303


def canonical(params: Mapping[str, str], leave_out: Collection[str], *, keep_empty: bool = False) -> str:
    """The string that is signed: ``name=value`` joined by ``&``, sorted by the bytes of the name, values not encoded.

    Empty values are dropped unless ``keep_empty`` (protocol.md 0; for notifications of the Open Platform see B.5).
    """
    names = sorted(
        (name for name, value in params.items() if name not in leave_out and (value or keep_empty)), key=str.encode
    )
    return "&".join(f"{name}={params[name]}" for name in names)


class Signer(Protocol):
    """Signs our messages and verifies Alipay's. ``sign_type`` is the word in the ``sign_type`` parameter."""

    @property
    def sign_type(self) -> str: ...

    def sign(self, text: bytes) -> str:
        """The signature as it is sent."""
        ...

    def verify(self, text: bytes, signature: str) -> bool:
        """Whether ``signature`` is Alipay's for ``text``. Never raises, whatever the signature's text is."""
        ...


@dataclass(frozen=True, slots=True)
class Md5Signer:
    """The legacy service's shared key: md5(string + key), lower-case hex. Both sides sign alike."""

    key: str
    sign_type: str = "MD5"

    def __post_init__(self) -> None:
        if not self.key:
            raise BadKey("the MD5 key is empty")

    def sign(self, text: bytes) -> str:
        return hashlib.md5(text + self.key.encode(), usedforsecurity=False).hexdigest()

    def verify(self, text: bytes, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class RsaSigner:
    """RSA (SHA-1) or RSA2 (SHA-256): we sign with our private key and verify with Alipay's public key."""

    private: RSAPrivateKey | None
    public: RSAPublicKey | None
    sign_type: str = "RSA2"

    def sign(self, text: bytes) -> str:
        """Raises BadKey where no private key is configured."""
        if self.private is None:
            raise BadKey("no private key is configured to sign with")
        signature = self.private.sign(text, padding.PKCS1v15(), DIGESTS[self.sign_type])
        return base64.b64encode(signature).decode("ascii")

    def verify(self, text: bytes, signature: str) -> bool:
        raw = strict_base64(signature)
        if self.public is None or not raw:
            return False
        try:
            self.public.verify(raw, text, padding.PKCS1v15(), DIGESTS[self.sign_type])
        except InvalidSignature:
            return False
        return True


def require_signature(
    signer: Signer, fields: Mapping[str, str], charset: str, leave_out: Collection[str], *, keep_empty: bool = False
) -> None:
    """Raises BadSignature unless ``fields["sign"]`` signs all other fields, unknown ones too, by the agreed type."""
    signature = fields.get("sign", "")
    if not signature.strip():
        raise BadSignature("the message is not signed")
    if fields.get("sign_type", signer.sign_type) != signer.sign_type:
        raise BadSignature("the message is signed by another type than agreed")
    if not signer.verify(encoded(canonical(fields, leave_out, keep_empty=keep_empty), charset), signature):
        raise BadSignature("the signature does not match")


def strict_base64(text: str) -> bytes:
    """The decoded bytes, or none where the text is not clean base64 (lax decoders read ``!!!!`` as empty)."""
    if len(text) > SIGNATURE_LIMIT:
        return b""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return b""
