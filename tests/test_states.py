"""Every page in every state and language, as the style guide draws them: valid HTML, one language, few bytes."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template import Template
from django.test.signals import template_rendered
from pytest_django import DjangoDbBlocker

from config.styleguide.scene import draw
from config.styleguide.states import STATES, State
from orders.models import Order, Serial
from shop.demo import catalogue
from shop.models import Product
from tests.markup import Markup
from tests.test_languages import in_one_language
from tests.weighing import Fetched, Files
from tests.wording import ROOT, Reader

# The database is made; its content is the module's.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

TAGS = {"zh-hans": "zh-Hans", "en": "en", "ja": "ja"}
MAILS, LAST_RESORT = "P21", "P18"
# Not words of the language: item numbers, units, the parcel company as staff wrote it, terms of the net.
NAMED = re.compile(
    r"\b[A-Z]+-[-A-Z0-9]+|\bSF\d+|顺丰速运|(?<=\d) ?(?:ml|cm)\b|"
    r"IP|Cookie|sessionid|csrftoken|django_language|theme|QR"
)
KILO = 1024
PICTURES = {"P01": 200, "P02": 250, "P03": 250, "P04": 120}  # kilobytes at 360 px; every other page 40 (G06)
TEMPLATES = ROOT / "templates"
# Drawn by the admin, by the style guide itself, and inside the frame of a QR code.
ELSEWHERE = ("admin/", "payments/admin/", "styleguide/", "payments/no_code.html")


class Drawn(dict[tuple[str, str], HttpResponse]):
    """The pages by state and language, and the templates that it took to draw them."""

    templates: set[str]


@pytest.fixture(scope="module")
def drawn(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Drawn]:
    """All of them, once, on the demo's goods."""
    pages = Drawn()
    pages.templates = set()

    def note(template: Template, **facts: Any) -> None:
        pages.templates.add(str(template.name))

    with django_db_blocker.unblock(), transaction.atomic():
        catalogue.seed(lambda *progress: None)
        template_rendered.connect(note)
        for name, state in STATES.items():
            pages |= {(name, language): draw(state.make, language) for language in TAGS}
        template_rendered.disconnect(note)
        yield pages
        transaction.set_rollback(True)


def markup(page: HttpResponse) -> Markup:
    return Markup(page.content.decode())


def those_of(*pages: str, but: bool = False) -> list[State]:
    """The states of these pages, or of all others."""
    return [state for state in STATES.values() if (state.page in pages) != but]


@pytest.mark.parametrize("language", TAGS)
@pytest.mark.parametrize("state", those_of(MAILS, LAST_RESORT, but=True), ids=lambda state: state.name)
def test_a_page_is_valid_html_with_headings_landmarks_and_labels(drawn: Drawn, state: State, language: str) -> None:
    page = markup(drawn[state.name, language])
    assert page.complaints(TAGS[language]) == []
    assert page.live().pop("status") == 1
    assert page.live().get("alert", 0) == (1 if drawn[state.name, language].status_code in (409, 422) else 0)
    assert set(page.live()) <= {"status", "alert"}


@pytest.mark.parametrize("state", those_of(LAST_RESORT), ids=lambda state: state.name)
def test_a_page_of_last_resort_is_valid_html(drawn: Drawn, state: State) -> None:
    page = drawn[state.name, "en"]
    by_hash = "style-src 'sha256-" in page.headers.get("Content-Security-Policy", "")
    allowed = ["style inside the page: style"] if by_hash else []
    assert markup(page).complaints("zh-Hans") == allowed


@pytest.mark.parametrize("language", TAGS)
@pytest.mark.parametrize("state", those_of(MAILS), ids=lambda state: state.name)
def test_a_mail_is_valid_html(drawn: Drawn, state: State, language: str) -> None:
    mail = markup(drawn[state.name, language])
    assert [*mail.syntax, *mail.headings(), *mail.identity(), *mail.names(), *mail.nesting()] == []


@pytest.mark.parametrize("language", TAGS)
@pytest.mark.parametrize("state", those_of(LAST_RESORT, but=True), ids=lambda state: state.name)
def test_a_page_speaks_one_language(drawn: Drawn, state: State, language: str) -> None:
    said = Reader(drawn[state.name, language].content.decode()).said
    in_one_language([NAMED.sub("", text) for text in said], language)


@pytest.mark.parametrize("state", STATES.values(), ids=lambda state: state.name)
def test_a_page_is_light(drawn: Drawn, state: State) -> None:
    assert max(len(gzip.compress(drawn[state.name, language].content)) for language in TAGS) <= 15 * KILO
    fetched = Fetched(drawn[state.name, "zh-hans"].content.decode())
    files = Files(ROOT / "static", settings.MEDIA_ROOT)
    assert sum(files.size(address, zipped=True) for address in fetched.styles) <= 12 * KILO
    assert sum(files.size(address, zipped=True) for address in fetched.scripts) <= 10 * KILO
    pictures = sum(files.size(address) for address in fetched.pictures)
    assert pictures <= PICTURES.get(state.page, 40) * KILO


def test_the_checkout_asks_for_eight_things_at_most(drawn: Drawn) -> None:
    page = markup(drawn["checkout", "zh-hans"])
    folded = page.within("details")
    fields = [field for field in page.all("input", "select", "textarea") if field.get("type") != "hidden"]
    groups = {field.get("name") for field in fields if field not in folded and "tabindex" not in field.attrib}
    assert {"name", "phone", "street"} <= groups
    assert len(groups) <= 8


def test_every_template_is_drawn_in_some_state(drawn: Drawn) -> None:
    there = {str(path.relative_to(TEMPLATES)) for path in Path(TEMPLATES).rglob("*.*")}
    assert sorted(name for name in there - drawn.templates if not name.startswith(ELSEWHERE)) == []


def test_drawing_leaves_the_shop_as_it_was(drawn: Drawn) -> None:
    before = Order.objects.count(), Serial.objects.count(), Product.objects.on_sale().count()
    draw(STATES["result-refunded"].make, "en")
    draw(STATES["home-empty"].make, "en")
    assert before == (Order.objects.count(), Serial.objects.count(), Product.objects.on_sale().count())
    assert before[2] > 20
