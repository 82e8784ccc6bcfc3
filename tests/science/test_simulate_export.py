"""A simulated shop written as one file comes back from it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest

from tests.science.simulated import UNTIL, eventful_shop
from treue.science.simulate import GERMAN, stream, to_order_lines, write_order_lines


def parts(chunk: int = 2_500):
    return stream(customers=5_000, years=1, until=UNTIL, rng=np.random.default_rng(8), chunk=chunk)


def test_there_is_a_row_for_each_line_and_each_refund_in_order_of_time():
    shop = eventful_shop()
    rows = to_order_lines(shop)
    assert rows.num_rows == shop.lines.num_rows + shop.refunds.num_rows
    assert np.all(np.diff(rows["ordered_at"].to_numpy().astype(np.int64)) >= 0)
    sold = pc.sum(shop.lines["amount"]).as_py() - pc.sum(shop.refunds["amount"]).as_py()
    assert pc.sum(rows["amount"]).as_py() == pytest.approx(sold)
    assert rows.drop_columns("reason").to_pandas().notna().all().all()


def test_refunds_are_negative_and_carry_numbers_with_a_c():
    shop = eventful_shop()
    rows = to_order_lines(shop)
    refund = pc.match_substring_regex(rows["order_number"], r"^C\d")
    assert refund.equals(pc.less(rows["quantity"], 0))
    assert refund.equals(pc.is_valid(rows["reason"]))
    named = pc.utf8_slice_codeunits(rows.filter(refund)["order_number"], 1)
    is_order = pc.is_in(named, shop.orders["number"].combine_chunks())
    assert pc.sum(is_order).as_py() == shop.refunds.num_rows - shop.refunds["order_number"].null_count


def test_a_csv_file_holds_what_the_table_holds(tmp_path: Path):
    path = tmp_path / "orders.csv"
    written = write_order_lines(parts(), path)
    back = pa.csv.read_csv(path)
    rows = pa.concat_tables([to_order_lines(part) for part in parts()])
    assert written == back.num_rows == rows.num_rows
    assert back["amount"].to_numpy() == pytest.approx(rows["amount"].to_numpy())
    assert back["product_name"].to_pylist() == rows["product_name"].to_pylist()
    assert back["ordered_at"].cast(pa.timestamp("us")).equals(rows["ordered_at"])


def test_a_german_csv_file_has_semicolons_commas_and_a_byte_order_mark(tmp_path: Path):
    path = tmp_path / "bestellungen.csv"
    write_order_lines(next(parts()), path, GERMAN)
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    options = {
        "parse_options": pa.csv.ParseOptions(delimiter=";"),
        "convert_options": pa.csv.ConvertOptions(decimal_point=",", timestamp_parsers=[GERMAN.times]),
    }
    back = pa.csv.read_csv(path, **options)
    rows = to_order_lines(next(parts()))
    assert back["amount"].to_numpy() == pytest.approx(rows["amount"].to_numpy())
    assert back["ordered_at"].cast(pa.timestamp("us")).equals(rows["ordered_at"])


def test_a_parquet_file_of_parts_holds_every_part(tmp_path: Path):
    path = tmp_path / "orders.parquet"
    assert write_order_lines(parts(), path) == pa.parquet.read_metadata(path).num_rows
    assert pa.parquet.read_table(path).equals(pa.concat_tables([to_order_lines(part) for part in parts()]))


def test_another_kind_of_file_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="xlsx"):
        write_order_lines(parts(), tmp_path / "orders.xlsx")
    assert list(tmp_path.iterdir()) == []
