"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shop import categories
from shop.cart import Cart

LANGUAGES = [
    ("zh-hans", "zh-Hans", "简体中文", "zh_CN"), ("en", "en", "English", "en_US"), ("ja", "ja", "日本語", "ja_JP"),
]  # fmt: skip
HTML_LANG = {code: tag for code, tag, *_ in LANGUAGES}
THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Header, footer and head. A visitor without a session cookie costs no statement and gets no session."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    theme = request.COOKIES.get("theme", "")
    return {
        "demo": settings.DEMO,
        "html_lang": HTML_LANG.get(language, "zh-Hans"),
        "theme": theme if theme in THEMES else "",
        "categories": categories.roots,
        "cart_count": cart_count(request),
        "site_url": settings.SITE_URL,
        "alternates": alternates(request, language),
        "any_language": any_language(request, language),
    }


def cart_count(request: HttpRequest) -> int:
    """Units in the cart; the session is not touched where the visitor has none."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "session"):
        return 0
    return Cart(request.session).count


def any_language(request: HttpRequest, language: str) -> str:
    """The address of this page that leads everybody to it in their own language."""
    rest = request.path.removeprefix(f"/{language}")
    return rest if rest != request.path else "/"


def alternates(request: HttpRequest, language: str) -> list[dict[str, Any]]:
    """This page in each language: the addresses differ in their first part only."""
    rest = any_language(request, language)
    query = request.META.get("QUERY_STRING", "")
    return [
        {
            "code": code,
            "tag": tag,
            "name": name,
            "locale": locale,
            "current": code == language,
            "path": f"/{code}{rest}",
            "href": f"/{code}{rest}" + (f"?{query}" if query else ""),
        }
        for code, tag, name, locale in LANGUAGES
    ]
