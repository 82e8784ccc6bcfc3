"""The lowest price of the 30 days before: the written rules as cases, and a slow twin that looks at every hour."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treue.act.offers.prior_price import Applied, Prior, begin_of_span, first_step, in_force, lowest, prior, spans

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    """A moment of the shop's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def asked(*prices: str) -> list[Applied]:
    """ "10.00 from 2026-10-01", each until the next; "- from …" where it is not sold any more."""
    told = [each.split(" from ") for each in prices]
    return spans((at(since), None if price == "-" else Decimal(price)) for price, since in told)


CASES = {
    "the price before, where it never changed": (["10.00 from 2026-01-01"], "2026-11-29", "10.00"),
    "the lowest one, however short it was": (
        ["10.00 from 2026-01-01", "7.00 from 2026-11-10T10:00", "10.00 from 2026-11-10T10:05"],
        "2026-11-29",
        "7.00",
    ),
    "not what was asked for 31 days before": (
        ["7.00 from 2026-01-01", "10.00 from 2026-10-29T00:00"],
        "2026-11-29",
        "10.00",
    ),
    "not what ended at the midnight that begins the span": (
        ["7.00 from 2026-01-01", "10.00 from 2026-10-30"],
        "2026-11-29T18:00",
        "10.00",
    ),
    "what lasted one minute into the span": (
        ["7.00 from 2026-01-01", "10.00 from 2026-10-30T00:01"],
        "2026-11-29T18:00",
        "7.00",
    ),
    "not what is asked for from the same moment on": (
        ["10.00 from 2026-01-01", "8.00 from 2026-11-29T18:00"],
        "2026-11-29T18:00",
        "10.00",
    ),
    "what was asked for on the morning of the same day": (
        ["10.00 from 2026-01-01", "9.00 from 2026-11-29T08:00"],
        "2026-11-29T18:00",
        "9.00",
    ),
    "of goods sold for less than 30 days the lowest since": (
        ["12.00 from 2026-11-20", "11.00 from 2026-11-25"],
        "2026-11-29",
        "11.00",
    ),
    "of goods that were not sold for a while what they cost then": (
        ["9.00 from 2026-01-01", "- from 2026-11-05", "10.00 from 2026-11-20"],
        "2026-11-29",
        "9.00",
    ),
    "of goods that came back what they cost since": (
        ["9.00 from 2026-01-01", "- from 2026-10-01", "10.00 from 2026-11-20"],
        "2026-11-29",
        "10.00",
    ),
    "nothing, where nothing is known": (["10.00 from 2026-11-30"], "2026-11-29", None),
    "on 1 March of a leap year from 31 January on": (
        ["7.00 from 2028-01-01", "10.00 from 2028-01-31"],
        "2028-03-01",
        "10.00",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_law_asks_for(case: str) -> None:
    prices, begin, expected = CASES[case]
    found = lowest(asked(*prices), at=at(begin), zone=BERLIN)
    assert (found.price if found else None) == (Decimal(expected) if expected else None)


STEPS = {
    "of one reduction its own begin": (["8.00 2026-11-20 2026-11-29"], "2026-11-20"),
    "of a second step the begin of the first": (
        ["8.00 2026-11-10 2026-11-20", "7.00 2026-11-20 2026-11-29"],
        "2026-11-10",
    ),
    "of a third step the begin of the first": (
        ["9.00 2026-10-01 2026-11-10", "8.00 2026-11-10 2026-11-20", "7.00 2026-11-20 2026-11-29"],
        "2026-10-01",
    ),
    "of the same price prolonged the begin of the first": (
        ["8.00 2026-11-10 2026-11-20", "8.00 2026-11-20 2026-11-29"],
        "2026-11-10",
    ),
    "after a break of a minute its own": (
        ["8.00 2026-11-10 2026-11-19T23:59", "7.00 2026-11-20 2026-11-29"],
        "2026-11-20",
    ),
    "of a smaller reduction after a greater one its own": (
        ["7.00 2026-11-10 2026-11-20", "8.00 2026-11-20 2026-11-29"],
        "2026-11-20",
    ),
    "of a smaller one beside a greater one its own": (
        ["7.00 2026-11-10 2026-11-25", "8.00 2026-11-20 2026-11-29"],
        "2026-11-20",
    ),
    "of a greater one within a smaller one the smaller one's": (
        ["8.00 2026-11-10 2026-11-29", "7.00 2026-11-20 2026-11-22"],
        "2026-11-10",
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_a_reduction_step_by_step_begins(case: str) -> None:
    reductions, expected = STEPS[case]
    told = [each.split(" ") for each in reductions]
    found = [Applied(Decimal(price), at(since), at(until)) for price, since, until in told]
    (of,) = [each for each in found if each.since == at("2026-11-20")]
    assert first_step(found, of) == at(expected)


def test_the_price_before_the_first_step_is_kept() -> None:
    """§ 11 (2) PAngV: 10, then 8, then 7 without a break; beside the 7 stands 10, and after a break 8."""
    everybody = asked("10.00 from 2026-01-01")
    first = Applied(Decimal(8), at("2026-11-10"), at("2026-11-20"))
    second = Applied(Decimal(7), at("2026-11-20"), at("2026-11-29"))
    told = [*everybody, first, second]
    assert prior(told, [first, second], of=second, zone=BERLIN).price == 10
    later = Applied(Decimal(7), at("2026-11-21"), at("2026-11-29"))
    assert prior([*everybody, first, later], [first, later], of=later, zone=BERLIN).price == 8


@pytest.mark.parametrize(
    ("moment", "hours"),
    [("2026-04-10T12:00", 30 * 24 + 12 - 1), ("2026-11-10T12:00", 30 * 24 + 12 + 1), ("2026-07-10", 30 * 24)],
    ids=["the clocks went forward", "the clocks went back", "neither"],
)
def test_the_days_are_those_of_the_shops_calendar(moment: str, hours: int) -> None:
    assert at(moment) - begin_of_span(at(moment), BERLIN) == timedelta(hours=hours)


def test_an_hour_that_the_clock_shows_twice_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 in summer time; an hour later it is 2:30 again
    told = spans([(at("2026-01-01"), Decimal(10)), (first, Decimal(8)), (first + timedelta(hours=1), Decimal(10))])
    assert in_force(told, first + timedelta(minutes=59)) == 8
    assert in_force(told, first + timedelta(minutes=60)) == 10
    assert lowest(told, at=at("2026-11-10"), zone=BERLIN).price == 8


def test_what_is_known_of_a_part_of_the_days_says_so() -> None:
    short = lowest(asked("12.00 from 2026-11-20"), at=at("2026-11-29"), zone=BERLIN)
    assert short == Prior(Decimal(12), at("2026-11-20"), is_whole=False)
    whole = lowest(asked("12.00 from 2026-01-01"), at=at("2026-11-29"), zone=BERLIN)
    assert whole == Prior(Decimal(12), at("2026-10-30"), is_whole=True)


@pytest.mark.parametrize(
    ("before", "reduced", "percent"), [("10", "8", 20), ("9", "8.01", 11), ("8", "8", 0), ("7", "8", 0)]
)
def test_a_percentage_is_reckoned_from_the_lowest_price(before: str, reduced: str, percent: int) -> None:
    """CJEU, C-330/23; and never rounded in the shop's favour."""
    assert Prior(Decimal(before), at("2026-11-01"), is_whole=True).saving_percent(Decimal(reduced)) == percent


HOUR, ORIGIN = timedelta(hours=1), datetime(2026, 3, 1, tzinfo=UTC)  # the clocks go forward on 29 March
hours = st.integers(0, 70 * 24)
histories = st.lists(
    st.tuples(hours, st.one_of(st.none(), st.integers(1, 9))), max_size=8, unique_by=lambda each: each[0]
)
reductions = st.lists(st.tuples(hours, st.integers(1, 200), st.integers(1, 9)), max_size=4)


@given(histories, reductions, hours)
@settings(max_examples=150, deadline=None)
def test_it_is_what_a_look_at_every_hour_finds(
    changes: list[tuple[int, int | None]], others: list[tuple[int, int, int]], begin: int
) -> None:
    told = spans((ORIGIN + hour * HOUR, price and Decimal(price)) for hour, price in changes)
    told += [
        Applied(Decimal(price), ORIGIN + since * HOUR, ORIGIN + (since + length) * HOUR)
        for since, length, price in others
    ]
    moment = ORIGIN + begin * HOUR
    found = lowest(told, at=moment, zone=BERLIN)
    seen = []
    hour = moment - HOUR
    while (hour.astimezone(BERLIN).date() - moment.astimezone(BERLIN).date()).days >= -30:
        elapsed = (hour - ORIGIN) // HOUR
        before = [change for change in changes if change[0] <= elapsed]
        price = max(before)[1] if before else None
        seen += [price] if price is not None else []
        seen += [price for since, length, price in others if since <= elapsed < since + length]
        hour -= HOUR
    assert (found.price if found else None) == (min(seen) if seen else None)


@given(reductions, st.integers(1, 9), hours)
@settings(max_examples=150, deadline=None)
def test_the_first_step_is_what_going_back_hour_by_hour_finds(
    others: list[tuple[int, int, int]], price: int, begin: int
) -> None:
    of = Applied(Decimal(price), ORIGIN + begin * HOUR, None)
    told = [
        Applied(Decimal(each), ORIGIN + since * HOUR, ORIGIN + (since + length) * HOUR)
        for since, length, each in others
    ]
    hour, current = begin, price
    while running := [each for since, length, each in others if since <= hour - 1 < since + length]:
        if min(running) < current:
            break
        hour, current = hour - 1, min(running)
    assert first_step([*told, of], of) == ORIGIN + hour * HOUR
