"""The one merchant whose account the simulator keeps."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from payments.alipay import sandbox
from payments.alipay.keys import private_key, public_key
from payments.alipay.signing import Md5Signer, RsaSigner, Signer


@dataclass(frozen=True, slots=True)
class Merchant:
    """``signer`` verifies the requests to the legacy service and signs its messages; ``app`` is the Open Platform's.

    ``app`` is None where no app key is configured, ``public_key`` empty where we have no RSA key.
    """

    partner: str
    seller_email: str
    signer: Signer
    app_id: str = sandbox.APP_ID
    app: RsaSigner | None = None
    public_key: str = ""


def merchant(
    partner: str = sandbox.PARTNER,
    seller_email: str = sandbox.SELLER_EMAIL,
    key: str = sandbox.MD5_KEY,
    app_id: str = sandbox.APP_ID,
    rsa_public_key: str | None = None,
    app_public_key: str | None = None,
    data: Path | None = None,
) -> Merchant:
    """The account; the legacy service in RSA mode where ``rsa_public_key`` is given. Raises BadKey."""
    if rsa_public_key is None and app_public_key is None:
        return Merchant(partner, seller_email, Md5Signer(key), app_id)
    own = own_key(data)
    legacy = Md5Signer(key) if rsa_public_key is None else RsaSigner(own, public_key(rsa_public_key), "RSA")
    app = None if app_public_key is None else RsaSigner(own, public_key(app_public_key), "RSA2")
    return Merchant(partner, seller_email, legacy, app_id, app, public_pem(own))


def own_key(data: Path | None) -> RSAPrivateKey:
    """The simulator's own RSA key: new at each start, or kept in the data directory so that settings stay right."""
    path = data / "simulator-private-key.pem" if data else None
    if path and path.exists():
        return private_key(path.read_text())
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if path:
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return key


def public_pem(key: RSAPrivateKey) -> str:
    """The public half, as the merchant configures it."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode("ascii")
    )
