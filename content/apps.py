"""Help and legal pages, the pages of last resort, and what search engines are told, as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("help and legal pages")
