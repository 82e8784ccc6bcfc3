"""Dates and times in every dress, each column deciding for itself what 03/07 means."""

import datetime as dt
import zoneinfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treue.listen.imports import moments
from treue.listen.imports.layouts import bound

BERLIN = "Europe/Berlin"


def read(*texts: str | None, zone: str = BERLIN) -> list[str | None]:
    return [None if moment is None else str(moment) for moment in _read(texts, zone)[0]]


def found(*texts: str) -> dict[str, tuple[int, str]]:
    return {one.layout: (one.rows, one.certainty) for one in _read(texts, BERLIN)[1]}


def _read(texts: tuple[str | None, ...], zone: str) -> tuple[list[dt.datetime | None], tuple[moments.Found, ...]]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT unnest($texts::VARCHAR[]) AS a", {"texts": list(texts)})
        reading = moments.reading_of(con, "t", "a", named=("time", "Datum"))
        query = f"SELECT {reading.sql} FROM t"
        return [row[0] for row in con.execute(query, bound(query, zone=zone)).fetchall()], reading.found


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-03", "2026-07-03 00:00:00"),
        ("2026-7-3", "2026-07-03 00:00:00"),
        ("2026-07-03 14:30", "2026-07-03 14:30:00"),
        ("2026-07-03 14:30:05", "2026-07-03 14:30:05"),
        ("2026-07-03T14:30:05", "2026-07-03 14:30:05"),
        ("2026-07-03 14:30:05.123", "2026-07-03 14:30:05.123000"),
        ("2026-07-03T14:30:05.123456789", "2026-07-03 14:30:05.123456"),
        ("2026-07-03 14:30:05,5", "2026-07-03 14:30:05.500000"),
        ("2026/07/03", "2026-07-03 00:00:00"),
        ("2026.07.03 8:05", "2026-07-03 08:05:00"),
        ("03.07.2026", "2026-07-03 00:00:00"),
        ("3.7.2026 14:30", "2026-07-03 14:30:00"),
        ("03.07.2026, 14:30 Uhr", "2026-07-03 14:30:00"),
        ("03.07.26", "2026-07-03 00:00:00"),
        ("03/07/2026", "2026-07-03 00:00:00"),
        ("03-07-2026 14:30:05", "2026-07-03 14:30:05"),
        ("25/12/25 8:05 PM", "2025-12-25 20:05:00"),
        ("12/25/2025 12:05 AM", "2025-12-25 00:05:00"),
        ("12/25/2025 8:05pm", "2025-12-25 20:05:00"),
        ("20260703", "2026-07-03 00:00:00"),
        ("20260703143005", "2026-07-03 14:30:05"),
        ("202607031430", "2026-07-03 14:30:00"),
        ("20260703T143005", "2026-07-03 14:30:05"),
        ("46206", "2026-07-03 00:00:00"),
        ("46206.604224537", "2026-07-03 14:30:05"),
        ("3. Juli 2026", "2026-07-03 00:00:00"),
        ("3. März 2026 14:30", "2026-03-03 14:30:00"),
        ("3 Oct 2026", "2026-10-03 00:00:00"),
        ("03-Dez-2026", "2026-12-03 00:00:00"),
        ("July 3, 2026", "2026-07-03 00:00:00"),
        ("Mai 3, 2026 2:30 PM", "2026-05-03 14:30:00"),
    ],
)
def test_a_moment_is_read_as_it_is_written_and_not_shifted(text: str, moment: str) -> None:
    assert read(text) == [moment]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-03T10:00:00Z", "2026-07-03 12:00:00"),
        ("2026-01-03T10:00:00Z", "2026-01-03 11:00:00"),
        ("2026-07-03 10:00:00 UTC", "2026-07-03 12:00:00"),
        ("2026-07-03T10:00:00+02:00", "2026-07-03 10:00:00"),
        ("2026-07-03T10:00:00.250-07:00", "2026-07-03 19:00:00.250000"),
        ("2019-06-03 12:32:57 +0200", "2019-06-03 12:32:57"),
        ("2026-07-03 23:30:00 -0500", "2026-07-04 06:30:00"),
        ("20260703T100000Z", "2026-07-03 12:00:00"),
        ("Fri, 3 Jul 2026 10:00:00 +0000", "2026-07-03 12:00:00"),
        ("1783072800", "2026-07-03 12:00:00"),
        ("1783072800500", "2026-07-03 12:00:00.500000"),
    ],
)
def test_a_moment_with_an_offset_is_converted_into_the_shops_zone(text: str, moment: str) -> None:
    assert read(text) == [moment]


