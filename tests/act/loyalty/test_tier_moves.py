"""What becomes of a tier: reached, kept, lost, by each kind of rules."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.act.loyalty.tier_cases import (
    AT_ONCE,
    BERLIN,
    NEVER,
    NEXT_YEAR,
    ONE_STEP,
    YEAR,
    at,
    collected,
    levels,
    spent,
    told,
    version,
)
from treue.act.loyalty.days import MomentWithoutZone
from treue.act.loyalty.tiers import Facts, ForMonths, Grant, Measure, Order, Points, RollingMonths, Rules, history

GOLD_IN_MARCH = spent(("2025-03-15", 1000))
REACHED = "2025-03-15 12:00 basic > gold, reached until 2026-03-15"


def test_a_level_is_reached_at_the_moment_of_the_order_that_is_enough() -> None:
    facts = spent(("2025-03-15 09:00", 499), ("2025-03-15 18:30", 1), ("2025-05-01", 500))
    assert told(facts, "2025-12-31") == [
        "2025-03-15 18:30 basic > silver, reached until 2026-03-15",
        "2025-05-01 12:00 silver > gold, reached until 2026-05-01",
    ]


def test_a_rolling_tier_ends_with_the_day_of_its_number_a_year_later() -> None:
    assert told(GOLD_IN_MARCH, "2026-03-15 23:59") == [REACHED]
    assert told(GOLD_IN_MARCH, "2026-03-16 00:00") == [REACHED, "2026-03-16 00:00 gold > basic, not_reached"]


def test_what_reached_a_tier_does_not_keep_it_and_what_came_after_does() -> None:
    kept = spent(("2025-03-15", 1000), ("2025-03-16", 1000))
    assert told(kept, "2026-04-01")[1:] == ["2026-03-16 00:00 gold > gold, kept until 2027-03-15"]
    on_its_last_day = spent(("2025-03-15", 1000), ("2026-03-15 23:59", 1000))
    assert told(on_its_last_day, "2026-04-01")[1:] == ["2026-03-16 00:00 gold > gold, kept until 2027-03-15"]
    too_late = spent(("2025-03-15", 1000), ("2026-03-16 00:00", 1000))
    assert told(too_late, "2026-04-01")[1:] == []
    assert told(spent(("2025-03-15", 1000), ("2026-03-16 00:01", 1000)), "2026-04-01")[1:] == [
        "2026-03-16 00:00 gold > basic, not_reached",
        "2026-03-16 00:01 basic > gold, reached until 2027-03-16",
    ]


def test_a_calendar_year_counts_by_itself_and_lasts_through_the_next() -> None:
    rules = version(window=YEAR, term=NEXT_YEAR)
    apart = spent(("2024-12-31 23:59", 500), ("2025-01-01 00:00", 500))
    assert told(apart, "2026-12-31", rules) == [
        "2024-12-31 23:59 basic > silver, reached until 2025-12-31",
        "2026-01-01 00:00 silver > silver, kept until 2026-12-31",
    ]
    assert told(apart, "2027-01-01 00:00", rules)[2:] == ["2027-01-01 00:00 silver > basic, not_reached"]


def test_a_lower_level_that_the_last_year_reached_is_where_one_falls_to() -> None:
    rules = version(window=YEAR, term=NEXT_YEAR)
    facts = spent(("2024-06-01", 1000), ("2025-06-01", 600))
    assert told(facts, "2027-06-01", rules) == [
        "2024-06-01 12:00 basic > gold, reached until 2025-12-31",
        "2026-01-01 00:00 gold > silver, not_reached until 2026-12-31",
        "2027-01-01 00:00 silver > basic, not_reached",
    ]


@pytest.mark.parametrize(
    ("downgrade", "moves"),
    [
        (AT_ONCE, ["2026-01-01 00:00 gold > basic, not_reached"]),
        (
            ONE_STEP,
            [
                "2026-01-01 00:00 gold > silver, not_reached until 2026-12-31",
                "2027-01-01 00:00 silver > basic, not_reached",
            ],
        ),
        (NEVER, []),
    ],
)
def test_a_tier_falls_at_once_by_one_step_or_never(downgrade: object, moves: list[str]) -> None:
    rules = version(window=YEAR, term=NEXT_YEAR, downgrade=downgrade)
    assert told(spent(("2024-06-01", 1000)), "2030-01-01", rules)[1:] == moves


def test_grace_keeps_the_tier_and_its_window_open_and_lends_no_time() -> None:
    rules = version(window=YEAR, term=NEXT_YEAR, grace_days=31)
    lost = spent(("2024-06-01", 1000), ("2025-06-01", 900))
    assert told(lost, "2026-02-01 00:00", rules)[1:] == ["2026-02-01 00:00 gold > silver, not_reached until 2026-12-31"]
    saved = spent(("2024-06-01", 1000), ("2025-06-01", 900), ("2026-01-31 23:59", 100))
    assert told(saved, "2026-03-01", rules)[1:] == ["2026-02-01 00:00 gold > gold, kept until 2026-12-31"]
    too_late = spent(("2024-06-01", 1000), ("2025-06-01", 900), ("2026-02-01 00:00", 100))
    assert told(too_late, "2026-03-01", rules) == told(lost, "2026-03-01", rules)


def test_a_grace_as_long_as_the_term_takes_one_step_at_a_time() -> None:
    rules = version(window=RollingMonths(1), term=ForMonths(1), grace_days=30, downgrade=ONE_STEP)
    assert told(spent(("2025-03-15", 1000)), "2025-07-01", rules) == [
        "2025-03-15 12:00 basic > gold, reached until 2025-04-15",
        "2025-05-16 00:00 gold > silver, not_reached until 2025-06-15",
    ]


def test_the_window_held_open_keeps_a_tier_and_gives_no_higher_one() -> None:
    rules = version(grace_days=60)
    facts = spent(("2025-03-15", 500), ("2025-03-20", 400), ("2026-04-01", 600))
    assert told(facts, "2026-06-01", rules)[1:] == ["2026-04-02 00:00 silver > silver, kept until 2027-03-15"]


def test_a_higher_tier_reached_in_grace_has_a_term_of_its_own() -> None:
    facts = spent(("2025-03-15", 500), ("2026-04-01", 1000))
    assert told(facts, "2026-06-01", version(grace_days=60))[1:] == [
        "2026-04-01 12:00 silver > gold, reached until 2027-04-01"
    ]


def test_nothing_is_decided_before_the_last_day_is_over() -> None:
    facts = spent(("2025-03-15", 500), ("2025-06-01", 499), ("2026-03-15 09:00", 1))
    reached = "2025-03-15 12:00 basic > silver, reached until 2026-03-15"
    assert told(facts, "2026-03-15 23:59") == [reached]
    assert told(facts, "2026-03-16 00:00") == [reached, "2026-03-16 00:00 silver > silver, kept until 2027-03-15"]


def test_kept_in_grace_shows_at_the_end_of_that_day() -> None:
    rules = version(grace_days=31)
    facts = spent(("2025-03-15", 1000), ("2026-03-20 10:00", 1000))
    assert told(facts, "2026-05-01", rules)[1:] == ["2026-03-21 00:00 gold > gold, kept until 2027-03-15"]


@pytest.mark.parametrize(
    ("reached", "months", "last_day"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-03-31", 7, "2024-10-31"),
    ],
)
def test_a_term_of_months_ends_with_the_same_day_or_the_last_of_a_shorter_month(
    reached: str, months: int, last_day: str
) -> None:
    rules = version(valid_from=date(2023, 1, 1), window=RollingMonths(months), term=ForMonths(months))
    facts = spent((reached, 500))
    last = date.fromisoformat(last_day)
    assert told(facts, f"{last} 23:59", rules) == [f"{reached} 12:00 basic > silver, reached until {last}"]
    after = last + timedelta(days=1)
    assert told(facts, f"{after} 00:00", rules)[1:] == [f"{after} 00:00 silver > basic, not_reached"]


def test_days_of_23_and_of_25_hours_end_at_their_midnight() -> None:
    rules = version(term=ForMonths(2), window=RollingMonths(2))
    spring, autumn = spent(("2025-01-30", 500)), spent(("2025-08-26", 500))
    ends = [history(facts, Rules([rules]), at("2025-12-31"), BERLIN)[-1].at for facts in (spring, autumn)]
    assert ends == [datetime(2025, 3, 30, 22, tzinfo=UTC), datetime(2025, 10, 26, 23, tzinfo=UTC)]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = (datetime(2025, 10, 26, hour, 30, tzinfo=UTC) for hour in (0, 1))
    facts = Facts(orders=[Order(second.astimezone(BERLIN), Decimal(1)), Order(first.astimezone(BERLIN), Decimal(499))])
    assert history(facts, Rules([version()]), at("2025-12-31"), BERLIN)[-1].at == second


def test_a_refund_known_later_takes_back_what_followed_from_it() -> None:
    before = spent(("2025-03-15", 600), ("2025-06-01", 500))
    assert told(before, "2025-07-01")[-1] == "2025-06-01 12:00 silver > gold, reached until 2026-06-01"
    refunded = spent(("2025-03-15", 250), ("2025-06-01", 500))
    assert told(refunded, "2025-07-01") == ["2025-06-01 12:00 basic > silver, reached until 2026-06-01"]


def test_an_order_imported_late_counts_when_it_was_made() -> None:
    known, late = ("2025-06-01", 500), ("2025-03-15", 500)
    assert told(spent(known, late), "2025-07-01") == told(spent(late, known), "2025-07-01")
    assert told(spent(known, late), "2025-07-01")[0] == "2025-03-15 12:00 basic > silver, reached until 2026-03-15"


def test_points_taken_back_lower_what_counts_but_not_a_tier_that_runs() -> None:
    rules = version(measure=Measure.POINTS)
    facts = collected(("2025-03-15", 1000), ("2025-04-01", -600), ("2025-05-01", 550))
    assert told(facts, "2026-03-31", rules) == [
        "2025-03-15 12:00 basic > gold, reached until 2026-03-15",
        "2026-03-16 00:00 gold > basic, not_reached",
    ]
    assert told(collected(("2025-03-15", 1000), ("2025-03-15", -600)), "2025-05-01", rules) == []


def test_points_taken_back_that_fall_out_of_the_window_raise_the_tier_at_that_midnight() -> None:
    rules = version(measure=Measure.POINTS, window=RollingMonths(2))
    facts = collected(("2025-03-15", -100), ("2025-03-20", 550))
    assert told(facts, "2025-06-01", rules) == ["2025-05-15 00:00 basic > silver, reached until 2026-05-15"]


def test_a_tier_that_the_window_gives_as_grace_ends_is_not_lost() -> None:
    rules = version(measure=Measure.POINTS, window=RollingMonths(1), term=ForMonths(1), grace_days=1)
    facts = collected(("2025-08-16", 500), ("2025-08-17", -900), ("2025-08-19", 500))
    assert told(facts, "2025-10-18", rules) == ["2025-08-16 12:00 basic > silver, reached until 2025-09-16"]
    assert told(facts, "2025-11-01", rules)[1:] == ["2025-10-20 00:00 silver > basic, not_reached"]


def test_orders_count_while_something_of_them_is_left() -> None:
    rules = version(measure=Measure.ORDERS, levels=levels(basic=0, silver=2))
    assert told(spent(("2025-03-15", "0.01"), ("2025-03-16", 0)), "2025-07-01", rules) == []
    facts = spent(("2025-03-15", "0.01"), ("2025-03-16", 0), ("2025-03-17", 900))
    assert told(facts, "2025-07-01", rules) == ["2025-03-17 12:00 basic > silver, reached until 2026-03-17"]


def test_rules_without_a_level_for_everybody_begin_and_end_with_none() -> None:
    rules = version(levels=levels(silver=500))
    assert told(spent(("2025-03-15", 500)), "2026-04-01", rules) == [
        "2025-03-15 12:00 None > silver, reached until 2026-03-15",
        "2026-03-16 00:00 silver > None, not_reached",
    ]


# Other rules


def test_higher_thresholds_in_mid_year_leave_a_tier_until_its_term_is_over() -> None:
    old = version(window=YEAR, term=NEXT_YEAR)
    new = version(
        window=YEAR, term=NEXT_YEAR, valid_from=date(2025, 7, 1), levels=levels(basic=0, silver=800, gold=2000)
    )
    facts = spent(("2025-03-15", 1000), ("2026-03-15", 1000))
    assert told(facts, "2028-01-01", old, new) == [
        "2025-03-15 12:00 basic > gold, reached until 2026-12-31",
        "2027-01-01 00:00 gold > silver, not_reached until 2027-12-31",
        "2028-01-01 00:00 silver > basic, not_reached",
    ]


def test_lower_thresholds_raise_members_at_the_first_midnight_of_the_version() -> None:
    new = version(valid_from=date(2025, 7, 1), levels=levels(basic=0, silver=100, gold=200))
    assert told(spent(("2025-03-15", 300)), "2025-08-01", version(), new) == [
        "2025-07-01 00:00 basic > gold, rules until 2026-07-01"
    ]


def test_a_level_that_the_new_rules_do_not_have_becomes_what_was_reached() -> None:
    new = version(valid_from=date(2025, 7, 1), levels=levels(basic=0, bronze=900, platinum=2000))
    assert told(GOLD_IN_MARCH, "2025-08-01", version(), new)[1:] == [
        "2025-07-01 00:00 gold > bronze, rules until 2026-07-01"
    ]


def test_a_version_may_count_something_else() -> None:
    new = version(valid_from=date(2025, 7, 1), measure=Measure.ORDERS, levels=levels(basic=0, silver=2, gold=3))
    facts = spent(("2025-03-15", 5), ("2025-05-15", 5), ("2025-08-01", 5))
    assert told(facts, "2025-09-01", version(), new) == [
        "2025-07-01 00:00 basic > silver, rules until 2026-07-01",
        "2025-08-01 12:00 silver > gold, reached until 2026-08-01",
    ]


def test_a_version_that_allows_grace_saves_who_is_judged_under_it() -> None:
    new = version(valid_from=date(2026, 3, 10), grace_days=60)
    facts = spent(("2025-03-15", 1000), ("2026-04-20", 1000))
    assert told(facts, "2026-06-01", version(), new)[1:] == ["2026-04-21 00:00 gold > gold, kept until 2027-03-15"]


def test_on_the_day_of_a_new_version_only_its_rules_hold() -> None:
    old = version(measure=Measure.POINTS, window=RollingMonths(2))
    new = version(measure=Measure.POINTS, valid_from=date(2025, 5, 15), levels=levels(basic=0, silver=900))
    assert told(collected(("2025-03-15", -100), ("2025-03-20", 550)), "2025-06-01", old, new) == []
    old = version(measure=Measure.POINTS, window=RollingMonths(1), term=ForMonths(1), grace_days=1)
    new = version(measure=Measure.POINTS, valid_from=date(2025, 9, 18), levels=levels(basic=0, silver=900))
    facts = collected(("2025-08-16", 500), ("2025-08-17", -900), ("2025-08-19", 500))
    assert told(facts, "2025-10-01", old, new)[1:] == ["2025-09-18 00:00 silver > basic, not_reached"]


def test_a_tier_that_never_fell_has_a_term_again_once_tiers_fall() -> None:
    forever, again = version(downgrade=NEVER), version(valid_from=date(2027, 1, 1))
    grant = Grant("gold", at("2027-01-10"), at("2027-02-01"))
    assert told(spent(("2025-03-15", 500), grants=[grant]), "2027-06-01", forever, again) == [
        "2025-03-15 12:00 basic > silver, reached",
        "2027-01-10 12:00 silver > gold, granted",
        "2027-02-01 12:00 gold > silver, grant_over until 2027-03-15",
        "2027-03-16 00:00 silver > basic, not_reached",
    ]


def test_a_tier_that_falls_as_other_rules_begin_falls_for_want_of_what_it_asked() -> None:
    new = version(valid_from=date(2026, 3, 16), levels=levels(silver=0, gold=1000))
    assert told(GOLD_IN_MARCH, "2026-06-01", version(downgrade=ONE_STEP), new)[1:] == [
        "2026-03-16 00:00 gold > silver, not_reached"
    ]


def test_a_version_that_asks_for_less_keeps_who_is_in_grace_on_its_first_day() -> None:
    old = version(grace_days=60)
    new = version(valid_from=date(2026, 4, 1), grace_days=60, levels=levels(basic=0, silver=300, gold=1000))
    facts = spent(("2025-03-15", 500), ("2025-06-01", 300))
    assert told(facts, "2026-06-01", old, new)[1:] == ["2026-04-02 00:00 silver > silver, kept until 2027-03-15"]


# Joining, and levels given by hand


def test_nobody_has_a_tier_before_joining_and_earlier_orders_count() -> None:
    facts = spent(("2025-03-15", 600), joined_at=at("2025-04-01 10:00"))
    found = history(facts, Rules([version()]), at("2025-12-31"), BERLIN)
    assert [(move.at, move.before, move.level, move.reason.value) for move in found] == [
        (at("2025-04-01 10:00"), None, "silver", "joined")
    ]
    assert history(facts, Rules([version()]), at("2025-04-01 09:59"), BERLIN) == ()


def test_who_joins_as_the_rules_begin_has_joined() -> None:
    found = history(Facts(joined_at=at("2024-01-01 00:00")), Rules([version()]), at("2025-12-31"), BERLIN)
    assert [(move.level, move.reason.value) for move in found] == [("basic", "joined")]


def test_a_matched_status_holds_until_its_end_unless_more_is_earned() -> None:
    grant = Grant("gold", at("2025-01-10 10:00"), at("2025-07-01 00:00"))
    assert told(spent(("2025-03-15", 500), grants=[grant]), "2025-12-31") == [
        "2025-01-10 10:00 basic > gold, granted",
        "2025-07-01 00:00 gold > silver, grant_over until 2026-03-15",
    ]
    assert told(spent(("2025-03-15", 1000), grants=[grant]), "2025-12-31") == ["2025-01-10 10:00 basic > gold, granted"]


def test_a_grant_of_a_level_that_is_not_there_gives_nothing() -> None:
    grants = [Grant("platinum", at("2025-01-10"), at("2025-07-01")), Grant("gold", at("2025-07-01"), at("2025-01-10"))]
    assert told(Facts(grants=grants), "2025-12-31") == []


def test_a_grant_bridges_a_tier_that_ends() -> None:
    grant = Grant("silver", at("2026-01-01"), at("2026-06-01 00:00"))
    assert told(spent(("2025-03-15", 1000), grants=[grant]), "2026-12-31")[1:] == [
        "2026-03-16 00:00 gold > silver, not_reached",
        "2026-06-01 00:00 silver > basic, grant_over",
    ]


@pytest.mark.parametrize(
    "facts",
    [
        Facts(points=[Points(datetime(2025, 1, 1), 5)]),  # noqa: DTZ001
        Facts(grants=[Grant("gold", datetime(2025, 1, 1), at("2025-02-01"))]),  # noqa: DTZ001
        Facts(joined_at=datetime(2025, 1, 1)),  # noqa: DTZ001
    ],
)
def test_a_moment_that_could_be_anywhere_is_refused(facts: Facts) -> None:
    with pytest.raises(MomentWithoutZone) as refused:
        history(facts, Rules([version(measure=Measure.POINTS)]), at("2025-12-31"), BERLIN)
    assert refused.value.moment == datetime(2025, 1, 1)  # noqa: DTZ001
