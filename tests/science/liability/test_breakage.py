"""What is said of points in shops of which one knows what should be said."""

from datetime import date

import numpy as np
import pytest

from tests.science.liability.programmes import FIRST, grown, last_day, month, of_members, table_of
from treue.science.errors import ImpossibleHorizon, MissingColumn, WrongColumnType
from treue.science.liability import (
    Assumption,
    ChainLadder,
    ImpossiblePoints,
    TooLittleHistory,
    breakage,
    cohorts,
)

ALIKE = {0: 100, 1: 200, 3: 100}  # four of ten points are redeemed, and none in the month of age two


def test_cohorts_that_are_all_alike_are_told_exactly():
    found = breakage(cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11)), expires_after=6)
    assert found.status == "estimated"
    assert found.redemption.expected == pytest.approx(0.4)
    assert (found.redemption.low, found.redemption.high) == pytest.approx((0.4, 0.4))
    assert found.breakage.expected == pytest.approx(0.6)
    assert found.of_new_points == pytest.approx(0.4)
    assert found.cohorts.redemption.tolist() == pytest.approx([0.4] * 12)


def test_a_cohort_that_nobody_touched_yet_is_not_said_to_stay_so():
    rows = grown({1: 200, 3: 100}, cohorts=12)
    found = breakage(cohorts(table_of(rows), as_of=last_day(11)), expires_after=6)
    youngest = found.cohorts.iloc[-1]
    assert (youngest.redeemed, youngest.redemption) == (0, pytest.approx(0.3))


def test_points_are_expected_in_the_months_in_which_they_were_redeemed_before():
    found = breakage(cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11)), expires_after=6)
    # Of the youngest 200 in the next month and 100 in three, of the two before them 100 in one month and in two.
    assert found.ahead.tolist() == pytest.approx([300, 100, 100, 0, 0, 0])
    assert found.ahead.sum() == pytest.approx(found.cohorts.to_be_redeemed.sum())


def test_what_is_known_later_changes_nothing_of_what_was_said_on_a_day():
    rows = [*grown(ALIKE, cohorts=9), (month(9), 0, 5_000, 4_000, 0, 0), (month(0), 9, 0, 0, 600, 0)]
    early = breakage(cohorts(table_of(rows), as_of=last_day(8)), expires_after=6)
    alone = breakage(cohorts(table_of(grown(ALIKE, cohorts=9)), as_of=last_day(8)), expires_after=6)
    assert early.cohorts.equals(alone.cohorts)


def test_a_month_counts_when_its_last_day_is_over():
    rows = table_of(grown(ALIKE, cohorts=9))
    assert cohorts(rows, as_of=date(2022, 8, 30)).months[-1] == date(2022, 7, 1)
    assert cohorts(rows, as_of=date(2022, 8, 31)).months[-1] == date(2022, 8, 1)


def test_points_taken_back_leave_the_base_of_their_cohort():
    rows = grown(ALIKE, cohorts=12) + [(month(number), 1, 250, 0, 0, 250) for number in range(6)]
    found = breakage(cohorts(table_of(rows), as_of=last_day(11)), expires_after=6)
    assert found.cohorts.issued.tolist() == [1_000] * 12
    assert found.redemption.expected == pytest.approx(0.4)


def test_a_month_whose_points_were_all_taken_back_is_no_cohort():
    rows = [*grown(ALIKE, cohorts=12), (month(12), 0, 70, 0, 0, 0), (month(12), 1, 0, 0, 0, 70)]
    assert cohorts(table_of(rows), as_of=last_day(13)).months == [month(number) for number in range(12)]


def test_months_without_issue_leave_the_ages_as_they_are():
    rows = [row for row in grown(ALIKE, cohorts=14) if row[0] not in (month(4), month(11))]
    found = breakage(cohorts(table_of(rows), as_of=last_day(13)), expires_after=6)
    assert len(found.cohorts) == 12
    assert found.redemption.expected == pytest.approx(0.4)
    assert found.ahead.tolist() == pytest.approx([200, 100, 100, 0, 0, 0])


