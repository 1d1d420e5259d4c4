"""What a shopper types in: the address of an order, and the two things that find one."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.translation import gettext_lazy as _

from orders.book import AddressBook
from orders.tax_numbers import fold_tax_number, has_shape, is_right
from shop.provinces import province_choices

KEY = re.compile(r"[0-9a-f]{32}")
SIX_DIGITS = re.compile(r"[0-9]{6}")
ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
COUNTRY_CODE = re.compile(r"^(\+|00)?86(?=[0-9]{11}$)")


def folded(text: str) -> str:
    """Full-width signs as narrow ones, blanks as single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def digits_of(text: str) -> str:
    """A number without the blanks and signs that people group it with."""
    return re.sub(r"[\s\-‐-―()（）.]", "", unicodedata.normalize("NFKC", text))


def phone_of(text: str) -> str:
    """A Chinese number without its country code; not checked."""
    return COUNTRY_CODE.sub("", digits_of(text))


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field worked out for the template once, which would else ask the form for each part anew."""

    name: str
    label: str
    hint: str
    error: str
    value: str
    kind: str
    attributes: str
    choices: list[tuple[str, str]]

    @classmethod
    def of(cls, bound: forms.BoundField) -> "ShownField":
        """``attributes`` is safe HTML, with what a screen reader needs (rule G21)."""
        error = str(bound.errors[0]) if bound.errors else ""
        described = [part for part, there in (("hint", bound.help_text), ("error", error)) if there]
        attributes = dict(bound.field.widget.attrs)
        if error:
            attributes["aria-invalid"] = "true"
        if described:
            attributes["aria-describedby"] = " ".join(f"{bound.name}-{part}" for part in described)
        value = "" if bound.widget_type == "password" else str(bound.value() or "")  # a password is not sent back
        return cls(
            bound.name, str(bound.label), str(bound.help_text), error, value, bound.widget_type,
            flatatt(attributes), list(getattr(bound.field, "choices", ())),
        )  # fmt: skip


class LineField(forms.CharField):
    """Text on one line, bounded; every fault of it says what to do."""

    def __init__(self, *, missing: Any = "", max_length: int, **options: Any) -> None:
        errors = {"required": missing, "max_length": _("Shorten this to %(limit_value)d characters")}
        super().__init__(max_length=max_length, error_messages=errors, **options)

    def to_python(self, value: Any) -> str:
        return folded(super().to_python(value) or "")


def typing(autocomplete: str, **attrs: Any) -> dict[str, Any]:
    """The attributes that help a keyboard and a password manager."""
    return {"autocomplete": autocomplete, **attrs}


class AddressForm(forms.Form):
    """Where a parcel goes: six fields, by the same rules wherever an address is typed in."""

    name = LineField(
        label=_("Recipient"), missing=_("Enter the recipient's name"), max_length=60,
        widget=forms.TextInput(typing("name")),
    )  # fmt: skip
    phone = LineField(
        label=_("Phone"), help_text=_("Only used for delivery"), missing=_("Phone number must have 11 digits"),
        max_length=40, widget=forms.TextInput(typing("tel-national", type="tel", inputmode="tel")),
    )  # fmt: skip
    province = forms.ChoiceField(
        label=_("Province"), choices=lambda: [("", _("Choose"))] + province_choices(),
        error_messages={"required": _("Choose a province"), "invalid_choice": _("Choose a province")},
        widget=forms.Select(typing("address-level1")),
    )  # fmt: skip
    city = LineField(
        label=_("City"), missing=_("Enter the city"), max_length=40, widget=forms.TextInput(typing("address-level2")),
    )  # fmt: skip
    district = LineField(
        label=_("District"), missing=_("Enter the district"), max_length=40,
        widget=forms.TextInput(typing("address-level3")),
    )  # fmt: skip
    street = LineField(
        label=_("Street address"), help_text=_("Street, number, floor"), missing=_("Enter the street and number"),
        max_length=200, widget=forms.Textarea(typing("street-address", rows=2)),
    )  # fmt: skip

    CONTACT: tuple[str, ...] = ("name", "phone", "province", "city", "district", "street")

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")

    @property
    def address(self) -> list[ShownField]:
        """Its fields, worked out for the template."""
        return [ShownField.of(self[name]) for name in AddressForm.CONTACT]

    @property
    def contact(self) -> dict[str, str]:
        """The cleaned fields as columns of the order."""
        return {name: self.cleaned_data[name] for name in self.CONTACT}

    def clean_phone(self) -> str:
        phone = phone_of(self.cleaned_data["phone"])
        if not ELEVEN_DIGITS.fullmatch(phone):
            raise ValidationError(_("Phone number must have 11 digits"))
        return phone


class CheckoutForm(AddressForm):
    """Seven fields and a note. No price, total, number or state is read from a form, ever."""

    email = forms.EmailField(
        label=_("Email"), help_text=_("For your receipt, and to find your order again"),
        error_messages={
            "required": _("Email must look like name@example.com"),
            "invalid": _("Email must look like name@example.com"),
        },
        widget=forms.TextInput(typing("email", type="email", spellcheck="false")),
    )  # fmt: skip
    note = LineField(
        label=_("Note to the shop"), required=False, max_length=200,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    fapiao = forms.ChoiceField(
        label=_("Fapiao"), required=False,
        choices=[("", _("No fapiao")), ("personal", _("For a person")), ("company", _("For a company"))],
        error_messages={"invalid_choice": _("Choose a person or a company")},
    )  # fmt: skip
    fapiao_title = LineField(
        label=_("Title"), required=False, max_length=100, help_text=_("The name that the fapiao bears"),
        widget=forms.TextInput(typing("organization")),
    )  # fmt: skip
    tax_id = LineField(
        label=_("Tax number"), required=False, max_length=40,
        help_text=_("For a company: 15 to 20 digits and letters. The fapiao comes by email."),
        widget=forms.TextInput(typing("off", autocapitalize="characters", spellcheck="false")),
    )  # fmt: skip
    no_return = forms.BooleanField(
        label=_("I know that these goods cannot be returned"),
        error_messages={"required": _("Confirm that you know which goods cannot be returned")},
    )

    CONTACT = (*AddressForm.CONTACT, "email", "note")
    FAPIAO = ("fapiao", "fapiao_title", "tax_id")

    def __init__(
        self, data: Any = None, initial: dict[str, Any] | None = None, strict: bool = False,
        book: AddressBook | None = None,
    ) -> None:  # fmt: skip
        """``strict``: the cart holds goods that cannot be returned, which the shopper must have seen."""
        super().__init__(data, initial)
        self.book = book or AddressBook()
        if not strict:
            del self.fields["no_return"]

    @property
    def receipt(self) -> ShownField:
        """The email."""
        return ShownField.of(self["email"])

    @property
    def aside(self) -> ShownField:
        """The note, folded away."""
        return ShownField.of(self["note"])

    @property
    def invoice(self) -> list[ShownField]:
        """The three fields of the fapiao, folded away."""
        return [ShownField.of(self[name]) for name in self.FAPIAO]

    @property
    def fapiao_asked(self) -> dict[str, str]:
        """The cleaned request as columns; empty where none is wanted."""
        kind, title, tax_id = (self.cleaned_data[name] for name in self.FAPIAO)
        return {"kind": kind, "title": title, "tax_id": tax_id} if kind else {}

    @property
    def shown(self) -> str:
        """What the page showed, for ``Quote.changes``."""
        return str(self.data.get("shown", ""))

    @property
    def code(self) -> str:
        """The code of a coupon that was typed in, as it was typed."""
        return str(self.data.get("coupon", ""))[:200].strip()

    @property
    def key(self) -> str:
        """The key of this rendered form, which makes two sendings one order. One that we did not make is not used."""
        sent = str(self.data.get("checkout_key", ""))
        return sent if KEY.fullmatch(sent) else ""

    @property
    def draft(self) -> dict[str, str]:
        """What was typed, bounded, to offer again."""
        return {name: str(self.data.get(name, ""))[:400] for name in self.CONTACT + self.FAPIAO}

    @property
    def typed(self) -> dict[str, str]:
        """All that was typed or ticked, for a page that asks about something else first."""
        return {name: str(self.data.get(name, "")) for name in self.fields}

    @property
    def ticked(self) -> dict[str, str]:
        """The tick at goods that cannot be returned, where it was made."""
        return {"no_return": "on"} if "no_return" in self.data else {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_tax_id(self) -> str:
        """Of a company: a person needs none, and one that is typed is left away."""
        number = fold_tax_number(self.cleaned_data["tax_id"])
        if self.cleaned_data.get("fapiao") == "personal":
            return ""
        if number and not has_shape(number):
            raise ValidationError(_("The tax number has 15 to 20 digits and letters"))
        if number and not is_right(number):
            raise ValidationError(_("A character of the tax number is wrong. Please compare it with the licence"))
        return number

    def clean(self) -> dict[str, Any]:
        """What the fields of the fapiao ask of each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, title, tax_id = (cleaned.get(name) for name in self.FAPIAO)  # None: it has a fault of its own
        if kind == "" and (title or tax_id):
            self.add_error("fapiao", _("Choose whom the fapiao is for, or empty its title and tax number"))
        if kind and title == "":
            self.add_error("fapiao_title", _("Enter the title of the fapiao"))
        if kind == "company" and tax_id == "":
            self.add_error("tax_id", _("Enter the tax number of the company"))
        return cleaned


