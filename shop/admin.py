"""Staff's view of the catalogue. Stock changes by adjustments with a reason only; its ledger cannot be edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from shop import fragments, pictures, search_index
from shop.models import Attribute, Category, OldAddress, Picture, Product, ShippingRate, StockMovement, Trait, Variant

MOST_ADJUSTED = 1_000_000
COMPLAINTS = {
    "big": _("The file is larger than 12 MB. Make it smaller."),
    "large": _("The picture has more than 40 million pixels or is animated. Make it smaller."),
    "small": _("The picture needs at least 400 pixels on each side."),
    "format": _("Choose a JPEG, PNG or WebP file."),
    "broken": _("The file is damaged. Save it again and choose it once more."),
}


class ForgettingAdmin(admin.ModelAdmin):
    """What is saved here shows in the shop at once."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        fragments.forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        fragments.forget()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        fragments.forget()


class MovingAdmin(ForgettingAdmin):
    """What moves is found from its old address."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and "slug" in form.changed_data:
            OldAddress.leave(obj, form.initial["slug"])
        super().save_model(request, obj, form, change)


@admin.register(Category)
class CategoryAdmin(MovingAdmin):
    """The tree of categories."""

    list_display = ["indented", "position", "slug"]
    list_editable = ["position"]
    list_per_page = 500
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["parent", "position", "slug", "name", "intro"]}),
        ("English", {"fields": ["name_en", "intro_en"]}),
        ("日本語", {"fields": ["name_ja", "intro_ja"]}),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """django-tree-queries has no Chinese or Japanese for its field."""
        return super().get_form(request, obj, change, **options, labels={"parent": _("parent category")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """In the order of the tree."""
        return Category.objects.with_tree_fields()

    def get_ordering(self, request: HttpRequest) -> tuple[()]:
        """That of the tree, not of a column."""
        return ()

    @admin.display(description=_("category"))
    def indented(self, category: Category) -> str:
        """As deep as it stands."""
        return "— " * getattr(category, "tree_depth", 0) + str(category)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """All products below are found by its name; they may be many, so their entries do not hold up the saving."""
        super().save_related(request, form, formsets, change)
        transaction.on_commit(lambda: search_index.update(search_index.below(form.instance)))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Their addresses, and those of the categories below, say that they are gone."""
        for category in queryset:
            self.delete_model(request, category)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        """As above, for one."""
        for category in obj.descendants(include_self=True):
            OldAddress.leave(category, category.slug)
        super().delete_model(request, obj)


