"""The Open Platform's bill of a day: an address that lives for half a minute, a zip in GBK, a wrong bill on demand."""

import csv
import io
import zipfile

import requests

from simulator.tests.merchant_side import PATIENCE, Buyer
from simulator.tests.open_app import BILL, App


def bill(app: App, day: str) -> list[dict[str, str]]:
    """The lines of the day's bill, read as a merchant does."""
    address = app.ask(BILL, bill_type="trade", bill_date=day)
    packed = requests.get(address["bill_download_url"], timeout=PATIENCE).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [name.encode("cp437").decode("gbk") for name in archive.namelist()]
        text = archive.read(archive.namelist()[0]).decode("gbk")
    assert names[0].endswith("_业务明细.csv") and names[1].endswith("_业务明细(汇总).csv")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return [{name: value.strip() for name, value in row.items()} for row in rows]


def test_the_bill_has_payments_and_refunds(app: App, paid: Buyer, number: str) -> None:
    app.refund(number, "30.00", "R1")
    payment, back = bill(app, app.today())

    assert (payment["商户订单号"], payment["业务类型"], payment["订单金额（元）"]) == (number, "交易", "88.00")
    assert (back["退款批次号/请求号"], back["业务类型"], back["订单金额（元）"]) == ("R1", "退款", "-30.00")
    assert len(payment) == 25


def test_the_bill_may_lack_a_line_and_have_a_foreign_one(app: App, paid: Buyer, number: str) -> None:
    app.simulator.do("bill", without=[number], extra=["9999"], amount="12.00")

    assert [(row["商户订单号"], row["订单金额（元）"]) for row in bill(app, app.today())] == [("9999", "12.00")]


def test_19_scenario_with_a_wrong_bill(app: App, page: Buyer) -> None:
    page.press("pay", scenario="19")

    assert [row["商户订单号"] for row in bill(app, app.today())] == ["99999999999999"]


def test_the_bills_address_dies_after_half_a_minute(app: App, paid: Buyer) -> None:
    address = app.ask(BILL, bill_type="trade", bill_date=app.today())["bill_download_url"]
    app.forward(30)

    assert requests.get(address, timeout=PATIENCE).status_code == 403


def test_a_day_without_trades_and_a_wrong_day(app: App) -> None:
    empty = app.ask(BILL, bill_type="trade", bill_date="2001-01-01")

    assert empty["bill_file_code"] == "EMPTY_DATA_WITH_BILL_FILE"
    assert app.ask(BILL, bill_type="trade", bill_date="today")["sub_code"] == "isv.invalid-parameter"
    assert app.ask(BILL, bill_type="all", bill_date="2001-01-01")["sub_code"] == "isv.invalid-parameter"
