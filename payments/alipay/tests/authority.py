"""A certificate authority like Alipay's: a root, an issuer under it, and nobody who says whether they may issue."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
BEGAN, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Holder:
    """Somebody with a key and a certificate for it."""

    name: str
    key: PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """The same for the same name, because making one takes long."""
    return rsa.generate_private_key(65537, 2048)


def certify(
    name: str,
    issuer: Holder | None,
    *,
    key: PrivateKey | None = None,
    began: datetime = BEGAN,
    ends: datetime = ENDS,
) -> Holder:
    """A new certificate for ``name`` from ``issuer``, or from itself."""
    key = key or rsa_key(name)
    signing, by = (issuer.key, issuer.certificate.subject) if issuer else (key, _named(name))
    built = x509.CertificateBuilder().subject_name(_named(name)).issuer_name(by).public_key(key.public_key())
    dated = built.serial_number(x509.random_serial_number()).not_valid_before(began).not_valid_after(ends)
    return Holder(name, key, dated.sign(signing, hashes.SHA256()))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
