"""What stands above the faults of a form."""

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.throttle import TOO_MANY

register = template.Library()


@register.filter
def faults_title(form: forms.BaseForm) -> str:
    """How many fields to change; where no field is wrong, a title that does not send the shopper to look for one."""
    if form.has_error(NON_FIELD_ERRORS, TOO_MANY):
        return _("Please wait a little")
    if set(form.errors) == {NON_FIELD_ERRORS}:
        return _("That did not work")
    count = len(form.errors)
    return ngettext("One thing needs a change", "%(count)d things need a change", count) % {"count": count}
