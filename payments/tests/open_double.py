"""The Open Platform played by the test: verifies nothing, answers as told, signs with its own few lines."""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from payments.alipay.sandbox import APP_ID, PARTNER, demo_keys
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, Reply, form, times

HEADER = "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,退款批次号/请求号"


@cache
def alipays_key() -> RSAPrivateKey:
    key = load_pem_private_key(demo_keys(settings.DATA_DIR / "simulator" / "keys").alipay_private.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def rsa2(text: str, key: RSAPrivateKey | None = None) -> str:
    """The signature by hand, so that our own signing is not its own judge; by another's ``key`` where one is given."""
    return base64.b64encode((key or alipays_key()).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def told(payment: Payment, **changes: str) -> bytes:
    """A signed notification of the Open Platform."""
    fields = {
        "notify_type": "trade_status_sync", "notify_id": "n1", "app_id": APP_ID,
        "charset": "utf-8", "version": "1.0", "out_trade_no": payment.out_trade_no, "trade_status": "TRADE_SUCCESS",
        "trade_no": f"2026112322002{payment.pk:015}", "total_amount": f"{payment.amount:.2f}", "seller_id": PARTNER,
        "buyer_logon_id": "138****0000", "subject": "茶 + cup",
    } | times(payment) | changes  # fmt: skip
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
    return form({**fields, "sign": rsa2(text), "sign_type": "RSA2"})


def answer(method: str, **members: Any) -> Reply:
    """A signed synchronous answer, with code 10000 unless ``members`` say otherwise."""
    node = json.dumps({"code": "10000", "msg": "Success"} | members, ensure_ascii=False)
    name = method.replace(".", "_") + "_response"
    return 200, f'{{"{name}":{node},"sign":"{rsa2(node)}"}}'.encode()


def refused(method: str, sub_code: str) -> Reply:
    return answer(method, code="40004", msg="Business Failed", sub_code=sub_code, sub_msg="no")


def trade(payment: Payment, status: str = "TRADE_SUCCESS", **members: str) -> Reply:
    facts = {
        "out_trade_no": payment.out_trade_no, "trade_no": f"2026112322002{payment.pk:015}", "trade_status": status,
        "total_amount": f"{payment.amount:.2f}", "buyer_logon_id": "138****0000",
    }  # fmt: skip
    return answer("alipay.trade.query", **(facts | members))


def refunded(done: str = "Y", **members: str) -> Reply:
    return answer("alipay.trade.refund", fund_change=done, **members)


def refund_status(status: str = "REFUND_SUCCESS", **members: str) -> Reply:
    return answer("alipay.trade.fastpay.refund.query", **({"refund_status": status} if status else {}), **members)


def packed_bill(lines: list[Mapping[str, str]]) -> bytes:
    """The zip in which a day's bill comes: GBK, comment lines, cells that end in tabs."""
    rows = [",".join(f"{line.get(name, '')}\t" for name in HEADER.split(",")) for line in lines]
    table = "\r\n".join(["#支付宝业务明细查询", HEADER, *rows, "#-----", "#合计"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("20880000000000010156_20261122_业务明细.csv", table.encode("gbk"))
        archive.writestr("20880000000000010156_20261122_业务明细(汇总).csv", "#".encode("gbk"))
    return file.getvalue()


class OpenDouble(AlipayDouble):
    """``answers[method]`` is a reply or a function making it; the bill lies at ``?service=bill``."""

    def _reply(self, query: str) -> Reply:
        fields = dict(parse_qsl(query))
        self.asked.append(fields)
        method = fields.get("method") or fields.get("service", "")
        reply: Reply | Callable[[], Reply] = self.answers.get(method) or refused(method, "ACQ.TRADE_NOT_EXIST")
        return reply() if callable(reply) else reply

    def asked_for(self, method: str) -> list[dict[str, Any]]:
        """The biz_content of each question of this kind."""
        return [json.loads(fields["biz_content"]) for fields in self.asked if fields.get("method") == method]
