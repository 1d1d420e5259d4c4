"""The bill as a file (protocol.md B.4, D.11): the zip's names, its bytes, its lines and sums, its days."""

import csv
import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, signed
from simulator.tests.open_app import BILL, PAGE, App

COLUMNS = (
    "支付宝交易号 商户订单号 业务类型 商品名称 创建时间 完成时间 门店编号 门店名称 操作员 终端号 对方账户 "
    "订单金额（元） 商家实收（元） 支付宝红包（元） 集分宝（元） 支付宝优惠（元） 商家优惠（元） 券核销金额（元） "
    "券名称 商家红包消费金额（元） 卡消费金额（元） 退款批次号/请求号 服务费（元） 分润（元） 备注"
)
UTF8_FLAG = 0x800
Fields = dict[str, str]
Pay = Callable[..., str]


@pytest.fixture
def bought(app: App, biz: Fields, urls: Fields, number: str) -> Pay:
    """Pays an order, silently; its number."""

    def pay(suffix: str = "", **more: str) -> str:
        fields = {**biz, "out_trade_no": number + suffix, **more}
        Buyer(app.simulator, app.request(PAGE, fields, **urls), sign=False).press("pay", scenario="5")
        return fields["out_trade_no"]

    return pay


def address(app: App, day: str, kind: str = "trade") -> str:
    return str(app.ask(BILL, bill_type=kind, bill_date=day)["bill_download_url"])


def packed(app: App, day: str, kind: str = "trade") -> bytes:
    answer = requests.get(address(app, day, kind), timeout=PATIENCE)
    assert answer.headers["Content-Type"] == "application/zip"
    return answer.content