@pytest.mark.parametrize(
    "text",
    ["31.02.2026", "2026-02-30", "2026-13-01", "0000-00-00", "32/01/2026", "13/13/2026", "2026-07-03 24:00:00",
     "2026-07-03 14:60", "03.07.20261430", "yesterday", "14:30", "3.7.", "2026", "July 2026", "1",
     "2026-07-03 14:30 XX", "12/25/2025 13:05 PM", "2026-07-03-01", "٢٠٢٦-٠٧-٠٣"],
)  # fmt: skip
def test_what_is_no_moment_is_left_unread(text: str) -> None:
    assert read(text) == [None]


def test_a_year_beyond_all_plausibility_is_read_and_judged_elsewhere() -> None:
    assert read("9999-12-31") == ["9999-12-31 00:00:00"]


@pytest.mark.parametrize(
    ("column", "days", "layouts"),
    [
        (["03/07/2026"], ["2026-07-03"], {"DD/MM/YYYY": (1, "assumed")}),
        (["03/07/2026", "25/12/2025"], ["2026-07-03", "2025-12-25"], {"DD/MM/YYYY": (2, "certain")}),
        (["03/07/2026", "12/25/2025"], ["2026-03-07", "2025-12-25"], {"MM/DD/YYYY": (2, "certain")}),
        (
            ["03/07/2026", "12/25/2025", "25/12/2025"],
            ["2026-07-03", "2025-12-25", "2025-12-25"],
            {"DD/MM/YYYY": (3, "mixed")},
        ),
        (
            ["03/07/2026", "12/25/2025", "12/26/2025", "25/12/2025"],
            ["2026-03-07", "2025-12-25", "2025-12-26", "2025-12-25"],
            {"MM/DD/YYYY": (4, "mixed")},
        ),
        (
            ["03/07/2026", "03-07-26", "12/25/2025 8:05"],
            ["2026-03-07", "2026-03-07", "2025-12-25"],
            {"MM/DD/YYYY": (1, "certain"), "MM-DD-YY": (1, "certain"), "MM/DD/YYYY HH:MM": (1, "certain")},
        ),
        (
            ["03.07.2026", "12/25/2025", "2026-07-03"],
            ["2026-07-03", "2025-12-25", "2026-07-03"],
            {"DD.MM.YYYY": (1, "certain"), "MM/DD/YYYY": (1, "certain"), "YYYY-MM-DD": (1, "certain")},
        ),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_the_column(
    column: list[str], days: list[str], layouts: dict[str, tuple[int, str]]
) -> None:
    assert [moment and moment[:10] for moment in read(*column)] == days
    assert found(*column) == layouts


def test_a_rare_layout_far_down_is_found() -> None:
    assert read(*["2026-07-03"] * 3_000, "Mai 3, 2026")[-1] == "2026-05-03 00:00:00"


@settings(deadline=None, max_examples=15)
@given(st.lists(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2037, 1, 1)), min_size=1, max_size=20))  # noqa: DTZ001
def test_any_moments_are_read_back_in_each_layout(written: list[dt.datetime]) -> None:
    seconds = [moment.replace(microsecond=0) for moment in written]
    expected = [str(moment) for moment in seconds]
    for form in ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S", "%d-%b-%Y %I:%M:%S %p"):
        assert read(*[moment.strftime(form) for moment in seconds]) == expected
    aware = [moment.replace(tzinfo=zoneinfo.ZoneInfo(BERLIN)) for moment in seconds]
    assert read(*[moment.astimezone(dt.UTC).isoformat() for moment in aware]) == [
        str(moment.astimezone(dt.UTC).astimezone(zoneinfo.ZoneInfo(BERLIN)).replace(tzinfo=None)) for moment in aware
    ]
