"""Parts of the frame that are the same on many pages."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string

from shop import fragments

register = template.Library()


@register.simple_tag(takes_context=True)
def kept(context: RequestContext, name: str, *key: Any) -> str:
    """The template ``name``, drawn once for each ``key`` and language. It must not speak of the visitor."""
    everything: dict[str, Any] = context.flatten()  # type: ignore[assignment]
    return fragments.kept(lambda: render_to_string(name, everything), name, *key)
