"""Orders for staff: what was bought, what happened. Money and lines are read-only; a parcel's number ships an order."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from orders import mails
from orders.coupon_admin import CouponAdmin
from orders.fapiao_admin import FapiaoAdmin
from orders.forms import digits_of, phone_of
from orders.models import MOST_TRIES, Coupon, FapiaoRequest, Order, OrderEvent, OrderLine, OutboxMail
from orders.numbers import DIGITS, is_number
from orders.specimen_views import as_html, catalogue
from orders.templatetags.masks import mask_email, mask_name
from shop.templatetags.money import plain_money

MAIL_STATES = {"sent": _("sent"), "waiting": _("waiting"), "given-up": _("given up")}
PARCEL = ("parcel_company", "parcel_number")
PHONE_DIGITS = 11

admin.site.register(Coupon, CouponAdmin)
admin.site.register(FapiaoRequest, FapiaoAdmin)


class ReadOnlyInline(admin.TabularInline):
    """Rows that staff read: none is added, changed or deleted."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    """What was bought."""

    model = OrderLine
    fields = ("sku", "name", "option", "price", "quantity", "total")


class EventInline(ReadOnlyInline):
    """What happened."""

    model = OrderEvent
    fields = ("at", "__str__", "detail", "by")
    readonly_fields = ("__str__",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by")


class MailInline(ReadOnlyInline):
    """What was written to the shopper, and a button that sends it again."""

    model = OutboxMail
    fields = ("label", "state_words", "created_at", "sent_at", "tries", "failure", "send_again")
    readonly_fields = ("label", "state_words", "send_again")
    show_change_link = True

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The button only for who may press it."""
        may = request.user.has_perm("orders.change_outboxmail")
        return [name for name in self.fields if may or name != "send_again"]

    @admin.display(description=_("mail"))
    def label(self, mail: OutboxMail) -> str:
        return mail.label

    @admin.display(description=_("state"))
    def state_words(self, mail: OutboxMail) -> str:
        return str(MAIL_STATES[mail.state])

    @admin.display(description="")
    def send_again(self, mail: OutboxMail) -> SafeString | str:
        """The button posts the page's own form to another address; the server asks for the right to do it."""
        address = reverse("admin:orders_outboxmail_again", args=[mail.pk])
        button = '<button type="submit" class="button" formaction="{}" formnovalidate>{}</button>'
        return "" if mail.state == "waiting" else format_html(button, address, _("Send again"))


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """The list stays fast at any size: no join, no statement per row, no search that reads the whole table."""

    list_display = ("number", "placed_at", "badge", "total", "paid_and_refunded", "buyer_masked", "province")
    list_filter = ("life", "pay_status", "needs_review", "placed_at")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-pk",)
    search_fields = ("number",)
    search_help_text = _(
        "A full order number opens the order. Else: the number's first digits, a phone number or an email."
    )
    inlines = (LineInline, EventInline, MailInline)
    fieldsets = (
        (None, {"fields": ("number", "badge", "placed_at", "expires_at", "extensions", "language")}),
        (_("money"), {"fields": ("subtotal", "shipping", "discount", "coupon", "total", "charged", "refunded",
                                 "refunding", "pay_status", "paid_at")}),
        (_("delivery"), {"fields": ("name", "phone", "email", "province", "city", "district", "street", "note",
                                    "goods", "shipped_at", *PARCEL)}),
        (_("attention"), {"fields": ("life", "needs_review", "paid_late", "buyer")}),
    )  # fmt: skip

    @admin.display(description=_("status"))
    def badge(self, order: Order) -> SafeString:
        """The word that shoppers read, too."""
        return format_html('<span data-order-status="{}">{}</span>', order.status, order.status_label)

    @admin.display(description=_("paid in / refunded"))
    def paid_and_refunded(self, order: Order) -> str:
        """Both sums, yuan."""
        return f"{plain_money(order.charged)} / {plain_money(order.refunded)}"

    @admin.display(description=_("buyer"))
    def buyer_masked(self, order: Order) -> str:
        """Enough to tell two orders apart."""
        return f"{mask_name(order.name)} {mask_email(order.email)}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        """All but the parcel's, and those only while the order waits to be shipped."""
        fields: list[Any] = flatten_fieldsets(self.fieldsets)
        return [name for name in fields if name not in PARCEL or not (obj and obj.can_ship)]

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """The only thing to save is the parcel: with its number the order is shipped."""
        if not obj.parcel_number:
            messages.warning(request, _("Enter the parcel's number to ship the order."))
        elif not obj.ship(obj.parcel_company, obj.parcel_number, by=request.user):
            messages.error(request, _("The order changed meanwhile. It was not shipped; look at it again."))

    def find_exact(self, term: str) -> Order | None:
        """The one order that ``term`` names, which the search then opens. Payments adds trade numbers."""
        number = digits_of(term)
        return Order.objects.filter(number=number).first() if is_number(number) else None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Goes straight to the order that is named in full."""
        term = request.GET.get("q", "").strip()
        order = self.find_exact(term) if term.isprintable() and term else None
        if order and self.has_view_or_change_permission(request):
            return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
        return super().changelist_view(request, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """By index only: exact email, exact phone, or the first digits of the number."""
        term = search_term.strip()
        if "@" in term:
            return queryset.filter(email=term.lower()), False
        digits = digits_of(term)
        if len(phone_of(term)) == PHONE_DIGITS:
            return queryset.filter(phone=phone_of(term)), False
        if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS:
            first, last = digits.ljust(DIGITS, "0"), digits.ljust(DIGITS, "9")
            return queryset.filter(number__gte=first, number__lte=last), False
        return (queryset.none() if term else queryset), False


class MailState(admin.SimpleListFilter):
    """Sent, waiting, given up: the last is what somebody must look at."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(MAIL_STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMail]) -> QuerySet[OutboxMail]:
        unsent = queryset.filter(sent_at=None)
        chosen = {
            "sent": queryset.exclude(sent_at=None),
            "waiting": unsent.filter(tries__lt=MOST_TRIES),
            "given-up": unsent.filter(tries__gte=MOST_TRIES),
        }
        return chosen.get(self.value() or "", queryset)


