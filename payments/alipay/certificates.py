"""Certificates, the serials by which the Open Platform names them, and who may follow whom (protocol.md B.8)."""

import base64
import binascii
import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from payments.alipay.errors import BadKey

BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
RSA_SIGNATURES = "1.2.840.113549.1.1."


@dataclass(frozen=True, slots=True)
class Certificates:
    """The three files of certificate mode as PEM: the app's, Alipay's (with its issuer's), the roots."""

    app: str
    alipay: str
    roots: str


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


def expires_at(pem: str) -> datetime:
    """The last moment of the first certificate, aware. Raises BadKey."""
    return _first(pem).not_valid_after_utc


def require_successor(pem: str, serial: str, ours: Certificates, now: datetime) -> RSAPublicKey:
    """The key of a certificate that may stand in for the configured one of Alipay. Raises BadKey where it may not.

    It is the one asked for, valid, to the same holder from the same issuer, whom one of our roots vouches for. The
    chain alone proves little: every merchant's certificate hangs on the same one, and neither they nor the issuer say
    whether they may issue. The holder's name, which ends in our own partner id, is given to Alipay only.
    """
    new, current = _first(pem), _first(ours.alipay)
    if _sn(new) != serial:
        raise BadKey("it is not the certificate that was asked for")
    if (_holder(new), new.issuer) != (_holder(current), current.issuer):
        raise BadKey("it was not given to Alipay by the authority that gave the configured one")
    if not _vouched(new, _readable(pem + ours.alipay), _readable(ours.roots), now):
        raise BadKey("it does not lead to a root in ALIPAY_ROOT_CERT, or is not valid today")
    return public_key(pem)


def _holder(cert: x509.Certificate) -> list[x509.NameAttribute[str | bytes]]:
    return cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)


def _vouched(
    cert: x509.Certificate, between: list[x509.Certificate], roots: list[x509.Certificate], now: datetime
) -> bool:
    """Whether a root issued it, or one in between that a root issued; each of them valid."""
    issuers = roots + [one for one in between if any(_issued(one, root, now) for root in roots)]
    return any(_issued(cert, issuer, now) for issuer in issuers)


def _issued(cert: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    if not all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in (cert, issuer)):
        return False
    try:
        cert.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _first(pem: str) -> x509.Certificate:
    for cert in _readable(pem):
        return cert
    raise BadKey("there is no readable certificate in this text")


def _readable(pem: str) -> list[x509.Certificate]:
    """Each certificate that can be read: Alipay's root bundle holds some (SM2, odd ECC) that no library loads."""
    return [cert for block in BLOCK.findall(pem.replace("\\n", "\n")) if (cert := _load(block))]


def _load(block: str) -> x509.Certificate | None:
    try:
        with _old_certificates_allowed():
            return x509.load_der_x509_certificate(base64.b64decode("".join(block.split()), validate=True))
    except (ValueError, binascii.Error):
        return None


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
