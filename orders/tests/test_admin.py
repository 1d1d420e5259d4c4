"""Staff: the list, the search that opens an order at once, and a page that changes nothing but the parcel."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"


def get(staff: Client, path: str = "", **words: str) -> Any:
    """A page of the admin, in English."""
    return staff.get(LIST + path, words, headers={"accept-language": "en"})


def found(staff: Client, term: str) -> list[str]:
    """Numbers in the list for a search."""
    return [order.number for order in get(staff, q=term).context["cl"].result_list]


def paid(**fields: Any) -> Order:
    """An order that waits for its parcel."""
    order: Order = OrderFactory(life="confirmed", charged="88.00", pay_status="paid", **fields)
    return order


def test_the_list_shows_what_staff_look_for_and_masks_the_buyer(clerk: Client) -> None:
    order = OrderFactory()
    html = get(clerk).content.decode()
    for text in (order.number, "Awaiting payment", "浙江省", "林 ** l***@example.com"):
        assert text in html
    assert order.email not in html.replace("l***@example.com", "") and order.phone not in html


def test_the_list_costs_the_same_for_one_order_and_for_thirty(clerk: Client) -> None:
    costs = []
    for count in (1, 29):
        OrderFactory.create_batch(count)
        with CaptureQueriesContext(
            connection,
        ) as done:
            get(clerk)
        costs.append(len(done))
    assert costs[0] == costs[1] <= 12


@pytest.mark.parametrize("typed", ["{0.number}", " {0.grouped_number} "])
def test_an_exact_number_opens_the_order(clerk: Client, typed: str) -> None:
    order = OrderFactory()
    answer = get(clerk, q=typed.format(order))
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{order.pk}/change/")


def test_an_exact_number_is_no_way_around_the_permission(hire: Any) -> None:
    assert get(hire("packer"), q=OrderFactory().number).status_code == 403


def test_first_digits_phone_and_mail_find_orders(clerk: Client) -> None:
    order, other = OrderFactory(), OrderFactory(phone="13900139000", email="chen@example.com")
    assert found(clerk, order.number[:8]) == [order.number]
    assert set(found(clerk, order.number[:4])) == {order.number, other.number}
    assert found(clerk, "139 0013 9000") == [other.number]
    assert found(clerk, "Chen@example.com") == [other.number]


@pytest.mark.parametrize("term", ["99999999999999", "林", "%", "chen", "9" * 40, "' OR 1=1 --", "²"])
def test_what_fits_nothing_finds_nothing(clerk: Client, term: str) -> None:
    OrderFactory(email="chen@example.com")
    assert found(clerk, term) == []


def test_a_null_byte_is_no_fault_of_ours(clerk: Client) -> None:
    assert get(clerk, q="\0@").status_code == 200


def test_no_search_reads_the_whole_table_by_pattern(clerk: Client) -> None:
    with CaptureQueriesContext(connection) as done:
        for term in ("1000", "13800138000", "lin@example.com", "林"):
            get(clerk, q=term)
    assert not [query["sql"] for query in done if "LIKE" in query["sql"]]


@pytest.mark.parametrize(("field", "value", "count"), [("life", "confirmed", 1), ("pay_status", "unpaid", 2)])
def test_the_list_is_filtered_by_state(clerk: Client, field: str, value: str, count: int) -> None:
    paid()
    OrderFactory.create_batch(2)
    assert len(get(clerk, **{f"{field}__exact": value}).context["cl"].result_list) == count


def test_the_page_shows_lines_events_and_address(clerk: Client) -> None:
    order = OrderFactory()
    html = get(clerk, f"{order.pk}/change/").content.decode()
    for text in (order.lines.get().sku, "Order placed", order.street, order.phone):
        assert text in html


@pytest.mark.parametrize("path", ["add/", "{0.pk}/delete/"])
def test_orders_are_neither_added_nor_deleted(admin_client: Client, path: str) -> None:
    assert get(admin_client, path.format(OrderFactory())).status_code == 403


def test_there_is_no_bulk_deletion(admin_client: Client) -> None:
    order = OrderFactory()
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [order.pk], "post": "yes"})
    assert Order.objects.filter(pk=order.pk).exists()


def send(staff: Client, order: Order, **fields: str) -> Any:
    """Presses save on the order's page."""
    rows = {"lines", "events", "payments", "entries", "incidents", "mails", "refunds", "messages"}
    counts = {f"{row}-{word}_FORMS": "0" for row in rows for word in ("TOTAL", "INITIAL")}
    return staff.post(f"{LIST}{order.pk}/change/", counts | fields, follow=True)


def test_forged_fields_change_nothing(admin_client: Client) -> None:
    order = OrderFactory()
    before = Order.objects.values().get()
    forged = {"total": "0.01", "charged": "88.00", "life": "confirmed", "pay_status": "paid", "number": "1" * 14}
    send(admin_client, order, **forged, parcel_number="SF1", parcel_company="顺丰")
    assert Order.objects.values().get() == before


def test_a_parcels_number_ships_a_paid_order(clerk: Client) -> None:
    order = paid()
    assert 'name="parcel_number"' in get(clerk, f"{order.pk}/change/").content.decode()
    send(clerk, order, parcel_company="顺丰", parcel_number="SF1234567890")
    order.refresh_from_db()
    assert (order.status, order.parcel_number) == ("shipped", "SF1234567890")
    assert order.events.get(kind="shipped").by == User.objects.get(username="clerk")


def test_without_a_parcels_number_nothing_is_shipped(clerk: Client) -> None:
    order = paid()
    answer = send(clerk, order, parcel_company="顺丰", parcel_number="")
    order.refresh_from_db()
    assert order.status == "paid"
    assert "请填写快递单号" in " ".join(str(message) for message in answer.context["messages"])


@pytest.mark.parametrize("fields", [{}, {"life": "expired"}, {"refunding": "88.00"}, {"life": "shipped"}])
def test_an_order_that_does_not_wait_for_a_parcel_has_no_field_for_one(
    admin_client: Client, fields: dict[str, str]
) -> None:
    order = paid() if fields else OrderFactory()
    Order.objects.filter(pk=order.pk).update(**fields)
    assert 'name="parcel_number"' not in get(admin_client, f"{order.pk}/change/").content.decode()


def test_an_order_that_changed_meanwhile_is_not_shipped(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = paid()
    ship = Order.ship

    def late(self: Order, company: str, number: str, by: Any = None) -> bool:
        Order.objects.filter(pk=self.pk).update(refunding="88.00")
        return ship(self, company, number, by)

    monkeypatch.setattr(Order, "ship", late)
    answer = send(clerk, order, parcel_company="顺丰", parcel_number="SF1")
    assert "没有发货，请重新查看" in " ".join(str(message) for message in answer.context["messages"])
    assert Order.objects.get().life == "confirmed"


def test_who_may_only_look_cannot_ship(hire: Any) -> None:
    order = paid()
    answer = send(hire("auditor", "view_order"), order, parcel_company="顺丰", parcel_number="SF1")
    assert answer.status_code == 403
    assert Order.objects.get().life == "confirmed"
