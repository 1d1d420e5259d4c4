"""Keys are read in every form in which people paste them, and a wrong paste is named."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payments.alipay.errors import BadKey
from payments.alipay.keys import private_key, public_key
from payments.alipay.tests.factories import APP_KEY, GATEWAY_PEM, MD5_KEY, vector

PUBLIC = APP_KEY.public_key()
EC_KEY = ec.generate_private_key(ec.SECP256R1())
PRIVATE_FORMATS = [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8]
PUBLIC_FORMATS = [PublicFormat.PKCS1, PublicFormat.SubjectPublicKeyInfo]
WAYS = [
    lambda pem: pem,
    lambda pem: pem.replace("\n", "\r\n"),
    lambda pem: pem.replace("\n", "\\n"),
    lambda pem: pem.replace("\n", "\\r\\n"),
    lambda pem: pem.replace("\n", ""),
    lambda pem: pem.replace("\n", " "),
    lambda pem: "".join(line for line in pem.splitlines() if "-----" not in line),
    lambda pem: "\n".join(line for line in pem.splitlines() if "-----" not in line),
    lambda pem: f"\n\t {pem}\n\n",
    lambda pem: "\n".join(f"  {line}" for line in pem.splitlines()),
]


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("form", PRIVATE_FORMATS)
def test_a_private_key_is_read_in_every_form(form: PrivateFormat, way: int) -> None:
    pem = APP_KEY.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    assert private_key(WAYS[way](pem)).private_numbers() == APP_KEY.private_numbers()


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("form", PUBLIC_FORMATS)
def test_a_public_key_is_read_in_every_form(form: PublicFormat, way: int) -> None:
    pem = PUBLIC.public_bytes(Encoding.PEM, form).decode()
    assert public_key(WAYS[way](pem)).public_numbers() == PUBLIC.public_numbers()


def test_a_certificate_gives_its_public_key() -> None:
    key = vector("032-v2-rsa2-yansongda-return")["key"]
    assert public_key(key["certificate_pem"]).public_numbers() == public_key(key["public_key_pem"]).public_numbers()


def encrypted() -> str:
    sealed = serialization.BestAvailableEncryption(b"secret")
    return APP_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed).decode()


WRONG_PRIVATE = [
    ("", "empty"),
    (MD5_KEY, "MD5 key"),
    ("/run/secrets/app.pem", "file's name"),
    ("app_private_key.txt", "file's name"),
    ("-----BEGIN PRIVATE KEY-----\n签名\n-----END PRIVATE KEY-----", "damaged"),
    (GATEWAY_PEM[: len(GATEWAY_PEM) // 2], "damaged"),
    (PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), "it is a public key"),
    (base64.b64encode(b"not a key at all").decode(), "damaged"),
    ("A" * 100_000, "too long"),
]


@pytest.mark.parametrize(("text", "hint"), WRONG_PRIVATE)
def test_a_wrong_private_key_is_named_by_what_it_looks_like(text: str, hint: str) -> None:
    with pytest.raises(BadKey, match=hint):
        private_key(text)


def test_an_encrypted_key_is_named() -> None:
    with pytest.raises(BadKey, match="encrypted"):
        private_key(encrypted())


def test_a_private_key_in_place_of_a_public_one_is_named() -> None:
    with pytest.raises(BadKey, match="it is a private key"):
        public_key(GATEWAY_PEM)


def test_keys_of_another_kind_are_refused() -> None:
    private = EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(BadKey, match="not RSA"):
        private_key(private)
    with pytest.raises(BadKey, match="not RSA"):
        public_key(public)


def test_what_is_said_about_a_wrong_key_never_holds_a_part_of_it() -> None:
    broken = GATEWAY_PEM[:600]
    with pytest.raises(BadKey) as caught:
        private_key(broken)
    assert broken[40:60] not in str(caught.value)
