"""Personal data as others may see it: enough to recognise one's own, too little to use."""

from django import template

register = template.Library()


@register.filter
def mask_name(name: str) -> str:
    """林小雨 → 林 **"""
    return f"{name[:1]} **" if name else ""


@register.filter
def mask_phone(phone: str) -> str:
    """13800138000 → 138 **** 8000"""
    return f"{phone[:3]} **** {phone[-4:]}" if len(phone) >= 8 else "****"


@register.filter
def mask_email(email: str) -> str:
    """lin@example.com → l***@example.com"""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}***{at}{host}" if name else "***"


@register.filter
def mask_trade(number: str) -> str:
    """A gateway's trade number, grouped, without its middle: 2026 1102 **** 4821"""
    return f"{number[:4]} {number[4:8]} **** {number[-4:]}" if len(number) >= 16 else "****"
