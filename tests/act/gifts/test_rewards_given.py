"""A reward of the catalogue as a gift: for nothing, once, out of the stock, and never against a member's own limit."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from tests import at_once as threads
from tests.act.gifts.presents import NOON, TODAY, member, night, plan, points, reward_plan
from tests.act.rewards import treats
from tests.act.rewards.treats import broken, cancel, redeem, reward
from tests.act.vouchers import giving as vouchers
from treue.act.gifts import errors, expecting, figures, giving, plans, sentences
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.models import Journal, Member, Programme
from treue.act.rewards import catalogue, offers, redeeming
from treue.act.rewards.errors import CancelledAlready, HandedOverAlready, LimitReached
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers.models import Campaign, Code
from treue.core.customers import erasure, export, merging
from treue.core.events.models import Event
from treue.core.shop.models import Shop

DAY = timedelta(days=1)
at_once = partial(threads.at_once, refused=errors.GiftError)


def told() -> list[str]:
    names = ("Gift Given", "Reward Redeemed", "Reward Handed Over", "Reward Cancelled", "Points Redeemed")
    return list(Event.objects.filter(name__in=names).order_by("pk").values_list("name", flat=True))


def stock_of(reward: Reward) -> int:
    return Reward.objects.get(pk=reward.pk).stock_left


def test_a_reward_is_given_once_for_nothing_though_nights_come_again(programme: Programme) -> None:
    anna = member(programme)
    cake = reward(programme, "product", name="Cake", stock=3, is_offered=False)
    of = reward_plan(programme, cake, cost=cake.cost)
    assert [night(programme), night(programme), night(programme, TODAY + DAY)] == [{"given": 1}, *[{"given": 0}] * 2]
    gift, claim = Gift.objects.get(), Claim.objects.get()
    assert (gift.claim, gift.points, gift.journal, gift.code, gift.expires_at) == (claim, None, None, None, None)
    assert (claim.member, claim.points, claim.journal, claim.state) == (anna, 0, None, "redeemed")
    assert (stock_of(cake), points(anna), Journal.objects.count()) == (2, 0, 0)
    of.refresh_from_db()
    assert (of.given, of.spent) == (1, cake.cost)
    facts = Event.objects.get(name="Gift Given").facts
    assert facts["reward"] == {"id": cake.pk, "name": "Cake", "kind": "product"}
    assert (facts["claim"], "points" in facts, "campaign" in facts) == (claim.pk, False, False)
    assert (told(), broken()) == (["Gift Given"], [])


def test_a_voucher_of_the_catalogue_is_theirs_alone_and_ends_with_its_campaign(programme: Programme) -> None:
    anna, ends = member(programme), NOON + 40 * DAY
    campaign = vouchers.campaign(programme.shop, valid_until=ends)
    reward_plan(programme, reward(programme, "voucher", campaign=campaign))
    night(programme)
    gift, code = Gift.objects.get(), Code.objects.get()
    assert (gift.code, gift.claim.code, gift.expires_at, code.customer_id) == (code, code, ends, anna.customer_id)
    assert code.text not in json.dumps(Event.objects.get(name="Gift Given").facts)


def test_the_same_gift_asked_for_again_is_the_same_claim(programme: Programme) -> None:
    anna, cup = member(programme), reward(programme, stock=3)
    of = reward_plan(programme, cup, "surprise")
    give = {"plan": of, "member": anna, "key": "k", "now": NOON}
    assert giving.give_surprise(**give).claim == giving.give_surprise(**give).claim
    about = {"reward": cup.pk, "member": Member.objects.get(), "key": f"gift {Gift.objects.get().pk}", "now": NOON}
    with transaction.atomic():
        assert redeeming.give(**about, by=None) == Claim.objects.get()
    assert stock_of(cup) == 2


def test_out_of_stock_waits_with_its_reason_and_comes_when_there_is_more(programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben")
    cake = reward(programme, stock=1)
    of = reward_plan(programme, cake)
    assert night(programme) == {"given": 1}
    waits = Gift.objects.get(state="waiting")
    assert (waits.member, waits.problem, waits.claim, Claim.objects.get().member) == (ben, "OutOfStock", None, anna)
    of.refresh_from_db()
    assert of.given == 1
    terms = catalogue.Terms(
        **{name: getattr(cake, name) for name in catalogue.Terms.__dataclass_fields__} | {"stock": 2}
    )
    catalogue.change(reward=cake, terms=terms, by=None)
    assert night(programme, TODAY + DAY) == {"given": 1}
    waits.refresh_from_db()
    assert (waits.state, waits.problem, waits.claim.member, stock_of(cake)) == ("given", "", ben, 0)


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"valid_until": NOON}, "RewardOver"),
        ({"valid_from": NOON + DAY / 2}, "RewardOver"),
        ({"stock": 0}, "OutOfStock"),
        ({"kind": "voucher", "campaign": {"valid_until": NOON}}, "RewardOver"),
        ({"kind": "voucher", "campaign": {"most_codes": 1}}, "OutOfStock"),
    ],
    ids=["over", "not begun", "out of stock", "campaign over", "codes gone"],
)
def test_what_stands_against_it_is_the_gifts_problem_and_changes_nothing(
    programme: Programme, terms: dict, problem: str
) -> None:
    member(programme)
    if "campaign" in terms:
        terms = terms | {"campaign": vouchers.campaign(programme.shop, **terms["campaign"])}
        Campaign.objects.filter(most_codes=1).update(codes_made=1)
    of = reward_plan(programme, reward(programme, **terms))
    assert night(programme) == {"given": 0}
    assert set(Gift.objects.values_list("state", "problem", "tries")) == {("waiting", problem, 1)}
    of.refresh_from_db()
    assert (of.given, of.spent, Claim.objects.count(), told()) == (0, 0, 0, [])


def test_a_tier_and_a_limit_do_not_keep_a_gift_and_a_gift_does_not_use_the_limit_up(programme: Programme) -> None:
    treats.tiers(programme)
    anna = member(programme)
    treats.earn(anna, 1500, at=NOON, key="a")
    cup = reward(programme, stock=9, most_per_member=1, lowest_tier="silver")
    reward_plan(programme, cup, "surprise", winners=1)
    reward_plan(programme, cup)
    assert night(programme) == {"given": 2}
    assert not MemberCount.objects.exists()
    assert offers.of(cup, anna, now=NOON).left == 1
    own = redeem(cup, anna)
    with pytest.raises(LimitReached):
        redeem(cup, anna, key="k2")
    assert MemberCount.objects.get().claims == 1
    for key, gift in enumerate(Claim.objects.filter(points=0)):
        cancel(gift, key=f"c{key}")
    assert MemberCount.objects.get().claims == 1
    with pytest.raises(LimitReached):
        redeem(cup, anna, key="k3")
    cancel(own, key="own")
    redeem(cup, anna, key="k4")
    assert (stock_of(cup), broken()) == (8, [])


def test_a_limit_that_is_younger_than_a_gift_does_not_count_it(programme: Programme) -> None:
    anna = member(programme)
    treats.earn(anna, 1000)
    cup = reward(programme)
    reward_plan(programme, cup)
    night(programme)
    Reward.objects.update(most_per_member=1)
    redeem(cup, anna)
    with pytest.raises(LimitReached):
        redeem(cup, anna, key="k2")


def test_who_cancels_it_moves_no_points_and_the_gift_stays_given(programme: Programme) -> None:
    anna, of = member(programme), reward(programme, "voucher", stock=1, campaign=vouchers.campaign(programme.shop))
    by = reward_plan(programme, of)
    night(programme)
    done = cancel(Claim.objects.get(), now=NOON)
    assert cancel(Claim.objects.get(), now=NOON) == done
    with pytest.raises(CancelledAlready):
        cancel(Claim.objects.get(), key="c2", now=NOON)
    by.refresh_from_db()
    assert (Claim.objects.get().state, Code.objects.get().state, stock_of(of)) == ("cancelled", "cancelled", 1)
    assert (Gift.objects.get().state, by.given, points(anna), Journal.objects.count()) == ("given", 1, 0, 0)
    assert told() == ["Gift Given", "Reward Cancelled"]
    assert night(programme, TODAY + DAY) == {"given": 0}


@pytest.mark.parametrize("kind", ["donation", "early access"])
def test_what_nobody_hands_over_counts_as_used_until_it_is_cancelled(programme: Programme, kind: str) -> None:
    member(programme)
    by = reward_plan(programme, reward(programme, kind))
    night(programme)
    gift = Gift.objects.get()
    assert (figures.of([by], TODAY)[by.pk].used, figures.used([gift])) == (1, {gift.pk})
    cancel(Claim.objects.get())
    assert (figures.of([by], TODAY)[by.pk].used, figures.used([gift])) == (0, set())


def test_it_is_handed_over_and_counts_as_used_then(programme: Programme) -> None:
    member(programme)
    by = reward_plan(programme, reward(programme))
    night(programme)
    assert figures.of([by], TODAY)[by.pk].used == 0
    redeeming.hand_over(claim=Claim.objects.get(), now=NOON, by=None)
    with pytest.raises(HandedOverAlready):
        cancel(Claim.objects.get())
    assert figures.of([by], TODAY)[by.pk].used == 1
    assert told() == ["Gift Given", "Reward Handed Over"]


def test_figures_of_a_reward_tell_gifts_from_redemptions(programme: Programme) -> None:
    anna, _ben = member(programme), member(programme, "ben")
    treats.earn(anna, 500)
    cup = reward(programme)
    reward_plan(programme, cup)
    night(programme)
    redeem(cup, anna)
    found = catalogue.figures([cup], now=NOON)[cup.pk]
    assert (found.in_all, found.this_month, found.gifts, found.waiting) == (1, 1, 2, 3)
    cancel(Claim.objects.filter(points=0)[0])
    found = catalogue.figures([cup], now=NOON)[cup.pk]
    assert (found.in_all, found.gifts, found.waiting) == (1, 1, 2)


def test_no_more_are_expected_than_there_are(programme: Programme) -> None:
    for number in range(4):
        member(programme, f"m{number}")
    by = reward_plan(programme, reward(programme, stock=3))
    found = expecting.of(Plan.objects.get(pk=by.pk), TODAY)
    assert (found.today, found.soon) == (3, 3)


def test_what_was_given_stays_what_it_was_though_its_plan_gives_something_else_since(programme: Programme) -> None:
    anna = member(programme)
    by = reward_plan(programme, reward(programme, name="Cake"))
    vouchers_too = plan(programme, campaign=vouchers.campaign(programme.shop))
    night(programme)
    for each in (by, vouchers_too):
        now = {name: getattr(each, name) for name in plans.Terms.__dataclass_fields__}
        now |= {"points": 7, "campaign": None, "reward": None}
        plans.change(plan=each, terms=plans.Terms(**now), by=None)
    assert {sentences.what_they_got(each) for each in figures.of_member(anna)} == {
        "“Cake”",
        "a voucher: Takes €5.00 off",
    }


def test_of_two_plans_at_once_one_gives_the_last_one(programme: Programme) -> None:
    cake = reward(programme, stock=1)
    them = [member(programme, f"m{number}") for number in range(8)]
    two = [reward_plan(programme, cake, "surprise"), reward_plan(programme, cake, "surprise")]

    def deed(number: int) -> None:
        giving.give_surprise(plan=two[number % 2], member=them[number], key=f"k{number}", now=NOON)

    assert at_once(deed, 8) == {"": 1, "OutOfStock": 7}
    assert (stock_of(cake), Claim.objects.count(), Gift.objects.count(), told()) == (0, 1, 1, ["Gift Given"])
    assert sum(Plan.objects.values_list("given", flat=True)) == 1


def test_the_statement_itself_keeps_the_last_one(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the stock was looked at before the other one had written."""
    cake = reward(programme, stock=1)
    them = [member(programme, f"m{number}") for number in range(8)]
    by = reward_plan(programme, cake, "surprise")
    monkeypatch.setattr(redeeming.conditions, "of_the_shop", lambda *_args: iter(()))
    deed = lambda number: giving.give_surprise(plan=by, member=them[number], key=f"k{number}", now=NOON)  # noqa: E731
    assert at_once(deed, 8) == {"": 1, "OutOfStock": 7}
    assert (stock_of(cake), Claim.objects.count()) == (0, 1)


