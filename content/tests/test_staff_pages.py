"""Staff write help and legal pages in the back office."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from content.models import Page
from content.tests.factories import PageFactory

pytestmark = pytest.mark.django_db
EDITS = ("view_page", "add_page", "change_page")
TEXTS = {f"{name}{suffix}": "" for name in ("title", "body") for suffix in ("", "_en", "_ja")}


@pytest.fixture
def editor(hire: Callable[..., Client]) -> Client:
    return hire("editor", *EDITS)


def save(browser: Client, page: Page | None = None, **changes: Any) -> Any:
    """What the form answers."""
    address = reverse("admin:content_page_change", args=[page.pk]) if page else reverse("admin:content_page_add")
    form = TEXTS | {"slug": "gifts", "published": "on", "in_footer": "on", "position": "9"}
    return browser.post(address, form | changes)


def test_a_new_page_is_on_line_at_once(editor: Client, shopper: Client) -> None:
    assert save(editor, title_en="Gifts", body_en="We **wrap**.").status_code == 302
    assert "<p>We <strong>wrap</strong>.</p>" in shopper.get("/en/help/gifts/").content.decode()


@pytest.mark.parametrize("half", [{"title": "礼物"}, {"body_ja": "本文。"}, {}])
def test_half_a_text_is_refused_and_kept_in_the_form(editor: Client, half: dict[str, str]) -> None:
    answer = save(editor, title_en="Gifts", body_en="Wrapped." if half else "", **half)
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode() and 'value="Gifts"' in answer.content.decode()
    assert not Page.objects.filter(slug="gifts").exists()


def test_a_page_in_no_language_is_refused(editor: Client) -> None:
    assert "请至少用一种语言写好这个页面" in save(editor).content.decode()


def test_each_language_can_be_looked_at_before_it_is_published(editor: Client) -> None:
    page = PageFactory(slug="gifts", published=False)
    form = editor.get(reverse("admin:content_page_change", args=[page.pk])).content.decode()
    for language in ("zh-hans", "en", "ja"):
        assert f'<a href="/{language}/help/gifts/">' in form
        assert editor.get(f"/{language}/help/gifts/").status_code == 200


def test_the_list_counts_what_is_left_to_fill_in(editor: Client) -> None:
    PageFactory(body="【地址】", body_en="【address】 【days】")
    assert '<td class="field-blanks">3</td>' in editor.get(reverse("admin:content_page_changelist")).content.decode()


def test_who_packs_parcels_writes_no_pages(hire: Callable[..., Client]) -> None:
    assert save(hire("packer", "view_order"), title_en="Gifts", body_en="Text.").status_code == 403
