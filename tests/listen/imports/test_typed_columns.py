"""Files that bring types along: Parquet and Excel, cleaned to the same lines as their text would be."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

CleanFile = Callable[..., Any]
UTC = zoneinfo.ZoneInfo("UTC")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path / "orders.parquet")
    return path / "orders.parquet"


@pytest.mark.parametrize(
    ("values", "of_type", "expected"),
    [
        ([moment("2026-07-03 14:30")], pa.timestamp("us"), "2026-07-03 14:30"),
        ([moment("2026-07-03 14:30")], pa.timestamp("ns"), "2026-07-03 14:30"),
        ([moment("2026-07-03 14:30")], pa.timestamp("s"), "2026-07-03 14:30"),
        ([moment("2026-07-03 14:30+00:00")], pa.timestamp("us", "UTC"), "2026-07-03 16:30"),
        ([moment("2026-07-03 14:30+00:00")], pa.timestamp("ms", "America/New_York"), "2026-07-03 16:30"),
        ([dt.date(2026, 7, 3)], pa.date32(), "2026-07-03"),
        ([20260703], pa.int64(), "2026-07-03"),
        ([46206.5], pa.float64(), "2026-07-03 12:00"),
        ([1783072800], pa.int64(), "2026-07-03 12:00"),
        (["3.7.2026 14:30"], pa.large_string(), "2026-07-03 14:30"),
    ],
)
def test_moments_of_any_type_become_local_to_the_shop(
    tmp_path: Path, clean_file: CleanFile, values: list[Any], of_type: pa.DataType, expected: str
) -> None:
    path = parquet(tmp_path, customer=pa.array(["7"]), time=pa.array(values, of_type), amount=pa.array([5]))
    outcome = clean_file(path, {"time": "time"})
    assert outcome.lines("line_no", "at") == [(1, moment(expected))]


@pytest.mark.parametrize(
    ("values", "of_type"),
    [
        ([12.5, None, -3.0], pa.float64()),
        ([12.5, None, -3.0], pa.float32()),
        ([Decimal("12.50"), None, Decimal("-3.00")], pa.decimal128(10, 2)),
        (["12,50", None, "-3,00"], pa.string()),
        (["12.50", "n/a", "-3"], pa.string()),
    ],
)
def test_amounts_of_any_type_become_numbers(
    tmp_path: Path, clean_file: CleanFile, values: list[Any], of_type: pa.DataType
) -> None:
    path = parquet(
        tmp_path,
        customer=pa.array(["7", "8", "9"]),
        date=pa.array([dt.date(2026, 7, 3)] * 3),
        amount=pa.array(values, of_type),
    )
    outcome = clean_file(path)
    assert outcome.lines("line_no", "kind", "amount") == [(1, "purchase", 12.5), (3, "refund", 3.0)]
    assert [row[:3] for row in outcome.set_aside] == [(2, "unreadable_number", "amount")]


def test_numbers_that_are_none_are_set_aside(tmp_path: Path, clean_file: CleanFile) -> None:
    path = parquet(
        tmp_path,
        customer=pa.array([7.0, float("nan"), 8.0, 9.0, None]),
        date=pa.array([dt.date(2026, 7, 3)] * 5),
        amount=pa.array([1.0, 2.0, float("nan"), float("inf"), 5.0]),
    )
    outcome = clean_file(path)
    assert outcome.lines("customer", "amount") == [("7", 1.0)]
    assert outcome.set_aside == [
        (2, "no_customer", "customer", None),
        (3, "unreadable_number", "amount", None),
        (4, "unreadable_number", "amount", "inf"),
        (5, "no_customer", "customer", None),
    ]


@pytest.mark.parametrize(
    ("values", "of_type"),
    [
        ([13085.0, 7.0], pa.float64()),
        ([13085, 7], pa.int32()),
        ([13085, 7], pa.uint64()),
        ([Decimal("13085.00"), Decimal(7)], pa.decimal128(12, 2)),
        (["13085.0", " 7 "], pa.string()),
    ],
)
def test_an_identifier_is_the_same_in_every_type(
    tmp_path: Path, clean_file: CleanFile, values: list[Any], of_type: pa.DataType
) -> None:
    path = parquet(
        tmp_path,
        customer=pa.array(values, of_type),
        order=pa.array(values, of_type),
        date=pa.array([dt.date(2026, 7, 3)] * 2),
        amount=pa.array([1, 2]),
    )
    assert clean_file(path).lines("customer", "order_no") == [("13085", "13085"), ("7", "7")]


FAR = 2**63 - 1


@pytest.mark.parametrize(
    "values",
    [
        pa.array([FAR, -FAR]).cast(pa.timestamp("ms")),
        pa.array([FAR, -FAR]).cast(pa.timestamp("us", "UTC")),
        pa.array([2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32()),
        pa.array([2**64 - 1, 0], pa.uint64()),
        pa.array([Decimal("9" * 50), Decimal(1)], pa.decimal256(60, 2)),
        pa.array([b"\xff", b"a"]),
        pa.array([{"a": 1}, {"a": 2}]),
        pa.nulls(2),
        pa.array([True, None]),
        pa.array([b"caf\xe9", b"a"]).view(pa.string()),
    ],
)
@pytest.mark.parametrize("field", ["time", "amount", "customer", "product", "currency", "type"])
def test_columns_of_odd_types_and_far_values_leave_every_row_accounted_for(
    tmp_path: Path, clean_file: CleanFile, values: pa.Array, field: str
) -> None:
    columns = {
        "customer": pa.array(["7", "8"]),
        "time": pa.array([dt.date(2026, 7, 3)] * 2),
        "amount": pa.array([1.0, 2.0]),
        field: values,
    }
    outcome = clean_file(parquet(tmp_path, **columns), {name: name for name in columns})
    assert len(outcome.lines("line_no")) + len(outcome.set_aside) == outcome.cleaned.rows_read == 2


def test_a_workbook_with_typed_and_written_cells_side_by_side(tmp_path: Path, clean_file: CleanFile) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Umsätze 2026", None, None, None],
        ["Kunde", "Bestellung", "Datum", "Betrag"],
        [13085.0, "B-1", moment("2026-07-03 14:30"), 1.234],
        ["13085", "B-2", dt.date(2026, 7, 4), "12,50 €"],
        [13086, "B-3", "5.7.2026", "1.088,00"],
        [None, None, None, None],
        ["Summe", None, None, 1101.73],
    ):
        book.active.append(row)
    book.save(tmp_path / "orders.xlsx")
    outcome = clean_file(tmp_path / "orders.xlsx")
    assert outcome.lines("line_no", "customer", "order_no", "at", "amount") == [
        (3, "13085", "B-1", moment("2026-07-03 14:30"), 1.234),
        (4, "13085", "B-2", moment("2026-07-04"), 12.5),
        (5, "13086", "B-3", moment("2026-07-05"), 1088.0),
    ]
    assert outcome.set_aside == [(7, "no_time", "Datum", None)]
