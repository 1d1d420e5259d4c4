"""Alipay signs under another certificate than the configured one: money is found, and nobody else's word is taken."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments import asking, registry
from payments.alipay.certificates import Certificates, certificate_sn, public_key, root_sn
from payments.alipay.errors import Unknown
from payments.alipay.sandbox import APP_ID, PARTNER
from payments.alipay.signing import RsaSigner
from payments.alipay.tests.authority import Holder, certify, rsa_key
from payments.models import GatewayMessage, Incident, Payment
from payments.tests.alipay_double import Reply, form, tell, times
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, rsa2

pytestmark = pytest.mark.django_db
ALIPAY, MERCHANT = f"支付宝(中国)网络技术有限公司-{PARTNER}", "2088999999999999-2021999999999999"
QUERY, DOWNLOAD = "alipay.trade.query", "alipay.open.app.alipaycert.download"
YESTERDAY = datetime(2026, 11, 25, tzinfo=UTC)
ROOT = certify("Root R1", None)
OTHER_ROOT, OLD_ROOT = certify("Other Root", None), certify("Root R0", None, ends=YESTERDAY)
ISSUER = certify("Class 2 R1", ROOT)
OLD = certify(ALIPAY, ISSUER)


def successor(issuer: Holder = ISSUER, **changes: object) -> Holder:
    return certify(ALIPAY, issuer, **({"key": rsa_key("the next one")} | changes))  # type: ignore[arg-type]


@dataclass
class Platform:
    """Alipay, which signs as ``holder``, and hands out ``shown`` as its certificate."""

    double: OpenDouble
    holder: Holder
    shown: str = ""

    def __post_init__(self) -> None:
        self.shown = self.shown or self.holder.pem + ISSUER.pem
        self.double.answers[DOWNLOAD] = self._download

    @property
    def serial(self) -> str:
        return certificate_sn(self.shown)

    @property
    def key(self) -> RSAPrivateKey:
        assert isinstance(self.holder.key, RSAPrivateKey)
        return self.holder.key

    def answer(self, method: str, **members: str) -> Reply:
        node = json.dumps({"code": "10000", "msg": "Success"} | members)
        name = method.replace(".", "_") + "_response"
        sign = rsa2(node, self.key)
        return 200, f'{{"{name}":{node},"alipay_cert_sn":"{self.serial}","sign":"{sign}"}}'.encode()

    def _download(self) -> Reply:
        return self.answer(DOWNLOAD, alipay_cert_content=base64.b64encode(self.shown.encode()).decode())

    def knows(self, payment: Payment) -> None:
        """The trade is paid."""
        self.double.answers[QUERY] = self.answer(
            QUERY, trade_status="TRADE_SUCCESS", out_trade_no=payment.out_trade_no, trade_no=f"2026112322{payment.pk}",
            total_amount=f"{payment.amount:.2f}",
        )  # fmt: skip

    def signed(self, **fields: str) -> bytes:
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        return form({**fields, "sign": rsa2(text, self.key), "sign_type": "RSA2"})

    def told(self, payment: Payment) -> bytes:
        """A notification, which names the certificate and does not sign its name."""
        fields = {
            "notify_type": "trade_status_sync", "notify_id": "n1", "app_id": APP_ID, "charset": "utf-8",
            "out_trade_no": payment.out_trade_no, "trade_status": "TRADE_SUCCESS", "seller_id": PARTNER,
            "trade_no": f"2026112322{payment.pk}", "total_amount": f"{payment.amount:.2f}", **times(payment),
        }  # fmt: skip
        return self.signed(**fields) + f"&alipay_cert_sn={self.serial}".encode()

    def downloads(self) -> int:
        return len(self.double.asked_for(DOWNLOAD))


@pytest.fixture
def certified(platform: OpenDouble, settings: Settings) -> Callable[..., Platform]:
    """The shop in certificate mode, configured with OLD; what it keeps in memory is thrown away."""
    files = Certificates(certify("our app", ISSUER).pem, OLD.pem + ISSUER.pem, ROOT.pem + OTHER_ROOT.pem + OLD_ROOT.pem)
    account = settings.ALIPAY_OPEN
    settings.ALIPAY_OPEN = replace(
        account, signer=RsaSigner(account.signer.private, public_key(files.alipay)), certificates=files,
        app_cert_sn=certificate_sn(files.app), root_cert_sn=root_sn(files.roots),
        alipay_cert_sn=certificate_sn(files.alipay),
    )  # fmt: skip
    registry.gateways.cache_clear()
    cache.clear()
    return lambda *words: Platform(platform, *words)


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def test_the_configured_certificate_needs_no_download(certified: Callable[..., Platform]) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(OLD)
    assert tell(alipay.told(payment), "alipay") == (200, "success")
    assert (state(payment), alipay.downloads()) == ("succeeded", 0)


def test_an_answer_under_a_new_certificate_is_believed_after_its_chain_was_checked(
    certified: Callable[..., Platform],
) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(successor())
    alipay.knows(payment)
    asking.ask(payment)
    assert (state(payment), alipay.downloads()) == ("succeeded", 1)
    incident = Incident.objects.get()
    assert (incident.kind, incident.subject) == ("certificate-renewed", alipay.serial)
    assert "ALIPAY_CERT" in incident.next_step


def test_a_message_never_makes_the_shop_fetch_but_is_believed_once_an_answer_did(
    certified: Callable[..., Platform],
) -> None:
    first, second, alipay = PaymentFactory(method="alipay"), PaymentFactory(method="alipay"), certified(successor())
    assert tell(alipay.told(second), "alipay") == (400, "fail")
    assert (state(second), alipay.downloads()) == ("sent", 0)
    assert "names a certificate" in GatewayMessage.objects.get().note
    alipay.knows(first)
    asking.ask(first)
    registry.gateways.cache_clear()  # another worker
    assert tell(alipay.told(second), "alipay") == (200, "success")
    assert (state(second), alipay.downloads()) == ("succeeded", 1)


def test_the_shopper_who_comes_back_under_a_new_certificate_sees_the_order(certified: Callable[..., Platform]) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(successor())
    alipay.knows(payment)
    asking.ask(payment)
    query = alipay.signed(
        out_trade_no=payment.out_trade_no, trade_no=f"2026112322{payment.pk}", app_id=APP_ID,
        total_amount=f"{payment.amount:.2f}", seller_id=PARTNER, method="alipay.trade.page.pay.return",
    ).decode()  # fmt: skip
    answer = Client().get(f"/payments/alipay/return/?{query}")
    assert (answer.status_code, payment.order.number in answer.headers["Location"]) == (302, True)


def merchants() -> Holder:
    """Any merchant's certificate hangs on the same issuer."""
    return certify(MERCHANT, ISSUER)


