"""Coupons for staff: what they take off, how often they were used."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import Coupon
from shop.templatetags.money import plain_money


class CouponForm(forms.ModelForm):
    """What the database refuses is told at its field."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends, most = (cleaned.get(name) for name in ("starts_at", "ends_at", "most_uses"))
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end comes after the beginning."))
        if most is not None and most < self.instance.used:
            self.add_error(
                "most_uses", ValidationError(_("It was used %(used)d times."), params={"used": self.instance.used})
            )
        return cleaned


class CouponAdmin(admin.ModelAdmin):
    """A coupon that was used stays; it is switched off."""

    form = CouponForm
    list_display = ["code", "what", "minimum", "starts_at", "ends_at", "uses", "most_per_buyer", "active"]
    list_filter = ["active", "kind"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["code"]
    fields = [
        "code",
        ("kind", "value"),
        "minimum",
        ("starts_at", "ends_at"),
        ("most_uses", "most_per_buyer"),
        "active",
        "used",
    ]

    @admin.display(description=_("takes off"), ordering="value")
    def what(self, coupon: Coupon) -> str:
        """Yuan or per cent."""
        return plain_money(coupon.value) if coupon.kind == Coupon.Kind.AMOUNT else f"{coupon.value.normalize():f} %"

    @admin.display(description=_("used"), ordering="used")
    def uses(self, coupon: Coupon) -> str:
        """Out of how many."""
        return f"{coupon.used} / {coupon.most_uses or '∞'}"

    def get_readonly_fields(self, request: HttpRequest, obj: Coupon | None = None) -> list[str]:
        """Orders bear the code, so it stays."""
        return ["code", "used"] if obj else ["used"]

    def has_delete_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.used)

    def save_model(self, request: HttpRequest, obj: Coupon, form: Any, change: bool) -> None:
        """Only what was changed is written: shoppers use the coupon meanwhile, and its count is theirs."""
        if not change:
            obj.save(force_insert=True)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)
