"""Orders that had prices of offers: once, within the limits, undone once; also 64 at a time."""

import json
from decimal import Decimal
from functools import partial

import pytest

from tests import at_once as threads
from tests.act.offers.sales import DAY, HOUR, NOW, member, offer, price, redeem, roll_back
from tests.at_once import CLIENTS
from tests.core.lake import buying
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import conditions, errors, figures, planning
from treue.act.offers.models import Offer, RedeemedLine, Redemption
from treue.core.customers import erasure, export, merging
from treue.core.events.models import Event

at_once = partial(threads.at_once, refused=errors.OfferError)
concurrent = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(programme: Programme) -> Member:
    for code in ("TEA-1", "TEA-2"):
        price(programme.shop, code)
    return member(programme)


def test_an_order_gets_the_best_price_for_each_product(programme: Programme, anna: Member) -> None:
    made = offer(programme)
    done = redeem(anna, "TEA-1", "TEA-2", units=3)
    (line,) = done.lines.all()
    assert (line.product, line.units, line.regular, line.reduced, line.lowest) == ("TEA-1", 3, 10, 8, 10)
    assert (done.discount, done.paid) == (6, 24)
    event = Event.objects.get(name="Offer Redeemed")
    assert (event.person, event.facts["order"], event.facts["discount"]) == (anna.customer_id, "A-1", "6.00")
    assert figures.of([made])[made.pk] == figures.Figures(1, 3, Decimal(24), Decimal(6))


def test_asked_again_it_is_the_first_answer(programme: Programme, anna: Member) -> None:
    offer(programme)
    done = redeem(anna)
    assert redeem(anna) == done
    with pytest.raises(errors.KeyReused):
        redeem(anna, units=2)
    with pytest.raises(errors.OrderRedeemed) as refused:
        redeem(anna, key="k2")
    assert (refused.value.redemption, Redemption.objects.count()) == (done.pk, 1)


def test_a_till_that_asks_again_after_days_has_the_first_answer(programme: Programme, anna: Member) -> None:
    offer(programme)
    done = redeem(anna, bought_at=NOW)
    assert redeem(anna, bought_at=NOW, now=NOW + 3 * DAY) == done


def test_what_the_member_was_shown_holds_or_is_refused_with_the_reason(programme: Programme, anna: Member) -> None:
    offer(programme, units=1)
    with pytest.raises(errors.PriceChanged) as changed:
        redeem(anna, agreed="7.50")
    assert (changed.value.price, changed.value.agreed) == (8, Decimal("7.50"))
    redeem(anna, agreed="8.00")
    with pytest.raises(errors.SoldOut):
        redeem(anna, agreed="8", order="A-2", key="k2")
    with pytest.raises(errors.NoPriceKnown):
        redeem(anna, "TEA-9", agreed="8", order="A-2", key="k3")
    with pytest.raises(errors.NothingApplies):
        redeem(anna, "TEA-9", order="A-2", key="k4")


def test_of_limits_for_each_member_and_budgets(programme: Programme, anna: Member) -> None:
    made = offer(programme, most_per_member=2, budget=Decimal(5))
    redeem(anna, units=2)
    made.refresh_from_db()
    assert made.budget_left == 1
    with pytest.raises(errors.LimitReached):
        redeem(anna, order="A-2", key="k2")
    with pytest.raises(errors.BudgetSpent):
        redeem(member(programme, "ben"), order="B-1", key="k3")


def test_it_is_undone_once_and_then_the_order_can_have_it_anew(programme: Programme, anna: Member) -> None:
    made = offer(programme, units=1, budget=Decimal(2), most_per_member=1)
    done = roll_back(redeem(anna))
    assert (done.state, roll_back(done).pk) == ("rolled back", done.pk)
    with pytest.raises(errors.RolledBackAlready):
        roll_back(done, key="r2")
    made.refresh_from_db()
    assert (made.units_left, made.budget_left) == (1, 2)
    assert Event.objects.filter(name="Offer Rolled Back").count() == 1
    redeem(anna, key="k2")
    with pytest.raises(errors.KeyReused):
        roll_back(Redemption.objects.get(state="redeemed"))


def test_when_it_was_bought_decides(programme: Programme, anna: Member) -> None:
    made = offer(programme)
    late = NOW + 5 * HOUR
    with pytest.raises(errors.NothingApplies):
        redeem(anna, now=late)
    assert redeem(anna, now=late, bought_at=NOW).bought_at == NOW
    for bought_at in (late - 3 * DAY, late + HOUR):
        with pytest.raises(errors.BoughtTooLongAgo):
            redeem(anna, now=late, bought_at=bought_at, key="k2", order="A-2")
    planning.stop(offer=made, by=None, now=NOW)
    with pytest.raises(errors.Over):
        redeem(anna, now=NOW, key="k3", order="A-3")


