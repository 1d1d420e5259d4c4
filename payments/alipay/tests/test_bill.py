"""The daily bill is read from its zip of GBK tables, in bounded memory."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from payments.alipay import bill
from payments.alipay.errors import Malformed

COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
COMMENTS = (
    "#支付宝业务明细查询\r\n#账号：[20880000000000010156]\r\n#起始日期：[2026年11月22日]\r\n#-----业务明细列表-----\r\n"
)
TOTALS = "#---业务明细列表结束---\r\n#交易合计：1笔\r\n"
DETAIL, SUMMARY = "20880000000000010156_20261122_业务明细.csv", "20880000000000010156_20261122_业务明细(汇总).csv"


def row(number: str, kind: str, amount: str, request_no: str = "", name: str = "茶壶") -> str:
    cells = [f"T{number}", number, kind, name, "2026-11-22 10:00:00", "2026-11-22 10:00:05", *[""] * 5, amount, amount]
    cells += ["0.00"] * 5 + ["", "0.00", "0.00", request_no, "0.00", "0.00", ""]
    return ",".join(f"{cell}\t" for cell in cells) + "\r\n"


def table(*rows: str, head: str = COLUMNS) -> bytes:
    return (COMMENTS + head + "\r\n" + "".join(rows) + TOTALS).encode("gbk")


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, gbk_names: bool = True) -> bytes:
    """A zip as Alipay's: names in GBK without the UTF-8 flag."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name.encode("gbk").decode("cp437") if gbk_names else name, data)
    if not gbk_names:
        return out.getvalue()
    data = out.getvalue()
    for name, _ in files:
        utf8 = name.encode("gbk").decode("cp437").encode()
        data = data.replace(utf8, name.encode("gbk").ljust(len(utf8), b"."))
    return data.replace(b"PK\x03\x04\x14\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00"
    )


PAID, REFUNDED = row("1000000112345601", "交易", "168.00"), row("1000000112345601", "退款", "-60.00", "R1")


@pytest.mark.parametrize("gbk_names", [True, False])
def test_trades_and_refunds_are_read_with_positive_amounts(gbk_names: bool) -> None:
    files = ((SUMMARY, b"#"), (DETAIL, table(PAID, REFUNDED)))
    paid, refunded = bill.read_bill(packed(*files, gbk_names=gbk_names))
    assert (paid.kind, paid.out_trade_no, paid.trade_no) == ("trade", "1000000112345601", "T1000000112345601")
    assert (refunded.kind, refunded.request_no) == ("refund", "R1")
    assert [str(line.amount) for line in (paid, refunded)] == ["168.00", "60.00"]
    assert paid.finished_at == datetime(2026, 11, 22, 2, 0, 5, tzinfo=UTC)


def test_another_kind_of_line_keeps_its_word() -> None:
    (line,) = bill.read_bill(packed((DETAIL, table(row("1", "转账", "1.00")))))
    assert line.kind == "转账"


def test_a_day_without_trades_has_no_lines() -> None:
    assert bill.read_bill(packed((DETAIL, table()))) == []


def test_a_comma_in_a_name_does_not_shift_the_columns() -> None:
    (line,) = bill.read_bill(packed((DETAIL, table(row("1", "交易", "1.00", name='"茶,壶"').replace('"\t', '"')))))
    assert str(line.amount) == "1.00"


@pytest.mark.parametrize("amount", ["", "1e2", "1,000.00", "--1.00", "１.００"])
def test_an_odd_amount_is_refused(amount: str) -> None:
    with pytest.raises(Malformed):
        bill.read_bill(packed((DETAIL, table(row("1", "交易", f'"{amount}"').replace('"\t', '"')))))


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(Malformed, match="column"):
        bill.read_bill(packed((DETAIL, table(PAID, head="支付宝交易号,商户订单号"))))


OTHERS = [
    b"",
    b"<html>expired</html>",
    packed(("other.csv", b"")),
    packed((SUMMARY, table())),
    packed((DETAIL, table()), ("x_业务明细.csv", table())),
    packed((DETAIL, table()), *((f"{n}.csv", b"") for n in range(30))),
    packed((DETAIL, "🍵".encode()[:3])),
    packed((DETAIL, table(PAID)))[:200],
]


@pytest.mark.parametrize("data", OTHERS, ids=range(len(OTHERS)))
def test_what_is_no_bill_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        bill.read_bill(data)


def test_a_damaged_entry_is_refused() -> None:
    data = packed((DETAIL, table(PAID)), method=zipfile.ZIP_STORED)
    with pytest.raises(Malformed):
        bill.read_bill(data.replace(b"168.00", b"168.01"))


def test_a_zip_bomb_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill, "UNPACKED_LIMIT", 100_000)
    bomb = packed((DETAIL, b"0" * 10_000_000))
    assert len(bomb) < 20_000
    with pytest.raises(Malformed, match="too long"):
        bill.read_bill(bomb)


def test_a_cell_that_never_ends_is_refused() -> None:
    endless = COMMENTS.encode("gbk") + b'"' + b"x" * 200_000
    with pytest.raises(Malformed):
        bill.read_bill(packed((DETAIL, endless)))
