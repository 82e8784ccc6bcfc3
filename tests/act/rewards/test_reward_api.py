"""Rewards as a shop's program asks for them."""

import re

import pytest

from tests.act.rewards.treats import NOW, broken, member, points, reward
from tests.act.vouchers import giving
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Programme
from treue.act.rewards import api_refusing, errors
from treue.act.rewards.models import Claim
from treue.act.vouchers.models import Code
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff import keys


@pytest.fixture
def program(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="shop", scopes=["read", "write"], by=None)[1])


def test_a_program_asks_redeems_and_cancels(program: Asking, programme: Programme) -> None:
    anna, of = member(programme, points=600), reward(programme, "voucher", stock=2, name="Five off")
    place = f"/loyalty/members/{anna.pk}/rewards"
    (offer,) = program.get(place).body["data"]
    assert (offer["can_be_had"], offer["reward"]["name"], offer["reward"]["stock_left"]) == (True, "Five off", 2)
    made = program.send("POST", place, {"reward": of.pk, "points": 500, "order": "A-1"}, key="k1")
    assert (made.status, made.body["points"], made.body["order"]) == (201, 500, "A-1")
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", made.body["code"])
    assert program.send("POST", place, {"reward": of.pk, "points": 500, "order": "A-1"}, key="k1").body == made.body
    assert points(anna) == 100
    (offer,) = program.get(place).body["data"]
    assert (offer["can_be_had"], offer["missing_points"]) == (False, 400)
    assert offer["refusals"][0] == {
        "reason": "not-enough-points",
        "detail": "There are not as many points.",
        "facts": {"balance": 100, "asked": 500},
    }
    claim = f"/loyalty/claims/{made.body['id']}"
    assert program.get(claim).body == made.body
    gone = program.send("POST", f"{claim}/cancel", {})
    assert (gone.status, gone.body["state"], points(anna)) == (200, "cancelled", 600)
    again = program.send("POST", f"{claim}/cancel", {})
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "cancelled-already")
    assert broken() == []


def test_the_points_of_a_reward_come_back_with_its_claim_alone(program: Asking, programme: Programme) -> None:
    anna, of = member(programme, points=600), reward(programme, "voucher")
    made = program.send("POST", f"/loyalty/members/{anna.pk}/rewards", {"reward": of.pk})
    claim = Claim.objects.get()
    for body in ({}, {"dry_run": True}):
        answer = program.send("POST", f"/loyalty/redemptions/{claim.journal}/roll-backs", body)
        assert (answer.status, answer.body["errors"][0]["reason"]) == (409, "belongs-to-something")
        assert f"claim {made.body['id']}" in answer.body["errors"][0]["detail"]
    assert points(anna) == 100
    program.send("POST", f"/loyalty/claims/{made.body['id']}/cancel", {})
    assert points(anna) == 600


def test_a_dry_run_leaves_nothing(program: Asking, programme: Programme) -> None:
    anna, of = member(programme, points=600), reward(programme, "voucher", stock=2)
    place, before = f"/loyalty/members/{anna.pk}/rewards", Event.objects.count()
    told = program.send("POST", place, {"reward": of.pk, "dry_run": True})
    assert (told.status, told.body["id"], told.body["code"], told.body["points"]) == (200, None, None, 500)
    of.refresh_from_db()
    assert (points(anna), of.stock_left, Claim.objects.count(), Code.objects.count()) == (600, 2, 0, 0)
    assert Event.objects.count() == before
    made = program.send("POST", place, {"reward": of.pk})
    told = program.send("POST", f"/loyalty/claims/{made.body['id']}/cancel", {"dry_run": True})
    assert (told.body["state"], Claim.objects.get().state, points(anna)) == ("cancelled", "redeemed", 100)


