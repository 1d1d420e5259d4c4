"""Texts kept in three languages: ``name`` holds Simplified Chinese, ``name_en`` and ``name_ja`` the others.

A missing translation falls back to Simplified Chinese (rule G29 of the page specification).
"""

from typing import Any

from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

SUFFIXES = {"zh-hans": "", "en": "_en", "ja": "_ja"}


def suffix() -> str:
    """The column suffix of the active language."""
    return SUFFIXES.get(get_language() or "", "")


def localized(instance: Any, field: str) -> str:
    """``instance.<field>`` in the active language, or in Simplified Chinese where it is not translated."""
    text: str = getattr(instance, field + suffix()) or getattr(instance, field)
    return text


def localized_column(field: str) -> F | Func:
    """The same as a query expression, for ``.values()`` rows."""
    if not suffix():
        return F(field)
    return Coalesce(NullIf(F(field + suffix()), Value("")), F(field))