def by_a_merchant_as_issuer() -> tuple[Holder, str]:
    false = certify(ISSUER.name, merchants(), key=rsa_key("false issuer"))
    one = successor(false)
    return one, one.pem + false.pem + merchants().pem + ISSUER.pem


def under_another_root() -> tuple[Holder, str]:
    own = certify(ROOT.name, None, key=rsa_key("own root"))
    false = certify(ISSUER.name, own, key=rsa_key("false issuer"))
    one = successor(false)
    return one, one.pem + false.pem + own.pem


def from_an_issuer(issuer: Holder) -> tuple[Holder, str]:
    one = successor(issuer)
    return one, one.pem + issuer.pem


IMPOSTORS: dict[str, Callable[[], tuple[Holder, str]]] = {
    "another merchant": lambda: (one := merchants(), one.pem + ISSUER.pem),
    "made by another merchant": lambda: (one := successor(merchants()), one.pem + merchants().pem + ISSUER.pem),
    "made by a merchant in the issuer's name": by_a_merchant_as_issuer,
    "under another root": under_another_root,
    "from another authority among the roots": lambda: from_an_issuer(OTHER_ROOT),
    "signed by itself": lambda: (one := certify(ALIPAY, None, key=rsa_key("the next one")), one.pem),
    "expired": lambda: (one := successor(ends=YESTERDAY), one.pem + ISSUER.pem),
    "not valid yet": lambda: (one := successor(began=datetime(2039, 1, 1, tzinfo=UTC)), one.pem + ISSUER.pem),
    "issuer expired": lambda: from_an_issuer(certify(ISSUER.name, ROOT, key=rsa_key("old issuer"), ends=YESTERDAY)),
    "root expired": lambda: from_an_issuer(certify(ISSUER.name, OLD_ROOT, key=rsa_key("old issuer"))),
}


@pytest.mark.parametrize("impostor", IMPOSTORS)
def test_whom_no_root_of_alipays_vouches_for_is_not_believed(certified: Callable[..., Platform], impostor: str) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(*IMPOSTORS[impostor]())
    alipay.knows(payment)
    with pytest.raises(Unknown, match="names a certificate"):
        asking.ask(payment)
    assert (state(payment), alipay.downloads()) == ("sent", 1)
    assert (Incident.objects.get().kind, tell(alipay.told(payment), "alipay")) == ("certificate-refused", (400, "fail"))


def test_the_certificate_must_be_the_one_that_was_asked_for(certified: Callable[..., Platform]) -> None:
    payment, alipay, another = PaymentFactory(method="alipay"), certified(successor()), successor()
    alipay.knows(payment)
    alipay.shown = another.pem + ISSUER.pem
    with pytest.raises(Unknown):
        asking.ask(payment)
    assert "not the certificate that was asked for" in Incident.objects.get().detail


def test_a_key_of_another_kind_is_not_taken(certified: Callable[..., Platform]) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(successor())
    alipay.shown = successor(key=ec.generate_private_key(ec.SECP256R1())).pem
    alipay.knows(payment)
    with pytest.raises(Unknown):
        asking.ask(payment)
    assert "not RSA" in Incident.objects.get().detail


@pytest.mark.parametrize("content", ["", "!!!", base64.b64encode(b"\xff\xfe").decode()])
def test_a_download_without_a_certificate_leaves_the_outcome_open_and_is_not_repeated_at_once(
    certified: Callable[..., Platform], content: str
) -> None:
    payment, alipay = PaymentFactory(method="alipay"), certified(successor())
    alipay.knows(payment)
    alipay.double.answers[DOWNLOAD] = lambda: alipay.answer(DOWNLOAD, alipay_cert_content=content)
    for _ in range(2):
        with pytest.raises(Unknown):
            asking.ask(payment)
    assert (state(payment), alipay.downloads()) == ("sent", 1)


def test_a_certificate_that_ran_out_is_no_longer_believed(certified: Callable[..., Platform]) -> None:
    first, second = PaymentFactory(method="alipay"), PaymentFactory(method="alipay")
    alipay = certified(successor(ends=timezone.now() + timedelta(days=30)))
    alipay.knows(first)
    asking.ask(first)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert tell(alipay.told(second), "alipay") == (400, "fail")
    assert tell(alipay.told(second), "alipay") == (200, "success")