def test_giving_redeeming_and_cancelling_at_once_neither_waits_for_ever_nor_loses(programme: Programme) -> None:
    cup = reward(programme, "voucher", stock=6, most_per_member=2)
    them = [member(programme, f"m{number}") for number in range(4)]
    for each in them:
        treats.earn(each, 5000)
    by = [reward_plan(programme, cup, "surprise") for _each in range(2)]
    done: list[Claim] = []

    def deed(number: int) -> None:
        for turn in range(3):
            whose, key = them[(number + turn) % 4], f"k{number} {turn}"
            if (number + turn) % 3 == 0:
                done.append(redeem(cup, whose, key=key))
            elif (number + turn) % 3 == 1:
                about = {"plan": by[number % 2], "member": whose, "now": NOON}
                done.append(giving.give_surprise(key=key, **about).claim)
            elif done:
                cancel(done.pop(), key=key)

    threads.at_once(deed, 12, refused=(errors.GiftError, treats.redeeming.OutOfStock, LimitReached))
    left = Claim.objects.exclude(state="cancelled")
    assert stock_of(cup) == 6 - left.count()
    for each in them:
        assert points(each) == 5000 - 500 * left.filter(member=each, points=500).count()
    for each in MemberCount.objects.all():
        assert each.claims == left.filter(member=each.member, points=500).count()
    assert Code.objects.filter(state="given").count() == left.count()
    assert broken() == []


