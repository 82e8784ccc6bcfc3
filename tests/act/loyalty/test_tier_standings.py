"""Where a member stands: the tier now, why, until when, and what is missing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.act.loyalty.tier_cases import (
    BERLIN,
    NEVER,
    NEXT_YEAR,
    ONE_STEP,
    YEAR,
    at,
    collected,
    levels,
    spent,
    version,
)
from treue.act.loyalty.tiers import (
    Facts,
    ForMonths,
    Grant,
    Measure,
    Reason,
    RollingMonths,
    Rules,
    RuleVersion,
    Standing,
    standing,
)
from treue.act.loyalty.tiers.standings import Missing

CALENDAR = version(window=YEAR, term=NEXT_YEAR, grace_days=31)


def stands(facts: Facts, as_of: str, *versions: RuleVersion) -> Standing:
    return standing(facts, Rules(versions or [version()]), at(as_of), BERLIN)


def lacks(missing: Missing | None) -> tuple | None:
    return missing and (missing.level.code, missing.amount, missing.last_day, missing.kept_until)


def test_a_new_member_has_what_everybody_has_and_all_before_them() -> None:
    now = stands(Facts(joined_at=at("2025-02-01")), "2025-03-01")
    assert (now.level.code, now.since, now.reason) == ("basic", at("2025-02-01"), Reason.JOINED)
    assert (now.valid_until, now.grace_until, now.keep, now.counted) == (None, None, None, 0)
    assert lacks(now.next) == ("silver", 500, None, None)


def test_before_the_rules_and_before_joining_there_is_nothing() -> None:
    assert stands(spent(("2023-03-15", 900)), "2023-12-31 23:59") == Standing()
    assert stands(Facts(joined_at=at("2025-02-01")), "2025-01-31") == Standing()


def test_the_next_level_of_a_calendar_year_is_reached_until_its_end() -> None:
    now = stands(spent(("2025-03-15", 880)), "2025-06-01", CALENDAR)
    assert (now.level.code, now.since, now.reason) == ("silver", at("2025-03-15"), Reason.REACHED)
    assert now.valid_until == at("2027-01-01 00:00")
    assert now.grace_until == at("2027-02-01 00:00")
    assert lacks(now.next) == ("gold", 120, date(2025, 12, 31), None)
    assert lacks(now.keep) == ("silver", 500, date(2026, 12, 31), date(2027, 12, 31))


def test_in_a_rolling_window_the_oldest_order_says_until_when_so_much_is_enough() -> None:
    facts = spent(("2025-04-01", 180), ("2025-09-01", 700))
    now = stands(facts, "2026-01-10")
    assert lacks(now.next) == ("gold", 120, date(2026, 3, 31), None)
    assert lacks(stands(facts, "2026-03-31 23:59").next) == ("gold", 120, date(2026, 3, 31), None)
    assert lacks(stands(facts, "2026-04-01 00:00").next) == ("gold", 300, date(2026, 8, 31), None)


def test_what_leaves_the_window_on_one_day_leaves_together() -> None:
    facts = collected(("2025-04-01 09:00", 300), ("2025-04-01 18:00", -300), ("2025-09-01", 700))
    now = stands(facts, "2026-01-10", version(measure=Measure.POINTS))
    assert lacks(now.next) == ("gold", 300, date(2026, 8, 31), None)


def test_to_keep_a_tier_only_what_still_counts_on_its_last_day_helps() -> None:
    facts = spent(("2025-03-15", 1000), ("2025-06-01", 300))
    now = stands(facts, "2026-03-01")
    assert (now.level.code, now.counted) == ("gold", 1300)
    assert lacks(now.keep) == ("gold", 700, date(2026, 3, 15), date(2027, 3, 15))
    assert now.next is None


def test_nothing_is_missing_once_the_tier_is_reached_again() -> None:
    now = stands(spent(("2025-03-15", 1000), ("2025-06-01", 1300)), "2026-03-01")
    assert lacks(now.keep) == ("gold", 0, date(2026, 3, 15), date(2027, 3, 15))


def test_in_grace_the_closed_year_stays_open() -> None:
    facts = spent(("2024-06-01", 1000), ("2025-06-01", 880))
    before, within = stands(facts, "2025-12-31 23:59", CALENDAR), stands(facts, "2026-01-01 00:00", CALENDAR)
    assert (before.is_in_grace, within.is_in_grace) == (False, True)
    assert lacks(before.keep) == ("gold", 120, date(2025, 12, 31), date(2026, 12, 31))
    assert lacks(within.keep) == ("gold", 120, date(2026, 1, 31), date(2026, 12, 31))
    assert (within.valid_until, within.grace_until) == (at("2026-01-01 00:00"), at("2026-02-01 00:00"))
    after = stands(facts, "2026-02-01 00:00", CALENDAR)
    assert (after.level.code, after.since, after.reason) == ("silver", at("2026-02-01 00:00"), Reason.NOT_REACHED)
    assert lacks(after.next) == ("gold", 1000, date(2026, 12, 31), None)


def test_being_kept_changes_neither_since_when_nor_why() -> None:
    now = stands(spent(("2025-03-15", 1000), ("2025-06-01", 1000)), "2026-05-01")
    assert (now.since, now.reason, now.valid_until) == (at("2025-03-15"), Reason.REACHED, at("2027-03-16 00:00"))


def test_a_tier_that_never_falls_has_no_end_and_needs_no_keeping() -> None:
    now = stands(spent(("2024-03-15", 500)), "2029-05-01", version(downgrade=NEVER, grace_days=10))
    assert (now.level.code, now.valid_until, now.grace_until, now.keep) == ("silver", None, None, None)


def test_one_step_down_is_another_term() -> None:
    now = stands(spent(("2025-03-15", 1000)), "2026-04-01", version(downgrade=ONE_STEP))
    assert (now.level.code, now.since, now.valid_until) == ("silver", at("2026-03-16 00:00"), at("2027-03-16 00:00"))
    assert lacks(now.keep) == ("silver", 500, date(2027, 3, 15), date(2028, 3, 15))


def test_a_grant_says_its_end_and_what_would_make_it_ones_own() -> None:
    grant = Grant("gold", at("2025-01-10"), at("2025-07-01 00:00"))
    now = stands(spent(("2025-03-15", 600), grants=[grant]), "2025-05-01")
    assert (now.level.code, now.is_granted, now.reason) == ("gold", True, Reason.GRANTED)
    assert (now.valid_until, now.grace_until) == (at("2025-07-01 00:00"), None)
    assert lacks(now.keep) == ("gold", 400, date(2025, 6, 30), None)
    earned = stands(spent(("2025-03-15", 1000), grants=[grant]), "2025-05-01")
    assert (earned.is_granted, earned.since, earned.valid_until) == (False, at("2025-01-10"), at("2026-03-16 00:00"))


def test_what_makes_a_granted_level_ones_own_is_enough_until_an_order_leaves_the_window() -> None:
    grant = Grant("gold", at("2025-12-01"), at("2026-07-01 00:00"))
    now = stands(spent(("2025-04-01", 180), ("2025-09-01", 300), grants=[grant]), "2026-01-10")
    assert lacks(now.keep) == ("gold", 520, date(2026, 3, 31), None)


def test_a_grant_outlasts_the_same_level_earned() -> None:
    grant = Grant("gold", at("2025-01-10"), at("2026-07-01 00:00"))
    now = stands(spent(("2025-03-15", 1000), grants=[grant]), "2025-05-01", version(grace_days=30))
    assert (now.is_granted, now.valid_until, now.grace_until) == (False, at("2026-07-01 00:00"), None)


def test_a_version_to_come_limits_what_can_be_promised() -> None:
    coming = version(valid_from=date(2025, 7, 1), levels=levels(basic=0, silver=600, gold=2000))
    now = stands(spent(("2025-03-15", 880)), "2025-06-01", version(), coming)
    assert lacks(now.next) == ("gold", 120, date(2025, 6, 30), None)
    assert lacks(now.keep) == ("silver", 600, date(2026, 3, 15), date(2027, 3, 15))
    without = version(valid_from=date(2025, 7, 1), levels=levels(basic=0, gold=2000))
    now = stands(spent(("2025-03-15", 880)), "2025-06-01", version(), without)
    assert (now.valid_until, now.keep) == (at("2025-07-01 00:00"), None)


def test_a_level_that_will_ask_for_nothing_when_it_is_judged_has_no_end() -> None:
    coming = version(valid_from=date(2026, 1, 1), levels=levels(silver=0, gold=1000))
    now = stands(spent(("2025-03-15", 500)), "2025-06-01", version(), coming)
    assert (now.level.code, now.valid_until, now.keep) == ("silver", None, None)


def test_a_grant_of_the_same_level_comes_before_its_grace() -> None:
    grant = Grant("silver", at("2026-03-01"), at("2026-04-01 00:00"))
    facts = spent(("2025-03-15", 500), grants=[grant])
    rules = version(grace_days=60)
    now, then = stands(facts, "2026-03-20", rules), stands(facts, "2026-04-01 00:00", rules)
    assert (now.is_in_grace, now.valid_until, now.grace_until) == (
        False,
        at("2026-04-01 00:00"),
        at("2026-05-15 00:00"),
    )
    assert (then.is_in_grace, then.valid_until, then.grace_until) == (
        True,
        at("2026-03-16 00:00"),
        at("2026-05-15 00:00"),
    )


def test_kept_after_a_grace_longer_than_the_term_counts_from_today() -> None:
    rules = version(window=RollingMonths(1), term=ForMonths(1), grace_days=60)
    now = stands(spent(("2025-03-15", 1000)), "2025-06-01", rules)
    assert lacks(now.keep) == ("gold", 1000, date(2025, 6, 14), date(2025, 7, 1))


def test_below_nothing_more_is_missing_than_the_threshold() -> None:
    rules = version(measure=Measure.POINTS)
    now = stands(collected(("2025-03-15", -200)), "2025-05-01", rules)
    assert (now.level.code, now.counted) == ("basic", -200)
    assert lacks(now.next) == ("silver", 700, None, None)


@pytest.mark.parametrize("facts", [1_000, 5_000])
def test_thousands_of_orders_are_looked_at_a_few_times_only(facts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    reached = RuleVersion.reached
    monkeypatch.setattr(RuleVersion, "reached", lambda self, value: looked.append(1) or reached(self, value))
    begun = datetime(2024, 1, 1, tzinfo=UTC)
    orders = [(f"{begun + timedelta(hours=3 * number):%Y-%m-%d %H:%M}", "0.25") for number in range(facts)]
    now = stands(spent(*orders), "2026-12-31")
    assert now.counted <= Decimal(730)
    assert len(looked) <= facts + 50
