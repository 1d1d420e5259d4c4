"""The catalogue: categories, products, their variants (SKU), pictures and the stock ledger. Knows nothing of orders."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode

from shop import prepared
from shop.provinces import province_choices
from shop.translation import localized

CENT = Decimal("0.01")
# Written out because the ORM spends 25 times as long on it, and every order waits for it with its stock locked.
MOVE = """
    UPDATE shop_variant SET on_hand = on_hand + %(on_hand)s, reserved = reserved + %(reserved)s
    WHERE id = %(variant)s AND reserved + %(reserved)s BETWEEN 0 AND on_hand + %(on_hand)s
"""
# What a visitor puts into the cart; written out for the same reason.
FOR_SALE = """
    SELECT variant.id, variant.price, variant.on_hand, variant.reserved
    FROM shop_variant variant JOIN shop_product product ON product.id = variant.product_id
    WHERE variant.id = %(variant)s AND product.published_from <= %(now)s
    AND (product.published_until IS NULL OR product.published_until > %(now)s)
"""


class Category(TreeNode):
    """A node of the category tree."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80, blank=True)
    intro = models.CharField(_("introduction"), max_length=200, blank=True)
    intro_en = models.CharField(_("introduction (English)"), max_length=200, blank=True)
    intro_ja = models.CharField(_("introduction (Japanese)"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return localized(self, "name")

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


class Attribute(models.Model):
    """Something in which goods differ, such as material or origin. Lists are filtered by it under its address."""

    TAKEN = ("band", "page", "q", "sort", "stock")  # what lists already mean by these parameters

    slug = models.SlugField(_("address"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=40, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=40, blank=True)
    on_card = models.BooleanField(_("shown in lists"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")

    def __str__(self) -> str:
        return localized(self, "name")

    def clean(self) -> None:
        """An address that lists use otherwise would filter nothing."""
        if self.slug in self.TAKEN:
            raise ValidationError({"slug": _("Lists use this word already. Choose another.")})


class Trait(models.Model):
    """What a product is by one of its attributes: of porcelain, from Fuding."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="traits", verbose_name=_("attribute"))
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["attribute__position", "attribute", "position", "pk"]
        verbose_name = _("trait")
        verbose_name_plural = _("traits")
        constraints = [models.UniqueConstraint(fields=["attribute", "slug"], name="trait_address_once_per_attribute")]

    def __str__(self) -> str:
        return f"{self.attribute}: {localized(self, 'name')}"


class ProductQuerySet(models.QuerySet["Product"]):
    """Sets of products."""

    def on_sale(self, now: datetime | None = None) -> "ProductQuerySet":
        """Those inside their publication window."""
        moment = now or timezone.now()
        return self.filter(Q(published_until__isnull=True) | Q(published_until__gt=moment), published_from__lte=moment)


class Product(models.Model):
    """What a page of the shop shows; what is sold is one of its variants."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="products", verbose_name=_("category"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=120, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    summary_en = models.CharField(_("summary (English)"), max_length=200, blank=True)
    summary_ja = models.CharField(_("summary (Japanese)"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    description_ja = models.TextField(_("description (Japanese)"), blank=True)
    traits = models.ManyToManyField(Trait, related_name="products", blank=True, verbose_name=_("attributes"))
    returnable_7d = models.BooleanField(_("may be returned within 7 days"), default=True)
    published_from = models.DateTimeField(_("published from"), default=timezone.now)
    published_until = models.DateTimeField(_("published until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-published_from", "-pk"]
        indexes = [models.Index(fields=["category", "-published_from", "-id"], name="product_by_category")]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return localized(self, "name")

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])


class OldAddress(models.Model):
    """Where a product or category once stood. It leads to what left it, or says that this is gone for good."""

    KINDS = [("p", _("product")), ("c", _("category"))]
    kind = models.CharField(_("kind"), max_length=1, choices=KINDS)
    slug = models.SlugField(_("address"), max_length=80)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+", verbose_name=_("product"))
    category = models.ForeignKey(Category, models.SET_NULL, null=True, related_name="+", verbose_name=_("category"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="old_address_once")]
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")

    def __str__(self) -> str:
        return f"/{self.kind}/{self.slug}/"

    @classmethod
    def leave(cls, thing: Product | Category, slug: str) -> None:
        """Notes that ``thing`` stands no more at ``slug``: it has moved, or is about to be deleted."""
        product = isinstance(thing, Product)
        kept = {"product": thing if product else None, "category": None if product else thing}
        cls.objects.update_or_create(kind="p" if product else "c", slug=slug, defaults=kept)


class SearchEntry(models.Model):
    """The words under which a product is found (``shop.search_index`` writes them, ``shop.search`` reads them).

    ``place`` orders entries newest first: the second of publication, then the product's key in its lower 31 bits.
    ``names`` are the words of names and SKUs, ``words`` all words.
    """

    KEY_BITS = 31
    LAST_SECOND = 2**32 - 1

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="search_entry")
    place = models.BigIntegerField(unique=True)
    names = models.TextField()
    words = models.TextField()

    def __str__(self) -> str:
        return self.names

    @classmethod
    def place_of(cls, product: Product) -> int:
        """Where a product stands among all: the higher, the newer."""
        second = min(max(int(product.published_from.timestamp()), 0), cls.LAST_SECOND)
        return second << cls.KEY_BITS | product.pk


class VariantQuerySet(models.QuerySet["Variant"]):
    """Sets of variants."""

    def on_sale(self) -> "VariantQuerySet":
        """Those whose product is published now."""
        now, until = timezone.now(), "product__published_until"
        return self.filter(Q((until, None)) | Q((f"{until}__gt", now)), product__published_from__lte=now)

    def for_sale(self, key: int) -> "Variant | None":
        """That one with its price and stock, if its product is published now."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        return next(iter(self.raw(FOR_SALE, {"variant": key, "now": now})), None)


class Variant(models.Model):
    """A unit of sale: own SKU, own price, own stock. Sellable = on_hand − reserved."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants", verbose_name=_("product"))
    sku = models.CharField("SKU", max_length=40, unique=True)
    option = models.CharField(_("option"), max_length=60, blank=True)
    option_en = models.CharField(_("option (English)"), max_length=60, blank=True)
    option_ja = models.CharField(_("option (Japanese)"), max_length=60, blank=True)
    price = models.DecimalField(_("price"), max_digits=11, decimal_places=2, validators=[MinValueValidator(CENT)])
    was_price = models.DecimalField(_("price before"), max_digits=11, decimal_places=2, null=True, blank=True)
    weight_grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    on_hand = models.PositiveIntegerField(_("on hand"), default=0, editable=False)
    reserved = models.PositiveIntegerField(_("reserved"), default=0, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="variant_reserved_within_on_hand"),
            models.CheckConstraint(condition=Q(price__gte=CENT), name="variant_price_at_least_a_cent"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {localized(self, 'option')}".strip()

    @property
    def label(self) -> str:
        """The option in the active language, or the SKU where it has none."""
        return localized(self, "option") or self.sku

    @property
    def sellable(self) -> int:
        """Units that can still be promised."""
        return self.on_hand - self.reserved

    def hold(self, quantity: int, reference: str) -> bool:
        """Reserves units for ``reference``; False where fewer are left."""
        return self._move("hold", reference, quantity, reserved=quantity)

    def release(self, quantity: int, reference: str) -> bool:
        """Gives reserved units back."""
        return self._move("release", reference, quantity, reserved=-quantity)

    def commit(self, quantity: int, reference: str) -> bool:
        """Turns reserved units into sold ones."""
        return self._move("commit", reference, quantity, reserved=-quantity, on_hand=-quantity)

    def restock(self, quantity: int, reference: str, by: Any = None, reason: str = "") -> bool:
        """Takes returned units back on the shelf."""
        return self._move("restock", reference, quantity, on_hand=quantity, by=by, reason=reason)

    def adjust(self, change: int, by: Any = None, reason: str = "") -> bool:
        """A count or delivery by staff, up or down; False where it would go below what is reserved."""
        return self._move("adjust", "", abs(change), on_hand=change, by=by, reason=reason)

    def _move(
        self, kind: str, reference: str, quantity: int, *,
        reserved: int = 0, on_hand: int = 0, by: Any = None, reason: str = "",
    ) -> bool:  # fmt: skip
        """One conditional UPDATE, so races are safe, and its movement; False where 0 ≤ reserved ≤ on hand would end."""
        with connection.cursor() as cursor:
            cursor.execute(MOVE, {"variant": self.pk, "on_hand": on_hand, "reserved": reserved})
            changed = bool(cursor.rowcount)
        if changed:
            prepared.insert(StockMovement(
                variant=self, kind=kind, reference=reference, quantity=quantity,
                on_hand_change=on_hand, reserved_change=reserved, by=by, reason=reason,
            ))  # fmt: skip
        return changed


class StockMovement(models.Model):
    """Append-only. ``on_hand`` is the sum of ``on_hand_change``, ``reserved`` that of ``reserved_change``.

    ``reference`` names the order line; (reference, kind) is unique, so that goods cannot go back twice.
    """

    KINDS = [
        ("hold", _("hold")), ("release", _("release")), ("commit", _("commit")),
        ("adjust", _("adjustment")), ("restock", _("restock")),
    ]  # fmt: skip
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="movements", verbose_name=_("variant"))
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    quantity = models.PositiveIntegerField(_("quantity"))
    on_hand_change = models.IntegerField(_("change on hand"))
    reserved_change = models.IntegerField(_("change reserved"))
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "kind"], condition=~Q(reference=""), name="movement_once_per_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} {self.variant}"


class Picture(models.Model):
    """A picture of a product. ``stem`` names its renditions below the media folder: ``<stem>-400.webp`` …

    Pages show the WebP renditions, by width; what is shared with others is JPEG, by shape: ``<stem>-1x1.jpg`` …
    """

    WIDTHS = (400, 800, 1200)
    SHAPES = {"1x1": (1200, 1200), "4x3": (1200, 900), "16x9": (1200, 675)}

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures", verbose_name=_("product"))
    stem = models.CharField(_("file"), max_length=120)
    alt = models.CharField(_("description of the picture"), max_length=160)
    alt_en = models.CharField(_("description (English)"), max_length=160, blank=True)
    alt_ja = models.CharField(_("description (Japanese)"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return localized(self, "alt")

    def src(self, width: int = 800) -> str:
        """The address of the rendition ``width`` pixels wide (one of WIDTHS)."""
        return f"{settings.MEDIA_URL}{self.stem}-{width}.webp"

    @property
    def shared(self) -> list[str]:
        """The addresses of the renditions for chat apps and search engines, the square one first."""
        return [f"{settings.MEDIA_URL}{self.stem}-{shape}.jpg" for shape in self.SHAPES]

    @property
    def srcset(self) -> str:
        """All renditions, for the ``srcset`` attribute."""
        return ", ".join(f"{self.src(width)} {width}w" for width in self.WIDTHS)


class ShippingRate(models.Model):
    """What delivery to one province costs; the row without a province is for all that have none of their own.

    ``fee`` covers ``first_grams``; each ``more_grams`` begun above them adds ``more_fee`` (0 grams: weight is ignored).
    """

    province = models.CharField(
        _("province"), max_length=20, blank=True, unique=True, choices=province_choices,
        help_text=_("Empty: all provinces without a line of their own."),
    )  # fmt: skip
    fee = models.DecimalField(_("fee"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    first_grams = models.PositiveIntegerField(_("first weight, grams"), default=0)
    more_fee = models.DecimalField(
        _("fee for more"), max_digits=8, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    more_grams = models.PositiveIntegerField(
        _("per grams"), default=0, help_text=_("0: the weight does not matter.")
    )  # fmt: skip
    free_from = models.DecimalField(
        _("free from"), max_digits=11, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        help_text=_("Yuan of goods. Empty: never free."),
    )  # fmt: skip

    class Meta:
        ordering = ["province"]
        verbose_name = _("shipping rate")
        verbose_name_plural = _("shipping rates")
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0, more_fee__gte=0), name="shipping_rate_costs_no_less_than_0")
        ]

    def __str__(self) -> str:
        return dict(province_choices()).get(self.province) or str(_("other provinces"))
