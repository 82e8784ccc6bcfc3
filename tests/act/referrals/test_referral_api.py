"""Links and referrals as a shop's programs ask for them."""

import pytest

from tests.act.referrals.referred import advocate, bind, buy, customer, day, follow, member, points, send_back
from tests.core.api.asking import Asking
from treue.act.loyalty import membership
from treue.act.referrals.models import Advocate, Referral, Scheme
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff import keys

REFER = "/loyalty/referrals"


@pytest.fixture
def till(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


def test_a_member_gets_one_link_and_it_says_what_came_of_it(till: Asking, shop: Shop, scheme: Scheme) -> None:
    place = f"/loyalty/members/{member(shop, 'anna').pk}/referral-link"
    assert till.get(place).status == 404
    dry = till.send("POST", place, {"dry_run": True})
    assert (dry.status, dry.body["code"], Advocate.objects.count()) == (200, None, 0)
    made = till.send("POST", place, {})
    assert (made.status, made.body["friends"]) == (201, 0)
    anna = Advocate.objects.get()
    assert made.body["link"].endswith(f"/r/{anna.code}")
    assert till.send("POST", place, {}).status == 200
    referral = bind(anna, customer(shop, "ben"))
    buy(referral.friend)
    follow(referral, on=2)
    assert till.get(place).body | {"link": "", "code": ""} == {
        "member": anna.member_id,
        "link": "",
        "code": "",
        "friends": 1,
        "waiting": 1,
        "rewarded": 0,
        "points": 0,
    }
    follow(referral, on=20)
    assert till.get(place).body["points"] == 500


def test_without_a_scheme_or_a_membership_there_is_no_link(till: Asking, shop: Shop, scheme: Scheme) -> None:
    anna = member(shop, "anna")
    place = f"/loyalty/members/{anna.pk}/referral-link"
    membership.leave(member=anna, at=day(0))
    left = till.send("POST", place, {})
    assert (left.status, left.body["errors"][0]["reason"]) == (409, "left")
    Scheme.objects.all().delete()
    assert till.send("POST", place, {}).body["errors"][0]["reason"] == "no-scheme"


def test_a_friend_is_referred_once(till: Asking, shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    body = {"code": f"{anna.code[:4]}-{anna.code[4:]}".lower(), "customer": "ben"}
    dry = till.send("POST", REFER, {**body, "dry_run": True})
    assert (dry.status, dry.body["id"], dry.body["state"]) == (200, None, "invited")
    assert not Referral.objects.exists()
    assert not Event.objects.filter(name="Friend Referred").exists()
    made = till.send("POST", REFER, body, key="k1")
    assert (made.status, made.body["advocate"], made.body["friend"]) == (201, anna.member_id, ben.pk)
    assert till.send("POST", REFER, body, key="k1").body == made.body
    assert till.send("POST", REFER, {**body, "customer": "anna"}, key="k1").type == "idempotency-key-reused"
    again = till.send("POST", REFER, body, key="k2")
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "came-already")
    assert till.send("POST", REFER, {**body, "dry_run": True}).status == 409
    listed = till.get(f"/loyalty/members/{anna.member_id}/referrals").body
    assert ([each["id"] for each in listed["data"]], listed["next"]) == ([made.body["id"]], None)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"code": "ABCD2345", "customer": "ben"}, "unknown-code"),
        ({"customer": "anna"}, "own-code"),
        ({"customer": "old"}, "bought-before"),
    ],
)
def test_a_refusal_says_why(till: Asking, shop: Shop, scheme: Scheme, given: dict[str, str], reason: str) -> None:
    anna = advocate(shop)
    customer(shop, "ben")
    buy(customer(shop, "old"), on=-300)
    answer = till.send("POST", REFER, {"code": anna.code, **given})
    assert (answer.status, answer.body["errors"][0]["reason"]) == (409, reason)


def test_who_is_no_customer_is_an_error_of_the_field(till: Asking, shop: Shop, scheme: Scheme) -> None:
    answer = till.send("POST", REFER, {"code": advocate(shop).code, "customer": "nobody"})
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/customer")


def test_referrals_are_paged(till: Asking, shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    made = [bind(anna, customer(shop, f"f{place}")).pk for place in range(3)]
    place = f"/loyalty/members/{anna.member_id}/referrals"
    first = till.get(place, limit=2).body
    second = till.get(place, limit=2, after=first["next"]).body
    assert [each["id"] for each in first["data"] + second["data"]] == made[::-1]


def test_points_of_a_referral_go_back_with_the_friends_order_alone(till: Asking, shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), member(shop, "ben")
    referral = bind(anna, ben.customer)
    order = buy(ben.customer)
    follow(referral, on=20)
    referral.refresh_from_db()
    for journal in (referral.advocate_journal, referral.friend_journal):
        for body in ({}, {"points": 5}, {"dry_run": True}):
            refused = till.send("POST", f"/loyalty/transactions/{journal}/returns", body)
            (error,) = refused.body["errors"]
            assert (refused.status, error["in"]) == (409, "path/transaction_id")
            assert (error["reason"], error["facts"]) == ("belongs-to-something", {"referral": referral.pk})
    assert (points(anna.member.customer), points(ben.customer)) == (500, 300)
    send_back(order, 50, on=21, units=1)
    follow(referral, on=22)
    assert (points(anna.member.customer), points(ben.customer)) == (0, 0)
