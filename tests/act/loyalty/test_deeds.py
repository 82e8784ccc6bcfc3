"""What members do earns by the rules, once, and only on the word of a server."""

from dataclasses import replace

import pytest
from members import Members, day, has
from telling_deeds import publish, reward, rule, told, with_sources

from tests.core.lake import buying
from treue.act.loyalty import awarding, deeds, errors, following, ledger, member_showing, membership, reading, verifying
from treue.act.loyalty.models import Budget, Member, Programme, RewardedDeed
from treue.act.loyalty.tiering import Rank
from treue.act.portal import happened
from treue.core.customers import erasure, merging
from treue.core.customers.models import Customer, Visitor
from treue.core.jobs.work import Silent

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(members: Members, programme: Programme) -> int:
    with_sources(programme)
    return members.add("anna")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("review", "Product Reviewed"),
        ("survey", "Survey Completed"),
        ("visit", "Store Visited"),
        ("profile_completed", "Profile Completed"),
    ],
)
def test_an_event_of_a_standard_name_earns(programme: Programme, anna: int, kind: str, name: str) -> None:
    publish(programme, rule(kind, 20))
    reward(told(anna, name), told(anna, "Page Viewed", message="m2"))
    deed = RewardedDeed.objects.get()
    assert (deed.kind, deed.points, deed.happened_at, has(anna)) == (kind, 20, day(0), {"points": 20, "qualifying": 20})


def test_an_event_of_the_shops_own_earns_by_the_rule_that_names_it(programme: Programme, anna: int) -> None:
    publish(programme, rule("event", 5, event="Cup Returned"), rule("review", 20))
    reward(told(anna, "Cup Returned"), told(anna, "Cup returned", message="m2"))
    assert (RewardedDeed.objects.get().event, has(anna)) == ("Cup Returned", {"points": 5, "qualifying": 5})


def test_the_name_that_a_rule_says_goes_before_the_standard(programme: Programme, anna: int) -> None:
    publish(programme, rule("event", 5, event="Product Reviewed"), rule("review", 20))
    reward(told(anna, "Product Reviewed"))
    assert has(anna)["points"] == 5


def test_a_message_earns_once(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20))
    reward(told(anna, "Product Reviewed"), told(anna, "Product Reviewed"))
    reward(told(anna, "Product Reviewed", at=day(1)))
    assert (has(anna)["points"], RewardedDeed.objects.count()) == (20, 1)


def test_a_deed_of_one_reference_earns_once_whatever_tells_of_it(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20))
    reward(
        told(anna, "Product Reviewed", reference="R-1"), told(anna, "Product Reviewed", message="m2", reference=" R-1 ")
    )
    reward(told(anna, "Product Reviewed", message="m3", reference="R-2"), told(anna, "Product Reviewed", message="m4"))
    assert list(RewardedDeed.objects.order_by("pk").values_list("reference", flat=True)) == ["R-1", "R-2", ""]
    assert has(anna)["points"] == 60


def test_a_profile_is_completed_once_however_it_is_told(programme: Programme, anna: int, members: Members) -> None:
    publish(programme, rule("profile_completed", 20))
    reward(told(anna, "Profile Completed"), told(anna, "Profile Completed", message="m2", reference="CRM-7"))
    reward(told(anna, "Profile Completed", message="m3", reference="CRM-8", at=day(3)))
    assert (has(anna), RewardedDeed.objects.get().reference) == ({"points": 20, "qualifying": 20}, "profile")
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(4))
    reward(told(anna, "Profile Completed", message="m4", at=day(5)))
    assert has(anna) == {}
    reward(told(members.add("ben"), "Profile Completed", message="b1"))
    assert RewardedDeed.objects.count() == 2


def test_a_reference_is_one_for_a_member_a_kind_and_an_event(programme: Programme, anna: int, members: Members) -> None:
    names = ("Product Reviewed", "Store Visited", "Cup Returned", "Box Returned")
    cups = [rule("event", 5, event=each) | {"name": each[:3].lower()} for each in names[2:]]
    publish(programme, rule("review", 20), rule("visit", 20), *cups)
    for member in (anna, members.add("ben")):
        for name in names:
            reward(*(told(member, name, message=f"{member} {name} {each}", reference=7) for each in range(2)))
    assert (RewardedDeed.objects.count(), has(anna)["points"]) == (8, 50)


def test_what_the_api_would_not_take_is_no_reference(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20))
    for number, said in enumerate(["", "  ", None, True, 1.5, "r" * 121, "r" * 121]):
        reward(told(anna, "Product Reviewed", message=f"m{number}", reference=said))
    assert list(RewardedDeed.objects.values_list("reference", flat=True)) == [""] * 7


