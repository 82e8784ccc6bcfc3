"""What is known of a person by partners, and what erasure, export and removal of the shop do with it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.act.partners.coalition import (
    NOW,
    broken,
    closed,
    disputed,
    issue,
    member,
    partner,
    points,
    redeem,
    roll_back,
    take_back,
)
from treue.act.loyalty import issuers, ledger
from treue.act.loyalty.models import Account, Member, Programme
from treue.act.partners import redeeming
from treue.act.partners.models import Kind, Leg, Partner, Redemption, Statement
from treue.core.customers import erasure, export, merging
from treue.core.jobs.work import Silent
from treue.core.shop import removal

IN_OCTOBER = datetime(2026, 10, 15, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


def test_a_copy_of_the_data_has_what_they_did_at_partners(programme: Programme) -> None:
    cafe, anna, ben = partner(programme), member(programme), member(programme, "ben")
    issue(cafe, anna, 100)
    issue(cafe, ben, 70, "R-BEN")
    redeem(cafe, anna, 40)
    with export.export(customer=anna.customer, by=None, now=NOW) as file:
        text = file.read()
    data = json.loads(text)["data"]
    assert [(each["kind"], each["points"], each["reference"]) for each in data["partners.leg"]] == [
        (Kind.ISSUE, 100, "R-1"),
        (Kind.REDEEM, 40, "B-1"),
    ]
    assert (data["partners.redemption"][0]["partner_name"], data["partners.share"]) == ("Café Blatt", [{"points": 40}])
    assert "R-BEN" not in str(data)


def test_what_partners_owe_stays_when_a_person_is_erased(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    given = issue(cafe, anna, 100, now=IN_OCTOBER)
    held = redeem(cafe, anna, 30, held_until=datetime(2026, 11, 30, tzinfo=UTC))
    erasure.erase(customer=anna.customer, by=None)
    ledger.forfeit(programme, at=NOW, most=9)
    assert (Member.everyone.count(), Leg.objects.get(), redeeming.state(held)) == (0, given, "released")
    assert closed(cafe, OCTOBER)[-1].amount == 1
    assert broken() == []


def doubled(programme: Programme) -> tuple[Member, Member]:
    """Two memberships, which turn out to be one person's once `merged` is called."""
    return member(programme), member(programme, "double")


def merged(anna: Member, double: Member) -> Member:
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    return Member.objects.select_related("programme__shop").get(pk=anna.pk)


@pytest.mark.parametrize("debt_limit", [None, 0])
def test_a_return_takes_points_from_the_membership_that_has_them_now(
    programme: Programme, debt_limit: int | None
) -> None:
    """Else the partner would go on owing for points of goods that it took back."""
    programme.debt_limit = debt_limit
    programme.save()
    cafe, (anna, double) = partner(programme), doubled(programme)
    given = issue(cafe, double, 120)
    anna = merged(anna, double)
    assert take_back(given, 50).points == 50
    assert take_back(given, 50).points == 50  # the same request
    assert (Account.objects.get(member=anna, wallet=1).balance, points(anna)) == (70, 70)
    assert take_back(given, 120, key="more").points == 70
    assert (points(anna), broken()) == (0, [])


def test_what_goes_back_can_be_spent_at_once_where_the_membership_was_merged(programme: Programme) -> None:
    cafe, (anna, double) = partner(programme), doubled(programme)
    issue(cafe, double, 90)
    until = timezone.now() + timedelta(days=1)  # a merge books what is due by now
    redeemed = redeem(cafe, double, 30)
    released, captured = (redeem(cafe, double, 30, name, held_until=until) for name in ("H-1", "H-2"))
    anna = merged(anna, double)
    roll_back(redeemed, 30)
    redeeming.release(redemption=released, key="r", now=NOW)
    redeeming.capture(redemption=captured, points=10, key="c", now=NOW)
    assert redeem(cafe, anna, 80, "B-2").points == 80
    assert (points(anna), broken()) == (0, [])


def test_issuers_have_the_names_of_partners(programme: Programme) -> None:
    cafe = partner(programme)
    assert issuers.names([0, cafe.pk, cafe.pk + 1]) == {
        0: "The shop",
        cafe.pk: "Café Blatt",
        cafe.pk + 1: f"Partner {cafe.pk + 1}",
    }


def test_partners_go_with_the_shop(programme: Programme) -> None:
    cafe, anna = partner(programme), member(programme)
    issue(cafe, anna, 100, now=IN_OCTOBER)
    redeem(cafe, anna, 40)
    disputed(closed(cafe, OCTOBER)[-1])
    removal.remove(programme.shop_id, Silent())
    for model in (Partner, Leg, Redemption, Statement):
        assert not model.objects.exists()
