"""Accounts as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import post  # noqa: F401  (declares the job that sends letters, for the worker)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")
