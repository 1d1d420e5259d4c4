"""Reads keys in every form in which users paste them."""

import base64
import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from payments.alipay.errors import BadKey


def private_key(text: str) -> RSAPrivateKey:
    """An RSA private key from PKCS#1 or PKCS#8, with or without PEM lines, on one line or many. Raises BadKey."""
    try:
        key = serialization.load_der_private_key(_der(text), password=None)
    except (ValueError, TypeError):
        raise BadKey("this is not an RSA private key") from None
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("this private key is not RSA")
    return key


def public_key(text: str) -> RSAPublicKey:
    """An RSA public key, in the same forms. Raises BadKey."""
    try:
        key = serialization.load_der_public_key(_der(text))
    except (ValueError, TypeError):
        raise BadKey("this is not an RSA public key") from None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("this public key is not RSA")
    return key


def _der(text: str) -> bytes:
    body = re.sub(r"-----[^-]*-----|\\n|\s", "", text)
    return base64.b64decode(body, validate=True)
