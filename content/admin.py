"""Staff's door to help and legal pages."""

from django.conf import settings
from django.contrib import admin
from django.utils import translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from content.models import Page


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    """Pages in three languages, with the way to see each as visitors do."""

    list_display = ["__str__", "slug", "blanks", "published", "in_footer", "position", "changed_at"]
    list_editable = ["published", "in_footer", "position"]
    readonly_fields = ["preview", "changed_at"]
    fieldsets = [
        (None, {"fields": ["slug", "published", "in_footer", "position", "preview", "changed_at"]}),
        ("简体中文", {"fields": ["title", "body"]}),
        ("English", {"fields": ["title_en", "body_en"]}),
        ("日本語", {"fields": ["title_ja", "body_ja"]}),
    ]

    @admin.display(description=_("to fill in"))
    def blanks(self, page: Page) -> int:
        """How many 【blanks】 of the shipped texts are left."""
        return sum(text.body.count("【") for text in page.texts)

    @admin.display(description=_("as visitors see it"))
    def preview(self, page: Page) -> SafeString | str:
        """A link for each language; also before the page is published."""
        if not page.pk:
            return "–"
        links = []
        for code, name in settings.LANGUAGES:
            with translation.override(code):
                links.append((page.get_absolute_url(), name))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)
