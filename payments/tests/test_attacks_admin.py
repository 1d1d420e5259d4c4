"""Staff: each role reaches what it needs; nobody adds, changes or deletes a fact about money, whatever they send."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from orders.models import Order, OrderEvent, OrderLine
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment, Refund
from payments.tests.factories import EntryFactory, IncidentFactory, MessageFactory
from shop.models import StockMovement, Variant
from shop.roles import ROLES, make_roles
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
FACTS = (Order, OrderLine, OrderEvent, Payment, GatewayMessage, LedgerEntry, Refund, StockMovement, Incident, User)
EVERYONE = [*ROLES, "nothing", "admin"]
MONEY = ["orders/order", "payments/payment", "payments/gatewaymessage", "payments/ledgerentry", "payments/refund",
         "payments/incident", "shop/stockmovement"]  # fmt: skip
FORGED = {
    "total": "0.01", "subtotal": "0.01", "charged": "0.01", "refunded": "88.00", "refunding": "0", "life": "confirmed",
    "pay_status": "paid", "goods": "released", "state": "succeeded", "amount": "0.01", "trade_no": "X",
    "kind": "charge", "reference": "X", "verdict": "accepted", "signature_ok": "on", "body": "x", "payment": "1",
    "order": "1", "method": "alipay", "out_trade_no": "1", "out_request_no": "1", "reason": "x", "source": "staff",
    "quantity": "9",
    "on_hand_change": "9", "why": "", "_save": "1", "post": "yes", "is_superuser": "on", "username": "eve",
}  # fmt: skip


@pytest.fixture
def staff(hire: Callable[..., Client]) -> Callable[[str], Client]:
    """A member of staff with a role as the code makes it."""

    def make(role: str) -> Client:
        browser = hire(role)
        User.objects.filter(username="admin").update(is_superuser=True)
        if role in ROLES:
            User.objects.get(username=role).groups.set([make_roles()[role]])
        return browser

    return make


@pytest.fixture
def rows() -> dict[str, Any]:
    """One row of each fact about money, of a paid order with a refund under way."""
    entry = EntryFactory()
    refund = Refund.objects.create(
        payment=entry.payment, out_request_no=f"{entry.payment}001", amount="1.00", source="staff", reason="x"
    )
    made = (entry.order, entry.payment, MessageFactory(payment=entry.payment), entry, refund,
            IncidentFactory(order=entry.order), StockMovement.objects.latest("pk"))  # fmt: skip
    return dict(zip(MONEY, made, strict=True))


def facts() -> list[list[tuple[Any, ...]]]:
    """Everything that must not change."""
    return [list(model.objects.order_by("pk").values_list()) for model in FACTS]


def reached(browser: Client, page: str) -> int:
    return int(browser.get(f"/admin/{page}").status_code)


# --- who reaches what

SEES = {
    "clerk": {"orders", "payments", "shop"}, "finance": {"orders", "payments"}, "catalogue": {"shop"},
    "manager": {"orders", "payments", "shop"}, "auditor": {"orders", "payments", "shop"}, "nothing": set(),
    "admin": {"orders", "payments", "shop", "auth"},
}  # fmt: skip
LISTS = [f"{model._meta.app_label}/{model._meta.model_name}" for model in (*FACTS, Variant)
         if model not in (OrderLine, OrderEvent)]  # fmt: skip


@pytest.mark.parametrize("role", EVERYONE)
def test_each_role_sees_the_lists_of_its_work_and_no_other(staff: Callable[[str], Client], role: str) -> None:
    browser = staff(role)
    for page in LISTS:
        assert reached(browser, f"{page}/") == (200 if page.split("/")[0] in SEES[role] else 403), page


@pytest.mark.parametrize("role", EVERYONE)
def test_a_row_is_as_closed_as_its_list(staff: Callable[[str], Client], rows: dict[str, Any], role: str) -> None:
    browser = staff(role)
    for page, row in rows.items():
        allowed = page.split("/")[0] in SEES[role]
        assert reached(browser, f"{page}/{row.pk}/change/") == (200 if allowed else 403), page
        assert reached(browser, f"{page}/{row.pk}/history/") == (200 if allowed else 403), page


@pytest.mark.parametrize("page", ["", *[f"{page}/" for page in LISTS], "jsi18n/", "autocomplete/", "password_change/"])
def test_visitors_and_shoppers_are_sent_to_the_login(shopper: Client, page: str) -> None:
    assert shopper.get(f"/admin/{page}")["Location"].startswith("/admin/login/")
    shopper.force_login(User.objects.create_user("lin"))
    assert shopper.get(f"/admin/{page}")["Location"].startswith("/admin/login/")


def test_who_was_dismissed_is_out_at_once(staff: Callable[[str], Client]) -> None:
    browser = staff("manager")
    assert reached(browser, "orders/order/") == 200
    User.objects.filter(username="manager").update(is_active=False)
    assert reached(browser, "orders/order/") == 302


# --- nobody forges a fact


@pytest.mark.parametrize("role", EVERYONE)
def test_nobody_forges_a_fact(staff: Callable[[str], Client], rows: dict[str, Any], role: str) -> None:
    browser = staff(role)
    before = facts()
    for page, row in rows.items():
        for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
            browser.post(f"/admin/{page}/{path}", FORGED | inlines())
        for action in ("delete_selected", "mark_paid", "refund", ""):
            browser.post(f"/admin/{page}/", {"action": action, "_selected_action": [row.pk], "post": "yes"})
    assert facts() == before


def inlines() -> dict[str, str]:
    """Rows sent along with an order, as if its page had fields for them."""
    sent: dict[str, str] = {}
    for name in ("lines", "events", "payments", "entries", "incidents"):
        sent |= {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "0"}
        sent |= {f"{name}-0-{field}": value for field, value in FORGED.items()}
    return sent


@pytest.mark.parametrize("role", EVERYONE)
def test_rows_inside_an_order_cannot_be_changed_or_deleted(
    staff: Callable[[str], Client], rows: dict[str, Any], role: str
) -> None:
    browser, order = staff(role), rows["orders/order"]
    before = facts()
    sent = inlines()
    for name, key in (("payments", order.payments.get().pk), ("lines", order.lines.get().pk)):
        sent |= {f"{name}-INITIAL_FORMS": "1", f"{name}-0-id": str(key), f"{name}-0-DELETE": "on"}
    browser.post(f"/admin/orders/order/{order.pk}/change/", sent | FORGED)
    assert facts() == before


@pytest.mark.parametrize("role", EVERYONE)
def test_the_list_cannot_be_edited_in_bulk(staff: Callable[[str], Client], rows: dict[str, Any], role: str) -> None:
    browser = staff(role)
    before = facts()
    for page, row in rows.items():
        sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(row.pk), "_save": "1"}
        browser.post(f"/admin/{page}/", sent | {f"form-0-{field}": value for field, value in FORGED.items()})
    assert facts() == before


ENDS = {"finance", "manager", "admin"}


@pytest.mark.parametrize("role", EVERYONE)
def test_only_who_answers_for_money_ends_an_incident(
    staff: Callable[[str], Client], rows: dict[str, Any], role: str
) -> None:
    incident = rows["payments/incident"]
    staff(role).post(f"/admin/payments/incident/{incident.pk}/change/", {"why": "seen"})
    incident.refresh_from_db()
    assert (incident.resolved_at is not None) == (role in ENDS)


@pytest.mark.parametrize("role", EVERYONE)
def test_only_who_keeps_the_catalogue_moves_stock(staff: Callable[[str], Client], role: str) -> None:
    cup = VariantFactory()
    staff(role).post(f"/admin/shop/variant/{cup.pk}/adjust/", {"change": "5", "reason": "delivery"})
    cup.refresh_from_db()
    assert cup.on_hand == (15 if role in {"catalogue", "manager", "admin"} else 10)


@pytest.mark.parametrize("role", [role for role in EVERYONE if role != "admin"])
def test_no_role_makes_itself_more(staff: Callable[[str], Client], role: str) -> None:
    browser = staff(role)
    me = User.objects.get(username=role)
    for page in ("auth/user/add/", f"auth/user/{me.pk}/change/", f"auth/user/{me.pk}/password/", "auth/group/add/"):
        assert browser.post(f"/admin/{page}", FORGED | {"is_staff": "on", "name": "all"}).status_code == 403
    me.refresh_from_db()
    assert not me.is_superuser and User.objects.count() == 1


@pytest.mark.parametrize("role", EVERYONE)
def test_looking_changes_nothing(staff: Callable[[str], Client], rows: dict[str, Any], role: str) -> None:
    browser = staff(role)
    before = facts()
    for page, row in rows.items():
        for path in (
            "",
            f"{row.pk}/change/?total=0.01&_save=1",
            f"{row.pk}/delete/?post=yes",
            "?action=delete_selected",
        ):
            browser.get(f"/admin/{page}/{path}")
    assert facts() == before


# --- no question that was not foreseen

PRYING = [
    ("buyer__password__startswith=pbkdf2", 400), ("buyer__is_superuser=1", 400), ("payments__buyer__startswith=a", 400),
    ("events__by__password__gt=a", 400), ("_to_field=email", 400), ("_connector=OR", 302), ("o=1.2.3", 200),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status"), PRYING)
def test_lists_answer_no_question_about_other_tables(
    staff: Callable[[str], Client], rows: dict[str, Any], query: str, status: int
) -> None:
    browser = staff("clerk")
    browser.raise_request_exception = False
    assert browser.get(f"/admin/orders/order/?{query}").status_code == status


def test_every_table_of_the_shop_stands_in_this_files_lists_or_is_no_fact() -> None:
    """A table that comes later must be thought of here."""
    ours = {
        model.__name__ for label in ("shop", "orders", "payments") for model in apps.get_app_config(label).get_models()
    }
    goods = {
        "Attribute",
        "Category",
        "OldAddress",
        "Picture",
        "Product",
        "SearchEntry",
        "ShippingRate",
        "Trait",
        "Variant",
    }
    machinery = {"Serial", "OutboxMail", "JobRun", "GatewayCertificate"}
    persons, papers = {"Address"}, {"Coupon", "FapiaoRequest"}  # each has tests of who may write it
    assert ours - goods - machinery - persons - papers == {model.__name__ for model in FACTS} - {"User"}
