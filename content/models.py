"""Help and legal pages, written by staff in up to three languages."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# The column suffixes to try for each language: its own, then Chinese, then whatever there is (rule G29).
CHAINS = {"zh-hans": ("", "_en", "_ja"), "en": ("_en", "", "_ja"), "ja": ("_ja", "", "_en")}
LANGUAGES = {"": "zh-hans", "_en": "en", "_ja": "ja"}


@dataclass(frozen=True)
class Text:
    """A page in one language (Django's code of it), its body in Markdown."""

    language: str
    title: str
    body: str

    @property
    def tag(self) -> str:
        """The language as HTML's ``lang`` names it."""
        return "zh-Hans" if self.language == "zh-hans" else self.language


class PageQuerySet(models.QuerySet["Page"]):
    """Sets of pages."""

    def in_footer(self) -> "PageQuerySet":
        """The published ones with a text for this visitor: in the visitor's language or in Chinese."""
        suffix = CHAINS.get(get_language() or "", ("",))[0]
        return self.filter(~Q(**{f"title{suffix}": ""}) | ~Q(title=""), published=True, in_footer=True)


class Page(models.Model):
    """One page at ``/<lang>/help/<slug>/``. A language counts once both its title and its text are written."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=60, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=60, blank=True)
    title_ja = models.CharField(_("title (Japanese)"), max_length=60, blank=True)
    body = models.TextField(_("text"), blank=True)
    body_en = models.TextField(_("text (English)"), blank=True)
    body_ja = models.TextField(_("text (Japanese)"), blank=True)
    published = models.BooleanField(_("published"), default=True)
    in_footer = models.BooleanField(_("linked at the foot of every page"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self) -> str:
        return self.text.title or self.slug

    def get_absolute_url(self) -> str:
        return reverse("content:page", args=[self.slug])

    @property
    def text(self) -> Text:
        """The page in the active language, else in the first of its chain that is written."""
        chain = CHAINS.get(get_language() or "", CHAINS["zh-hans"])
        return self._in(next((suffix for suffix in chain if self._has(suffix)), ""))

    @property
    def texts(self) -> list[Text]:
        """All that is written."""
        return [self._in(suffix) for suffix in LANGUAGES if self._has(suffix)]

    def clean(self) -> None:
        """Half a text would show as none."""
        for suffix in LANGUAGES:
            if bool(getattr(self, f"title{suffix}")) != bool(getattr(self, f"body{suffix}")):
                missing = "body" if getattr(self, f"title{suffix}") else "title"
                raise ValidationError({f"{missing}{suffix}": _("Write both title and text of a language, or neither.")})
        if not self.texts:
            raise ValidationError(_("Write the page in at least one language."))

    def _has(self, suffix: str) -> bool:
        return bool(getattr(self, f"title{suffix}") and getattr(self, f"body{suffix}"))

    def _in(self, suffix: str) -> Text:
        return Text(LANGUAGES[suffix], getattr(self, f"title{suffix}"), getattr(self, f"body{suffix}"))
