"""What the shop knows about itself, so that no legal page contradicts the settings: ``{company}``, ``{email}`` …"""

import re

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

HOLE = re.compile(r"\{([a-z_]+)\}")
# The setting behind each word, and what stands in its place until the merchant has set it.
FACTS = {
    "company": ("COMPANY_NAME", _("company name")),
    "address": ("COMPANY_ADDRESS", _("postal address")),
    "email": ("CONTACT_EMAIL", _("email address")),
    "phone": ("CONTACT_PHONE", _("telephone number")),
    "licence": ("BUSINESS_LICENCE", _("registration number")),
    "pay_minutes": ("ORDER_PAY_MINUTES", ""),
    "site": ("SITE_URL", ""),
}


def filled(text: str, language: str) -> str:
    """``text`` with the facts in place; what is not set yet shows in 【brackets】, as do the merchant's own blanks."""

    def fact(hole: re.Match[str]) -> str:
        if hole[1] not in FACTS:
            return hole[0]
        setting, blank = FACTS[hole[1]]
        value = getattr(settings, setting)
        if value == "":
            return f"【{blank}】"
        return f"<{value}>" if hole[1] == "email" else str(value)  # in Markdown a link to write to it

    with translation.override(language):
        return HOLE.sub(fact, text)