def entries(archive: bytes) -> dict[str, bytes]:
    """Name to content; the names read from their raw bytes."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            size = struct.unpack("<H", archive[entry.header_offset + 26 : entry.header_offset + 28])[0]
            raw = archive[entry.header_offset + 30 : entry.header_offset + 30 + size]
            assert not entry.flag_bits & UTF8_FLAG
            found[raw.decode("gbk")] = opened.read(entry)
    return found


def table(app: App, day: str) -> list[str]:
    """The lines of the detail table."""
    name = f"{PARTNER}0156_{day.replace('-', '')}_业务明细.csv"
    return entries(packed(app, day))[name].decode("gbk").splitlines()


def rows(app: App, day: str) -> list[dict[str, str]]:
    inside = csv.DictReader(line for line in table(app, day) if not line.startswith("#"))
    return [{name: value.strip() for name, value in row.items()} for row in inside]


def told(app: App, day: str) -> list[tuple[str, str, str, str]]:
    names = ("商户订单号", "业务类型", "订单金额（元）", "退款批次号/请求号")
    return [tuple(row[name] for name in names) for row in rows(app, day)]


def test_the_zip_holds_details_and_summary_under_gbk_names(app: App, bought: Pay) -> None:
    bought()
    day = app.today()
    stem = f"{PARTNER}0156_{day.replace('-', '')}_业务明细"

    assert list(entries(packed(app, day))) == [f"{stem}.csv", f"{stem}(汇总).csv"]


def test_the_accounts_whole_ledger_has_names_of_its_own(app: App, bought: Pay) -> None:
    bought()
    names = entries(packed(app, app.today(), "signcustomer"))

    assert all("财务明细" in name and "业务明细" not in name for name in names)


def test_comments_stand_above_the_head_and_the_totals_below(app: App, bought: Pay) -> None:
    bought()
    lines = table(app, app.today())

    assert [line.startswith("#") for line in lines] == [True] * 4 + [False] * 2 + [True] * 2
    assert lines[4].split(",") == COLUMNS.split()
    assert f"[{PARTNER}0156]" in lines[1]
    assert lines[-1] == "#合计：1笔"


def test_a_line_tells_the_payment(app: App, bought: Pay) -> None:
    number = bought()
    (kept,) = app.simulator.read("trades")["trades"]
    (line,) = rows(app, app.today())

    assert (line["支付宝交易号"], line["商户订单号"]) == (kept["trade_no"], number)
    assert (line["商品名称"], line["业务类型"]) == ("一只茶杯", "交易")
    assert (line["订单金额（元）"], line["商家实收（元）"]) == ("88.00", "88.00")
    assert line["创建时间"] == f"{datetime.fromisoformat(kept['created']):%Y-%m-%d %H:%M:%S}"
    assert line["完成时间"] == f"{datetime.fromisoformat(kept['paid']):%Y-%m-%d %H:%M:%S}"
    assert "***" in line["对方账户"]


def test_long_numbers_end_in_a_tab_so_that_spreadsheets_keep_them(app: App, bought: Pay) -> None:
    bought()

    assert table(app, app.today())[5].split(",")[0].endswith("\t")


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("a,b \"c\" 'd'", "a,b \"c\" 'd'"), ("#not a comment", "#not a comment"), ("☃ 茶 😀", "? 茶 ?"), ("１", "１")],
)
def test_odd_subjects_stay_in_their_cell(app: App, bought: Pay, subject: str, shown: str) -> None:
    bought(subject=subject)
    (line,) = rows(app, app.today())

    assert (line["商品名称"], line["订单金额（元）"], len(line)) == (shown, "88.00", 25)


def test_partial_refunds_are_lines_of_their_own_and_negative(app: App, bought: Pay) -> None:
    number = bought()
    app.refund(number, "30.00", "R1")
    app.refund(number, "30.00", "R1")
    app.refund(number, "0.01", "R2")
    app.refund(number, "99.00", "R3")

    assert told(app, app.today()) == [
        (number, "交易", "88.00", ""),
        (number, "退款", "-30.00", "R1"),
        (number, "退款", "-0.01", "R2"),
    ]
    assert sum(Decimal(row["商家实收（元）"]) for row in rows(app, app.today())) == Decimal("57.99")


def test_a_whole_refund_without_a_number_bears_the_orders(app: App, bought: Pay) -> None:
    number = bought()
    app.refund(number, "88.00", "")

    assert told(app, app.today())[1] == (number, "退款", "-88.00", number)


def test_the_old_services_trades_and_batches_are_in_it(app: App, order: Fields) -> None:
    number = order["out_trade_no"]
    assert app.simulator.gateway(signed(order)).status_code == 302
    app.simulator.do("pay", out_trade_no=number, scenario=5)
    trade_no = app.simulator.read("trades")["trades"][0]["trade_no"]
    batch = f"{app.today().replace('-', '')}888"
    fields = {"batch_no": batch, "batch_num": "1", "refund_date": f"{app.today()} 00:00:00"}
    app.simulator.ask("refund_fastpay_by_platform_nopwd", detail_data=f"{trade_no}^8.00^", **fields)

    assert told(app, app.today()) == [(number, "交易", "88.00", ""), (number, "退款", "-8.00", batch)]


def test_each_day_has_what_happened_on_it_and_the_month_has_all(app: App, bought: Pay) -> None:
    first = bought("1")
    bought_on = date.fromisoformat(app.today())
    app.forward(86_400)
    app.refund(first, "8.00", "R1")
    second = bought("2")
    next_day = f"{bought_on + timedelta(days=1)}"

    assert told(app, f"{bought_on}") == [(first, "交易", "88.00", "")]
    assert sorted(told(app, next_day)) == sorted([(first, "退款", "-8.00", "R1"), (second, "交易", "88.00", "")])
    months = {f"{bought_on}"[:7], next_day[:7]}
    lines = [line for month in months for line in told(app, month)]
    assert sorted(lines) == sorted(told(app, f"{bought_on}") + told(app, next_day))


@pytest.mark.parametrize("act", ["nothing", "login", "close"])
def test_what_was_not_paid_is_in_no_bill(app: App, page: Buyer, number: str, act: str) -> None:
    if act != "nothing":
        page.press("login")
    if act == "close":
        app.simulator.do("close", out_trade_no=number)
    empty = app.ask(BILL, bill_type="trade", bill_date=app.today())

    assert (empty["code"], empty["bill_file_code"], empty["bill_download_url"]) == (
        "10000",
        "EMPTY_DATA_WITH_BILL_FILE",
        "",
    )


def test_the_address_lives_half_a_minute(app: App, bought: Pay) -> None:
    bought()
    kept = address(app, app.today())
    app.forward(20)
    assert requests.get(kept, timeout=PATIENCE).content[:2] == b"PK"
    app.forward(10)

    assert requests.get(kept, timeout=PATIENCE).status_code == 403
    assert requests.get(address(app, app.today()), timeout=PATIENCE).ok, "a new one is had for the asking"


def test_an_address_is_a_secret_of_its_own(app: App, bought: Pay) -> None:
    bought()
    first, second = address(app, app.today()), address(app, app.today())

    assert first != second
    assert requests.get(f"{first[:-3]}xxx", timeout=PATIENCE).status_code == 403
    assert requests.post(first, timeout=PATIENCE).status_code == 405


def test_a_bill_is_asked_for_signed(app: App, bought: Pay) -> None:
    bought()
    fields = app.request(BILL, {"bill_type": "trade", "bill_date": app.today()})
    answer = app.send({**fields, "sign": app.sign(b"something else")}).json()

    assert answer["error_response"]["sub_code"] == "isv.invalid-signature"


def test_a_wrong_bill_can_be_had_until_it_is_put_right(app: App, bought: Pay) -> None:
    number, other = bought("1"), bought("2")
    app.simulator.do("bill", without=[number], extra=["77", "78"], amount="0.01")
    wrong = told(app, app.today())
    app.simulator.do("bill")

    assert wrong == [(other, "交易", "88.00", ""), ("77", "交易", "0.01", ""), ("78", "交易", "0.01", "")]
    assert sorted(told(app, app.today())) == [(number, "交易", "88.00", ""), (other, "交易", "88.00", "")]