@admin.register(OutboxMail)
class MailAdmin(admin.ModelAdmin):
    """The outbox to read, as it was or will be sent; the right to change a mail is the right to send it again."""

    list_display = ("label", "order", "state_words", "created_at", "sent_at", "tries", "failure")
    list_filter = (MailState,)
    list_select_related = ("order",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    search_fields = ("order__number__exact",)
    search_help_text = _("An order number, in full.")
    actions = ("send_again",)
    fields = ("order", "label", "state_words", "created_at", "due_at", "sent_at", "tries", "failure", "text")
    readonly_fields = fields

    @admin.display(description=_("mail"))
    def label(self, mail: OutboxMail) -> str:
        return mail.label

    @admin.display(description=_("state"))
    def state_words(self, mail: OutboxMail) -> str:
        return str(MAIL_STATES[mail.state])

    @admin.display(description=_("text"))
    def text(self, mail: OutboxMail) -> SafeString:
        """What the shopper reads."""
        return format_html("<pre>{}</pre>", mails.message_for(mail).body)

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[OutboxMail]) -> None:
        """Those that were sent or given up; the others are on their way."""
        count = sum(mail.again(by=request.user) for mail in chosen.select_related("order"))
        words = ngettext("%(count)d mail is sent again.", "%(count)d mails are sent again.", count)
        messages.success(request, words % {"count": count})

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on the order's page: one mail, and back to the order."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mail = get_object_or_404(OutboxMail.objects.select_related("order"), pk=pk)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if mail.again(by=request.user):
            messages.success(request, _("The mail is sent again within a minute."))
        else:
            messages.warning(request, _("The mail is on its way already."))
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[mail.order_id]))

    def get_urls(self) -> list[Any]:
        staff = self.admin_site.admin_view
        return [
            path("<int:pk>/again/", staff(self.again), name="orders_outboxmail_again"),
            path("specimens/<str:language>/", staff(catalogue), name="orders_outboxmail_specimens"),
            path("specimens/<str:language>/<str:name>/", staff(as_html), name="orders_outboxmail_specimen"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxMail | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboxMail | None = None) -> bool:
        """Of a mail there is nothing to save; the right is to send mails again."""
        return obj is None and super().has_change_permission(request)
