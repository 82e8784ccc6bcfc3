"""Statements by month: drafted, closed in order, once, and never changed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.act.partners.coalition import (
    DECEMBER,
    NOW,
    agree,
    broken,
    closed,
    disputed,
    earn,
    issue,
    member,
    partner,
    redeem,
    take_back,
)
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import disputes, errors, settling, unsettled
from treue.act.partners.models import Dispute, Kind, Leg, Line, Partner, Settled, Statement
from treue.core.events.models import Event

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))
IN_OCTOBER = datetime(2026, 10, 15, 12, tzinfo=UTC)
JANUARY = datetime(2027, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def anna(programme: Programme) -> Member:
    return member(programme)


@pytest.fixture
def cafe(programme: Programme) -> Partner:
    return partner(programme, monthly_fee=Decimal(20))


def told(statement: Statement) -> list[tuple]:
    rows = settling.account(statement).lines
    return [(Kind(each.kind).name, f"{each.month:%m}", each.points, each.amount) for each in rows]


def test_drafts_are_made_of_the_months_that_are_over_once(programme: Programme, cafe: Partner) -> None:
    assert settling.is_due(programme, now=NOW)
    assert settling.draft_due(programme, now=NOW) == 2
    assert not settling.is_due(programme, now=NOW)
    assert settling.draft_due(programme, now=NOW) == 0
    assert settling.draft_due(programme, now=DECEMBER) == 1
    # in Berlin it is December already
    assert settling.draft_due(programme, now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == 1
    months = Statement.objects.values_list("month", flat=True)
    assert sorted(months) == [SEPTEMBER, OCTOBER, NOVEMBER, date(2026, 12, 1)]


def test_a_month_is_closed_with_its_legs_and_numbers_follow_each_other(anna: Member, cafe: Partner) -> None:
    books = partner(cafe.programme, "Buchladen", "buchladen")
    issue(cafe, anna, 1000, "R-1", now=IN_OCTOBER)
    issue(cafe, anna, 500, "R-2")
    redeem(cafe, anna, 300)
    made = closed(cafe, NOVEMBER) + closed(books, NOVEMBER)
    assert [each.number for each in made] == [1, 2, 3, 4, 5, 6]
    assert [each.amount for each in made[:3]] == [Decimal(20), Decimal(30), Decimal("22.60")]
    assert told(made[2]) == [
        ("ISSUE", "11", 500, Decimal("5.00")),
        ("REDEEM", "11", 300, Decimal("-2.40")),
        ("MONTHLY_FEE", "11", None, Decimal("20.00")),
    ]
    assert Settled.objects.count() == Leg.objects.count() == 3
    assert Event.objects.filter(name="Settlement Closed").count() == 6


def test_months_are_closed_in_order_and_only_when_they_are_over(programme: Programme, cafe: Partner) -> None:
    settling.draft_due(programme, now=DECEMBER)
    september, october, november = Statement.objects.order_by("month")
    with pytest.raises(errors.MonthBeforeOpen) as refused:
        settling.close(statement=october, seen=None, by=None, now=DECEMBER)
    assert refused.value.month == SEPTEMBER
    for each in (september, october):
        settling.close(statement=each, seen=None, by=None, now=DECEMBER)
    with pytest.raises(errors.MonthNotOver):
        settling.close(statement=november, seen=None, by=None, now=NOW)
    with pytest.raises(errors.ClosedAlready):
        settling.close(statement=october, seen=None, by=None, now=DECEMBER)
    assert Statement.objects.filter(state="closed").count() == 2


def test_what_somebody_agreed_to_is_what_is_closed(anna: Member, cafe: Partner) -> None:
    settling.draft_due(cafe.programme, now=DECEMBER)
    first = Statement.objects.earliest("month")
    with pytest.raises(errors.StatementChanged) as refused:
        settling.close(statement=first, seen=Decimal("19.99"), by=None, now=DECEMBER)
    assert refused.value.amount == Decimal("20.00")
    assert settling.close(statement=first, seen=Decimal("20.00"), by=None, now=DECEMBER).number == 1


def test_what_is_recorded_late_comes_into_the_next_statement(anna: Member, cafe: Partner) -> None:
    given = issue(cafe, anna, 1000, "R-1", now=IN_OCTOBER)
    closed(cafe, OCTOBER)
    issue(cafe, anna, 200, "R-2", now=IN_OCTOBER)
    take_back(given, 400)
    november = _draft(cafe, NOVEMBER)
    assert told(november) == [
        ("RETURN", "11", 400, Decimal("-4.00")),
        ("MONTHLY_FEE", "11", None, Decimal("20.00")),
        ("ISSUE", "10", 200, Decimal("2.00")),
    ]
    settling.close(statement=november, seen=Decimal("18.00"), by=None, now=DECEMBER)
    assert not Leg.objects.filter(settled=None).exists()


def _draft(of: Partner, month: date) -> Statement:
    settling.draft_due(of.programme, now=DECEMBER)
    return Statement.objects.select_related("partner__programme__shop").get(partner=of, month=month)


def test_two_open_drafts_do_not_count_the_same_twice(anna: Member, cafe: Partner) -> None:
    issue(cafe, anna, 1000, "R-1", now=IN_OCTOBER)
    issue(cafe, anna, 500, "R-2")
    found = [settling.account(_draft(cafe, month)).amount for month in (SEPTEMBER, OCTOBER, NOVEMBER)]
    assert found == [Decimal(20), Decimal(30), Decimal(25)]
    assert [each.amount for each in closed(cafe, NOVEMBER)] == found


def test_an_accepted_dispute_comes_into_the_next_statement(anna: Member, cafe: Partner) -> None:
    issue(cafe, anna, 1000, "R-1", now=IN_OCTOBER)
    october = closed(cafe, OCTOBER)[-1]
    dispute = disputed(october)
    with pytest.raises(errors.DisputedAlready):
        disputed(october)
    disputes.accept(dispute=dispute, right_amount=Decimal("7.50"), by=None, now=DECEMBER)
    with pytest.raises(errors.DisputeDecided):
        disputes.reject(dispute=dispute, by=None, now=DECEMBER)
    again = disputed(october, reason="Still too much.")
    disputes.accept(dispute=again, right_amount=Decimal("7.00"), by=None, now=DECEMBER)
    disputes.reject(dispute=disputed(october, 2), by=None, now=DECEMBER)
    november = _draft(cafe, NOVEMBER)
    assert [each[3] for each in told(november) if each[0] == "CORRECTION"] == [Decimal("-2.50"), Decimal("-0.50")]
    settling.close(statement=november, seen=None, by=None, now=DECEMBER)
    line = october.lines.get(place=1)
    assert set(november.lines.filter(kind=Kind.CORRECTION).values_list("corrects", flat=True)) == {line.pk}
    assert Dispute.objects.exclude(correction=None).count() == 2
    december = settling.draft_due(cafe.programme, now=JANUARY)
    assert december == 1
    assert [each[0] for each in told(Statement.objects.latest("month"))] == ["MONTHLY_FEE"]
    assert october.lines.get(place=1).amount == Decimal("10.00")
    names = ("Settlement Disputed", "Settlement Dispute Accepted", "Settlement Dispute Rejected")
    assert [Event.objects.filter(name=name).count() for name in names] == [3, 2, 1]


def test_a_draft_is_not_disputed(cafe: Partner) -> None:
    line = settling.account(_draft(cafe, SEPTEMBER)).lines[0]
    with pytest.raises(errors.NotClosedYet):
        disputes.open_on(line=line, reason="x", by=None, by_partner=True, now=DECEMBER)


def test_a_new_fee_holds_from_its_day_on_and_for_the_whole_month(cafe: Partner) -> None:
    agree(cafe, date(2026, 10, 31), monthly_fee=Decimal(30))
    assert [each.amount for each in closed(cafe, NOVEMBER)] == [20, 30, 30]


@pytest.mark.parametrize(
    "statement",
    [
        "update partners_statement set amount = 0 where state = 'closed'",
        "update partners_statement set state = 'draft', number = null, amount = null, closed_at = null",
        "delete from partners_dispute; delete from partners_statement where state = 'closed'",
        "update partners_line set amount = 0",
        "delete from partners_line",
        "delete from partners_settled",
        "insert into partners_line (statement_id, place, kind, month, amount, agreement_id, points, price)"
        " select statement_id, 99, 1, month, 0, agreement_id, 1, 0 from partners_line where kind = 1",
    ],
)
def test_a_closed_statement_is_never_changed(anna: Member, cafe: Partner, statement: str) -> None:
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    closed(cafe, OCTOBER)
    with pytest.raises(Error, match=r"never|no more"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert [each.amount for each in Statement.objects.filter(state="closed").order_by("month")] == [20, 30]


@pytest.mark.parametrize(
    "statement",
    [
        "update partners_dispute set difference = -9 where state = 'accepted'",
        "update partners_dispute set state = 'open', right_amount = null, difference = null, decided_at = null"
        " where state = 'accepted'",
        "update partners_dispute set reason = 'Nothing.' where state = 'open'",
        "update partners_dispute set correction_id = null where correction_id is not null",
        "delete from partners_dispute",
        "insert into partners_statement (programme_id, partner_id, month, state, number, amount, last_leg, currency,"
        " drafted_at, closed_at) select programme_id, partner_id, '2027-01-01', state, 99, amount, last_leg, currency,"
        " drafted_at, closed_at from partners_statement where number = 1",
    ],
)
def test_a_dispute_stays_and_a_statement_begins_as_a_draft(anna: Member, cafe: Partner, statement: str) -> None:
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    october = closed(cafe, OCTOBER)[-1]
    disputes.accept(dispute=disputed(october), right_amount=Decimal("7.50"), by=None, now=DECEMBER)
    settling.close(statement=_draft(cafe, NOVEMBER), seen=None, by=None, now=DECEMBER)
    disputes.accept(dispute=disputed(october), right_amount=Decimal("7.00"), by=None, now=DECEMBER)
    disputed(october, 2)
    with pytest.raises(Error, match=r"never changed|as a draft"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_settled_is_not_looked_through_again(anna: Member, cafe: Partner) -> None:
    """However much a partner ever did: only what came since its last statement was closed."""
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    (*_before, october) = closed(cafe, OCTOBER)
    assert october.last_leg == Leg.objects.latest("pk").pk
    late = issue(cafe, anna, 200, "R-2", now=IN_OCTOBER)
    assert late.pk > october.last_leg
    found = unsettled.of(cafe, NOVEMBER)
    assert (found.month, found.last_leg) == (OCTOBER, october.last_leg)
    (line,) = (each for each in found.lines(NOVEMBER) if each.points)
    assert (line.month, line.points) == (OCTOBER, 200)


@pytest.mark.parametrize("wrong", [{"number": 7}, {"amount": 1}])
def test_the_database_closes_nothing_out_of_order(cafe: Partner, wrong: dict[str, int]) -> None:
    september, november = _draft(cafe, SEPTEMBER), _draft(cafe, NOVEMBER)
    about = {"state": "closed", "number": 1, "amount": 0, "closed_at": DECEMBER}
    for which, values in ((november, about), (september, about | wrong)):
        with pytest.raises(Error, match="closed in order"), transaction.atomic():
            Statement.objects.filter(pk=which.pk).update(**values)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([9, 10, 11]), st.integers(1, 999), st.booleans()), max_size=8))
def test_every_leg_is_settled_once_whatever_its_month_and_when_months_are_closed(
    anna: Member, cafe: Partner, happened: list[tuple[int, int, bool]]
) -> None:
    """closes: whether the month of September, October and November is closed after it, one after the other."""
    with transaction.atomic():
        earn(anna, 10)
        for number, (month, points, closes) in enumerate(happened):
            issue(cafe, anna, points, f"R-{number}", now=datetime(2026, month, 12, 12, tzinfo=UTC))
            settling.draft_due(cafe.programme, now=DECEMBER)
            first = Statement.objects.filter(state="draft").order_by("month").first()
            if closes and first is not None:
                settling.close(statement=first, seen=None, by=None, now=DECEMBER)
        settling.draft_due(cafe.programme, now=JANUARY)
        for each in Statement.objects.filter(state="draft").order_by("month"):
            settling.close(statement=each, seen=None, by=None, now=JANUARY)
        settled = Line.objects.filter(kind=Kind.ISSUE).values_list("points", flat=True)
        assert sum(settled) == sum(points for _month, points, _closes in happened)
        assert not Leg.objects.filter(settled=None).exists()
        assert broken() == []
        transaction.set_rollback(True)