def test_a_reference_that_was_taken_back_earns_nothing_again(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20))
    reward(told(anna, "Product Reviewed", reference="R-1"))
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    reward(told(anna, "Product Reviewed", message="m2", reference="R-1"))
    assert has(anna) == {}


@pytest.mark.parametrize("source", ["browser", "files", "api", "treue", "nobody"])
def test_nothing_is_earned_on_another_word_than_a_servers(programme: Programme, anna: int, source: str) -> None:
    publish(programme, rule("review", 20))
    reward(told(anna, "Product Reviewed", source=source))
    assert not RewardedDeed.objects.exists()


def test_a_source_that_was_renamed_is_still_known(programme: Programme, anna: int) -> None:
    from treue.core.events.models import Source

    publish(programme, rule("review", 20))
    Source.objects.filter(name="browser").update(name="shop", former_names=["browser"])
    Source.objects.filter(name="server").update(name="till", former_names=["server"])
    reward(told(anna, "Product Reviewed", source="browser"), told(anna, "Product Reviewed", message="m2"))
    assert RewardedDeed.objects.count() == 1


def test_the_points_of_points_earn_nothing(programme: Programme, anna: int) -> None:
    from treue.listen.tracking import sources

    sources.add(shop=programme.shop, name=membership.SOURCE, kind="server", by=None)
    publish(programme, rule("event", 5, event="Points Earned"))
    reward(told(anna, "Points Earned", source=membership.SOURCE))
    assert not RewardedDeed.objects.exists()


def test_what_is_told_of_a_visitor_earns_nothing(programme: Programme, anna: int) -> None:
    """Any page can say that a visitor is somebody."""
    publish(programme, rule("review", 20))
    visitor = Visitor.objects.create(
        number=10**9, shop=programme.shop, anonymous_id="v", customer_id=told(anna, "").customer
    )
    reward(replace(told(anna, "Product Reviewed"), person=visitor.number))
    assert not RewardedDeed.objects.exists()


def test_strangers_and_days_without_membership_earn_nothing(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20), since=day(-500))
    stranger = Customer.objects.create(shop=programme.shop, number="stranger")
    event = told(anna, "Product Reviewed")
    reward(
        replace(event, person=stranger.pk, customer=stranger.pk),
        replace(event, person=None, customer=None, message_id="m2"),
        told(anna, "Product Reviewed", message="m3", at=day(-101)),
    )
    assert not RewardedDeed.objects.exists()


def test_a_deed_goes_by_the_rules_of_its_moment_whenever_it_is_told(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20), since=day(-10))
    publish(programme, rule("review", 7), since=day(-1))
    days = {"m1": day(0), "m2": day(-5), "m3": day(-20)}
    reward(*(told(anna, "Product Reviewed", message=message, at=at) for message, at in days.items()))
    assert sorted(RewardedDeed.objects.values_list("points", flat=True)) == [7, 20]


def test_caps_and_budgets_hold_in_any_order(programme: Programme, anna: int, members: Members) -> None:
    ben = members.add("ben")
    publish(programme, rule("review", 20, caps={"day": 50}, budget=70))
    for number in (3, 1, 2):
        reward(told(anna, "Product Reviewed", message=f"m{number}"))
    reward(told(ben, "Product Reviewed", message="b1"), told(ben, "Product Reviewed", message="b2"))
    assert (has(anna)["points"], has(ben)["points"]) == (50, 20)
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_common_caps_count_orders_and_deeds(programme: Programme, anna: int) -> None:
    euro = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}
    publish(programme, rule("review", 20), euro, caps={"month": 30})
    reward(told(anna, "Product Reviewed"))
    member = Member.objects.get(pk=anna)
    buying.order(member.customer, "2026-06-02 12:00", 25)
    awarding.reckon(member, now=day(3))
    reward(told(anna, "Product Reviewed", message="m2", at=day(2)))
    assert (has(anna), RewardedDeed.objects.count()) == ({"points": 20, "pending": 10, "qualifying": 20}, 1)


def test_a_deed_that_is_taken_back_goes_on_counting_for_caps(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20, caps={"in_all": 20}))
    reward(told(anna, "Product Reviewed"))
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    with pytest.raises(errors.DeedTakenBack):
        deeds.take_back(deed=RewardedDeed.objects.get(), at=day(2))
    reward(told(anna, "Product Reviewed"), told(anna, "Product Reviewed", message="m2", at=day(3)))
    assert (has(anna), RewardedDeed.objects.count()) == ({}, 1)
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_a_deed_that_is_taken_back_leaves_its_budget_to_others(
    programme: Programme, anna: int, members: Members
) -> None:
    publish(programme, rule("review", 20, budget=30))
    ben = members.add("ben")
    reward(told(anna, "Product Reviewed"))
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    assert Budget.objects.get().given == 0
    reward(told(ben, "Product Reviewed", message="b1"), told(ben, "Product Reviewed", message="b2"))
    assert (has(ben)["points"], Budget.objects.get().given) == (30, 30)
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_what_could_not_be_taken_back_of_a_deed_stays_of_its_budget(programme: Programme, anna: int) -> None:
    programme.debt_limit = 5
    programme.save()
    publish(programme, rule("review", 20, budget=30))
    reward(told(anna, "Product Reviewed"))
    ledger.burn(programme, anna, 18, key="cup", at=day(0), reason="cup")
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    assert (has(anna)["points"], Budget.objects.get().given) == (-5, 13)


