"""A member's tier, what counts for it, and tiers by hand, through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone
from test_tiers_of_members import publish, tiers

from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.loyalty import ledger, membership, tiering
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme, TierGrant
from treue.core.shop.models import Shop
from treue.core.staff import keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    return membership.join(programme=programme, customer=buying.customer(shop, "C-1017"), at=timezone.now())[0]


def rolling(measure: str = "spend") -> dict[str, object]:
    window, term = {"kind": "rolling", "months": 12}, {"kind": "months", "months": 12}
    document = tiers(measure, window=window, term=term)
    document["levels"][1]["benefits"] = [{"kind": "early_access", "hours": 24}]
    return document


def bought(member: Member, amount: int, days: int) -> None:
    buying.order(member.customer, f"{timezone.now() - timedelta(days=days):%Y-%m-%d} 10:00", amount=amount)
    tiering.refresh(member, now=timezone.now())


def test_without_tiers_there_is_nothing_to_say(writer: Asking, anna: Member) -> None:
    body = writer.get(f"/loyalty/members/{anna.pk}/qualifications").body
    assert (body["tier"], body["measure"], body["counted"], body["data"]) == (None, None, "0", [])


def test_orders_that_count_are_listed_with_the_way_ahead(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    bought(anna, 150, days=20)
    bought(anna, 60, days=400)
    body = writer.get(f"/loyalty/members/{anna.pk}/qualifications").body
    assert (body["tier"]["code"], body["is_granted"], body["measure"], body["currency"]) == (
        *("silver", False, "spend"),
        anna.programme.shop.currency,
    )
    assert (body["counted"], [each["amount"] for each in body["data"]]) == ("150.00", ["150.00"])
    assert (body["next_tier"]["tier"], body["next_tier"]["missing"]) == ("gold", "350.00")
    assert (body["keep"]["tier"], body["keep"]["missing"]) == ("silver", "100.00")


def test_the_list_is_paged_by_key(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    for amount in (10, 20, 30):
        bought(anna, amount, days=5)
    path, found, after = f"/loyalty/members/{anna.pk}/qualifications", [], None
    for _page in range(3):
        body = writer.get(path, limit=1, **({"after": after} if after else {})).body
        found += [each["amount"] for each in body["data"]]
        after = body["next"]
    assert (found, after) == (["30.00", "20.00", "10.00"], None)
    assert writer.get(path, after="nonsense").status == 422


def test_points_that_count_are_listed_with_their_transactions(
    writer: Asking, programme: Programme, anna: Member
) -> None:
    publish(programme, rolling("points"))
    now = timezone.now()
    earned = [Earning(anna.pk, 5, key=f"k{each}", at=now, reason="review", qualifying=60) for each in range(2)]
    made = ledger.earn(programme, earned)
    tiering.refresh(anna, now=now)
    body = writer.get(f"/loyalty/members/{anna.pk}/qualifications", limit=1).body
    assert (body["tier"]["code"], body["counted"], body["currency"]) == ("silver", "120", None)
    assert body["data"] == [
        {"at": body["data"][0]["at"], "amount": "60", "order": None, "transaction": made[1].journal}
    ]
    rest = writer.get(f"/loyalty/members/{anna.pk}/qualifications", after=body["next"]).body
    assert [each["transaction"] for each in rest["data"]] == [made[0].journal]


def test_who_left_qualifies_for_nothing(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    bought(anna, 150, days=20)
    membership.leave(member=anna, at=timezone.now())
    body = writer.get(f"/loyalty/members/{anna.pk}/qualifications").body
    assert (body["tier"], body["data"], body["measure"]) == (None, [], None)


def test_a_members_answer_names_the_tier_and_what_it_gives(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    bought(anna, 600, days=20)
    texts = {"en": "Access 24 hours before others", "de": "24 Stunden früher als andere dabei"}
    tier = {
        "code": "gold",
        "names": {"en": "Gold", "de": "Gold"},
        "benefits": [{"kind": "early_access", "hours": 24, "texts": texts}],
    }
    assert writer.get(f"/loyalty/members/{anna.pk}").body["tier"] == tier
    assert writer.get("/loyalty/members").body["data"][0]["tier"] == tier


def last_day(days: int = 30) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def test_a_program_gives_a_tier_once_and_ends_it_once(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    path, body = f"/loyalty/members/{anna.pk}/tier-grants", {"tier": "gold", "last_day": last_day()}
    tried = writer.send("POST", path, body | {"dry_run": True})
    assert (tried.status, tried.body["tier"], TierGrant.objects.count()) == (200, "gold", 0)
    first, again = (writer.send("POST", path, body, key="one") for _each in range(2))
    assert (first.status, again.body) == (201, first.body)
    assert writer.send("POST", path, body | {"tier": "silver"}, key="one").status == 422
    standing = writer.get(f"/loyalty/members/{anna.pk}/qualifications").body
    assert (standing["is_granted"], standing["reason"], standing["last_day"]) == (True, "granted", body["last_day"])
    assert standing["grants"] == [first.body]
    end = f"/loyalty/tier-grants/{first.body['id']}/end"
    assert writer.send("POST", end, {"dry_run": True}).body["ended_at"] is not None
    assert TierGrant.objects.get().ended_at is None
    ended, twice = (writer.send("POST", end, {}, key="two") for _each in range(2))
    assert (ended.status, twice.body) == (200, ended.body)
    refused = writer.send("POST", end, {}, key="three")
    assert (refused.status, refused.body["errors"][0]["reason"]) == (409, "grant-has-ended")
    assert writer.get(f"/loyalty/members/{anna.pk}").body["tier"] is None


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"tier": "platinum"}, "body/tier"),
        ({"last_day": "2020-01-01"}, "body/last_day"),
        ({"last_day": "2199-12-31"}, "body/last_day"),
        ({"last_day": 20000}, "body/last_day"),
        ({"last_day": "2026-02-30"}, "body/last_day"),
        ({"reason": "Because Anna is ill"}, "body/reason"),
    ],
)
def test_what_makes_no_sense_is_refused(
    writer: Asking, programme: Programme, anna: Member, wrong: dict[str, object], place: str
) -> None:
    publish(programme, rolling())
    body = {"tier": "gold", "last_day": last_day()} | wrong
    answer = writer.send("POST", f"/loyalty/members/{anna.pk}/tier-grants", body)
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, place)


def test_who_left_gets_none_and_another_shops_are_not_there(writer: Asking, programme: Programme, anna: Member) -> None:
    publish(programme, rolling())
    membership.leave(member=anna, at=timezone.now())
    body = {"tier": "gold", "last_day": last_day()}
    assert writer.send("POST", f"/loyalty/members/{anna.pk}/tier-grants", body).status == 409
    assert writer.send("POST", "/loyalty/tier-grants/4711/end", {}).status == 404
