"""What may be claimed of a course, and what is only noise."""

from datetime import date

import pytest
from courses import counts, course, rates

from treue.understand.metrics.drawing import trends
from treue.understand.metrics.drawing.trends import Extreme, Run
from treue.understand.metrics.figures import margins


def retention(timeline):
    return trends.of_rates(timeline, lambda p: p.retention_rate, lambda p: p.customers_start)


def test_the_margin_of_two_rates_is_the_binomial_one():
    # 96,2 % of 18.420 against 95,7 % of 18.524, by hand: 1.96 × √(0.962·0.038/18420 + 0.957·0.043/18524) × 100 = 0.402
    assert margins.of_rates(96.2, 18_420, 95.7, 18_524) == pytest.approx(0.402, abs=0.0005)


def test_a_rate_of_a_hundred_percent_has_a_margin_too():
    assert margins.of_rates(100.0, 50, 100.0, 50) > 2


def test_the_margin_of_two_counts_is_that_of_independent_events():
    assert margins.of_counts(100, 100) == pytest.approx(1.96 * 200**0.5, abs=0.01)


def test_a_step_beyond_the_margin_is_one():
    assert retention(rates(900, 940)).step == pytest.approx(4.0)


def test_a_step_inside_the_margin_is_none():
    assert retention(rates(900, 905)).step is None


def test_a_single_period_makes_no_step():
    assert retention(rates(900)).step is None


@pytest.mark.parametrize(
    ("stayed", "run"),
    [
        ((900, 915, 930, 945), Run(date(2026, 7, 1), 4.5)),
        ((945, 930, 915, 900), Run(date(2026, 7, 1), -4.5)),
        ((960, 900, 915, 930, 945), Run(date(2026, 7, 1), 4.5)),
        ((900, 915, 930), None),
        ((900, 901, 902, 903), None),
        ((900, 930, 930, 945), None),
        ((900, 915, 930, 930), None),
        ((900, 915, 930, 945, 960), Run(date(2026, 6, 1), 6.0)),
    ],
    ids=[
        "three steps up",
        "three steps down",
        "a run after a fall",
        "two steps are no run",
        "inside the margin",
        "a standstill between",
        "a standstill at the end",
        "four steps",
    ],
)
def test_a_run_needs_three_steps_and_a_sure_difference(stayed, run):
    found = retention(rates(*stayed)).run
    assert found == (run and Run(run.since, pytest.approx(run.difference)))


@pytest.mark.parametrize(
    ("stayed", "extreme"),
    [
        ((960, 900, 905, 900, 905, 940), Extreme(True, date(2026, 5, 1))),
        ((900, 905, 900, 905, 940), Extreme(True, None)),
        ((850, 960, 955, 960, 955, 900), Extreme(False, date(2026, 5, 1))),
        ((960, 955, 960, 955, 900), Extreme(False, None)),
        ((960, 900, 905, 900, 940), None),
        ((900, 905, 900, 905, 908), None),
        ((940, 900), None),
        ((960, 900, 905, 900, 905, 930, 936), None),
    ],
    ids=[
        "highest since",
        "highest so far",
        "lowest since",
        "lowest so far",
        "three are too few",
        "noise",
        "two periods",
        "no sure difference from the one before",
    ],
)
def test_an_extreme_beats_four_periods_surely(stayed, extreme):
    assert retention(rates(*stayed)).extreme == extreme


def test_two_values_that_print_alike_make_no_record():
    last, alike = counts(start=100_000, lost=6_000), counts(start=100_000, lost=6_004)
    lower = counts(start=100_000, lost=9_000)
    assert retention(course(lower, lower, alike, lower, lower, lower, last)).extreme is None
    assert retention(course(alike, lower, lower, lower, lower, last)).extreme == Extreme(True, date(2026, 5, 1))


def test_small_running_and_warm_up_periods_have_no_part_in_a_course():
    timeline = course(
        counts(start=1000, lost=100),
        counts(start=29, lost=1),
        counts(start=1000, lost=50),
        counts(start=1000, lost=900),
        warm_up=1,
        running=True,
    )
    assert [place.start for place in retention(timeline).places] == [date(2026, 9, 1)]


def test_counts_of_events_move_by_chance_too():
    def new(*counted):
        return trends.of_counts(course(*(counts(new=n) for n in counted)), lambda p: p.new)

    assert new(100, 110).step is None
    assert new(100, 160).step == 60
    assert new(100, 105, 95, 100, 180).extreme == Extreme(True, None)
