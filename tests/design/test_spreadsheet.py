"""CSV that a spreadsheet opens as a table and never executes."""

import asyncio
import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import AsyncRequestFactory, RequestFactory
from django.utils import translation
from django.utils.translation import gettext

from treue.design import spreadsheet


def written(*rows: tuple, language: str = "en") -> bytes:
    return b"".join(spreadsheet.pieces(["Name", "Value"], rows, language=language))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_execute_is_led_by_an_apostrophe(start):
    formula = f'{start}HYPERLINK("http://example.org";"x")'
    table = list(csv.reader(io.StringIO(written((formula, 1)).decode("utf-8-sig"), newline="")))
    assert table[1][0] == f"'{formula}"


def test_rows_worded_while_the_file_is_streamed_are_in_its_language_and_not_in_the_servers():
    rows = ([gettext("Customers"), count] for count in range(2))
    with translation.override("en"):
        assert "Kunden;0" in b"".join(spreadsheet.pieces(["", ""], rows, language="de")).decode()
        assert translation.get_language() == "en"


@pytest.mark.parametrize("text", ["Anna = Beispiel", "a@example.org", "", "'quoted", " plain", "1+1"])
def test_other_text_stays_as_it_is(text):
    assert spreadsheet.neutral(text) == text


def test_a_formula_in_the_head_is_neutralised_too():
    assert b"".join(spreadsheet.pieces(["=1+1"], [], language="en")) == b"\xef\xbb\xbf'=1+1\r\n"


def test_numbers_stay_numbers_also_below_zero():
    lines = written(("a", -5), ("b", Decimal("-1.50")), ("c", 2.5)).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["a,-5", "b,-1.50", "c,2.5"]


def test_a_german_file_has_semicolons_and_decimal_commas():
    lines = written(("a", Decimal("1284.10")), ("b;c", 2.5), language="de").decode("utf-8-sig").splitlines()
    assert lines[1:] == ["a;1284,10", '"b;c";2,5']


def test_days_and_moments_are_written_so_that_every_spreadsheet_reads_them():
    lines = written((date(2026, 11, 22), datetime(2026, 11, 22, 6, 0, tzinfo=UTC))).decode("utf-8-sig").splitlines()
    assert lines[1] == "2026-11-22,2026-11-22 06:00:00"


def test_no_value_and_no_finite_number_are_empty_cells():
    assert written((None, float("nan"))).endswith(b"\r\n,\r\n")


def test_the_byte_order_mark_stands_once_however_long_the_file_is():
    parts = list(spreadsheet.pieces(["a"], ((str(n),) for n in range(1200)), language="de"))
    assert len(parts) == 3
    assert b"".join(parts).count(b"\xef\xbb\xbf") == 1


def test_rows_are_fetched_only_as_the_file_is_read():
    fetched = []

    def rows():
        for number in range(5000):
            fetched.append(number)
            yield (number,)

    next(spreadsheet.pieces(["n"], rows(), language="en"))
    assert len(fetched) < 600


def test_the_download_says_what_it_is():
    response = spreadsheet.download(RequestFactory().get("/"), "list.csv", [b"a", b"b"])
    assert response.headers["Content-Disposition"] == 'attachment; filename="list.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(response) == b"ab"


def test_under_an_asynchronous_server_the_first_piece_leaves_before_the_last_is_made():
    made = []

    def content():
        for piece in (b"a", b"b", b"c"):
            made.append(piece)
            yield piece

    response = spreadsheet.download(AsyncRequestFactory().get("/"), "list.csv", content())

    async def read():
        received = []
        async for piece in response:
            received.append((piece, len(made)))
        return received

    with ThreadPoolExecutor() as thread:  # where no browser test has left a running loop behind
        arrived = thread.submit(asyncio.run, read()).result()
    assert arrived == [(b"a", 1), (b"b", 2), (b"c", 3)]
