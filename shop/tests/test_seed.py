"""The demo's goods and staff."""

import io
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from shop.demo import catalogue, staff
from shop.models import Category, Picture, Product, StockMovement, Variant
from shop.roles import make_roles
from shop.tests.reading import fact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield tmp_path


def seed(extra: int = 0) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    catalogue.seed(lambda *step: told.append(step), extra)
    return told


def counts() -> list[int]:
    return [model.objects.count() for model in (Category, Product, Variant, Picture, StockMovement)]


def test_24_products_and_the_one_cent_item_are_there(media: Path) -> None:
    told = seed()
    assert Product.objects.count() == 25
    assert told[-1] == ("Products", 25, 25)
    assert str(Variant.objects.get(product__slug="one-cent-test").price) == "0.01"
    assert all((media / f"{stem}-{width}.webp").exists()
               for stem in Picture.objects.values_list("stem", flat=True) for width in Picture.WIDTHS)  # fmt: skip


def test_every_text_stands_in_three_languages() -> None:
    seed()
    for thing in [*Product.objects.all(), *Category.objects.all(), *Picture.objects.all()]:
        field = "alt" if isinstance(thing, Picture) else "name"
        assert all(getattr(thing, field + suffix) for suffix in ("", "_en", "_ja"))


def test_every_state_of_stock_is_shown() -> None:
    seed()
    stocks = {variant.sellable for variant in Variant.objects.all()}
    assert stocks >= {0, 2}
    assert max(stocks) > 50


def test_seeding_twice_changes_nothing() -> None:
    seed(extra=3)
    before = counts()
    Variant.objects.get(sku="TEA-002").adjust(-8)
    seed(extra=3)
    assert counts() == [*before[:-1], before[-1] + 1]
    assert Variant.objects.get(sku="TEA-002").on_hand == 40


def test_more_products_for_load_tests_have_stock_that_adds_up() -> None:
    assert seed(extra=7)[-1] == ("More products", 7, 7)
    variants = Variant.objects.filter(sku__startswith="LOAD-")
    assert variants.count() == 7
    variant = random.Random(1).choice(list(variants))
    assert variant.movements.get().on_hand_change == variant.on_hand


def test_a_seeded_product_can_be_looked_at(shopper: Client) -> None:
    seed()
    assert fact(shopper.get("/zh-hans/p/plum-vase/"), "stock") == "2"


def test_each_role_has_a_login_that_works(shopper: Client) -> None:
    logins = dict(staff.seed())
    assert set(logins) == {"admin", "clerk", "finance", "catalogue", "manager", "auditor"}
    for name, password in logins.items():
        assert shopper.login(username=name, password=password)
        assert shopper.get("/admin/").status_code == 200
    assert [user.username for user in User.objects.filter(is_superuser=True)] == ["admin"]


def test_logins_stay_and_a_changed_password_is_set_back() -> None:
    before = staff.seed()
    User.objects.get(username="clerk").set_password("other")
    assert staff.seed() == before
    assert User.objects.count() == 6


def test_without_the_demo_no_login_is_made(settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(staff.NotTheDemo):
        staff.seed()
    with pytest.raises(CommandError, match="not the demo"):
        call_command("seed_demo")
    assert not User.objects.exists()
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("clerk", "orders.view_order", "shop.change_product"),
        ("finance", "payments.change_refund", "shop.change_product"),
        ("catalogue", "shop.change_product", "orders.view_order"),
        ("manager", "orders.change_order", "auth.change_user"),
        ("manager", "shop.change_variant", "payments.delete_payment"),
        ("auditor", "payments.view_ledgerentry", "payments.change_refund"),
    ],
)
def test_roles_may_what_they_need_and_no_more(role: str, may: str, may_not: str) -> None:
    user = User.objects.create_user("someone")
    user.groups.set([make_roles()[role]])
    assert user.has_perm(may)
    assert not user.has_perm(may_not)


def test_roles_are_set_back_to_what_the_code_says() -> None:
    make_roles()["clerk"].permissions.clear()
    make_roles()
    assert Group.objects.get(name="clerk").permissions.exists()
    assert Group.objects.count() == 5


class Terminal(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


def test_the_command_prints_a_line_a_stage_and_the_logins() -> None:
    out = io.StringIO()
    call_command("seed_demo", "--orders", "2", stdout=out)
    assert out.getvalue().startswith("Products: 25\n")
    assert "\r" not in out.getvalue()
    assert re.search(r"\n  clerk +[0-9a-f]{10}\n", out.getvalue())


def test_the_command_draws_a_bar_on_a_terminal() -> None:
    out = Terminal()
    call_command("seed_demo", "--orders", "1", stdout=out)
    assert "\rProducts         ██████████████████████████████ 25/25\n" in out.getvalue()