def test_a_refusal_says_why_with_its_facts(program: Asking, programme: Programme) -> None:
    anna, dear = member(programme, points=10), reward(programme)
    place = f"/loyalty/members/{anna.pk}/rewards"
    for body in ({"reward": dear.pk}, {"reward": dear.pk, "dry_run": True}):
        answer = program.send("POST", place, body)
        assert (answer.status, answer.type) == (409, "refused")
        (fault,) = answer.body["errors"]
        assert (fault["in"], fault["reason"]) == ("body/reward", "not-enough-points")
        assert fault["facts"] == {"balance": 10, "asked": 500}
    ended = reward(programme, valid_until=NOW.replace(year=2025))
    answer = program.send("POST", place, {"reward": ended.pk})
    assert answer.body["errors"][0]["facts"] == {"valid_until": "2025-11-29T12:00:00Z"}
    assert program.send("POST", place, {"reward": 999_999}).status == 422


def test_another_body_under_the_same_key_is_refused(program: Asking, programme: Programme) -> None:
    from treue.core.api.models import Answer

    anna, cup, mug = member(programme, points=2000), reward(programme), reward(programme)
    place = f"/loyalty/members/{anna.pk}/rewards"
    program.send("POST", place, {"reward": cup.pk}, key="k1")
    assert program.send("POST", place, {"reward": mug.pk}, key="k1").type == "idempotency-key-reused"
    Answer.objects.all().delete()
    assert program.send("POST", place, {"reward": mug.pk}, key="k1").type == "idempotency-key-reused"
    assert points(anna) == 1500


def test_a_gift_is_handed_over_and_stays(program: Asking, programme: Programme) -> None:
    anna = member(programme, points=1000)
    made = program.send("POST", f"/loyalty/members/{anna.pk}/rewards", {"reward": reward(programme).pk})
    claim = f"/loyalty/claims/{made.body['id']}"
    assert program.send("POST", f"{claim}/hand-over", {}).body["state"] == "handed over"
    assert program.send("POST", f"{claim}/hand-over", {}).status == 200
    answer = program.send("POST", f"{claim}/cancel", {})
    assert (answer.status, answer.body["errors"][0]["reason"]) == (409, "handed-over-already")


def test_rewards_are_listed_page_by_page(program: Asking, programme: Programme) -> None:
    made = [reward(programme, is_offered=number != 1).pk for number in range(3)]
    first = program.get("/loyalty/rewards", limit=2).body
    second = program.get("/loyalty/rewards", limit=2, after=first["next"]).body
    assert [each["id"] for each in (*first["data"], *second["data"])] == made[::-1]
    assert second["next"] is None


def test_another_shops_are_not_there(program: Asking, programme: Programme) -> None:
    other = Shop.objects.create(name="Coffee House")
    theirs = Programme.objects.create(shop=other, name="Coffee Circle")
    ben, bean = member(theirs, "ben", points=500), reward(theirs)
    claim = program.send("POST", f"/loyalty/members/{ben.pk}/rewards", {"reward": bean.pk})
    assert claim.status == 404
    anna = member(programme, points=500)
    assert program.send("POST", f"/loyalty/members/{anna.pk}/rewards", {"reward": bean.pk}).status == 422
    assert program.get("/loyalty/rewards").body["data"] == []
    assert program.get("/loyalty/claims/1").status == 404


def test_a_used_voucher_is_not_cancelled(program: Asking, programme: Programme) -> None:
    anna = member(programme, points=500)
    made = program.send("POST", f"/loyalty/members/{anna.pk}/rewards", {"reward": reward(programme, "voucher").pk})
    giving.redeem(Code.objects.select_related("shop").get(), customer=anna.customer)
    answer = program.send("POST", f"/loyalty/claims/{made.body['id']}/cancel", {})
    assert (answer.status, answer.body["errors"][0]["reason"]) == (409, "code-used")


def test_every_refusal_has_its_words() -> None:
    named = {*errors.Refusal.__subclasses__(), *errors.RewardError.__subclasses__()} - {errors.Refusal}
    of_the_catalogue = {errors.NameTaken, errors.ImpossibleReward, errors.GivenAlready}
    assert named - of_the_catalogue - {errors.KeyReused} == set(api_refusing.DETAILS)
