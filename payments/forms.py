"""What the shopper chooses at the cashier."""

from typing import Any

from django import forms

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
