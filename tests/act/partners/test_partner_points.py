"""Points earned and burned at partners, each with what is owed for it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction

from tests.act.partners.coalition import (
    NOW,
    agree,
    broken,
    earn,
    issue,
    member,
    partner,
    points,
    redeem,
    roll_back,
    take_back,
)
from treue.act.loyalty import expiry, ledger, reading
from treue.act.loyalty.errors import HoldHasEnded, InsufficientPoints, KeyReused, NothingToReverse
from treue.act.loyalty.models import Journal, Lot, Member, Programme
from treue.act.partners import errors, legs, merchants, redeeming
from treue.act.partners.models import Kind, Leg, Partner, Redemption, Share
from treue.core.events.models import Event


@pytest.fixture
def anna(programme: Programme) -> Member:
    return member(programme)


@pytest.fixture
def cafe(programme: Programme) -> Partner:
    return partner(programme)


@pytest.fixture
def books(programme: Programme) -> Partner:
    return partner(programme, "Buchladen", "buchladen")


def facts(leg: Leg) -> tuple:
    return leg.kind, leg.points, leg.month, leg.agreement.partner.name


def test_points_of_a_partner_know_who_gave_them(anna: Member, cafe: Partner) -> None:
    leg = issue(cafe, anna, 120)
    assert facts(leg) == (Kind.ISSUE, 120, date(2026, 11, 1), "Café Blatt")
    assert Lot.objects.get().issuer == cafe.pk
    assert (points(anna), broken()) == (120, [])
    told = Event.objects.get(name="Partner Points Issued")
    assert (told.person, told.facts["points"], told.facts["partner"]) == (anna.customer_id, 120, cafe.pk)


def test_the_same_request_gives_points_once_and_another_one_with_its_key_is_refused(
    anna: Member, cafe: Partner
) -> None:
    assert issue(cafe, anna, 120).pk == issue(cafe, anna, 120).pk
    for wrong in ({"count": 121}, {"count": 120, "reference": "R-2", "key": "issue R-1"}):
        with pytest.raises(KeyReused):
            issue(cafe, anna, **wrong)
    assert (points(anna), Leg.objects.count()) == (120, 1)


def test_a_receipt_gives_points_once(anna: Member, cafe: Partner, books: Partner) -> None:
    issue(cafe, anna, 120)
    with pytest.raises(errors.ReceiptUsed):
        issue(cafe, anna, 120, key="another")
    issue(books, anna, 5)  # another partner's receipt of the same number
    assert (points(anna), Journal.objects.count(), broken()) == (125, 2, [])


def test_a_return_takes_back_never_more_than_was_given(anna: Member, cafe: Partner) -> None:
    given = issue(cafe, anna, 120)
    assert take_back(given, 50).points == 50
    assert take_back(given, 50).points == 50  # the same request
    assert take_back(given, 999, key="again").points == 70
    with pytest.raises(errors.NothingLeft):
        take_back(given, 120, key="more")
    assert (points(anna), broken()) == (0, [])
    assert sum(each.points for each in Leg.objects.filter(kind=Kind.RETURN)) == 120


def test_a_partner_is_freed_of_no_more_than_could_be_taken(programme: Programme, anna: Member, cafe: Partner) -> None:
    programme.debt_limit = 20
    programme.save()
    given = issue(cafe, anna, 100)
    redeem(cafe, anna, 100)
    assert take_back(given, 100).points == 20
    assert (points(anna), broken()) == (-20, [])


def test_points_redeemed_say_who_had_issued_them(anna: Member, cafe: Partner, books: Partner) -> None:
    issue(cafe, anna, 100)
    earn(anna, 50)
    issue(books, anna, 30)
    bought = redeem(books, anna, 165)
    (leg,) = bought.legs.all()
    shares = dict(Share.objects.filter(leg=leg).values_list("issuer", "points"))
    assert sum(shares.values()) == 165
    assert shares == {0: 50, cafe.pk: 100, books.pk: 15}
    back = roll_back(bought, 20)
    assert sum(Share.objects.filter(leg=back).values_list("points", flat=True)) == 20
    assert (points(anna), broken()) == (35, [])


def test_a_hold_owes_nothing_until_it_is_captured(anna: Member, cafe: Partner, books: Partner) -> None:
    issue(cafe, anna, 100)
    held = redeem(books, anna, 80, held_until=datetime(2026, 11, 30, tzinfo=UTC))
    assert (Leg.objects.filter(kind=Kind.REDEEM).count(), redeeming.state(held)) == (0, "held")
    with pytest.raises(errors.MoreThanHeld):
        redeeming.capture(redemption=held, points=81, key="c", now=NOW)
    leg = redeeming.capture(redemption=held, points=60, key="c", now=NOW)
    assert redeeming.capture(redemption=held, points=60, key="c", now=NOW).pk == leg.pk
    assert list(leg.shares.values_list("issuer", "points")) == [(cafe.pk, 60)]
    with pytest.raises(HoldHasEnded):
        redeeming.release(redemption=held, key="r", now=NOW)
    assert (points(anna), roll_back(held, 10).points, roll_back(held, 999, key="b2").points) == (40, 10, 50)
    assert (points(anna), redeeming.state(held), broken()) == (100, "rolled back", [])


def test_a_released_hold_owes_nothing(anna: Member, cafe: Partner) -> None:
    issue(cafe, anna, 100)
    held = redeem(cafe, anna, 80, held_until=datetime(2026, 11, 30, tzinfo=UTC))
    redeeming.release(redemption=held, key="r", now=NOW)
    assert (points(anna), redeeming.state(held), Leg.objects.count()) == (100, "released", 1)
    with pytest.raises((NothingToReverse, errors.NothingLeft)):
        roll_back(held, 5)


def test_what_is_refused_changes_nothing(anna: Member, cafe: Partner) -> None:
    issue(cafe, anna, 100)
    with pytest.raises(InsufficientPoints):
        redeem(cafe, anna, 101)
    merchants.change(partner=cafe, profile=merchants.Profile(cafe.name, cafe.code, state="paused"), by=None)
    for deed in (lambda: issue(cafe, anna, 5, "R-2"), lambda: redeem(cafe, anna, 5, "B-2")):
        with pytest.raises(errors.PartnerPaused):
            deed()
    assert (points(anna), Journal.objects.count(), Redemption.objects.count(), broken()) == (100, 1, 0, [])


def test_a_paused_partner_captures_nothing_and_releases_what_it_holds(anna: Member, cafe: Partner) -> None:
    issue(cafe, anna, 100)
    held = redeem(cafe, anna, 80, held_until=datetime(2026, 11, 30, tzinfo=UTC))
    merchants.change(partner=cafe, profile=merchants.Profile(cafe.name, cafe.code, state="paused"), by=None)
    with pytest.raises(errors.PartnerPaused):
        redeeming.capture(redemption=held, points=80, key="c", now=NOW)
    redeeming.release(redemption=held, key="r", now=NOW)
    assert (points(anna), Leg.objects.filter(kind=Kind.REDEEM).exists(), broken()) == (100, False, [])


def test_without_an_agreement_nothing_is_issued(programme: Programme, anna: Member) -> None:
    made = merchants.add(programme=programme, profile=merchants.Profile("Neu", "neu"), by=None, now=NOW)
    with pytest.raises(errors.NoAgreement):
        issue(made, anna, 5)
    assert (points(anna), Journal.objects.count()) == (0, 0)


def test_who_has_left_earns_nothing(anna: Member, cafe: Partner) -> None:
    Member.objects.filter(pk=anna.pk).update(left_at=NOW)
    with pytest.raises(errors.MemberLeft):
        issue(cafe, anna, 5)
    assert Journal.objects.count() == 0


@pytest.mark.parametrize("place", ["write", "share"])
def test_the_ledger_and_what_is_owed_are_written_together_or_not_at_all(
    anna: Member, cafe: Partner, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(cafe, anna, 100)

    def fails(*_args: object, **_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(legs, place, fails)
    with pytest.raises(RuntimeError):
        redeem(cafe, anna, 40)
    assert (points(anna), Journal.objects.count(), Leg.objects.count(), Redemption.objects.count()) == (100, 1, 1, 0)
    assert broken() == []


def test_a_new_agreement_begins_tomorrow_at_the_earliest(cafe: Partner) -> None:
    with pytest.raises(errors.AgreementBeginsTooEarly) as refused:
        agree(cafe, date(2026, 11, 29), now=NOW)
    assert refused.value.earliest == date(2026, 11, 30)
    agree(cafe, date(2026, 11, 30), now=NOW, issue_price=Decimal("0.02"))


# In Berlin: the night in which the clocks go back, the ends of months, the days around an agreement's first.
@pytest.mark.parametrize(
    ("moment", "price", "month"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), "0.01", 10),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "0.02", 10),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "0.02", 10),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "0.02", 10),
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), "0.02", 10),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "0.03", 11),
        (datetime(2026, 9, 30, 22, 0, tzinfo=UTC), "0.01", 10),
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), "0.01", 9),
    ],
)
def test_the_agreement_is_that_of_the_day_in_the_shops_zone(
    anna: Member, cafe: Partner, moment: datetime, price: str, month: int
) -> None:
    agree(cafe, date(2026, 10, 25), issue_price=Decimal("0.02"))
    agree(cafe, date(2026, 11, 1), issue_price=Decimal("9"))
    agree(cafe, date(2026, 11, 1), issue_price=Decimal("0.03"))  # what was agreed last for a day holds
    leg = issue(cafe, anna, 5, now=moment)
    assert (leg.agreement.issue_price, leg.month) == (Decimal(price), date(2026, month, 1))


def test_a_return_costs_what_the_points_had_cost(anna: Member, cafe: Partner) -> None:
    agree(cafe, date(2026, 12, 1), issue_price=Decimal("0.02"))
    given = issue(cafe, anna, 100)
    assert take_back(given, 100, now=datetime(2026, 12, 5, tzinfo=UTC)).agreement == given.agreement


@pytest.mark.parametrize(
    "statement",
    [
        "update partners_leg set points = 1",
        "delete from partners_leg",
        "update partners_agreement set issue_price = 0",
        "delete from partners_agreement",
        "update partners_share set points = 1",
        "update partners_redemption set points = 1",
        "delete from partners_redemption",
        "truncate partners_leg cascade",
    ],
)
def test_what_is_owed_is_never_changed(anna: Member, cafe: Partner, statement: str) -> None:
    issue(cafe, anna, 100)
    redeem(cafe, anna, 40)
    connection.check_constraints()  # a table for which something is still to be looked at is not emptied anyway
    with pytest.raises(Error, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_lets_nobody_undo_more_than_there_was(anna: Member, cafe: Partner) -> None:
    given = issue(cafe, anna, 100)
    earn(anna, 1)
    journal = Journal.objects.order_by("pk").last().pk
    about = {"partner": cafe, "kind": Kind.RETURN, "agreement": given.agreement, "original": given, "at": NOW}
    with pytest.raises(Error, match="more is undone"), transaction.atomic():
        legs.Leg.objects.create(
            **{name: value for name, value in about.items() if name != "at"},
            journal_id=journal,
            points=101,
            month=date(2026, 11, 1),
            reference="x",
            happened_at=NOW,
        )


def test_points_that_expire_by_inactivity_last_longer_by_a_purchase_at_a_partner(
    programme: Programme, anna: Member, cafe: Partner
) -> None:
    cafe.programme.expiry = expiry.written(expiry.AfterInactivity(months=6))
    cafe.programme.save()
    issue(cafe, anna, 5)
    assert Lot.objects.get().by_activity
    assert reading.next_to_expire(anna, NOW) is not None
    assert ledger.expire(programme, at=NOW, most=9) == 0
