"""A number that is asked with is whole and within its bounds, and comes back as it was."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from treue.science.asked import day, whole
from treue.science.errors import ImpossibleHorizon


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(1, 1), (3.0, 3), (np.int64(7), 7), (np.float32(2), 2), (Fraction(4, 2), 2), (2**53 + 1, 2**53 + 1)],
)
def test_a_whole_number_comes_back_as_it_was(value, wanted):
    found = whole("k", value, least=1)
    assert (found, type(found)) == (wanted, int)


@pytest.mark.parametrize(
    "value", [0, -1, 2.5, np.nan, np.inf, -np.inf, True, None, "3", Decimal(3), 1j, 10**400, Fraction(10**400), 2**63]
)
def test_what_is_no_such_number_is_refused_by_name(value):
    with pytest.raises(ImpossibleHorizon) as refused:
        whole("k", value, least=1)
    assert (refused.value.name, str(refused.value)) == ("k", f"k cannot be {value}.")


def test_the_bounds_are_within():
    assert [whole("k", value, least=2, most=3) for value in (2, 3)] == [2, 3]
    for value in (1, 4):
        with pytest.raises(ImpossibleHorizon):
            whole("k", value, least=2, most=3)


def test_a_day_is_no_moment_and_no_number():
    assert day("as_of", date(2026, 6, 30)) == date(2026, 6, 30)
    for value in (20260630, None, "2026-06-30", datetime(2026, 6, 30), pd.Timestamp("2026-06-30"), pd.NaT):
        with pytest.raises(ImpossibleHorizon):
            day("as_of", value)
