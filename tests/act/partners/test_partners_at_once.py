"""Many at once, and killed in between: no point is spent twice, nothing is left half, no month is settled twice."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest

from tests import at_once as threads
from tests.act.partners.coalition import DECEMBER, broken, issue, member, partner, points, redeem, take_back
from tests.at_once import CLIENTS
from tests.killing import killed_after
from treue.act.loyalty.errors import LedgerError
from treue.act.loyalty.models import Programme
from treue.act.partners import errors, settling
from treue.act.partners.models import Kind, Leg, Partner, Redemption, Share, Statement
from treue.core.events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
at_once = partial(threads.at_once, refused=(errors.PartnerError, LedgerError))


def test_of_64_tills_on_the_last_point_one_gets_it(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    issue(cafe, anna, 1)
    ends = at_once(lambda number: redeem(cafe, anna, 1, f"B-{number}"))
    assert ends == {"": 1, "InsufficientPoints": CLIENTS - 1}
    assert (points(anna), Leg.objects.filter(kind=Kind.REDEEM).count(), Redemption.objects.count()) == (0, 1, 1)
    assert broken() == []


def test_of_64_requests_with_one_receipt_one_gives_points(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    assert at_once(lambda number: issue(cafe, anna, 7, key=f"k{number}")) == {"": 1, "ReceiptUsed": CLIENTS - 1}
    assert at_once(lambda _number: issue(cafe, anna, 7, "R-2"), 16) == {"": 16}
    assert (points(anna), Leg.objects.count(), broken()) == (14, 2, [])


def test_returns_at_once_take_back_no_more_than_was_given(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    given = issue(cafe, anna, 100)
    ends = at_once(lambda number: take_back(given, 10 * (number + 1), key=f"k{number}"), 16)
    assert ends[""] + ends["NothingLeft"] == 16
    assert sum(Leg.objects.filter(kind=Kind.RETURN).values_list("points", flat=True)) == 100
    assert (points(anna), broken()) == (0, [])


def test_a_month_is_drafted_and_closed_once_while_points_are_issued(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    issue(cafe, anna, 100)

    def deed(number: int) -> None:
        settling.draft_due(programme, now=DECEMBER)
        if number % 2:
            issue(cafe, anna, 5, f"R-1-{number}")
            return
        for _month in range(3):
            first = Statement.objects.filter(state="draft").order_by("month").first()
            if first is not None:
                with suppress(errors.ClosedAlready):
                    settling.close(statement=first, seen=None, by=None, now=DECEMBER)

    assert set(at_once(deed, 24)) == {""}
    closed = Statement.objects.filter(state="closed").order_by("number")
    assert Statement.objects.count() == 3
    assert list(closed.values_list("number", flat=True)) == [1, 2, 3]
    settled = sum(points for each in closed for points in each.lines.values_list("points", flat=True))
    waiting = sum(Leg.objects.filter(settled=None).values_list("points", flat=True))
    assert settled + waiting == 100 + 12 * 5
    assert Event.objects.filter(name="Settlement Closed").count() == 3


@pytest.mark.parametrize("step", [pytest.param(9), pytest.param(1, marks=pytest.mark.long)])
def test_killed_between_any_two_statements_leaves_all_or_nothing(programme: Programme, step: int) -> None:
    cafe, anna = partner(programme), member(programme)
    issue(cafe, anna, 100)

    def state() -> tuple[int, ...]:
        legs = Leg.objects.filter(kind=Kind.REDEEM).count()
        told = Event.objects.filter(name="Partner Points Redeemed").count()
        return points(anna), legs, Redemption.objects.count(), Share.objects.count(), told

    before, after = (100, 0, 0, 0, 0), (60, 1, 1, 1, 1)
    statement = step
    while killed_after(statement, lambda: redeem(Partner.objects.select_related("programme__shop").get(), anna, 40)):
        assert state() in (before, after)
        assert broken() == []
        if state() == after:
            return  # killed after the commit
        statement += step
    assert statement > 10
    assert (state(), broken()) == (after, [])


def test_statements_of_two_partners_are_numbered_without_gaps(programme: Programme) -> None:
    for name in ("a", "b", "c"):
        partner(programme, f"Partner {name}", name)
    settling.draft_due(programme, now=DECEMBER)
    for month in (9, 10, 11):
        drafts = list(Statement.objects.filter(month=date(2026, month, 1)))
        at_once(lambda n, d=drafts: settling.close(statement=d[n % 3], seen=None, by=None, now=DECEMBER), 9)
    assert sorted(Statement.objects.values_list("number", flat=True)) == list(range(1, 10))
