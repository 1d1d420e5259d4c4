"""Every page speaks one language: no English on a Chinese or Japanese page, nothing Chinese on an English one."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone, translation

from content.models import Page
from content.shipped import make_pages
from orders.models import Order
from orders.specimens import SPECIMENS, specimen
from orders.tests.factories import OrderFactory
from payments.tests.factories import PaymentFactory
from payments.tests.test_result_page import WORDS as STATES
from payments.tests.test_result_page import stands
from shop.models import Product, Variant
from shop.tests.factories import CategoryFactory, PictureFactory, ProductFactory, VariantFactory
from tests.wording import ROOT, Reader, written

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TAGS = {"zh-hans": "zh-Hans", "ja": "ja", "en": "en"}
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
# Item numbers and the sample of an address; and in Japanese the names that are written so there.
ALLOWED = {"zh-hans": {"CUP", "name", "example", "com", "QQ"}}
ALLOWED["ja"] = ALLOWED["zh-hans"] | {"Alipay", "CN", "WeChat"}
ADDRESS = {
    "name": "林小雨", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "龙井路 1 号", "email": "lin@example.com",
}  # fmt: skip
# What shoppers and staff typed stays as it was typed, also where it is masked; addresses of pages are no text.
TYPED = [*map(re.escape, ADDRESS.values()), r"林 ?\*+", r"l\*+@example\.com", r"顺丰速运|SF\d+", r"https?://\S+"]
NO_TEXT = re.compile("|".join(TYPED))
NAMES = {"name": "茶杯", "name_en": "Cup", "name_ja": "湯のみ"}


@pytest.fixture(params=list(TAGS))
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cup() -> Variant:
    """One of two kinds of a cup, on a shelf with a product that is sold out and one of which few are left."""
    room = CategoryFactory(slug="ware", name="器", name_en="Ware", name_ja="うつわ")
    shelf = CategoryFactory(parent=room, slug="cups", name="杯", name_en="Cups", name_ja="カップ")
    texts = {"summary": "薄胎", "summary_en": "Thin", "summary_ja": "薄手", "description": "白瓷"}
    texts |= {"description_en": "White", "description_ja": "白磁の器"}
    product = ProductFactory(category=shelf, slug="cup", returnable_7d=False, **NAMES, **texts)
    PictureFactory(product=product, alt="一只茶杯", alt_en="A cup", alt_ja="湯のみ一つ")
    for slug, units in (("gone", 0), ("few", 2)):
        VariantFactory(product=ProductFactory(category=shelf, slug=slug, **NAMES), on_hand=units)
    VariantFactory(
        product=product, option="粉青", option_en="Blue", option_ja="青磁", price="99.00", was_price="120.00"
    )
    return VariantFactory(product=product, option="月白", option_en="White", option_ja="白磁", was_price="100.00")


@pytest.fixture
def order(shopper: Client, cup: Variant, language: str) -> Order:
    """The shopper's order, waiting for its money."""
    with translation.override(language):
        order: Order = OrderFactory(variant=cup, language=language)
    session = shopper.session
    session["orders"] = [order.number]
    session.save()
    return order


@pytest.fixture
def see(shopper: Client, language: str) -> Callable[..., None]:
    """Opens a page in the language, or with ``send=`` posts to it, and reads what comes."""

    def look(path: str, status: int = 200, send: dict[str, Any] | None = None, **headers: str) -> None:
        address = f"/{language}/{path}"
        if send is None:
            answer = shopper.get(address, **headers)
        else:
            answer = shopper.post(address, send, follow=True, **headers)
        assert answer.status_code == status
        in_one_language(said(answer, language), language)

    return look


def said(answer: HttpResponse, language: str) -> list[str]:
    """All that a page says, which is more than its frame."""
    reader = Reader(answer.content.decode())
    assert reader.language == TAGS[language]
    assert len(reader.said) > 15
    return reader.said


def in_one_language(texts: list[str], language: str) -> None:
    """Fails with the texts that are not of ``language``."""
    assert [text for text in texts if is_foreign(NO_TEXT.sub("", text), language)] == []


def is_foreign(text: str, language: str) -> bool:
    if language == "en":
        return bool(CHINESE.search(text))
    return bool(set(LATIN.findall(text)) - ALLOWED[language]) or (language == "ja" and text in only_chinese())


@cache
def only_chinese() -> set[str]:
    """Texts that say in Chinese what Japanese says otherwise."""
    chinese, japanese = (written(ROOT / "locale" / name / "LC_MESSAGES" / "django.po") for name in ("zh_Hans", "ja"))
    return set(chinese.values()) - set(japanese.values())


