"""The back office speaks the language of who works there, also where another package brings the page."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.test import Client

pytestmark = pytest.mark.django_db
SAME_EVERYWHERE = {"SKU", "IP", "CSV"}
LISTS = [f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry]


def page(staff: Client, path: str, language: str) -> str:
    answer = staff.get(f"/admin/{path}", headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def english(texts: list[str]) -> list[str]:
    """Those of the ``texts`` that hold a word of Latin letters."""
    plain = [unescape(re.sub(r"<[^>]+>", " ", text)).strip() for text in texts]
    return [text for text in plain if set(re.findall("[A-Za-z]{2,}", text)) - SAME_EVERYWHERE]


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
@pytest.mark.parametrize("path", LISTS)
def test_the_head_of_each_list_is_in_the_readers_language(admin_client: Client, path: str, language: str) -> None:
    html = page(admin_client, f"{path}/", language)
    heads = re.findall(r'<div class="breadcrumbs">.*?</div>|<thead>.*?</thead>|<summary>.*?</summary>', html, re.DOTALL)
    assert heads and english(heads) == []


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
def test_the_index_names_everything_in_the_readers_language(admin_client: Client, language: str) -> None:
    html = page(admin_client, "", language)
    names = re.findall(r'<caption>.*?</caption>|<th scope="row"[^>]*>.*?</th>|<h1>.*?</h1>', html, re.DOTALL)
    assert len(names) > len(LISTS) and english(names) == []


@pytest.mark.parametrize("path", ["account/emailaddress/add/", "shop/category/add/"])
def test_a_form_that_a_package_brings_is_in_the_readers_language(admin_client: Client, path: str) -> None:
    labels = re.findall(r"<label[^>]*>.*?</label>", page(admin_client, path, "zh-hans"), re.DOTALL)
    assert labels and english(labels) == []
