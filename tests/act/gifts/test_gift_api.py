"""Gifts as a shop's program asks for them."""

import re
from datetime import date

import pytest
from django.utils import timezone

from tests.act.gifts.presents import NOON, broken, member, night, plan, points, reward_plan, voucher_plan
from tests.act.rewards import treats
from tests.core.api.asking import Asking
from treue.act.gifts import api_writes, errors
from treue.act.gifts.models import Gift
from treue.act.loyalty import membership
from treue.act.loyalty.models import Programme
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers.models import Code
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff import keys


@pytest.fixture
def program(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="shop", scopes=["read", "write"], by=None)[1])


def test_a_program_reads_plans_and_what_a_member_got(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    of, voucher = plan(programme, name="Birthday"), voucher_plan(programme)
    night(programme)
    told = program.get("/loyalty/gift-plans").body["data"]
    assert [each["id"] for each in told] == [voucher.pk, of.pk]
    assert (told[1]["name"], told[1]["points"], told[1]["given"], told[1]["active"]) == ("Birthday", 100, 1, True)
    place = f"/loyalty/members/{anna.pk}/gifts"
    got = program.get(place).body["data"]
    assert {(each["plan"], each["points"], each["day"]) for each in got} == {
        (of.pk, 100, "2026-11-29"),
        (voucher.pk, None, "2026-11-29"),
    }
    assert sum(bool(re.fullmatch(r"(\w{4}-){3}\w{4}", each["code"] or "")) for each in got) == 1
    first = program.get(place, limit=1).body
    assert program.get(place, limit=1, after=first["next"]).body["data"][0]["id"] == got[1]["id"]
    pages = program.get("/loyalty/gift-plans", limit=1).body
    assert program.get("/loyalty/gift-plans", limit=1, after=pages["next"]).body["data"][0]["id"] == of.pk


def test_a_surprise_is_given_once_by_its_key(program: Asking, programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise", months_apart=6)
    place, body = f"/loyalty/members/{anna.pk}/gifts", {"plan": of.pk}
    made = program.send("POST", place, body, key="k1")
    assert (made.status, made.body["points"], made.body["occasion"]) == (201, 100, "surprise")
    assert program.send("POST", place, body, key="k1").body == made.body
    assert program.send("POST", place, {"plan": of.pk, "dry_run": True}, key="k1").status in (409, 422)
    again = program.send("POST", place, body, key="k2")
    today = timezone.now().astimezone(programme.shop.tz).date().isoformat()
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "given-lately")
    assert again.body["errors"][0]["facts"] == {"given_on": today, "months": 6}
    assert (points(anna), broken()) == (100, [])


def test_a_dry_run_leaves_nothing(program: Asking, programme: Programme) -> None:
    anna, of = member(programme), voucher_plan(programme, "surprise")
    before = Event.objects.count()
    told = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": of.pk, "dry_run": True})
    assert (told.status, told.body["id"], told.body["code"]) == (200, None, None)
    of.refresh_from_db()
    assert (of.given, Gift.objects.count(), Code.objects.count(), Event.objects.count()) == (0, 0, 0, before)


def test_a_refusal_says_why(program: Asking, programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben")
    membership.leave(member=ben, at=timezone.now())
    over = plan(programme, "surprise", valid_until=date(2025, 1, 1))
    by_day, surprise = plan(programme), plan(programme, "surprise", most_gifts=1)
    ended = voucher_plan(programme, "surprise", valid_until=NOON.replace(year=2025))
    for of, whose, why in (
        (by_day, anna, "only-surprises"),
        (over, anna, "plan-stopped"),
        (surprise, ben, "has-left"),
        (ended, anna, "voucher-over"),
    ):
        answer = program.send("POST", f"/loyalty/members/{whose.pk}/gifts", {"plan": of.pk})
        assert (answer.status, answer.body["errors"][0]["reason"]) == (409, why)
    assert program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": surprise.pk}).status == 201
    answer = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": surprise.pk})
    assert answer.body["errors"][0]["reason"] == "used-up"
    assert program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": 9_999}).status == 422
    assert program.send("POST", "/loyalty/members/9999/gifts", {"plan": surprise.pk}).status == 404


def test_every_refusal_has_its_words() -> None:
    assert {*api_writes.DETAILS} == {*errors.Refusal.__subclasses__()}


def test_points_of_a_gift_are_not_taken_back_by_their_transaction(program: Asking, programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise")
    gift = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": of.pk}).body
    path = f"/loyalty/transactions/{Gift.objects.get().journal}/returns"
    for body in ({}, {"points": 5}, {"dry_run": True}):
        refused = program.send("POST", path, body)
        (error,) = refused.body["errors"]
        assert (refused.status, error["in"], error["reason"]) == (409, "path/transaction_id", "belongs-to-something")
        assert (error["facts"], "by hand" in error["detail"]) == ({"gift": gift["id"]}, True)
    assert (points(anna), broken()) == (100, [])


def test_a_reward_is_given_handed_over_and_cancelled_by_its_claim(program: Asking, programme: Programme) -> None:
    anna, cup = member(programme), treats.reward(programme, stock=5)
    of, place = reward_plan(programme, cup, "surprise"), f"/loyalty/members/{anna.pk}/gifts"
    (told,) = program.get("/loyalty/gift-plans").body["data"]
    assert (told["reward"], told["campaign"], told["points"]) == (cup.pk, None, None)
    dry = program.send("POST", place, {"plan": of.pk, "dry_run": True})
    assert (dry.status, dry.body["reward"], dry.body["claim"]) == (200, cup.pk, None)
    assert not Claim.objects.exists()
    made = program.send("POST", place, {"plan": of.pk}, key="k1")
    assert program.send("POST", place, {"plan": of.pk}, key="k1").body == made.body
    claim = Claim.objects.get()
    assert (made.body["reward"], made.body["claim"]) == (cup.pk, claim.pk)
    assert (made.body["points"], made.body["transaction"], made.body["code"]) == (None, None, None)
    assert program.get(place).body["data"] == [made.body]
    own = f"/loyalty/claims/{claim.pk}"
    read = program.get(own).body
    assert (read["points"], read["transaction"], read["state"], read["reward"]) == (0, None, "redeemed", cup.pk)
    assert program.send("POST", f"{own}/hand-over", {}).body["state"] == "handed over"
    again = program.send("POST", place, {"plan": of.pk}, key="k2").body
    gone = program.send("POST", f"/loyalty/claims/{again['claim']}/cancel", {})
    assert (gone.status, gone.body["state"], gone.body["points"], points(anna)) == (200, "cancelled", 0, 0)
    assert (Reward.objects.get().stock_left, broken()) == (4, [])


def test_a_voucher_of_the_catalogue_comes_with_its_code(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    of = reward_plan(programme, treats.reward(programme, "voucher"), "surprise")
    made = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": of.pk}).body
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", made["code"])
    assert program.get(f"/loyalty/claims/{made['claim']}").body["code"] == made["code"]


def test_a_reward_that_cannot_be_given_says_why(program: Asking, programme: Programme) -> None:
    anna = member(programme)
    gone = reward_plan(programme, treats.reward(programme, stock=0), "surprise")
    over = reward_plan(programme, treats.reward(programme, valid_until=NOON.replace(year=2025)), "surprise")
    for of, why in ((gone, "out-of-stock"), (over, "reward-over")):
        answer = program.send("POST", f"/loyalty/members/{anna.pk}/gifts", {"plan": of.pk})
        assert (answer.status, answer.body["errors"][0]["reason"]) == (409, why)
    assert not Gift.objects.exists()
