"""What was outstanding on a day, from a ledger reckoned by hand; from journals, from the kept days, and from both."""

from datetime import date, datetime, timedelta

import pytest
from members import Members, day
from paper import POSITIONS, written

from treue.act.loyalty import ledger, reading, sealing
from treue.act.loyalty.books import outstanding, posting
from treue.act.loyalty.books.outstanding import Position, books
from treue.act.loyalty.models import BookCohort, BookDay, Journal, Programme

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
LATER = date(2027, 1, 1)


def on(number: int) -> date:
    return day(number).date()


def keep(programme: Programme, *, most: int = 3) -> None:
    """Post everything, some journals at a time."""
    sealing.seal(programme, now=datetime.now(programme.shop.tz))
    while posting.post(programme, most=most):
        pass


@pytest.fixture
def paper(members: Members) -> Members:
    written(members)
    return members


@pytest.mark.parametrize("number", POSITIONS)
@pytest.mark.parametrize("kept", [False, True])
def test_every_day_has_what_was_reckoned_by_hand(paper: Members, programme: Programme, number: int, kept: bool) -> None:
    if kept:
        keep(programme)
    assert books(programme, on(number)).position == Position(*POSITIONS[number])


def test_what_became_of_the_points_of_each_month(paper: Members, programme: Programme) -> None:
    found = books(programme, LATER)
    sums = {
        month: tuple(
            sum(getattr(each, name) for each in found.parts if each.issue_month == month)
            for name in ("granted", "redeemed", "expired", "taken_back", "outstanding")
        )
        for month in (JUNE, JULY)
    }
    assert sums == {JUNE: (345, 80, 40, 220, 5), JULY: (150, 0, 0, 80, 70)}
    assert found.by_issue_month == {JUNE: 5, JULY: 70}
    assert found.by_issuer == {0: 75}


def test_the_months_roll_forward_to_what_is_there(paper: Members, programme: Programme) -> None:
    june, july = books(programme, LATER).months
    assert june[1:7] == (340, 0, 80, 0, 0, 5)
    assert july[1:7] == (150, 300, 120, 120, 40, 0)
    for moved in (june, july):
        came = moved.earned + moved.given_back + moved.adjusted
        assert came - moved.taken_back - moved.redeemed - moved.expired == sum(moved[7:])


def test_now_it_is_what_the_accounts_say(paper: Members, programme: Programme) -> None:
    found, totals = books(programme, LATER).position, reading.totals(programme)
    assert (found.active, found.pending, found.owed) == (totals.points, totals.pending, totals.owed)


def test_what_is_posted_in_part_says_the_same(paper: Members, programme: Programme) -> None:
    whole = books(programme, LATER)
    sealing.seal(programme, now=day(60))
    for _time in range(3):
        posting.post(programme, most=3)
        found = books(programme, LATER)
        assert (found.months, found.parts) == (whole.months, whole.parts)


def test_what_is_recorded_late_is_in_the_month_in_which_it_happened(paper: Members, programme: Programme) -> None:
    keep(programme)
    known = Journal.objects.order_by("pk").last().pk
    before = books(programme, on(29))
    members = Members(programme)
    members.earn(members.add("cleo"), 1_000, at=28, key="late")
    assert books(programme, on(29)).position.outstanding == before.position.outstanding + 1_000
    assert books(programme, on(27)).position.outstanding == before.position.outstanding
    keep(programme)
    assert books(programme, on(29)).position.outstanding == before.position.outstanding + 1_000
    assert books(programme, on(29), as_known=known) == before


def test_a_lot_that_is_told_late_pays_no_debt_before_it_began(members: Members, programme: Programme) -> None:
    anna = members.add("anna")
    first = members.earn(anna, 100, at=0)
    members.burn(anna, 100, at=1)
    members.take_back(first, 100, at=10)
    members.earn(anna, 80, at=5)
    owed = {number: books(programme, on(number)).position for number in (5, 9, 10)}
    assert owed == {5: Position(80), 9: Position(80), 10: Position(0, 0, 0, 20)}


