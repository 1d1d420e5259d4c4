"""Addresses that members keep for the next order. An order's own address is a copy and never changes with them."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_ADDRESSES = 20


def _alone_with(user: int) -> None:
    """Locks the member's row: which address is the default concerns all of them, also those that are not there yet."""
    list(get_user_model()._default_manager.select_for_update(no_key=True).filter(pk=user).values_list("pk"))


class AddressQuerySet(models.QuerySet["Address"]):
    """Addresses of members."""

    def of(self, user: AbstractBaseUser) -> "AddressQuerySet":
        """The member's, the default first, then the newest."""
        return self.filter(user_id=user.pk)

    def keep(self, user: AbstractBaseUser, contact: dict[str, str]) -> "Address | None":
        """The member's address with these fields, made where it is missing; None where there is no more room."""
        with transaction.atomic():
            _alone_with(user.pk)
            known = list(self.of(user))
            same = next((address for address in known if address.contact == contact), None)
            if same or len(known) >= MOST_ADDRESSES:
                return same
            return self.create(user_id=user.pk, is_default=not known, **contact)


class Address(models.Model):
    """Where a member has parcels sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses")
    name = models.CharField(_("recipient"), max_length=60)
    phone = models.CharField(_("phone"), max_length=11)
    province = models.CharField(_("province"), max_length=20)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40)
    street = models.CharField(_("street address"), max_length=200)
    is_default = models.BooleanField(_("default"), default=False)

    objects = AddressQuerySet.as_manager()

    FIELDS = ("name", "phone", "province", "city", "district", "street")

    class Meta:
        ordering = ["-is_default", "-pk"]
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="address_one_default"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.street}"

    @property
    def contact(self) -> dict[str, str]:
        """Its fields, as an order and the forms name them."""
        return {name: getattr(self, name) for name in self.FIELDS}

    def change(self, contact: dict[str, str]) -> None:
        """Other fields; saves."""
        vars(self).update(contact)
        self.save(update_fields=list(contact))

    def make_default(self) -> None:
        """The one that checkout offers first; saves."""
        with transaction.atomic():
            _alone_with(self.user_id)
            Address.objects.filter(user_id=self.user_id, is_default=True).update(is_default=False)
            self.is_default = True
            self.save(update_fields=["is_default"])

    def discard(self) -> dict[str, Any]:
        """Deletes it, and answers what ``restore`` needs. The newest of the others becomes the default."""
        kept = self.contact | {"is_default": self.is_default}
        with transaction.atomic():
            _alone_with(self.user_id)
            self.delete()
            heir = Address.objects.filter(user_id=self.user_id).first()
            if heir and self.is_default:
                heir.make_default()
        return kept

    @classmethod
    def restore(cls, user: AbstractBaseUser, kept: dict[str, Any]) -> None:
        """Brings a discarded address back, as the default if it was."""
        was_default = kept.pop("is_default", False)
        address = cls.objects.keep(user, kept)
        if address and was_default:
            address.make_default()
