"""Members and points through the API: what a shop's own program and a till do."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from members import has

from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.loyalty import awarding, ledger, membership, setting_up, verifying
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Journal, Lot, Member, Programme
from treue.core.customers import erasure, merging
from treue.core.shop.models import Shop
from treue.core.staff import keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    return membership.join(programme=programme, customer=buying.customer(shop, "C-1017"), at=timezone.now())[0]


def give(writer: Asking, member: Member, points: int, **more: object) -> int:
    answer = writer.send("POST", f"/loyalty/members/{member.pk}/points", {"points": points, "reason": "review", **more})
    assert answer.status == 201
    return answer.body["id"]


def redeem(writer: Asking, member: Member, points: int, **more: object) -> int:
    body = {"points": points, "reason": "cup", **more}
    answer = writer.send("POST", f"/loyalty/members/{member.pk}/redemptions", body)
    assert answer.status == 201
    return answer.body["id"]


def test_a_customer_joins_once(writer: Asking, shop: Shop, programme: Programme) -> None:
    buying.customer(shop, "C-1017")
    tried = writer.send("POST", "/loyalty/members", {"customer": "C-1017", "dry_run": True})
    assert (tried.status, Member.objects.exists()) == (200, False)
    first = writer.send("POST", "/loyalty/members", {"customer": "C-1017"})
    again = writer.send("POST", "/loyalty/members", {"customer": "C-1017"})
    assert (first.status, again.status, first.body["id"]) == (201, 200, again.body["id"])
    assert first.body["balances"] == {"points": 0, "pending": 0, "held": 0, "qualifying": 0}


def test_nobody_joins_what_is_not_there(writer: Asking, shop: Shop) -> None:
    assert writer.send("POST", "/loyalty/members", {"customer": "C-1"}).status == 404
    Programme.objects.create(shop=shop, name="Tea Circle")
    answer = writer.send("POST", "/loyalty/members", {"customer": "C-1"})
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/customer")


def test_members_are_listed_and_found(writer: Asking, shop: Shop, programme: Programme, anna: Member) -> None:
    ben = membership.join(programme=programme, customer=buying.customer(shop, "B"), at=timezone.now())[0]
    give(writer, ben, 70)
    first = writer.get("/loyalty/members", limit=1).body
    second = writer.get("/loyalty/members", limit=1, after=first["next"]).body
    assert [each["id"] for page in (first, second) for each in page["data"]] == [anna.pk, ben.pk]
    assert (second["next"], second["data"][0]["balances"]["points"]) == (None, 70)
    assert writer.get("/loyalty/members", number=ben.number).body["data"][0]["customer"] == ben.customer_id
    assert writer.get("/loyalty/members", customer="C-1017").body["data"][0]["id"] == anna.pk
    assert writer.get("/loyalty/members", customer="C-1017", number="1").status == 422


def test_points_are_given_redeemed_and_rolled_back(writer: Asking, anna: Member) -> None:
    give(writer, anna, 100, qualifying=20)
    redemption = redeem(writer, anna, 60)
    path = f"/loyalty/redemptions/{redemption}/roll-backs"
    part = writer.send("POST", path, {"points": 10})
    whole = writer.send("POST", path, {})
    again = writer.send("POST", path, {})
    assert (part.body["points"], whole.body["points"], whole.body["balance"]) == (10, 50, 100)
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "nothing-left")
    listed = writer.get(f"/loyalty/members/{anna.pk}/transactions").body["data"]
    assert [each["kind"] for each in listed] == ["give_back", "give_back", "burn", "earn"]
    assert has(anna.pk) == {"points": 100, "qualifying": 20}


def test_held_points_are_captured_in_part_or_released(writer: Asking, anna: Member) -> None:
    give(writer, anna, 100)
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    held = redeem(writer, anna, 60, held_until=until)
    assert writer.get(f"/loyalty/members/{anna.pk}").body["balances"]["held"] == 60
    tried = writer.send("POST", f"/loyalty/redemptions/{held}/capture", {"points": 50, "dry_run": True})
    captured = writer.send("POST", f"/loyalty/redemptions/{held}/capture", {"points": 50})
    assert (tried.status, captured.status) == (200, 201)
    assert (tried.body["points"], captured.body["points"], captured.body["held"]) == (10, 10, -60)
    ended = writer.send("POST", f"/loyalty/redemptions/{held}/release", {})
    assert (ended.status, ended.body["errors"][0]["reason"]) == (409, "hold-has-ended")
    other = redeem(writer, anna, 50, held_until=until)
    assert writer.send("POST", f"/loyalty/redemptions/{other}/capture", {"points": 51}).status == 422
    assert writer.send("POST", f"/loyalty/redemptions/{other}/release", {}).status == 201
    assert has(anna.pk) == {"points": 50}


def test_a_hold_that_is_sent_again_when_it_is_over_gets_its_first_answer(
    writer: Asking, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(writer, anna, 100)
    body = {"points": 60, "reason": "cup", "held_until": (timezone.now() + timedelta(hours=1)).isoformat()}
    path = f"/loyalty/members/{anna.pk}/redemptions"
    first = writer.send("POST", path, body, key="once")
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("treue.act.loyalty.api_writes.timezone", SimpleNamespace(now=lambda: later))
    again, new = writer.send("POST", path, body, key="once"), writer.send("POST", path, body)
    assert (again.status, again.body["id"], new.status) == (201, first.body["id"], 422)


def test_given_points_are_taken_back_and_those_of_orders_follow_their_orders(
    writer: Asking, shop: Shop, programme: Programme, anna: Member
) -> None:
    given = give(writer, anna, 100, qualifying=10)
    redeem(writer, anna, 100)
    part = writer.send("POST", f"/loyalty/transactions/{given}/returns", {"points": 55})
    assert (part.body["points"], part.body["qualifying"], part.body["balance"]) == (-55, -5, -55)
    rules = setting_up.simple_rules(shop, points=1, amount=1, welcome=0)
    long_ago = timezone.now() - timedelta(days=9)
    setting_up.save(programme=programme, rules=rules, now=long_ago, by=None)
    Member.objects.update(joined_at=long_ago, earns_from=long_ago)
    buying.order(anna.customer, f"{timezone.now() - timedelta(days=1):%Y-%m-%d %H:%M}", 30)
    awarding.reckon(anna, now=timezone.now())
    order = Journal.objects.get(order_id__isnull=False)
    assert writer.send("POST", f"/loyalty/transactions/{order.pk}/returns", {}).status == 404


@pytest.fixture
def double(shop: Shop, programme: Programme) -> Member:
    return membership.join(programme=programme, customer=buying.customer(shop, "double"), at=timezone.now())[0]


@pytest.mark.parametrize("most_owed", [0, None])
def test_what_was_given_to_a_merged_membership_is_taken_back_where_it_went(
    writer: Asking, anna: Member, double: Member, most_owed: int | None
) -> None:
    Programme.objects.update(debt_limit=most_owed)
    given = give(writer, double, 100)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert (has(anna.pk), has(double.pk)) == ({"points": 100}, {})
    path = f"/loyalty/transactions/{given}/returns"
    tried = writer.send("POST", path, {"points": 30, "dry_run": True})
    part, whole, more = (writer.send("POST", path, body) for body in ({"points": 30}, {}, {}))
    assert (tried.status, part.body["points"], whole.body["points"], more.status) == (200, -30, -70, 409)
    assert (has(anna.pk), has(double.pk)) == ({}, {})
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_what_comes_back_to_a_merged_membership_can_be_spent_at_once(
    writer: Asking, anna: Member, double: Member
) -> None:
    give(writer, double, 100)
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    held, other = (redeem(writer, double, points, held_until=until) for points in (20, 30))
    spent = redeem(writer, double, 50)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    writer.send("POST", f"/loyalty/redemptions/{held}/release", {})
    writer.send("POST", f"/loyalty/redemptions/{other}/capture", {"points": 25})
    writer.send("POST", f"/loyalty/redemptions/{spent}/roll-backs", {"points": 40})
    assert (has(anna.pk), has(double.pk)) == ({"points": 65}, {})


def test_a_write_that_is_sent_again_is_done_once(writer: Asking, anna: Member) -> None:
    path, body = f"/loyalty/members/{anna.pk}/points", {"points": 50, "reason": "visit"}
    first, again = (writer.send("POST", path, body, key="k") for _each in range(2))
    other = writer.send("POST", path, body | {"points": 51}, key="k")
    assert (first.status, first.body) == (again.status, again.body)
    assert (other.status, has(anna.pk)) == (422, {"points": 50})
    assert writer.send("POST", path, body, key="").status == 422


def test_the_answer_of_an_old_key_is_the_ledgers(writer: Asking, anna: Member) -> None:
    """Answers are kept for two days; the ledger remembers for ever."""
    from treue.core.api.models import Answer

    path, body = f"/loyalty/members/{anna.pk}/points", {"points": 50, "reason": "visit"}
    first = writer.send("POST", path, body, key="k")
    Answer.objects.all().delete()
    assert writer.send("POST", path, body, key="k").body == first.body
    Answer.objects.all().delete()
    assert writer.send("POST", path, body | {"points": 51}, key="k").status == 422
    assert has(anna.pk) == {"points": 50}


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_refused_says_why_and_changes_nothing(writer: Asking, anna: Member, dry_run: bool) -> None:
    give(writer, anna, 100)
    body = {"points": 101, "reason": "cup", "dry_run": dry_run}
    answer = writer.send("POST", f"/loyalty/members/{anna.pk}/redemptions", body)
    assert (answer.status, answer.type) == (409, "refused")
    assert answer.body["errors"][0]["facts"] == {"balance": 100, "asked": 101}
    assert has(anna.pk) == {"points": 100}


def test_a_dry_run_says_what_would_be_and_leaves_nothing(writer: Asking, anna: Member) -> None:
    give(writer, anna, 100)
    body = {"points": 40, "reason": "cup", "dry_run": True}
    answer = writer.send("POST", f"/loyalty/members/{anna.pk}/redemptions", body, key="k")
    assert (answer.status, answer.body["balance"], has(anna.pk)) == (200, 60, {"points": 100})
    assert Journal.objects.count() == 1
    done = writer.send("POST", f"/loyalty/members/{anna.pk}/redemptions", body | {"dry_run": False}, key="k")
    assert (done.status, done.body["balance"]) == (201, 60)


@pytest.mark.parametrize(
    "body",
    [
        {"points": 0, "reason": "visit"},
        {"points": -5, "reason": "visit"},
        {"points": 10**12, "reason": "visit"},
        {"points": "5", "reason": "Frau Blau war da!"},
        {"points": 5},
        {"points": 5, "reason": "visit", "expires_at": "2020-01-01T00:00:00Z"},
        {"points": 5, "reason": "visit", "more": 1},
    ],
)
def test_what_makes_no_sense_is_refused(writer: Asking, anna: Member, body: object) -> None:
    assert writer.send("POST", f"/loyalty/members/{anna.pk}/points", body).status == 422
    assert not Journal.objects.exists()


def test_another_shops_members_are_nobody(writer: Asking, anna: Member) -> None:
    other = Shop.objects.create(name="Coffee House")
    programme = Programme.objects.create(shop=other, name="Coffee Circle")
    ben = membership.join(programme=programme, customer=buying.customer(other, "B"), at=timezone.now())[0]
    earned = ledger.earn(programme, [Earning(ben.pk, 100, "k", timezone.now(), "review")])[0].journal
    spent = ledger.burn(programme, ben.pk, 10, key="b", at=timezone.now(), reason="cup")
    for path, body in (
        (f"/loyalty/members/{ben.pk}/points", {"points": 5, "reason": "visit"}),
        (f"/loyalty/members/{ben.pk}/redemptions", {"points": 5, "reason": "visit"}),
        (f"/loyalty/redemptions/{spent}/roll-backs", {}),
        (f"/loyalty/transactions/{earned}/returns", {}),
    ):
        assert writer.send("POST", path, body).status == 404
    assert writer.get(f"/loyalty/members/{ben.pk}").status == 404
    assert writer.get(f"/loyalty/members/{ben.pk}/transactions").status == 404
    assert has(ben.pk) == {"points": 90}


def test_a_key_to_read_moves_no_points(shop: Shop, anna: Member) -> None:
    reader = Asking(keys.add(shop=shop, name="reader", scopes=["read"], by=None)[1])
    answer = reader.send("POST", f"/loyalty/members/{anna.pk}/points", {"points": 5, "reason": "visit"})
    assert (answer.status, Lot.objects.exists()) == (403, False)
    assert reader.get(f"/loyalty/members/{anna.pk}").status == 200
    assert [broken for _rule, broken in verifying.verify() if broken] == []


@pytest.mark.parametrize(
    ("path", "body"), [("points", {"points": 50, "reason": "review"}), ("redemptions", {"points": 30, "reason": "cup"})]
)
def test_what_is_sent_again_is_answered_as_at_first_also_after_an_erasure(
    writer: Asking, anna: Member, path: str, body: dict[str, object]
) -> None:
    give(writer, anna, 100)
    path = f"/loyalty/members/{anna.pk}/{path}"
    first = writer.send("POST", path, body, key="once")
    erasure.erase(customer=anna.customer, by=None)
    again, new = writer.send("POST", path, body, key="once"), writer.send("POST", path, body, key="new")
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert new.status == 404