class TraitInline(admin.TabularInline):
    """What a product can be by an attribute."""

    model = Trait
    extra = 0
    fields = ["name", "name_en", "name_ja", "slug", "position"]
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Attribute)
class AttributeAdmin(ForgettingAdmin):
    """In what goods differ: each is a filter of the lists."""

    list_display = ["name", "slug", "on_card", "position"]
    list_editable = ["on_card", "position"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [TraitInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Products are found by the names of their traits, too."""
        super().save_related(request, form, formsets, change)
        transaction.on_commit(lambda: search_index.update(search_index.told_by(form.instance)))


class PictureForm(forms.ModelForm):
    """A picture is chosen once; another picture is another row."""

    upload = forms.FileField(label=_("File"), required=False)

    class Meta:
        model = Picture
        fields = ["alt", "alt_en", "alt_ja", "position"]

    def clean_upload(self) -> str:
        """Stores the file; from here on it is the stem of our own renditions."""
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is None:
            if not self.instance.stem:
                raise ValidationError(_("Choose a file."))
            return self.instance.stem
        try:
            return pictures.store(upload)
        except pictures.BadPicture as bad:
            raise ValidationError(COMPLAINTS[str(bad)]) from bad

    def save(self, commit: bool = True) -> Picture:
        self.instance.stem = self.cleaned_data["upload"]
        picture: Picture = super().save(commit)
        return picture


class PictureInline(admin.TabularInline):
    """The pictures of a product."""

    model = Picture
    form = PictureForm
    extra = 0
    fields = ["upload", "seen", "alt", "alt_en", "alt_ja", "position"]
    readonly_fields = ["seen"]

    @admin.display(description=_("picture"))
    def seen(self, picture: Picture) -> str:
        """What visitors see."""
        return format_html('<img src="{}" width="80" height="80" alt="">', picture.src(400)) if picture.stem else "–"


class VariantInline(admin.TabularInline):
    """The variants of a product with their stock."""

    model = Variant
    extra = 0
    fields = ["sku", "option", "option_en", "option_ja", "price", "was_price", "weight_grams", "position", "stock"]
    readonly_fields = ["stock"]

    @admin.display(description=_("stock"))
    def stock(self, variant: Variant) -> str:
        """On hand, reserved, and the way to change it."""
        if not variant.pk:
            return "–"
        address = reverse("admin:shop_variant_adjust", args=[variant.pk])
        counts = f"{variant.on_hand} − {variant.reserved} = {variant.sellable}"
        return format_html('<a href="{}">{}</a>', address, counts)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant with a history stays; take the product out of its publication window instead."""
        return False


@admin.register(Product)
class ProductAdmin(MovingAdmin):
    """Products with variants and pictures in one form."""

    list_display = ["name", "category", "lowest_price", "sellable", "published_from", "published_until"]
    list_filter = ["category", "published_from"]
    list_select_related = ["category"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "name_en", "name_ja", "variants__sku"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [VariantInline, PictureInline]
    filter_horizontal = ["traits"]
    fieldsets = [
        (None, {"fields": ["category", "slug", "name", "summary", "description", "traits", "returnable_7d"]}),
        (_("Publication"), {"fields": ["published_from", "published_until"]}),
        ("English", {"fields": ["name_en", "summary_en", "description_en"]}),
        ("日本語", {"fields": ["name_ja", "summary_ja", "description_ja"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """With the stock of all variants, in the same statement."""
        units = Sum(F("variants__on_hand") - F("variants__reserved"))
        return super().get_queryset(request).annotate(units=units).prefetch_related("variants")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Traits are named with their attribute, which comes along in the same statement."""
        return super().formfield_for_manytomany(
            db_field, request, queryset=Trait.objects.select_related("attribute"), **options
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the words under which it is found."""
        super().save_related(request, form, formsets, change)
        search_index.update([form.instance.pk])

    @admin.display(description=_("price"))
    def lowest_price(self, product: Product) -> str:
        """That of the cheapest variant."""
        return str(min((variant.price for variant in product.variants.all()), default="–"))

    @admin.display(description=_("sellable"), ordering="units")
    def sellable(self, product: Any) -> int:
        """Units of all variants that can still be promised."""
        return product.units or 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was once sold stays on record."""
        return False


class AdjustForm(forms.Form):
    """A count or a delivery."""

    change = forms.IntegerField(
        label=_("Change"),
        min_value=-MOST_ADJUSTED,
        max_value=MOST_ADJUSTED,
        help_text=_("+12 for a delivery, −1 for a loss"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_change(self) -> int:
        """Nothing is not a change."""
        change: int = self.cleaned_data["change"]
        if not change:
            raise ValidationError(_("Enter a number other than 0."))
        return change


@admin.register(Variant)
class VariantAdmin(admin.ModelAdmin):
    """Stock by variant; the only door to change it."""

    list_display = ["sku", "product", "option", "price", "on_hand", "reserved", "adjust_link"]
    list_select_related = ["product"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["sku", "product__name", "product__name_en"]
    fields = ["product", "sku", "option", "price", "on_hand", "reserved"]
    readonly_fields = ["product", "sku", "option", "price", "on_hand", "reserved"]

    def get_urls(self) -> list[URLPattern]:
        """With the page of the adjustment."""
        adjust = self.admin_site.admin_view(self.adjust)
        return [path("<int:key>/adjust/", adjust, name="shop_variant_adjust"), *super().get_urls()]

    @admin.display(description=_("stock"))
    def adjust_link(self, variant: Variant) -> str:
        """The way to the adjustment."""
        return format_html('<a href="{}">{}</a>', reverse("admin:shop_variant_adjust", args=[variant.pk]), _("Adjust"))

    def adjust(self, request: HttpRequest, key: int) -> HttpResponse:
        """Asks for a change and its reason, and writes both to the ledger."""
        variant = get_object_or_404(Variant, pk=key)
        if not self.has_change_permission(request, variant):
            raise PermissionDenied
        form = AdjustForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._adjusted(request, variant, form):
            return HttpResponseRedirect(reverse("admin:shop_product_change", args=[variant.product_id]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Adjust the stock"), "variant": variant, "form": form, "opts": self.opts,
            "movements": variant.movements.select_related("by")[:20],
        }  # fmt: skip
        return render(request, "admin/shop/variant/adjust.html", context)

    def _adjusted(self, request: HttpRequest, variant: Variant, form: AdjustForm) -> bool:
        if not variant.adjust(form.cleaned_data["change"], by=request.user, reason=form.cleaned_data["reason"]):
            form.add_error("change", _("Fewer would be left than orders have reserved."))
            return False
        fragments.forget()
        messages.success(request, _("The stock was changed."))
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Variants are made on their product's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was once sold stays on record."""
        return False


@admin.register(StockMovement)
class StockMovementAdmin(admin.ModelAdmin):
    """The ledger of stock: to read."""

    list_display = [
        "at",
        "variant",
        "kind",
        "quantity",
        "on_hand_change",
        "reserved_change",
        "reference",
        "reason",
        "by",
    ]
    list_filter = ["kind"]
    list_select_related = ["variant__product", "by"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["reference", "variant__sku"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ShippingRate)
class ShippingRateAdmin(ForgettingAdmin):
    """The table of delivery fees, written in one go."""

    list_display = ["__str__", "fee", "first_grams", "more_fee", "more_grams", "free_from"]
    list_editable = ["fee", "first_grams", "more_fee", "more_grams", "free_from"]
