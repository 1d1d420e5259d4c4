"""A merchant's app at the Open Platform: signs and verifies with a few lines of its own."""

import base64
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulator.tests.merchant_side import PATIENCE, Simulator

APP = "2021000000000001"
PAGE, WAP = "alipay.trade.page.pay", "alipay.trade.wap.pay"
QUERY, CLOSE = "alipay.trade.query", "alipay.trade.close"
REFUND, REFUND_QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
BILL = "alipay.data.dataservice.bill.downloadurl.query"
CHINA = timezone(timedelta(hours=8))


def canonical(fields: dict[str, str], *out: str) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name not in out).encode()


class App:
    """A merchant's app with keys of its own, on a simulator of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = folder / "app.pem"
        kinds = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        path.write_bytes(self.key.public_key().public_bytes(*kinds))
        self.simulator = Simulator("--app-public-key", str(path), "--speed", "1", *options)
        published = requests.get(f"{self.simulator.url}/sim/public-key", timeout=PATIENCE).content
        alipay = serialization.load_pem_public_key(published)
        assert isinstance(alipay, RSAPublicKey)
        self.alipay = alipay
        self.skip = timedelta()

    def sign(self, text: bytes, key: RSAPrivateKey | None = None) -> str:
        return base64.b64encode((key or self.key).sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def verify(self, text: bytes, signature: str) -> None:
        """Raises where the simulator did not sign ``text``."""
        self.alipay.verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())

    def request(self, method: str, biz: dict[str, Any] | str, **changes: str) -> dict[str, str]:
        fields = {
            "app_id": APP,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{datetime.now(CHINA) + self.skip:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "biz_content": biz if isinstance(biz, str) else json.dumps(biz),
            **changes,
        }
        return {"sign": self.sign(canonical(fields)), **fields}

    def send(self, fields: dict[str, str]) -> requests.Response:
        address = f"{self.simulator.url}/gateway.do"
        return requests.get(address, fields, allow_redirects=False, timeout=PATIENCE)

    def ask(self, method: str, **biz: str) -> dict[str, Any]:
        """A question whose answer's signature is checked on its raw text."""
        answer = self.send(self.request(method, biz))
        told = answer.json()
        name = method.replace(".", "_") + "_response"
        at = answer.text.index(f'"{name}":') + len(name) + 3
        _, end = json.JSONDecoder().raw_decode(answer.text, at)
        self.verify(answer.text[at:end].encode(), told["sign"])
        return dict(told[name])

    def forward(self, seconds: float) -> None:
        self.skip += timedelta(seconds=seconds)
        self.simulator.do("clock", forward=seconds)

    def refund(self, number: str, amount: str, request_no: str) -> dict[str, Any]:
        """Asks for money back."""
        return self.ask(REFUND, out_trade_no=number, refund_amount=amount, out_request_no=request_no)

    def today(self) -> str:
        """The gateway's day."""
        return f"{datetime.now(CHINA) + self.skip:%Y-%m-%d}"