def test_a_foreign_text_is_noticed() -> None:
    assert is_foreign("加入购物车", "en") and is_foreign("Add to cart", "zh-hans") and is_foreign("加入购物车", "ja")
    assert not any((is_foreign("Cart", "en"), is_foreign("购物车", "zh-hans"), is_foreign("CN¥88.00（人民元）", "ja")))


@pytest.mark.parametrize("path", [
    "", "c/ware/", "c/cups/?sort=price&stock=1&band=0-100", "c/cups/?band=500-", "s/", "s/?q=CUP", "s/?q=%E2%98%85",
    "p/cup/", "p/gone/", "p/few/", "cart/", "orders/find/",
])  # fmt: skip
def test_the_shelves(see: Callable[..., None], cup: Variant, path: str) -> None:
    see(path)


@pytest.mark.parametrize("slug", ["delivery", "terms", "contact", "licence"])
def test_help_pages(see: Callable[..., None], slug: str) -> None:
    make_pages(Page)
    see(f"help/{slug}/")


def test_a_missing_page_and_one_that_is_gone(see: Callable[..., None], cup: Variant) -> None:
    see("p/nothing/", status=404)
    Product.objects.filter(slug="cup").update(published_until=timezone.now())
    see("p/cup/", status=410)


def test_cart_and_checkout_with_their_errors(see: Callable[..., None], cup: Variant) -> None:
    see("cart/add/", send={"variant": cup.pk, "quantity": 2})
    see("cart/set/", status=422, send={"variant": cup.pk, "quantity": "many"})
    see("checkout/")
    see("checkout/", status=422, send={"phone": "1", "email": "lin", "note": "1" * 201, "shown": ""})
    see("checkout/", status=409, send=ADDRESS | {"no_return": "on", "shown": ""})
    see("cart/remove/", send={"variant": cup.pk})


def test_a_cart_whose_goods_changed(see: Callable[..., None], cup: Variant) -> None:
    see("cart/add/", send={"variant": cup.pk, "quantity": 9})
    cup.adjust(-5, reason="broken")
    Variant.objects.filter(pk=cup.pk).update(price="90.00")
    see("cart/")
    see("checkout/")
    Product.objects.filter(pk=cup.product_id).update(published_until=timezone.now())
    see("cart/")


def test_an_order_that_is_looked_for_in_vain(see: Callable[..., None]) -> None:
    see("orders/find/", status=422, send={"number": "", "contact": ""})
    see("orders/find/", status=422, send={"number": "10000001123456", "contact": "lin@example.com"})


def test_an_order_that_was_found(see: Callable[..., None], shopper: Client, order: Order) -> None:
    session = shopper.session
    session["orders"], session["orders_found"] = [], [order.number]
    session.save()
    for page in ("", "code/"):
        see(f"orders/{order.number}/{page}")
    see(f"orders/{order.number}/code/send/", send={})
    see(f"orders/{order.number}/code/", status=422, send={"code": ""})
    for status in (422, 422, 422, 422, 422, 429):
        see(f"orders/{order.number}/code/", status=status, send={"code": "000000"})
    for status in (200, 200, 429):
        see(f"orders/{order.number}/code/send/", status=status, send={})


@pytest.mark.parametrize("state", STATES)
def test_result_and_order_in_every_state(see: Callable[..., None], order: Order, state: str) -> None:
    if state not in ("awaiting", "confirming", "closed", "review"):
        PaymentFactory(order=order, paid=True)
    Order.objects.filter(pk=order.pk).update(**stands(order, state))
    see(f"orders/{order.number}/result/")
    see(f"orders/{order.number}/")
    see(f"orders/{order.number}/pay/") if state in ("awaiting", "confirming", "closed") else None


def test_the_cashier_where_something_is_refused(see: Callable[..., None], order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(extensions=10)
    see(f"orders/{order.number}/extend/", send={})
    see(f"orders/{order.number}/pay/start/", status=400, send={"method": "cash"})
    see(f"orders/{order.number}/check/", send={})
    see(f"orders/{order.number}/pay/", HTTP_USER_AGENT="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    see(f"orders/{order.number}/cancel/", send={})


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_mails(language: str, name: str) -> None:
    letter = specimen(name, language)
    in_one_language([letter.subject, *letter.text.splitlines()], language)
    in_one_language(Reader(letter.html).said, language)
    assert f'<html lang="{language}">' in letter.html


def test_what_scripts_are_told(shopper: Client, order: Order, cup: Variant, language: str) -> None:
    add = shopper.post(
        f"/{language}/cart/add/", {"variant": cup.pk, "quantity": 1}, HTTP_ACCEPT="application/json"
    ).json()
    check = shopper.post(f"/{language}/orders/{order.number}/check/", HTTP_ACCEPT="application/json").json()
    status = shopper.get(f"/{language}/orders/{order.number}/status.json").json()
    in_one_language([add["said"], add["words"], check["message"], check["label"], status["label"]], language)
