"""Reads keys in every form in which users paste them."""

import base64
import binascii
import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from payments.alipay import certificates
from payments.alipay.errors import BadKey

FRAME = re.compile(r"-----[^-]*-----")
LONGEST = 64 * 1024


def private_key(text: str) -> RSAPrivateKey:
    """An RSA private key from PKCS#1 or PKCS#8, with or without PEM lines, on one line or many. Raises BadKey."""
    der = _der(text)
    try:
        key = serialization.load_der_private_key(der, password=None)
    except (ValueError, TypeError):
        raise BadKey(f"this is not an RSA private key: {_looks_like(text, der)}") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("this private key is not RSA")
    return key


def public_key(text: str) -> RSAPublicKey:
    """An RSA public key in the same forms, or that of the first certificate in ``text``. Raises BadKey."""
    if "CERTIFICATE" in text:
        return certificates.public_key(text)
    der = _der(text)
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError):
        raise BadKey(f"this is not an RSA public key: {_looks_like(text, der)}") from None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("this public key is not RSA")
    return key


def _der(text: str) -> bytes:
    """The key's bytes. Takes literal ``\\n`` for line ends: that is how .env files carry them."""
    if len(text) > LONGEST:
        raise BadKey("this text is too long for a key")
    body = re.sub(r"\\r|\\n|\s", "", FRAME.sub("", text))
    try:
        return base64.b64decode(body.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadKey(f"this is not a key: {_looks_like(text, b'')}") from None


def _looks_like(text: str, der: bytes) -> str:
    """A guess, for the person who pasted the wrong thing; never a part of the text itself."""
    bare = text.strip()
    if re.fullmatch(r"[0-9A-Za-z]{32}", bare):
        return "it looks like the MD5 key"
    if "ENCRYPTED" in bare:
        return "it is encrypted, take the key without its password"
    if bare.startswith(("/", "./")) or bare.endswith((".pem", ".txt", ".key", ".crt")):
        return "it looks like a file's name"
    if _loads(der, private=True):
        return "it is a private key"
    if _loads(der, private=False):
        return "it is a public key"
    return "it is empty" if not bare else "it is damaged or cut short"


def _loads(der: bytes, *, private: bool) -> bool:
    try:
        _ = serialization.load_der_private_key(der, None) if private else serialization.load_der_public_key(der)
    except (ValueError, TypeError):
        return False
    return True
