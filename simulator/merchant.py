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
    """``signer`` verifies the merchant's requests and signs what we send: with MD5 both sides use the one key."""

    partner: str
    seller_email: str
    signer: Signer
    public_key: str = ""
    rsa: RsaSigner | None = None


def merchant(
    partner: str = sandbox.PARTNER,
    seller_email: str = sandbox.SELLER_EMAIL,
    key: str = sandbox.MD5_KEY,
    merchant_public_key: str | None = None,
    data: Path | None = None,
) -> Merchant:
    """The account in MD5 mode, or in RSA mode where the merchant's public key is given. Raises BadKey."""
    if merchant_public_key is None:
        return Merchant(partner, seller_email, Md5Signer(key))
    own = own_key(data)
    signer = RsaSigner(own, public_key(merchant_public_key), "RSA")
    return Merchant(partner, seller_email, signer, public_pem(own), signer)


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
