"""What will become of the points, and what that comes to in money: from a ledger whose cohorts are known."""

from datetime import date
from decimal import Decimal

import ibis
import making
import pandas as pd
import pytest
from members import Members, day
from paper import written

from treue.act.loyalty.books import cohorts, downloads, rolling, standing, statement
from treue.act.loyalty.books.outstanding import books
from treue.act.loyalty.books.statement import Statement
from treue.act.loyalty.models import BookStanding, BookTerms, Programme
from treue.science import liability

YEAR_END = date(2025, 12, 31)


@pytest.fixture
def terms(programme: Programme) -> BookTerms:
    return BookTerms.objects.create(
        programme=programme, value_per_point=Decimal("0.01"), cost_per_point=Decimal("0.006")
    )


@pytest.fixture
def year(members: Members, terms: BookTerms, programme: Programme) -> Statement:
    making.written(members)
    return statement.statement(programme, YEAR_END)


@pytest.mark.parametrize(
    ("policy", "pending", "age"),
    [
        ({"kind": "never", "notice_days": []}, 14, None),
        ({"kind": "after_months", "months": 12, "notice_days": []}, 0, 12),
        ({"kind": "after_months", "months": 12, "notice_days": []}, 14, 13),
        ({"kind": "after_months", "months": 12, "notice_days": []}, 60, 15),
        ({"kind": "after_days", "days": 90, "notice_days": []}, 0, 4),
        ({"kind": "on_day_of_year", "month": 12, "day": 31, "years": 1, "notice_days": []}, 0, 23),
        ({"kind": "after_inactivity", "months": 12, "notice_days": []}, 0, None),
    ],
)
def test_how_old_a_point_can_become(policy: dict[str, object], pending: int, age: int | None) -> None:
    assert cohorts.oldest_age(Programme(expiry=policy, return_days=pending)) == age


def test_breakage_is_that_of_science_on_the_same_cohorts(year: Statement) -> None:
    rows = [
        (date(2025, month + 1, 1), age, 1000 if age == 0 else 0, gone, 650 if age == 4 else 0, 0)
        for month in range(12)
        for age, gone in enumerate((100, 150, 50, 50, 0))
        if month + age < 12
    ]
    names = ["issue_month", "age_months", "granted", "redeemed", "expired", "taken_back"]
    table = pd.DataFrame(rows, columns=names).astype({"issue_month": "datetime64[ns]"})
    told = liability.breakage(
        liability.cohorts(ibis.memtable(table), as_of=YEAR_END),
        expires_after=4,
        prior=liability.Assumption(share=1.0),
    )
    found = year.now.expected
    assert not found.is_assumed
    pd.testing.assert_frame_equal(found.found.cohorts, told.cohorts)
    assert found.points.expected == pytest.approx(told.outstanding.expected * 3000)
    assert sum(found.ahead) == pytest.approx(found.points.expected)


def test_what_is_outstanding_is_valued_by_what_will_be_redeemed(year: Statement) -> None:
    # 650 + 700 + 750 + 900 of the last four months; of them 0, 50, 100 and 250 will be redeemed, as before.
    assert year.position.outstanding == 3_000
    assert year.now.expected.points.expected == pytest.approx(400)
    assert (year.now.full, year.now.total) == (Decimal("30.00"), Decimal("4.00"))
    assert year.now.provision == Decimal("2.40")


def test_the_provision_rolls_forward(year: Statement) -> None:
    """Of the 400 that were expected in November, 50 + 50 + 150 were redeemed: what is left of them is 150."""
    moved = year.provision
    assert moved.opening == Decimal("2.40")
    assert moved.used == Decimal("1.50")
    assert (moved.released, moved.added, moved.interest) == (0, Decimal("1.50"), 0)
    assert moved.closing == year.now.provision == Decimal("2.40")


def test_a_sale_of_2000_with_2000_points_owes_156_68() -> None:
    assert liability.allocate(Decimal(2_000), 2_000, Decimal("0.10"), 0.85).points == Decimal("156.68")


def test_points_of_no_sale_are_no_contract_liability(year: Statement) -> None:
    assert year.contract.closing == 0
    assert year.now.others == Decimal("2.40")


def test_months_of_issue_that_are_too_few_say_when_it_will_be_known(
    members: Members, terms: BookTerms, programme: Programme
) -> None:
    making.written(members, months=3)
    found = statement.statement(programme, date(2025, 3, 31)).now
    assert found.expected.is_assumed
    assert found.expected.known_from == date(2025, 6, 30)
    assert found.total == found.full == Decimal("23.50")


def test_the_shop_may_assume_how_many_are_redeemed(members: Members, terms: BookTerms, programme: Programme) -> None:
    terms.assumed_redemption = Decimal("0.5")
    terms.save()
    making.written(members, months=3)
    found = statement.statement(programme, date(2025, 3, 31)).now
    # half of each 1,000 less what was redeemed: 400, 250, 200
    assert found.total == Decimal("8.50")


def test_without_a_value_there_is_no_money(members: Members, programme: Programme) -> None:
    written(members)
    found = statement.statement(programme, day(29).date())
    assert (found.now, found.contract, found.provision) == (None, None, None)
    assert found.position.outstanding == 265


@pytest.mark.parametrize("number", [0, 6, 13, 25, 29, 34, 36, 55])
def test_expiry_and_tiers_sum_to_what_is_outstanding(members: Members, programme: Programme, number: int) -> None:
    written(members)
    at = day(number).date()
    found = standing.reckoned(programme, at)
    outstanding = books(programme, at).position.outstanding
    assert sum(found.by_expiry.values()) == sum(found.by_tier.values()) == outstanding


def test_points_stand_in_the_month_in_which_they_expire(members: Members, programme: Programme) -> None:
    written(members)
    found = standing.reckoned(programme, day(13).date())
    # first lot: 40 of 100 with those that are held, until 31 July; ben's 40 until 4 July; the pending ones never
    assert found.by_expiry == {date(2026, 7, 1): 80, None: 200}


def test_what_was_kept_of_a_day_stays_and_old_nights_are_forgotten(members: Members, programme: Programme) -> None:
    written(members)
    for number in (13, 29, 33):
        standing.keep(programme, day(number).date())
    assert standing.keep(programme, day(33).date()) == 0
    standing.keep(programme, day(80).date())
    kept = set(BookStanding.objects.values_list("day", flat=True))
    assert kept == {day(29).date(), day(80).date()}  # 30 June ends a month


def test_the_months_follow_one_another(members: Members, programme: Programme) -> None:
    written(members)
    june, july, august = rolling.months(books(programme, date(2026, 8, 15)))
    assert (june.opening, june.closing) == (0, 265)
    assert (july.opening, july.closing) == (265, 75)
    assert (august.opening, august.closing, august.earned) == (75, 75, 0)


def test_the_file_of_both_views_adds_up(year: Statement, programme: Programme) -> None:
    _head, rows = downloads.provisions(year, programme)
    found = list(rows)
    for view in ("IFRS 15", "HGB"):
        amounts = [row[3] for row in found if row[0] == view]
        assert sum(amounts[:-1]) == amounts[-1]
