"""Help pages."""

import factory
from factory.django import DjangoModelFactory

from content.models import Page


class PageFactory(DjangoModelFactory):
    """A published page in Chinese and English."""

    class Meta:
        model = Page

    slug = factory.Sequence(lambda n: f"help-{n}")
    title = factory.Sequence(lambda n: f"帮助{n}")
    title_en = factory.Sequence(lambda n: f"Help {n}")
    body = "正文。"
    body_en = "Text."
