"""The merchant's accounts at Alipay, from complete and readable variables only: half-set keys stop the start."""

from pathlib import Path
from urllib.parse import urlsplit

from config.environment import Environment
from payments.alipay import certificates, sandbox
from payments.alipay.certificates import Certificates
from payments.alipay.errors import BadKey
from payments.alipay.instant import InstantAccount
from payments.alipay.keys import private_key, public_key
from payments.alipay.openapi import OpenAccount
from payments.alipay.signing import Md5Signer, RsaSigner, Signer

PEM = "set the key in PKCS#1 or PKCS#8, with or without PEM lines."
ALIPAYS = " It is Alipay's public key, shown beside yours in the console, not your own."
CERTIFICATES = ("ALIPAY_APP_CERT", "ALIPAY_CERT", "ALIPAY_ROOT_CERT")
INSTANT_GATEWAY = "https://mapi.alipay.com/gateway.do"
OPEN_GATEWAY = "https://openapi.alipay.com/gateway.do"
HOUSES = (".alipay.com", ".alipaydev.com")


def sources(gateway: str) -> list[str]:
    """What a content policy must let a browser reach so that it can pay at ``gateway``: its origin, or all of Alipay's.

    Alipay's gateways send the browser on to a cashier on another host, and Chromium holds redirects to the policy too.
    """
    address = urlsplit(gateway)
    house = next((house for house in HOUSES if (address.hostname or "").endswith(house)), "")
    return [f"https://*{house}" if house else f"{address.scheme}://{address.netloc}"]


class Accounts:
    """Reads the accounts; ``simulator`` is the gateway of the demo, or empty where real money moves."""

    def __init__(self, read: Environment, simulator: str, data_dir: Path) -> None:
        self.read = read
        self.simulator = simulator
        self.data_dir = data_dir

    def instant(self) -> InstantAccount | None:
        """The account at the legacy instant-arrival service."""
        partner = self._pid("ALIPAY_PARTNER")
        signer = self._instant_signer()
        if not self.simulator and partner == sandbox.PARTNER:
            self.read.wrong("ALIPAY_PARTNER", "this is the demo's, which anyone can read. Set your own.")
        return (
            None
            if signer is None
            else InstantAccount(
                partner=partner,
                signer=signer,
                seller_email=self._text("ALIPAY_SELLER_EMAIL", sandbox.SELLER_EMAIL),
                charset=self.read.choice("ALIPAY_INPUT_CHARSET", "utf-8", ("utf-8", "gbk")),
                gateway=self.read.url("ALIPAY_INSTANT_GATEWAY", self.simulator or INSTANT_GATEWAY),
            )
        )

    def open(self) -> OpenAccount | None:
        """The app at the Open Platform, in key or certificate mode."""
        app_id = self._text("ALIPAY_APP_ID", sandbox.APP_ID)
        if not (len(app_id) == 16 and app_id.isascii() and app_id.isdigit()):
            self.read.wrong("ALIPAY_APP_ID", "set the 16 digits of your app.")
        if not self.simulator and app_id == sandbox.APP_ID:
            self.read.wrong("ALIPAY_APP_ID", "this is the demo's. Set your own.")
        seller_id = self._pid("ALIPAY_SELLER_ID")
        files = Certificates(*map(self._file, CERTIFICATES)) if self.read.any_set(*CERTIFICATES) else None
        app_sn, alipay_sn, root_sn = map(self._serial, CERTIFICATES) if files else ("", "", "")
        signer = self._open_signer(certificate_mode=files is not None)
        return (
            None
            if signer is None
            else OpenAccount(
                app_id=app_id,
                signer=signer,
                seller_id=seller_id,
                gateway=self.read.url("ALIPAY_GATEWAY", self.simulator or OPEN_GATEWAY),
                app_cert_sn=app_sn,
                root_cert_sn=root_sn,
                alipay_cert_sn=alipay_sn,
                certificates=files,
            )
        )

    def _text(self, name: str, demo: str) -> str:
        return self.read.text(name, demo if self.simulator else "")

    def _pid(self, name: str) -> str:
        pid = self._text(name, sandbox.PARTNER)
        if not (len(pid) == 16 and pid.isascii() and pid.isdigit() and pid.startswith("2088")):
            self.read.wrong(name, "set the 16 digits of your partner id (PID); they begin with 2088.")
        return pid

    def _instant_signer(self) -> Signer | None:
        if self.read.choice("ALIPAY_SIGN_TYPE", "MD5", ("MD5", "RSA")) == "RSA":
            return self._rsa("ALIPAY_PARTNER_PRIVATE_KEY", "ALIPAY_MAPI_PUBLIC_KEY", "RSA")
        key = self._text("ALIPAY_KEY", sandbox.MD5_KEY)
        if len(key) != 32 or not (key.isascii() and key.isalnum()) or len(set(key)) < 8:
            self.read.wrong("ALIPAY_KEY", "set the 32 letters and digits shown in Alipay's merchant site as MD5 key.")
            return None
        if not self.simulator and key == sandbox.MD5_KEY:
            self.read.wrong("ALIPAY_KEY", "this is the demo's, which anyone can read. Set your own.")
        return Md5Signer(key)

    def _open_signer(self, *, certificate_mode: bool) -> Signer | None:
        if self.simulator and not self.read.any_set("ALIPAY_APP_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY"):
            keys = sandbox.demo_keys(self.data_dir / "simulator" / "keys")
            return RsaSigner(private_key(keys.app_private), public_key(keys.alipay_public))
        return self._rsa("ALIPAY_APP_PRIVATE_KEY", "ALIPAY_CERT" if certificate_mode else "ALIPAY_PUBLIC_KEY", "RSA2")

    def _rsa(self, ours: str, theirs: str, sign_type: str) -> Signer | None:
        private = self.read.parsed(ours, private_key, PEM)
        text = self._file(theirs) if theirs in CERTIFICATES else None
        public = self.read.parsed(theirs, public_key, PEM + ALIPAYS, text)
        for name, key in ((ours, private), (theirs, public)):
            if key is None and not self.read.any_set(name):
                self.read.wrong(name, f"is missing: {PEM}{ALIPAYS if name == theirs else ''}")
        if private is None or public is None:
            return None
        if private.public_key().public_numbers() == public.public_numbers():
            self.read.wrong(theirs, f"this is your own public key.{ALIPAYS}")
        return RsaSigner(private, public, sign_type)

    def _serial(self, name: str) -> str:
        """By which the Open Platform knows the certificate. All three files or none (protocol.md B.8)."""
        text = self._file(name)
        serial = certificates.root_sn if name == "ALIPAY_ROOT_CERT" else certificates.certificate_sn
        try:
            return serial(text)
        except BadKey:
            self.read.wrong(name, "write the path of the certificate downloaded from Alipay; all three are needed.")
            return ""

    def _file(self, name: str) -> str:
        try:
            return Path(self.read.text(name)).read_text()
        except (OSError, ValueError):
            return ""
