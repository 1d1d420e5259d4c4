"""Payments in the admin: attempts, journal, ledger and refunds to read; incidents to end; all of them at the order."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin import OrderAdmin, ReadOnlyInline
from orders.models import Order
from orders.templatetags.masks import mask_email
from payments import incidents
from payments.incident_words import KINDS
from payments.models import GatewayCertificate, GatewayMessage, Incident, LedgerEntry, Payment, Refund
from payments.redaction import readable


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ("out_trade_no", "method", "bank", "amount", "state", "trade_no", "created_at", "paid_at", "refunded")


class LedgerInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ("at", "kind", "amount", "reference", "method")


class InWords:
    """What an incident is, and what to do next, in the reader's language."""

    @admin.display(description=_("kind"))
    def kind_told(self, incident: Incident) -> str:
        return str(KINDS.get(incident.kind, incident.kind))

    @admin.display(description=_("next step"))
    def step_told(self, incident: Incident) -> str:
        return gettext(incident.next_step)


class IncidentInline(InWords, ReadOnlyInline):
    model = Incident
    fields = ("kind_told", "detail", "step_told", "opened_at", "resolved_at", "why")
    readonly_fields = fields


admin.site.unregister(Order)


@admin.register(Order)
class PaidOrderAdmin(OrderAdmin):
    """The order with everything that was said about its money."""

    inlines: ClassVar[tuple[Any, ...]] = (*OrderAdmin.inlines, PaymentInline, LedgerInline, IncidentInline)
    fieldsets: ClassVar[tuple[Any, ...]] = (*OrderAdmin.fieldsets, (_("payment journal"), {"fields": ("journal",)}))

    @admin.display(description=_("messages"))
    def journal(self, order: Order) -> str:
        """Every message from and to the gateway about this order, with its verdict."""
        messages = GatewayMessage.objects.filter(payment__order=order).defer("body")
        return render_to_string("payments/admin/journal.html", {"messages": messages})

    def find_exact(self, term: str) -> Order | None:
        """Also by a trade number, ours or the gateway's."""
        order = super().find_exact(term)
        if order or not term.isalnum():
            return order
        return Order.objects.filter(Q(payments__trade_no=term) | Q(payments__out_trade_no=term)).first()


class ReadOnlyAdmin(admin.ModelAdmin):
    """Money facts come from the gateway alone. The lists stay fast: exact search, no second count, no query per row."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return tuple(field.name for field in self.model._meta.fields if field.is_relation and not field.null)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("out_trade_no", "order", "method", "bank", "amount", "state", "trade_no", "created_at", "paid_at")
    list_filter = ("state", "created_at")
    search_fields = ("out_trade_no__exact", "trade_no__exact", "order__number__exact")
    search_help_text = _("Our trade number, Alipay's, or an order number, in full.")
    ordering = ("-pk",)
    exclude = ("buyer",)
    readonly_fields = ("masked_buyer",)

    @admin.display(description=_("buyer's account"))
    def masked_buyer(self, payment: Payment) -> str:
        return mask_email(payment.buyer) if payment.buyer else ""


@admin.register(GatewayMessage)
class GatewayMessageAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "direction", "verdict", "out_trade_no", "signature_ok", "note", "took_ms", "address")
    list_filter = ("verdict", "outgoing", "at")
    search_fields = ("out_trade_no__exact",)
    search_help_text = _("Our trade number, in full.")
    exclude = ("body",)
    readonly_fields = ("message",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GatewayMessage]:
        """The list needs no raw bodies."""
        messages = super().get_queryset(request)
        one = request.resolver_match and "object_id" in request.resolver_match.kwargs
        return messages if one else messages.defer("body")

    @admin.display(description=_("direction"))
    def direction(self, message: GatewayMessage) -> str:
        return gettext("asked by us") if message.outgoing else gettext("told to us")

    @admin.display(description=_("message, decoded; signatures and buyers' accounts hidden"))
    def message(self, message: GatewayMessage) -> str:
        return format_html_join("", "<div><code>{} = {}</code></div>", readable(bytes(message.body)))


@admin.register(GatewayCertificate)
class GatewayCertificateAdmin(ReadOnlyAdmin):
    list_display = ("serial", "added_at")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "amount", "order", "payment", "reference", "method")
    list_filter = ("kind", "at")
    search_fields = ("reference__exact", "order__number__exact", "payment__out_trade_no__exact")
    ordering = ("-pk",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("out_request_no", "payment", "amount", "state", "source", "created_at", "settled_at")
    list_filter = ("state", "source", "created_at")
    search_fields = ("out_request_no__exact", "payment__out_trade_no__exact", "payment__trade_no__exact")


class ResolveForm(forms.ModelForm):
    """Ending an incident asks for how."""

    why = forms.CharField(label=_("how it was resolved"), max_length=200)

    class Meta:
        model = Incident
        fields = ("why",)


class KindFilter(admin.SimpleListFilter):
    """By kind, in words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Incident)
class IncidentAdmin(InWords, ReadOnlyAdmin):
    """What needs attention. Saving the form with a reason ends it."""

    form = ResolveForm
    list_display = ("kind_told", "subject", "order", "step_told", "opened_at", "resolved_at", "resolved_by")
    list_filter = (("resolved_at", admin.EmptyFieldListFilter), KindFilter)
    list_select_related = ("order", "resolved_by")
    search_fields = ("subject__exact", "order__number__exact")
    fields = (
        "kind_told", "subject", "order", "detail", "step_told", "opened_at", "resolved_at", "resolved_by", "why",
    )  # fmt: skip
    readonly_fields = fields[:-1]

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_select_related

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        still_open = not (isinstance(obj, Incident) and obj.resolved_at)
        return still_open and request.user.has_perm("payments.change_incident")

    def save_model(self, request: HttpRequest, obj: Incident, form: forms.ModelForm, change: bool) -> None:
        incidents.resolve(obj, request.user, form.cleaned_data["why"])
