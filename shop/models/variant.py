"""What is sold, and the ledger of its stock."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import connection, models, transaction
from django.db.models import F, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop import prepared
from shop.models.product import Product
from shop.translation import localized

CENT = Decimal("0.01")
BATCH = 1000  # products whose prices are noted at once
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


class VariantQuerySet(models.QuerySet["Variant"]):
    """Sets of variants. What changes prices here notes the lowest of each product too."""

    def update(self, **changes: Any) -> int:
        if "price" not in changes:
            return super().update(**changes)
        with transaction.atomic():
            keys = set(self.order_by().values_list("product", flat=True))
            changed = super().update(**changes)
            note_lowest(keys)
        return changed

    def bulk_create(self, *args: Any, **options: Any) -> list[Any]:
        with transaction.atomic():
            created = super().bulk_create(*args, **options)
            note_lowest({variant.product_id for variant in created})
        return created

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            keys = set(self.order_by().values_list("product", flat=True))
            deleted = super().delete()
            note_lowest(keys)
        return deleted

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

    def save(self, *args: Any, **options: Any) -> None:
        """With the lowest price of its product."""
        with transaction.atomic():
            super().save(*args, **options)
            note_lowest({self.product_id})

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """With the lowest price of its product."""
        with transaction.atomic():
            deleted = super().delete(*args, **options)
            note_lowest({self.product_id})
        return deleted

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


def note_lowest(products: Iterable[int]) -> None:
    """Notes what the cheapest variants of these products cost.

    The products are locked first: who waits here sees then what others have written of their variants meanwhile.
    """
    prices = Variant.objects.filter(product=OuterRef("pk")).order_by().values("product")
    cheapest = Subquery(prices.annotate(cheapest=Min("price")).values("cheapest"))
    keys = sorted(products)
    for start in range(0, len(keys), BATCH):
        some = Product.objects.filter(pk__in=keys[start : start + BATCH])
        with transaction.atomic():
            _lock(some)
            some.update(lowest_price=cheapest)


def _lock(products: models.QuerySet[Product]) -> None:
    list(products.order_by("pk").select_for_update(no_key=True).values_list("pk"))


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
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = [models.Index(fields=["by"], condition=Q(by__isnull=False), name="movement_by_staff")]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "kind"], condition=~Q(reference=""), name="movement_once_per_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity} {self.variant}"
