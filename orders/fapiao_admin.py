"""The queue of fapiao for staff: which are to be issued, which to be reversed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.models import FapiaoRequest
from orders.models.fapiao import FapiaoQuerySet
from shop.templatetags.money import chinatime, plain_money


class StateFilter(admin.SimpleListFilter):
    """How it stands follows from the order, so the filter does."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in FapiaoRequest.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FapiaoRequest]) -> QuerySet[FapiaoRequest]:
        known = isinstance(queryset, FapiaoQuerySet) and self.value() in FapiaoRequest.State.values
        return queryset.standing(str(self.value())) if known else queryset  # type: ignore[attr-defined]


class FapiaoAdmin(admin.ModelAdmin):
    """What was asked for is the buyer's and stays; staff add the number of what they issued, and may put it right."""

    list_display = ["order_link", "placed_at", "standing", "kind", "title", "tax_id", "amount", "number"]
    list_display_links = ["title"]
    list_filter = [StateFilter, "kind"]
    list_select_related = ["order"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["=order__number", "=tax_id", "title", "=number"]
    fields = [
        "order_link", "placed_at", "standing", "amount", "kind", "title", "tax_id", "email",
        "number", "issued_at", "issued_by",
    ]  # fmt: skip

    @admin.display(description=_("order"), ordering="order")
    def order_link(self, fapiao: FapiaoRequest) -> SafeString:
        """The way to the order."""
        address = reverse("admin:orders_order_change", args=[fapiao.order_id])
        return format_html('<a href="{}">{}</a>', address, fapiao.order)

    @admin.display(description=_("placed"), ordering="order__placed_at")
    def placed_at(self, fapiao: FapiaoRequest) -> SafeString | str:
        return chinatime(fapiao.order.placed_at)

    @admin.display(description=_("state"))
    def standing(self, fapiao: FapiaoRequest) -> str:
        return fapiao.state_label

    @admin.display(description=_("amount to issue"))
    def amount(self, fapiao: FapiaoRequest) -> str:
        """What we hold for the order."""
        return plain_money(fapiao.order.paid_sum)

    @admin.display(description=_("e-mail"))
    def email(self, fapiao: FapiaoRequest) -> str:
        return fapiao.order.email

    def get_readonly_fields(self, request: HttpRequest, obj: FapiaoRequest | None = None) -> list[str]:
        """All but the number, and that only while it is to be issued or is."""
        open_to = (FapiaoRequest.State.DUE, FapiaoRequest.State.ISSUED)
        written = obj is not None and obj.state in open_to
        return [name for name in self.fields if name != "number" or not written]  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: FapiaoRequest, form: Any, change: bool) -> None:
        was = form.initial.get("number", "")
        if not obj.number:
            messages.warning(request, _("Enter the number of the fapiao that you issued."))
        elif was and obj.number != was and not obj.correct(was, obj.number, by=request.user):
            messages.error(request, _("The number was not changed: somebody changed it meanwhile, or money went back."))
        elif not was and not obj.issue(obj.number, by=request.user):
            messages.error(request, _("It is not to be issued any more: the order changed meanwhile."))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FapiaoRequest | None = None) -> bool:
        return False
