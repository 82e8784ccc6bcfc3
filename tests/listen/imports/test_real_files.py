"""The real shop's file, each of its 525,461 rows accounted for."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from treue.listen.imports.cleaning import Cleaned
from treue.listen.imports.errors import NoHeader
from treue.listen.imports.reading import open_source
from treue.science.figures import to_the_cent

pytestmark = pytest.mark.realdata
Clean = Callable[..., Any]
SHOP = "online_retail_II_2009_2010.parquet"


def figures(cleaned: Cleaned) -> dict[str, object]:
    lines = cleaned.lines
    refunds = lines.filter(lines.kind == "refund")
    return {
        "read": cleaned.rows_read,
        "used": cleaned.rows_used,
        "aside": cleaned.counts,
        "guests": to_the_cent(cleaned.revenue_without_customer),
        "refunds": refunds.count().execute(),
        "customers": lines.customer.nunique().execute(),
        "bought": round(lines.filter(lines.kind == "purchase").amount.sum().execute(), 2),
        "refunded": round(refunds.amount.sum().execute(), 2),
    }


SEEN = {
    "read": 525_461,
    "used": 417_534,
    "aside": {"negative_price": 3, "no_customer": 107_924},
    "guests": Decimal("1327828.08"),
    "refunds": 9_839,
    "customers": 4_383,
    "bought": 8_832_003.27,
    "refunded": 483_794.70,
}


def test_every_row_of_a_real_shops_file_is_a_line_or_is_set_aside(real_data: Path, clean_file: Clean) -> None:
    assert figures(clean_file(real_data / SHOP).cleaned) == SEEN


def test_the_same_shop_as_csv_gives_the_same_figures(real_data: Path, clean_file: Clean, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    arrow_csv.write_csv(pq.read_table(real_data / SHOP), path)
    assert figures(clean_file(path).cleaned) == SEEN


def test_the_shops_postage_and_fees_are_proposed_as_non_products(real_data: Path, clean_file: Clean) -> None:
    found = [
        (candidate.code, candidate.why, candidate.lines)
        for candidate in clean_file(real_data / SHOP).cleaned.candidates
    ]
    assert found == [
        ("M", "no_digit", 650),
        ("POST", "no_digit", 822),
        ("D", "no_digit", 97),
        ("ADJUST", "no_digit", 61),
        ("BANK CHARGES", "no_digit", 26),
        ("PADS", "no_digit", 15),
        ("B", "negative_price", 0),
    ]


def test_a_file_without_header_is_refused_with_what_its_first_row_holds(real_data: Path) -> None:
    with pytest.raises(NoHeader) as refusal:
        open_source(real_data / "CDNOW_sample.txt")
    assert refusal.value.first_row == ("00004", "0001", "19970101", "2", "29.33")