def new_key() -> str:
    """A key for one rendered form, 122 bits and more of chance."""
    return secrets.token_hex(16)


class FindForm(forms.Form):
    """Order number, and the email or phone it was placed with."""

    number = forms.CharField(
        label=_("Order number"), help_text=_("14 digits; spaces do not matter"), max_length=40,
        error_messages={"required": _("Enter the order number")},
        widget=forms.TextInput(typing("off", inputmode="numeric", spellcheck="false")),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Email or phone"), help_text=_("The one you gave with the order"), max_length=254,
        error_messages={"required": _("Enter the email or phone of the order")},
        widget=forms.TextInput(typing("email", spellcheck="false")),
    )  # fmt: skip

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")

    @property
    def both(self) -> list[ShownField]:
        """Its two fields."""
        return [ShownField.of(bound) for bound in self]

    def clean_number(self) -> str:
        return digits_of(self.cleaned_data["number"])

    def clean_contact(self) -> str:
        contact = self.cleaned_data["contact"].strip()
        return contact.lower() if "@" in contact else phone_of(contact)


class CodeForm(forms.Form):
    """The six digits from the mail, however they are grouped."""

    code = forms.CharField(
        label=_("Code from the mail"), help_text=_("6 digits; spaces do not matter"), max_length=20,
        error_messages={"required": _("Enter the 6 digits from the mail")},
        widget=forms.TextInput(typing("one-time-code", inputmode="numeric", spellcheck="false")),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")

    @property
    def only(self) -> ShownField:
        """Its one field."""
        return ShownField.of(self["code"])

    def clean_code(self) -> str:
        code = digits_of(self.cleaned_data["code"])
        if not SIX_DIGITS.fullmatch(code):
            raise ValidationError(_("Enter the 6 digits from the mail"))
        return code
