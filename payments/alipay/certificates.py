"""Certificates and the serials by which the Open Platform names them (protocol.md B.8)."""

import base64
import binascii
import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from payments.alipay.errors import BadKey

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
RSA_SIGNATURES = "1.2.840.113549.1.1."


def certificate_sn(pem: str) -> str:
    """The serial of the first certificate: app_cert_sn or alipay_cert_sn, whose file may be a chain. Raises BadKey."""
    return _sn(_first(pem))


def root_sn(pem: str) -> str:
    """alipay_root_cert_sn: the serials of all certificates that are signed with RSA, in file order. Raises BadKey."""
    serials = [_sn(cert) for cert in _readable(pem) if _signed_with_rsa(cert)]
    if not serials:
        raise BadKey("there is no certificate signed with RSA in this text")
    return "_".join(serials)


def public_key(pem: str) -> RSAPublicKey:
    """The first certificate's RSA key. Raises BadKey."""
    try:
        key = _first(pem).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("this certificate's key cannot be read") from None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("this certificate's key is not RSA")
    return key


def _first(pem: str) -> x509.Certificate:
    for cert in _readable(pem):
        return cert
    raise BadKey("there is no readable certificate in this text")


def _readable(pem: str) -> Iterator[x509.Certificate]:
    """Each certificate that can be read: Alipay's root bundle holds some (SM2, odd ECC) that no library loads."""
    for block in BLOCK.findall(pem.replace("\\n", "\n")):
        try:
            yield _load(base64.b64decode("".join(block.split()), validate=True))
        except (ValueError, binascii.Error):
            continue


def _load(der: bytes) -> x509.Certificate:
    with _old_certificates_allowed():
        return x509.load_der_x509_certificate(der)


@contextmanager
def _old_certificates_allowed() -> Iterator[None]:
    """Old root certificates carry the serial number 0 and parameters that the library calls deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _signed_with_rsa(cert: x509.Certificate) -> bool:
    return cert.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNATURES)


def _sn(cert: x509.Certificate) -> str:
    with _old_certificates_allowed():
        name = f"{cert.issuer.rfc4514_string()}{cert.serial_number}"
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