def test_points_that_go_to_somebody_else_stay_outstanding(members: Members, programme: Programme) -> None:
    anna, ben = members.add("anna"), members.add("ben")
    members.earn(anna, 100, at=0, issuer=7)
    ledger.transfer(programme, anna, ben, 40, key="gift", at=day(32), reason="gift")
    found = books(programme, LATER)
    assert (found.position, found.by_issuer) == (Position(100), {7: 100})
    assert found.by_issue_month == {JUNE: 100}


def test_points_keep_their_month_of_issue_from_hand_to_hand(members: Members, programme: Programme) -> None:
    """Also where they come by way of somebody else, and what becomes of them is told of that month."""
    anna, ben, cleo = (members.add(name) for name in ("anna", "ben", "cleo"))
    members.earn(anna, 100, at=0, lasts=90)
    before = books(programme, on(32)).parts
    for giver, taker, points in ((anna, ben, 60), (ben, cleo, 50), (cleo, anna, 20)):
        key = f"from {giver}"
        ledger.transfer(programme, giver, taker, points, key=key, at=day(32), reason="merged")
    assert books(programme, on(32)).parts == before
    spent = members.burn(cleo, 10, at=40)
    members.give_back(spent, 4, at=41)
    members.expire(at=100)
    found = books(programme, LATER)
    sums = [sum(getattr(part, name) for part in found.parts) for name in ("granted", "redeemed", "expired")]
    assert (sums, {part.issue_month for part in found.parts}) == ([100, 6, 94], {JUNE})
    assert [part.taken_back for part in found.parts if part.taken_back] == []
    whole = found.parts
    keep(programme)
    assert books(programme, LATER).parts == whole


def test_what_pays_a_debt_on_its_way_is_taken_back_from_its_month(members: Members, programme: Programme) -> None:
    anna, ben = members.add("anna"), members.add("ben")
    members.earn(anna, 100, at=0)
    sold = members.earn(ben, 30, at=1)
    members.burn(ben, 30, at=2)
    members.take_back(sold, 30, at=3)
    assert books(programme, on(32)).position == Position(100, 0, 0, 30)
    ledger.transfer(programme, anna, ben, 40, key="merged", at=day(32), reason="merged")
    found = books(programme, on(32))
    assert (found.position, found.by_issue_month) == (Position(70), {JUNE: 70})


def test_points_of_who_is_erased_are_no_longer_owed(members: Members, programme: Programme) -> None:
    anna = members.add("anna")
    members.earn(anna, 100, at=0)
    members.earn(anna, 50, at=0, pending=10)
    members.hold(anna, 30, at=1, lasts=9)
    programme.member_set.all().delete()
    ledger.forfeit(programme, at=day(3), most=10)
    assert books(programme, on(2)).position == Position(70, 50, 30)
    assert books(programme, on(3)).position == Position()


def test_days_are_those_of_the_shop_and_follow_it_into_another_zone(members: Members, programme: Programme) -> None:
    members.earn(members.add("anna"), 100, at=0)
    keep(programme)
    programme.shop.zone = "Pacific/Kiritimati"  # noon in UTC is 2 in the morning of the next day there
    programme.shop.save()
    assert books(programme, on(0)).position == Position()
    keep(programme)
    assert BookDay.objects.get().day == on(0) + timedelta(days=1)
    assert BookCohort.objects.get().day == on(0) + timedelta(days=1)


def test_a_journal_is_posted_once(paper: Members, programme: Programme) -> None:
    keep(programme)
    kept = list(BookDay.objects.order_by("day").values_list("day", *outstanding.movements.DAY_COLUMNS))
    assert posting.post(programme) == 0
    assert list(BookDay.objects.order_by("day").values_list("day", *outstanding.movements.DAY_COLUMNS)) == kept
