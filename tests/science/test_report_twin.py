"""The whole way from lines to figures equals the slow one, to the digit."""

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.science.histories import UNITS, line_lists, line_table
from tests.science.twin_lines import Line, twin_match, twin_report
from treue.science.refunds import match
from treue.science.report import report

# Explaining a failure traces every line of Ibis and takes longer than finding it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
AS_OF = st.one_of(st.none(), st.dates(date(2024, 2, 20), date(2024, 4, 10)))


def compare(lines: list[Line], as_of: date | None, window_days: int, unit: str) -> None:
    found = report(line_table(lines), as_of=as_of, window_days=window_days, unit=unit).to_json()
    expected = twin_report(lines, as_of, window_days, unit)
    assert {name: found[name] for name in expected} == expected
    assert found["rows_read"] == len(lines) == found["rows_used"] + sum(found["set_aside"].values())


@SOME
@given(lines=line_lists(), as_of=AS_OF, window=st.sampled_from([1, 10, 90]), unit=UNITS)
def test_a_report_equals_the_twins(lines, as_of, window, unit):
    compare(lines, as_of, window, unit)


@pytest.mark.long
@pytest.mark.timeout(1500)
@settings(SOME, max_examples=100)
@given(lines=line_lists(), as_of=AS_OF, window=st.sampled_from([1, 10, 90]), unit=UNITS)
def test_many_reports_equal_the_twins(lines, as_of, window, unit):
    compare(lines, as_of, window, unit)


@settings(SOME, max_examples=60)
@given(lines=line_lists())
def test_refunds_find_the_twins_purchases(lines):
    bought, returned = ([line for line in lines if line.kind == kind] for kind in ("purchase", "refund"))
    matching = match(line_table(bought), line_table(returned))
    taken, unmatched = twin_match(bought, returned)
    names = ("refund_line_no", "purchase_line_no", "units", "amount")
    assert [tuple(row[name] for name in names) for row in matching.allocations.to_pylist()] == taken
    assert matching.unmatched["line_no"].to_pylist() == unmatched


@SOME
@given(lines=line_lists(), cut=st.dates(date(2024, 2, 25), date(2024, 4, 5)))
def test_later_refunds_change_nothing_for_earlier_ones(lines, cut):
    bought = [line for line in lines if line.kind == "purchase"]
    returned = [line for line in lines if line.kind == "refund"]
    early = [line for line in returned if line.at.date() <= cut]
    all_at_once = match(line_table(bought), line_table(returned)).allocations.to_pylist()
    only_early = match(line_table(bought), line_table(early)).allocations.to_pylist()
    assert [row for row in all_at_once if row["refunded_at"].date() <= cut] == only_early
