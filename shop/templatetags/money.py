"""Amounts and times as people read them (rules G26 and G27): ¥1,288.50, CN¥1,288.50; always China time."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()
CHINA = ZoneInfo("Asia/Shanghai")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def text(amount: Decimal) -> str:
    """Yuan with two places; abroad the plain sign would be read as yen."""
    return f"{'¥' if get_language() == 'zh-hans' else 'CN¥'}{Decimal(amount):,.2f}"


@register.filter
def money(amount: Decimal) -> SafeString | str:
    """``<data value="168.00">¥168.00</data>``; nothing for None."""
    if amount is None:
        return ""
    return format_html('<data value="{}">{}</data>', f"{Decimal(amount):.2f}", text(amount))


@register.filter
def plain_money(amount: Decimal) -> str:
    """The same without markup, for attributes and mails."""
    return "" if amount is None else text(amount)


@register.filter(expects_localtime=False)
def chinatime(when: datetime | None) -> SafeString | str:
    """``<time datetime="2026-11-02T21:35+08:00">2 Nov 2026, 21:35 (China time)</time>``; nothing for None."""
    if when is None:
        return ""
    local = when.astimezone(CHINA)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), time_text(local))


def time_text(local: datetime) -> str:
    """The words of a time that is already in China's zone; abroad the zone is named."""
    language = get_language()
    if language == "en":
        words = f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    else:
        words = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return words if language == "zh-hans" else _("%(time)s (China time)") % {"time": words}
