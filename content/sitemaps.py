"""The sitemap: an index of pages of bounded size, all addresses under SITE_URL, each in three languages (rule G35)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from content.models import Page

CODES = [code for code, _ in settings.LANGUAGES]
TAGS = {"zh-hans": "zh-Hans"}
THINGS_A_PAGE = 500


class InEachLanguage(Sequence[tuple[Any, str]]):
    """Things times languages, of which only the slice asked for is ever read."""

    def __init__(self, things: Any) -> None:
        self.things = things

    def __len__(self) -> int:
        count: int = self.things.count() if isinstance(self.things, QuerySet) else len(self.things)
        return count * len(CODES)

    def __getitem__(self, asked: Any) -> Any:
        """A slice that begins and ends between two things, as those of pages do."""
        things = self.things[asked.start // len(CODES) : asked.stop // len(CODES)]
        return [(thing, code) for thing in things for code in CODES]


class InLanguages(Sitemap):
    """A section whose things, in a fixed order, have ``changed_at`` and an address in every language."""

    i18n = alternates = x_default = True
    limit = THINGS_A_PAGE * len(CODES)
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """That of SITE_URL, whatever host was asked."""
        return urlsplit(settings.SITE_URL).netloc

    @property
    def paginator(self) -> "Paginator[Any]":
        """Pages that are cut out by the database."""
        return Paginator(InEachLanguage(self.items()), self.limit)

    def lastmod(self, item: Any) -> datetime | None:
        """When the thing was changed."""
        changed: datetime | None = item.changed_at
        return changed

    def newest(self) -> datetime | None:
        """The last change of all things."""
        things: Any = self.items()
        if isinstance(things, QuerySet):
            return things.aggregate(newest=Max("changed_at"))["newest"]
        return max((thing.changed_at for thing in things if thing.changed_at), default=None)

    def get_urls(self, page: Any = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        """Django's, with the languages named as in the pages themselves."""
        urls = super().get_urls(page, site, protocol)
        for other in (other for url in urls for other in url["alternates"]):
            other["lang_code"] = TAGS.get(other["lang_code"], other["lang_code"])
        return urls


class Pages(InLanguages):
    """Help and legal pages."""

    def items(self) -> Any:
        """The published ones."""
        return Page.objects.filter(published=True)


@require_safe
def index(request: HttpRequest, sitemaps: dict[str, type[InLanguages]]) -> HttpResponse:
    """The addresses of all pages of all sections."""
    parts = [part for name, section in sitemaps.items() for part in _parts(name, section())]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml")


def _parts(name: str, section: InLanguages) -> Iterator[dict[str, Any]]:
    address = settings.SITE_URL + reverse("sitemap", args=[name])
    newest = section.newest()
    for number in section.paginator.page_range:
        yield {"location": address if number == 1 else f"{address}?p={number}", "last_mod": newest}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Names the sitemap. Pages that must not be found say so themselves: unread, they could not."""
    lines = ["User-agent: *", "Disallow: /payments/", f"Sitemap: {settings.SITE_URL}{reverse('sitemaps')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
