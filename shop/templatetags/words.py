"""Words made of other words."""

from django import template

register = template.Library()


@register.filter
def initials(name: str) -> str:
    """What stands in for a picture: 青 for 青瓷盖碗, CG for Celadon gaiwan."""
    letters = [word[0] for word in name.split() if word[0].isalnum()][:2]
    return "".join(letters).upper() if len(letters) == 2 and "".join(letters).isascii() else name[:1]