def test_what_is_taken_later_of_a_deed_is_there_again_in_its_budgets(
    programme: Programme, anna: int, members: Members
) -> None:
    """Where the reward is rolled back that had the points: once, be it by and by."""
    programme.debt_limit = 0
    programme.save()
    bonus = rule("review", 10, budget=15) | {"name": "bonus"}
    publish(programme, rule("review", 20, budget=30), bonus)
    reward(told(anna, "Product Reviewed"))
    cup = ledger.burn(programme, anna, 25, key="cup", at=day(0), reason="cup")
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    assert (has(anna), budgets()) == ({}, {"review": 20, "bonus": 5})
    for total, left in (
        (10, {"review": 15, "bonus": 0}),
        (10, {"review": 15, "bonus": 0}),
        (25, {"review": 0, "bonus": 0}),
    ):
        members.give_back(cup, total)
        following.follow(programme.shop_id, Silent(), now=day(2))
        assert (has(anna), budgets()) == ({}, left)
    reward(told(members.add("ben"), "Product Reviewed", message="b1"))
    assert budgets() == {"review": 20, "bonus": 10}


def budgets() -> dict[str, int]:
    return dict(Budget.objects.values_list("rule", "given"))


def test_what_is_taken_later_of_a_merged_ones_deed_is_there_again_in_its_budget(
    programme: Programme, anna: int, members: Members
) -> None:
    programme.debt_limit = 0
    programme.save()
    publish(programme, rule("review", 20, budget=30))
    ben = members.add("ben")
    Member.objects.filter(pk=ben).update(joined_as=Member.objects.get(pk=ben).customer_id)
    reward(told(ben, "Product Reviewed"))
    kept, absorbed = (Customer.objects.get(number=name) for name in ("anna", "ben"))
    merging.merge(kept=kept, absorbed=absorbed, by=None)
    cup = members.burn(anna, 18)
    deeds.take_back(deed=RewardedDeed.objects.get(), at=day(1))
    assert (has(anna), budgets()) == ({}, {"review": 18})
    members.give_back(cup, 18)
    following.follow(programme.shop_id, Silent(), now=day(2))
    assert (has(anna), has(ben), budgets()) == ({}, {}, {"review": 0})


def test_deeds_of_a_merged_member_count_for_the_one_that_stands(
    programme: Programme, anna: int, members: Members
) -> None:
    publish(programme, rule("review", 20, caps={"in_all": 30}))
    ben = members.add("ben")
    Member.objects.filter(pk=ben).update(joined_as=Member.objects.get(pk=ben).customer_id)
    reward(told(ben, "Product Reviewed", reference="R-1"))
    before = told(ben, "Product Reviewed", message="m2")
    kept, absorbed = (Customer.objects.get(number=name) for name in ("anna", "ben"))
    merging.merge(kept=kept, absorbed=absorbed, by=None)
    reward(replace(before, message_id="m3", customer=kept.pk, facts={"reference": "R-1"}))
    assert has(anna)["points"] == 20
    reward(replace(before, customer=kept.pk))
    assert has(anna)["points"] == 30
    deeds.take_back(deed=RewardedDeed.objects.get(member=ben), at=day(1))
    assert reading.balances(Member.objects.get(pk=anna)).points == 10


def test_who_was_erased_gets_nothing(programme: Programme, anna: int) -> None:
    publish(programme, rule("review", 20))
    reward(told(anna, "Product Reviewed"))
    late = told(anna, "Product Reviewed", message="m2")
    erasure.erase(customer=Customer.objects.get(number="anna"), by=None)
    reward(late)
    assert not RewardedDeed.objects.exists()


def test_pages_say_what_points_are_for(programme: Programme, anna: int, rf: object) -> None:
    publish(programme, rule("review", 20), rule("event", 5, event="Cup Returned"))
    reward(told(anna, "Product Reviewed"), told(anna, "Cup Returned", message="m2"))
    member = Member.objects.get(pk=anna)
    journals = list(reading.journals(member).order_by("pk"))
    assert [each.what for each in happened.of(member, journals)] == ["Points for a review", "Points for taking part"]
    table = member_showing.page(rf.get("/"), member, Rank(), day(1))["history"]
    assert {str(row[1].cell.text) for row in table.rows} == {"Points for a review", "Points for taking part"}