def test_points_too_old_to_be_redeemed_are_as_good_as_expired():
    found = breakage(cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(24)), expires_after=6)
    assert found.cohorts.outstanding.sum() == 12 * 600
    assert found.cohorts.to_be_redeemed.sum() == 0
    assert found.outstanding.high == 0


def test_no_more_is_expected_of_a_cohort_than_has_not_expired():
    rows = [*grown({6: 900}, cohorts=12), (month(11), 0, 0, 0, 999, 0)]
    youngest = breakage(cohorts(table_of(rows), as_of=last_day(11)), expires_after=8).cohorts.iloc[-1]
    assert (youngest.outstanding, youngest.to_be_redeemed, youngest.high) == (1, 1, 0.001)


def test_points_that_never_expire_need_an_assumption_about_their_tail():
    own = cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11))
    with pytest.raises(TooLittleHistory) as refused:
        breakage(own, expires_after=None)
    assert (refused.value.reason, refused.value.oldest_age) == ("unseen tail", 11)
    found = breakage(own, expires_after=None, tail=Assumption(share=0.25, months=10))
    assert found.redemption.expected == pytest.approx(0.4 + 0.25 * 0.6)
    assert found.of_new_points == pytest.approx(0.4 + 0.25 * 0.6)
    assert found.ahead.sum() == pytest.approx(found.cohorts.to_be_redeemed.sum())
    assert found.ahead[-1] == pytest.approx(15)  # the youngest cohort's alone: a tenth of 150


def test_bounds_of_the_tail_make_the_interval_wider():
    own = cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11))
    certain = breakage(own, expires_after=24, tail=Assumption(share=0.25)).redemption
    doubtful = breakage(own, expires_after=24, tail=Assumption(share=0.25, low=0.15, high=0.35)).redemption
    assert certain.standard_error == pytest.approx(0)
    assert doubtful.expected == certain.expected
    # All that is left at the oldest age is 0.6 of the points; a tenth of it either way, at the level of the bounds.
    assert doubtful.standard_error == pytest.approx(0.06 / 1.2816, rel=1e-3)


def test_a_tail_is_not_asked_where_the_oldest_have_expired():
    own = cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11))
    with_tail = breakage(own, expires_after=6, tail=Assumption(share=0.9))
    assert with_tail.redemption == breakage(own, expires_after=6).redemption


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "few cohorts"),
        (grown(ALIKE, cohorts=1), "few cohorts"),
        (grown(ALIKE, cohorts=5), "few cohorts"),
        (grown({}, cohorts=8), "nothing redeemed"),
    ],
)
def test_too_little_history_is_refused_without_a_prior_and_named_with_one(rows, reason):
    own = cohorts(table_of(rows), as_of=last_day(8))
    with pytest.raises(TooLittleHistory) as refused:
        breakage(own, expires_after=4)
    assert refused.value.reason == reason
    assumed = breakage(own, expires_after=24, prior=Assumption(share=0.8, low=0.7, high=0.9))
    assert (assumed.status, assumed.reason) == ("assumed", reason)
    assert (assumed.redemption.expected, assumed.redemption.low, assumed.redemption.high) == pytest.approx(
        (0.8, 0.7, 0.9)
    )
    assert assumed.redemption.standard_error is None
    assert assumed.of_new_points == 0.8


def test_a_prior_gives_no_more_than_is_left_and_no_less_than_is_redeemed():
    rows = [*grown({0: 900}, cohorts=2), (month(2), 0, 1_000, 0, 500, 0)]
    assumed = breakage(cohorts(table_of(rows), as_of=last_day(2)), expires_after=24, prior=Assumption(share=0.8))
    assert assumed.cohorts.to_be_redeemed.tolist() == [0, 0, 500]
    assert assumed.ahead.tolist() == pytest.approx([500 / 12] * 12)


def test_a_prior_is_not_asked_where_history_tells():
    own = cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11))
    assert breakage(own, expires_after=6, prior=Assumption(share=0.9)).status == "estimated"