@concurrent
def test_of_64_members_on_the_last_piece_one_gets_it(programme: Programme, anna: Member) -> None:
    them = [member(programme, f"{number}") for number in range(CLIENTS)]
    made = offer(programme, units=1)
    ends = at_once(lambda place: redeem(them[place], agreed=8, order=f"A-{place}", key=f"k{place}"))
    assert ends == {"": 1, "SoldOut": CLIENTS - 1}
    made.refresh_from_db()
    assert (made.units_left, RedeemedLine.objects.count()) == (0, 1)
    assert Event.objects.filter(name="Offer Redeemed").count() == 1


@concurrent
def test_of_64_members_the_budget_is_never_overdrawn(programme: Programme, anna: Member) -> None:
    them = [member(programme, f"{number}") for number in range(CLIENTS)]
    made = offer(programme, budget=Decimal(7))
    ends = at_once(lambda place: redeem(them[place], agreed=8, order=f"A-{place}", key=f"k{place}"))
    assert ends == {"": 3, "BudgetSpent": CLIENTS - 3}
    made.refresh_from_db()
    assert made.budget_left == 1


@concurrent
def test_of_64_orders_of_one_member_as_many_have_it_as_each_may(programme: Programme, anna: Member) -> None:
    offer(programme, most_per_member=2)
    ends = at_once(lambda place: redeem(anna, agreed=8, order=f"A-{place}", key=f"k{place}"))
    assert ends == {"": 2, "LimitReached": CLIENTS - 2}


@concurrent
def test_the_same_order_64_times_has_it_once(programme: Programme, anna: Member) -> None:
    offer(programme, units=9)
    ben = member(programme, "ben")
    ends = at_once(lambda place: redeem(ben if place % 2 else anna, key=f"k{place}"), 32)
    assert ends == {"": 1, "OrderRedeemed": 31}
    found: list[int] = []
    assert at_once(lambda _place: found.append(redeem(anna, order="A-2", key="same").pk), 32) == {"": 32}
    assert (len(set(found)), Offer.objects.get().units_left) == (1, 7)


@concurrent
def test_of_64_who_undo_it_one_does(programme: Programme, anna: Member) -> None:
    made = offer(programme, units=3)
    done = redeem(anna)
    assert at_once(lambda place: roll_back(done, key=f"r{place}")) == {"": 1, "RolledBackAlready": CLIENTS - 1}
    made.refresh_from_db()
    assert made.units_left == 3


def test_a_copy_of_the_data_has_it_and_an_erasure_deletes_it(programme: Programme, anna: Member) -> None:
    made, ben = offer(programme, units=5), member(programme, "ben")
    redeem(anna, units=2)
    redeem(ben, order="B-1", key="k2")
    with export.export(customer=anna.customer, by=None, now=NOW) as file:
        data = json.load(file)["data"]
    assert [each["order_number"] for each in data["offers.redemption"]] == ["A-1"]
    assert [(each["product"], each["units"]) for each in data["offers.redeemedline"]] == [("TEA-1", 2)]
    receipt = erasure.erase(customer=anna.customer, by=None)
    assert (receipt.deleted["offers.Redemption"], receipt.deleted["offers.RedeemedLine"]) == (1, 1)
    made.refresh_from_db()
    assert (Redemption.objects.get().member, made.units_left) == (ben, 2)


def test_who_turns_out_to_be_one_person_has_one_limit(programme: Programme, anna: Member) -> None:
    """What was merged into a membership counts with it; two again, each has their own."""
    offer(programme, most_per_member=2)
    double = member(programme, "double")
    theirs = redeem(double, order="D-1", key="d")
    redeem(anna)
    merge = merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    anna = Member.objects.select_related("programme__shop", "customer").get(pk=anna.pk)
    assert conditions.redemptions_of(anna).count() == 2
    with pytest.raises(errors.LimitReached):
        redeem(anna, order="A-2", key="k2")
    roll_back(theirs)
    redeem(anna, order="A-2", key="k3")
    merging.undo(merge=merge, by=None)
    anna = Member.objects.select_related("programme__shop", "customer").get(pk=anna.pk)
    assert conditions.redemptions_of(anna).count() == 2


def test_a_customer_who_was_merged_away_redeems_as_who_they_are_now(programme: Programme, anna: Member) -> None:
    offer(programme)
    kept = buying.customer(programme.shop, "C-2")
    merging.merge(kept=kept, absorbed=anna.customer, by=None)
    anna = Member.objects.select_related("programme__shop", "customer").get(pk=anna.pk)
    redeem(anna)
    assert Event.objects.get(name="Offer Redeemed").person == kept.pk
