"""Member offers and prices as a shop's program asks for them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.act.offers.sales import LONG_AGO, member, offer, price, tiers
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import api_refusing
from treue.act.offers.api_prices import router
from treue.act.offers.models import Offer, Price, Redemption
from treue.act.vouchers.api_answers import reason
from treue.core.shop.models import Shop
from treue.core.staff import keys

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "offers.md").read_text()
PLACE = "/loyalty/offers/redemptions"


@pytest.fixture
def program(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="shop", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def anna(programme: Programme) -> Member:
    price(programme.shop, since=LONG_AGO)
    return member(programme)


def running(programme: Programme, **given: object) -> Offer:
    now = timezone.now()
    span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=3)}
    return offer(programme, published_at=now - timedelta(hours=2), **span, **given)


def test_a_program_asks_redeems_and_rolls_back(program: Asking, programme: Programme, anna: Member) -> None:
    made = running(programme, units=5)
    asked = {"member": anna.pk, "lines": [{"product": "TEA-1", "units": 2}, {"product": "CUP"}]}
    tea, cup = program.send("POST", "/loyalty/offers/validate", asked, key="").body["data"]
    assert tea["reduced_price"] == {"amount": "8.00", "currency": "EUR"}
    assert tea["lowest_price_30_days"] == tea["regular_price"] == {"amount": "10.00", "currency": "EUR"}
    assert (tea["saving_percent"], tea["offer"], tea["lowest_price_known_since"]) == (20, made.pk, None)
    assert (cup["regular_price"], cup["reduced_price"]) == (None, None)
    assert [(each["reason"], each["facts"]) for each in cup["refusals"]] == [("no-price-known", {"product": "CUP"})]
    body = {"member": anna.pk, "order": "A-1", "lines": [{"product": "TEA-1", "units": 2, "price": "8.00"}]}
    dry = program.send("POST", PLACE, body | {"dry_run": True})
    assert (dry.status, dry.body["id"], dry.body["paid"]["amount"]) == (200, None, "16.00")
    assert not Redemption.objects.exists()
    done = program.send("POST", PLACE, body, key="k1")
    assert (done.status, done.body["discount"]["amount"], len(done.body["lines"])) == (201, "4.00", 1)
    assert program.send("POST", PLACE, body, key="k1").body == done.body
    assert program.get(f"{PLACE}/{done.body['id']}").body == done.body
    again = program.send("POST", PLACE, body)
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "order-redeemed")
    back = program.send("POST", f"{PLACE}/{done.body['id']}/roll-back", {"dry_run": True})
    assert (back.status, Redemption.objects.get().state) == (200, "redeemed")
    back = program.send("POST", f"{PLACE}/{done.body['id']}/roll-back", {})
    assert (back.status, back.body["state"]) == (200, "rolled back")
    twice = program.send("POST", f"{PLACE}/{done.body['id']}/roll-back", {})
    assert (twice.status, twice.body["errors"][0]["reason"]) == (409, "rolled-back-already")


def test_a_member_sees_what_they_have_and_why_not(program: Asking, programme: Programme, anna: Member) -> None:
    tiers(programme)
    has, gold = running(programme), running(programme, lowest_tier="gold")
    found = program.get(f"/loyalty/members/{anna.pk}/offers").body["data"]
    assert [(each["offer"]["id"], each["has"]) for each in found] == [(has.pk, True), (gold.pk, False)]
    assert found[1]["refusals"][0]["facts"] == {"needed": "gold", "has": "silver"}
    page = program.get("/loyalty/offers", limit=1).body
    assert (page["data"][0]["id"], page["data"][0]["percent"]) == (gold.pk, "20")
    assert program.get("/loyalty/offers", limit=1, after=page["next"]).body["data"][0]["id"] == has.pk


def test_what_is_refused_says_why(program: Asking, programme: Programme, anna: Member) -> None:
    running(programme)
    body = {"member": anna.pk, "order": "A-1", "lines": [{"product": "TEA-1", "price": "7.99"}]}
    answer = program.send("POST", PLACE, body)
    assert (answer.status, answer.body["errors"][0]["reason"]) == (409, "price-changed")
    assert answer.body["errors"][0]["facts"] == {"product": "TEA-1", "price": "8.00", "agreed": "7.99"}
    for wrong in (
        {"order": ""},
        {"lines": []},
        {"lines": [{"product": "T\0"}]},
        {"lines": [{"product": "T", "units": 0}]},
    ):
        assert program.send("POST", PLACE, body | wrong).status == 422
    assert program.send("POST", PLACE, body | {"member": 999}).status == 422


def test_prices_are_announced_once_and_read(program: Asking, shop: Shop) -> None:
    one = {"product": "TEA-1", "price": "10.00", "currency": "EUR", "valid_from": "2026-11-28T12:00:00+01:00"}
    assert program.send("POST", "/loyalty/prices", {"prices": [one], "dry_run": True}).status == 200
    assert not Price.objects.exists()
    done = program.send("POST", "/loyalty/prices", {"prices": [one, one | {"product": "TEA-2", "price": None}]})
    assert (done.status, done.body) == (201, {"new": 2, "known": 0})
    assert program.send("POST", "/loyalty/prices", {"prices": [one]}).body == {"new": 0, "known": 1}
    (found,) = program.get("/loyalty/prices", product="TEA-1").body["data"]
    assert (found["price"]["amount"], found["valid_from"], found["audience"]) == (
        *("10.00", "2026-11-28T11:00:00Z"),
        "everybody",
    )
    other = program.send("POST", "/loyalty/prices", {"prices": [one | {"price": "9"}]})
    assert (other.status, other.body["errors"][0]["reason"]) == (409, "price-known-otherwise")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "-1"},
        {"price": "0"},
        {"price": "1.234"},
        {"price": "1e9"},
        {"price": 10},
        {"currency": "USD"},
        {"currency": "eur"},
        {"valid_from": "2026-02-29T00:00:00Z"},
        {"valid_from": "2026-11-28T12:00:00"},
        {"audience": "friends"},
        {"product": "\0"},
        {"product": ""},
    ],
    ids=str,
)
def test_what_is_no_price_is_422(program: Asking, shop: Shop, wrong: dict[str, object]) -> None:
    one = {"product": "TEA-1", "price": "10.00", "currency": "EUR", "valid_from": "2026-11-28T12:00:00+01:00"}
    answer = program.send("POST", "/loyalty/prices", {"prices": [one | wrong]})
    assert (answer.status, Price.objects.exists()) == (422, False)


def test_every_refusal_and_every_address_stands_in_the_documentation() -> None:
    table = DOCUMENTED.partition("| reason | |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = {reason(each.__new__(each)) for each in api_refusing.DETAILS} | {"price-known-otherwise"}
    assert set(re.findall(r"`([a-z-]+)`", " ".join(rows))) == reasons
    told = set(re.findall(r"(GET|POST) (/loyalty/[\w{}/-]+)", DOCUMENTED))
    there = {
        (method, re.sub(r"{\w+:?\w*}", "{id}", path))
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert told == there