def test_many_workers_at_once_give_each_member_one_reward(programme: Programme) -> None:
    for number in range(4):
        member(programme, f"m{number}")
    cake = reward(programme, "voucher", stock=9)
    reward_plan(programme, cake)
    assert at_once(lambda _number: night(programme), 6) == {"": 6}
    assert (Claim.objects.count(), Code.objects.count(), stock_of(cake), told()) == (4, 4, 5, ["Gift Given"] * 4)


def test_a_plan_gives_one_thing_alone_and_one_of_its_programme(programme: Programme) -> None:
    cup = reward(programme)
    other = Programme.objects.create(shop=Shop.objects.create(name="Other", zone="Europe/Berlin"), name="Other")
    theirs = reward(other)
    for more, field in (
        ({"points": 5}, "points"),
        ({"campaign": vouchers.campaign(programme.shop)}, "points"),
        ({"reward": None}, "points"),
        ({"reward": theirs}, "reward"),
        ({"lasts_days": 3}, "lasts_days"),
    ):
        with pytest.raises(errors.ImpossiblePlan) as refused:
            reward_plan(programme, **{"reward": cup, **more})
        assert refused.value.field == field
    reward_plan(programme, cup)
    for wrong in ({"points": 5}, {"reward": None}, {"lasts_days": 3}):
        with pytest.raises(IntegrityError, match="gifts_points_a_voucher_or_a_reward"):
            Plan.objects.update(**wrong)


