"""What the shopper chooses at the cashier, and why money is asked back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.forms import LineField, ShownField
from payments import registry


class ChoiceForm(forms.Form):
    """``method``, and ``bank`` where one is wanted. Only what is offered passes; every other field is ignored."""

    method = forms.ChoiceField()
    bank = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = {choice.name: choice for choice in registry.methods()}
        self.fields["method"].choices = [(name, choice.label) for name, choice in self.offered.items()]  # type: ignore[attr-defined]

    def clean_bank(self) -> str:
        """Hidden fields are sent too: a bank that another method offers is dropped, one that none offers is refused."""
        bank: str = self.cleaned_data["bank"]
        chosen = self.offered.get(self.cleaned_data.get("method", ""))
        if bank and not any(bank in dict(choice.banks) for choice in self.offered.values()):
            raise forms.ValidationError("not offered", code="bank")
        return bank if chosen and bank in dict(chosen.banks) else ""


class RefundWishForm(forms.Form):
    """Why the shopper asks for money back."""

    REASONS = (
        ("", _("Choose")),
        ("damaged", _("It arrived damaged")),
        ("wrong", _("It is not what I ordered")),
        ("missing", _("It has not arrived")),
        ("mind", _("I have changed my mind")),
        ("other", _("Another reason")),
    )

    reason = forms.ChoiceField(
        label=_("Reason"), choices=REASONS,
        error_messages={"required": _("Choose a reason"), "invalid_choice": _("Choose a reason")},
    )  # fmt: skip
    words = LineField(
        label=_("In your own words"), help_text=_("What happened, and which of the goods it is about"), required=False,
        max_length=400, widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")

    @property
    def both(self) -> list[ShownField]:
        """Its two fields."""
        return [ShownField.of(bound) for bound in self]
