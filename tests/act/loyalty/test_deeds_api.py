"""A program tells what members did, and takes back what was none."""

from datetime import timedelta

import pytest
from django.utils import timezone
from members import has
from telling_deeds import publish, reward, rule, told, with_sources

from tests.core.api.asking import Answer, Asking
from tests.core.lake import buying
from treue.act.loyalty import ledger, membership
from treue.act.loyalty.models import Member, Programme, RewardedDeed
from treue.core.shop.models import Shop
from treue.core.staff import keys

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=90)


@pytest.fixture
def writer(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    cup = rule("event", 5, event="Cup Returned")
    publish(programme, rule("review", 20, caps={"in_all": 30}), cup, since=LONG_AGO)
    return membership.join(programme=programme, customer=buying.customer(shop, "C-1017"), at=LONG_AGO)[0]


def tell(writer: Asking, member: Member, key: str | None = None, **body: object) -> Answer:
    return writer.send("POST", f"/loyalty/members/{member.pk}/deeds", {"kind": "review"} | body, key=key)


def test_a_deed_earns_what_the_rules_say(writer: Asking, anna: Member) -> None:
    tried = tell(writer, anna, dry_run=True)
    assert (tried.status, tried.body["points"], tried.body["id"], RewardedDeed.objects.count()) == (200, 20, None, 0)
    then = (timezone.now() - timedelta(days=3)).isoformat()
    first = tell(writer, anna, key="k", happened_at=then)
    again = tell(writer, anna, key="k", happened_at=then)
    own = tell(writer, anna, kind="event", event="Cup Returned")
    assert (first.status, first.body) == (again.status, again.body) == (201, first.body)
    assert (first.body["points"], first.body["kind"], first.body["reason"]) == (20, "review", None)
    assert (own.body["points"], own.body["event"], has(anna.pk)["points"]) == (5, "Cup Returned", 25)
    listed = writer.get(f"/loyalty/members/{anna.pk}/transactions").body["data"]
    assert [(each["id"], each["reason"]) for each in listed][1] == (first.body["transaction"], "review")
    assert writer.send("POST", f"/loyalty/members/{anna.pk}/deeds", {"kind": "visit"}, key="k").status == 422


def test_a_deed_told_by_an_event_too_earns_once_whichever_comes_first(writer: Asking, anna: Member) -> None:
    with_sources(anna.programme)
    now = timezone.now()
    first = tell(writer, anna, reference=" R-1 ")
    reward(told(anna.pk, "Product Reviewed", reference="R-1", at=now))
    reward(told(anna.pk, "Cup Returned", message="m2", reference="R-1", at=now))
    cup = {"kind": "event", "event": "Cup Returned", "reference": "R-1"}
    tried, later = tell(writer, anna, **cup, dry_run=True), tell(writer, anna, **cup, key="later")
    assert (first.status, first.body["reference"], first.body["points"]) == (201, "R-1", 20)
    assert (later.status, later.body["points"], later.body["reason"]) == (200, 5, None)
    assert tried.body == later.body == tell(writer, anna, **cup, key="later").body
    assert (RewardedDeed.objects.count(), has(anna.pk)["points"]) == (2, 25)
    assert tell(writer, anna, reference="r" * 121).status == 422


def test_points_of_a_deed_go_back_with_the_deed_alone(writer: Asking, anna: Member) -> None:
    deed = tell(writer, anna).body
    path = f"/loyalty/transactions/{deed['transaction']}/returns"
    for body in ({}, {"points": 5}, {"dry_run": True}):
        refused = writer.send("POST", path, body)
        (error,) = refused.body["errors"]
        assert (refused.status, error["in"], error["reason"]) == (409, "path/transaction_id", "belongs-to-something")
        assert (error["facts"], "the deed's own take-back" in error["detail"]) == ({"deed": deed["id"]}, True)
    assert (has(anna.pk)["points"], RewardedDeed.objects.get().taken_back_at) == (20, None)
    back = writer.send("POST", f"/loyalty/deeds/{deed['id']}/take-back", {})
    assert (back.status, has(anna.pk)) == (201, {})
    assert [tell(writer, anna).body["points"] for _each in range(2)] == [10, 0]  # the cap of 30 counts what was back
    RewardedDeed.objects.filter(pk=deed["id"]).update(kind="content")
    content = writer.send("POST", path, {}).body["errors"][0]
    assert "withdrawn or taken down" in content["detail"]


def test_it_says_why_a_deed_earns_nothing(writer: Asking, anna: Member) -> None:
    before = (LONG_AGO - timedelta(days=1)).isoformat()
    cases = [
        ({"kind": "visit"}, "no-rule"),
        ({"kind": "event", "event": "Cup Broken"}, "no-rule"),
        ({"happened_at": before}, "not-a-member-then"),
    ]
    for body, why in cases:
        for is_dry in (True, False):
            answer = tell(writer, anna, **body, dry_run=is_dry)
            assert (answer.status, answer.body["points"], answer.body["id"], answer.body["reason"]) == (
                200,
                0,
                None,
                why,
            )
    given = [tell(writer, anna).body["points"] for _each in range(2)]
    last, again = (tell(writer, anna, key="last") for _each in range(2))
    assert (given, last.body["reason"], last.body) == ([20, 10], "limit-reached", again.body)
    membership.leave(member=anna, at=timezone.now())
    assert tell(writer, anna).body["reason"] == "not-a-member-then"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"kind": "event"}, "body/event"),
        ({"event": "Cup Returned"}, "body/event"),
        ({"kind": "content"}, "body/kind"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "body/happened_at"),
    ],
)
def test_what_is_no_deed_is_refused(writer: Asking, anna: Member, body: dict[str, str], place: str) -> None:
    answer = tell(writer, anna, **body)
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, place)


def test_a_deed_is_taken_back_once(writer: Asking, anna: Member) -> None:
    deed = tell(writer, anna).body
    ledger.burn(anna.programme, anna.pk, 15, key="b", at=timezone.now(), reason="cup")
    path = f"/loyalty/deeds/{deed['id']}/take-back"
    tried = writer.send("POST", path, {"dry_run": True})
    first = writer.send("POST", path, {}, key="k")
    again = writer.send("POST", path, {}, key="k")
    other = writer.send("POST", path, {})
    assert (tried.status, first.status, again.body) == (200, 201, first.body)
    assert first.body["taken_back_at"]
    assert (other.status, other.body["errors"][0]["reason"]) == (409, "taken-back")
    assert has(anna.pk) == {"points": -15}


def test_deeds_of_another_shop_and_of_content_are_not_found(writer: Asking, anna: Member) -> None:
    other = Shop.objects.create(name="Coffee House")
    stranger = Asking(keys.add(shop=other, name="till", scopes=["read", "write"], by=None)[1])
    deed = tell(writer, anna).body["id"]
    assert tell(stranger, anna).status == 404
    assert stranger.send("POST", f"/loyalty/deeds/{deed}/take-back", {}).status == 404
    RewardedDeed.objects.update(kind="content")
    assert writer.send("POST", f"/loyalty/deeds/{deed}/take-back", {}).status == 404