def test_a_claim_costs_points_with_a_journal_or_nothing_without(programme: Programme) -> None:
    member(programme)
    reward_plan(programme, reward(programme))
    night(programme)
    for wrong in ({"points": 5}, {"journal": 5}):
        with pytest.raises(IntegrityError, match="rewards_claim_cost_points_or_is_a_gift"):
            Claim.objects.update(**wrong)


def test_a_copy_of_the_data_has_it_and_an_erasure_deletes_both(programme: Programme) -> None:
    anna, _ben = member(programme), member(programme, "ben")
    cake = reward(programme, "voucher", name="Cake", stock=9)
    by = reward_plan(programme, cake)
    night(programme)
    code = Gift.objects.get(member=anna).code.text
    with export.export(customer=anna.customer, by=None, now=NOON) as file:
        data = json.load(file)["data"]
    (gift,), (claim,) = data["gifts.gift"], data["rewards.claim"]
    assert (gift["claim_reward_name"], gift["code_text"], gift["points"]) == ("Cake", code, None)
    assert (claim["reward_name"], claim["points"], claim["code_text"]) == ("Cake", 0, code)
    receipt = erasure.erase(customer=anna.customer, by=None)
    assert [receipt.deleted[label] for label in ("gifts.Gift", "rewards.Claim", "vouchers.Code")] == [1, 1, 1]
    by.refresh_from_db()
    assert (Gift.objects.count(), Claim.objects.count(), stock_of(cake), by.given) == (1, 1, 7, 2)


def test_what_a_merged_membership_was_given_can_be_cancelled(programme: Programme) -> None:
    anna, double = member(programme, born=None), member(programme, "double")
    cake = reward(programme, stock=1)
    reward_plan(programme, cake)
    night(programme)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert cancel(Claim.objects.get(), now=NOON).state == "cancelled"
    assert (stock_of(cake), points(anna), broken()) == (1, 0, [])
