"""Whatever bytes arrive: a named error, or every row accounted for."""

import csv
import datetime as dt
import functools
import io
from pathlib import Path

import ibis
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from treue.listen.imports.cleaning import clean_lines
from treue.listen.imports.columns import Mapping
from treue.listen.imports.delimited import Delimited
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.reading import open_source

ZONE, NOW = "Europe/Berlin", dt.datetime(2026, 11, 22, 11, 0, tzinfo=dt.UTC)
GENTLE = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HEADING = "customer,order,time,quantity,price\n"
MAPPING = Mapping("orders", {name: name for name in HEADING.strip().split(",")})
CELLS = st.sampled_from(
    [
        "", " ", "7", "A1", "C9", "2026-07-03", "3.7.2026", "12/25/2025 8:05 PM", "31.02.2026", "9999-12-31",
        "1.234,56", "-2", "12.50-", "€ 5", "abc", "1e999", "nan", '"', '""', '"a', 'b"c', '"x"y', '"new\nline"',
        '"with,comma"', "\r", "\x00", "\ufeff", "ü", "\u2028", "=1+1", "0", "guest", "99999999999999999999",
    ]
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=0, max_size=7).map(",".join), max_size=12)
KINDS = st.sampled_from(["xlsx", "parquet"])
ENDS = st.sampled_from(["\n", "\r\n"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


@functools.cache
def whole_file(kind: str) -> bytes:
    written = io.BytesIO()
    if kind == "parquet":
        pq.write_table(pa.table({"a": list(range(300)), "b": ["x"] * 300, "t": [NOW] * 300}), written)
        return written.getvalue()
    book = openpyxl.Workbook()
    for row in [["a", "b", "t"], *([n, "x", NOW.replace(tzinfo=None)] for n in range(30))]:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


@GENTLE
@given(content=st.binary(max_size=400))
@example(content=b"PK\x03\x04" + bytes(30))
@example(content=b"PAR1" + bytes(20) + b"PAR1")
@example(content=b"\xff\xfe\x00")
@example(content=b"a,b\n\x00,\x00\n")
@example(content=b'a,b\n"')
def test_arbitrary_bytes_are_read_or_refused_by_name(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    try:
        source = open_source(path)
        lines = [line for batch in source.batches() for line in batch.column("line_no").to_pylist()]
    except ImportProblem:
        return
    assert len(lines) == len(set(lines)) > 0


@GENTLE
@given(changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=8), kind=KINDS)
def test_damaged_workbooks_and_parquet_files_are_read_or_refused_by_name(
    changes: list[tuple[int, int]], kind: str, tmp_path: Path
) -> None:
    content = bytearray(whole_file(kind))
    for place, byte in changes:
        content[place % len(content)] = byte
    path = tmp_path / f"damaged.{kind}"
    path.write_bytes(content)
    try:
        source = open_source(path)
        source.sample()
        assert sum(batch.num_rows for batch in source.batches()) > 0
    except ImportProblem:
        return


@settings(GENTLE, max_examples=60)
@given(rows=ROWS, end=ENDS, final=st.booleans())
def test_every_row_is_a_line_or_is_set_aside(rows: list[str], end: str, final: bool, path: Path) -> None:
    path.write_bytes((HEADING + end.join(rows) + (end if final else "")).encode("utf-8", "surrogatepass"))
    backend = ibis.duckdb.connect()
    try:
        source = open_source(path)
        cleaned = clean_lines(source, MAPPING, connection=backend, zone=ZONE, now=NOW)
    except ImportProblem:
        return
    numbers = [*cleaned.lines.line_no.to_pyarrow().to_pylist(), *cleaned.set_aside.line_no.to_pyarrow().to_pylist()]
    read = sum(batch.num_rows for batch in source.batches())
    assert cleaned.rows_read == read == len(numbers) == len(set(numbers))
    assert cleaned.rows_read == cleaned.rows_used + sum(cleaned.counts.values())


@GENTLE
@given(rows=ROWS, end=ENDS)
@example(rows=[',,,b"c,"'], end="\n")
@example(rows=["\ufeff,,,,7"], end="\n")
def test_the_fast_and_the_careful_reader_agree(rows: list[str], end: str, path: Path) -> None:
    text = end.join([*rows, ""]).encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    path.write_bytes(HEADING.encode() + text)
    source = Delimited(path, column_limit=50)
    fast = source._arrow_rows(text, 2)
    if fast is None:
        return
    careful, open_text = source._careful_rows(text, 2, at_end=True)
    assert open_text == b""
    assert fast.to_pylist() == [row for batch in careful for row in batch.to_pylist()]


@GENTLE
@given(
    table=st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    )
)
def test_what_a_csv_writer_wrote_is_read_back_cell_by_cell(table: list[list[str]], path: Path) -> None:
    kept = [row for row in table if any(cell.strip(" \t\r\n\x0b\x0c\xa0\u202f\ufeff") for cell in row)]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["a", "b", "c"], *table])
    path.write_bytes(written.getvalue().encode())
    source = Delimited(path, column_limit=50)
    read = [[row["c0"], row["c1"], row["c2"]] for batch in source.batches() for row in batch.to_pylist()]
    assert source.delimiter == ","
    assert read == kept
