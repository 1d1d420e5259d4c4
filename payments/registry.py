"""The payment methods that are configured: one dict, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.alipay.transport import Transport
from payments.gateways import Gateway
from payments.instant_gateway import InstantGateway
from payments.open_gateway import OpenGateway


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method as the cashier offers it; ``banks`` are (code, name) pairs, empty where only the wallet is offered."""

    name: str
    label: str
    banks: tuple[tuple[str, str], ...] = ()


@cache
def gateways() -> Mapping[str, Gateway]:
    """All configured gateways by method name, in the order of PAYMENT_METHODS."""
    transport = Transport(settings.GATEWAY_CONNECT_TIMEOUT, settings.GATEWAY_READ_TIMEOUT)
    made: dict[str, Gateway] = {}
    if settings.ALIPAY_OPEN:
        made["alipay"] = OpenGateway(settings.ALIPAY_OPEN, transport, timezone.now)
    if settings.ALIPAY_INSTANT:
        told_at = settings.SITE_URL + reverse("notify", args=["alipay-instant"])
        made["alipay-instant"] = InstantGateway(settings.ALIPAY_INSTANT, transport, timezone.now, told_at)
    return {name: made[name] for name in settings.PAYMENT_METHODS}


def gateway(method: str) -> Gateway | None:
    """The gateway of ``method``, or None where it is not configured."""
    return gateways().get(method)


def methods() -> list[MethodChoice]:
    """What the cashier offers, with names in the active language."""
    banks = tuple((code, bank_name(code)) for code in settings.ALIPAY_INSTANT_BANKS)
    legacy = _("Alipay (instant arrival)") if "alipay" in settings.PAYMENT_METHODS else _("Alipay")
    choices = {
        "alipay": MethodChoice("alipay", _("Alipay")),
        "alipay-instant": MethodChoice("alipay-instant", legacy, banks),
    }
    return [choices[name] for name in settings.PAYMENT_METHODS]


def bank_name(code: str) -> str:
    """The bank's name in the active language, or the code where we know none."""
    names = {
        "ICBCB2C": _("ICBC"),
        "CMB": _("China Merchants Bank"),
        "CCB": _("China Construction Bank"),
        "ABC": _("Agricultural Bank of China"),
        "BOCB2C": _("Bank of China"),
        "COMM": _("Bank of Communications"),
        "SPDB": _("SPD Bank"),
        "CIB": _("Industrial Bank"),
        "GDB": _("China Guangfa Bank"),
        "CMBC": _("China Minsheng Bank"),
        "CITIC": _("CITIC Bank"),
        "SPABANK": _("Ping An Bank"),
        "CEBBANK": _("China Everbright Bank"),
        "PSBC-DEBIT": _("Postal Savings Bank"),
        "POSTGC": _("Postal Savings Bank"),
        "HZCBB2C": _("Bank of Hangzhou"),
        "SHBANK": _("Bank of Shanghai"),
        "NBBANK": _("Bank of Ningbo"),
        "BJBANK": _("Bank of Beijing"),
    }
    return names.get(code, code)
