"""The back office's login: Django's own page and form, behind the same limits and log as the shop's."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from shop.throttle import TOO_MANY


class StaffLoginForm(AdminAuthenticationForm):
    """Name (or email) and password, as Django's; what is tried too often is not tried at all."""

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data
        adapter = get_adapter()
        adapter.pre_authenticate(self.request, username=name)
        self.user_cache = authenticate(self.request, username=name, password=password)
        try:
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        except ValidationError:
            adapter.authentication_failed(self.request, username=name)
            raise
        return self.cleaned_data


admin.site.login_form = StaffLoginForm
admin.site.site_header = admin.site.site_title = _("Back office")
admin.site.index_title = _("What is to be done")


def staff_login(request: HttpRequest) -> HttpResponse:
    """Django's page; 429 where the form was refused for too many tries."""
    response = admin.site.login(request)
    form = getattr(response, "context_data", {}).get("form")
    if form is not None and form.is_bound and form.has_error("__all__", TOO_MANY):
        response.status_code = 429
    return response
