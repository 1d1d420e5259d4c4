"""A member's saved addresses at the checkout: one is chosen, or another is typed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict

from orders.models import Address

CHOICE, OTHER, KEEP = "address", "other", "keep_address"


@dataclass(frozen=True)
class AddressBook:
    """What a member may choose from. ``chosen`` is None where the address is typed in; guests always type."""

    member: bool = False
    addresses: list[Address] = field(default_factory=list)
    chosen: Address | None = None

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser, asked: Any = None) -> "AddressBook":
        """The member's book, opened at the address ``asked`` for by key; without a word at the default."""
        if not user.is_authenticated:
            return cls()
        addresses = list(Address.objects.of(user))
        if asked is None:
            return cls(True, addresses, addresses[0] if addresses else None)
        return cls(True, addresses, next((each for each in addresses if str(each.pk) == asked), None))

    def filled(self, sent: QueryDict) -> QueryDict:
        """What was sent, with the chosen address in place of what stands in the hidden fields."""
        if self.chosen is None:
            return sent
        data = sent.copy()
        for name, value in self.chosen.contact.items():
            data[name] = value
        return data

    def draft(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What to offer again: the choice, and of what was ``typed`` that which was not taken from the book."""
        if self.chosen is None:
            return {**typed, CHOICE: OTHER} if self.member else dict(typed)
        kept = {name: value for name, value in typed.items() if name not in Address.FIELDS}
        return kept | {CHOICE: str(self.chosen.pk)}