def test_a_higher_level_makes_a_wider_interval_within_what_can_be():
    own = cohorts(of_members(1).table(), as_of=last_day(29))
    narrow, wide = (breakage(own, expires_after=24, level=level) for level in (0.5, 0.9999))
    assert wide.redemption.low < narrow.redemption.low < narrow.redemption.expected < narrow.redemption.high
    assert narrow.redemption.high < wide.redemption.high
    assert (wide.cohorts.low >= wide.cohorts.redeemed / wide.cohorts.issued).all()
    assert (wide.cohorts.high <= (wide.cohorts.redeemed + wide.cohorts.outstanding) / wide.cohorts.issued).all()


def test_the_interval_is_wider_than_that_of_independent_cohorts_where_members_redeem_from_many():
    own = cohorts(of_members(1).table(), as_of=last_day(29))
    found, left = breakage(own, expires_after=24), own.unredeemed(24)
    alone = ChainLadder.fit(left, own.month).total_standard_error / own.issued.sum()
    assert found.redemption.standard_error > 1.3 * alone


@pytest.mark.parametrize(
    ("row", "issue_month", "fact"),
    [
        ((None, 0, 10, 0, 0, 0), None, "a row has no month of issue"),
        ((FIRST, None, 10, 0, 0, 0), FIRST, "a row has no age"),
        ((FIRST, -1, 10, 0, 0, 0), FIRST, "an age is below 0"),
        ((FIRST, 0, 10, 0, 0, 11), FIRST, "more was taken back than granted"),
        ((FIRST, 0, 10, -1, 0, 0), FIRST, "more was rolled back than redeemed"),
        ((FIRST, 0, 10, 0, -1, 0), FIRST, "fewer than none expired"),
        ((FIRST, 0, 10, 11, 0, 0), FIRST, "more was redeemed than issued"),
        ((FIRST, 0, 10, 6, 5, 0), FIRST, "more is gone than was issued"),
    ],
)
def test_points_that_cannot_be_are_refused_by_month(row, issue_month, fact):
    with pytest.raises(ImpossiblePoints) as refused:
        cohorts(table_of([row]), as_of=last_day(3))
    assert (refused.value.issue_month, refused.value.fact) == (issue_month, fact)


def test_a_redemption_that_was_rolled_back_in_a_later_month_is_none():
    rows = grown({0: 100, 1: -100}, cohorts=3)
    own = cohorts(table_of(rows), as_of=last_day(3))
    assert own.redeemed_so_far.tolist() == [0, 0, 0]
    assert own.outstanding.tolist() == [1_000] * 3


@pytest.mark.parametrize(("name", "value"), [("level", 0), ("level", 1), ("expires_after", -1), ("expires_after", 1.5)])
def test_levels_and_ages_that_mean_nothing_are_refused(name, value):
    own = cohorts(table_of(grown(ALIKE, cohorts=12)), as_of=last_day(11))
    with pytest.raises(ImpossibleHorizon) as refused:
        breakage(own, **{"expires_after": 6, name: value})
    assert (refused.value.name, refused.value.value) == (name, value)


@pytest.mark.parametrize(
    "given", [{"share": 1.1}, {"share": 0.5, "low": 0.6}, {"share": 0.5, "high": 0.4}, {"share": float("nan")}]
)
def test_assumptions_out_of_order_are_refused(given):
    with pytest.raises(ImpossibleHorizon):
        Assumption(**given)


def test_tables_without_a_column_or_with_fractions_of_points_are_refused():
    rows = table_of(grown(ALIKE, cohorts=3))
    with pytest.raises(MissingColumn, match="taken_back"):
        cohorts(rows.drop("taken_back"), as_of=last_day(3))
    with pytest.raises(WrongColumnType, match="redeemed"):
        cohorts(rows.mutate(redeemed=rows.redeemed.cast("float64")), as_of=last_day(3))


def test_rows_in_any_order_and_in_parts_give_the_same():
    programme = of_members(2)
    whole = programme.table().to_pandas()
    mixed = whole.sample(frac=1, random_state=np.random.default_rng(5))
    own, other = (
        cohorts(programme.table(), as_of=last_day(29)),
        cohorts(table_of(mixed.itertuples(index=False)), as_of=last_day(29)),
    )
    assert breakage(own, expires_after=24).cohorts.equals(breakage(other, expires_after=24).cohorts)
