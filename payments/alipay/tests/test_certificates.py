"""The serials by which the Open Platform names certificates."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from payments.alipay import certificates
from payments.alipay.errors import BadKey
from payments.alipay.tests.factories import vector

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
ROOTS: str = vector("cert-gopay-root")["certificate_pem"]
ROOT_SN: str = vector("cert-gopay-root")["expected"]["value"]
CHAIN: str = vector("cert-smartwalle-alipay")["certificate_pem"]
CHAIN_SN: str = vector("cert-smartwalle-alipay")["expected"]["value"]


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = built.serial_number(7).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    signed = dated.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def test_the_root_serial_joins_the_rsa_signed_ones_in_file_order() -> None:
    assert certificates.root_sn(ROOTS) == ROOT_SN
    assert len(ROOT_SN.split("_")) == 2


@pytest.mark.parametrize("way", ["\n\n", "\r\n", "", "\n# a remark\n"])
def test_the_blocks_may_stand_in_any_way(way: str) -> None:
    blocks = [f"{BEGIN}{body}{END}" for body in certificates.BLOCK.findall(ROOTS)]
    assert len(blocks) == 4
    assert certificates.root_sn(way.join(blocks)) == ROOT_SN


def test_literal_line_ends_are_taken() -> None:
    assert certificates.root_sn(ROOTS.replace("\n", "\\n")) == ROOT_SN


def test_a_chain_is_named_by_its_first_certificate() -> None:
    assert CHAIN.count("BEGIN CERTIFICATE") == 2
    assert certificates.certificate_sn(CHAIN) == CHAIN_SN


def test_another_first_certificate_makes_another_serial() -> None:
    first, second = certificates.BLOCK.findall(CHAIN)
    turned = "".join(f"{BEGIN}{body}{END}" for body in (second, first))
    assert certificates.certificate_sn(turned) != CHAIN_SN


@pytest.mark.parametrize("text", ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----"])
def test_a_text_without_a_readable_certificate_is_refused(text: str) -> None:
    for read in (certificates.certificate_sn, certificates.root_sn, certificates.public_key):
        with pytest.raises(BadKey):
            read(text)


def test_certificates_that_are_not_rsa_give_no_root_serial_and_no_key() -> None:
    with pytest.raises(BadKey, match="signed with RSA"):
        certificates.root_sn(elliptic())
    with pytest.raises(BadKey, match="not RSA"):
        certificates.public_key(elliptic())


def test_a_key_that_no_library_knows_is_refused() -> None:
    with pytest.raises(BadKey, match="cannot be read"):
        certificates.public_key(vector("090-gen-fzlee-cert-root")["certificate_pem"])
