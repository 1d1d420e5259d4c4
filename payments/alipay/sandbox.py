"""The merchant that the demo shop and the gateway simulator agree on. Published or made here: refused elsewhere."""

import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PARTNER = "2088000000000001"
SELLER_EMAIL = "demo-seller@example.com"
MD5_KEY = "demo0only0never0for0real0money00"
APP_ID = "2021000000000001"


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """The two RSA pairs of the demo, as PEM texts: the app signs its requests, the simulator its answers."""

    app_private: str
    app_public: str
    alipay_private: str
    alipay_public: str


def demo_keys(folder: Path) -> DemoKeys:
    """The keys kept in ``folder``, made there if it is absent. Whoever comes first makes them, the others read them."""
    if not folder.exists():
        _make(folder)
    names = DemoKeys.__dataclass_fields__
    return DemoKeys(**{name: (folder / f"{name}.pem").read_text() for name in names})


def new_keys() -> DemoKeys:
    """Two fresh pairs."""
    return DemoKeys(*_pair(), *_pair())


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".keys-"))
    for name, text in asdict(new_keys()).items():
        (draft / f"{name}.pem").write_text(text)
    try:
        os.rename(draft, folder)
    except OSError:
        shutil.rmtree(draft)


def _pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
