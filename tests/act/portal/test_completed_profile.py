"""Whoever completes their profile is told what it brings, and gets it once."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from visitors import Browser

from tests.act.gifts import presents
from treue.act.loyalty import deeds, membership, reading, setting_up
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.models import Member, Programme, RewardedDeed
from treue.act.portal import completing
from treue.core.customers.models import Customer
from treue.core.events.models import Event

BORN = {"birthday": "1990-03-15"}


def pay(programme: Programme, points: int = 20, **more: object) -> None:
    given = {"kind": "for_deed", "name": "profile", "deed": "profile_completed", "points": points} | more
    shop, now = programme.shop, timezone.now()
    said = {"format": 1, "currency": shop.currency, "zone": shop.zone, "rules": [given]}
    setting_up.save(programme=programme, rules=documents.read(said), now=now, by=None)


def points(member: Member) -> int:
    return reading.balances(member).points


def page(browser: Browser) -> str:
    return unescape(browser.get("/m/profile/").content.decode())


def save(browser: Browser, what: str = "name", **values: str) -> str:
    answer = browser.post(f"/m/profile/{what}/", values or {"name": "Anna Beispiel"}, follow=True)
    return unescape(answer.content.decode())


def test_who_completes_their_profile_gets_what_the_page_promised_once(signed_in: Browser, member: Member) -> None:
    pay(member.programme)
    presents.plan(member.programme)
    assert "Enter your birthday, and you get 20 points for a complete profile." in page(signed_in)
    assert "Your name is saved." in save(signed_in)
    assert points(member) == 0
    done = save(signed_in, "birthday", **BORN)
    assert "Your profile is complete. You got 20 points for it." in done
    assert "for a complete profile" not in done
    for what, values in (("birthday", {"birthday": ""}), ("birthday", BORN), ("name", {"name": "Anna Neu"})):
        assert "complete profile" not in save(signed_in, what, **values)
    deed, event = RewardedDeed.objects.get(), Event.objects.get(name="Profile Completed")
    assert (points(member), deed.kind, deed.reference) == (20, "profile_completed", "profile")
    assert (event.source, event.person, event.facts) == ("portal", member.customer_id, {"reference": "profile"})
    assert "Points for a completed profile" in unescape(signed_in.get("/m/points/").content.decode())


@pytest.mark.parametrize(
    ("name", "asks", "words"),
    [
        ("", False, "Enter your name, and you get"),
        ("", True, "Enter your name and your birthday, and you get"),
        ("Anna", False, "Check your name and save it, and you get"),
    ],
)
def test_the_page_says_what_is_missing(signed_in: Browser, member: Member, name: str, asks: bool, words: str) -> None:
    pay(member.programme, 1)
    Customer.objects.update(name=name)
    if asks:
        presents.plan(member.programme)
    assert f"{words} 1 point for a complete profile." in page(signed_in)


def test_nothing_is_promised_where_no_rule_pays_for_it(signed_in: Browser, member: Member) -> None:
    assert "complete profile" not in page(signed_in)
    assert "Your name is saved." in save(signed_in)
    assert Event.objects.filter(name="Profile Completed").count() == 1
    pay(member.programme)  # too late for whoever told it before
    assert "complete profile" not in page(signed_in)
    assert "Your name is saved." in save(signed_in)
    assert points(member) == 0


def test_a_budget_that_is_used_up_promises_nothing(signed_in: Browser, member: Member) -> None:
    pay(member.programme, budget=30)
    assert "20 points for a complete profile" in page(signed_in)
    for name in ("ben", "carl"):
        customer = Customer.objects.create(shop=member.programme.shop, number=name, name=name)
        other = membership.join(programme=member.programme, customer=customer, at=timezone.now())[0]
        if name == "carl":
            assert "10 points for a complete profile" in page(signed_in)
        completing.tell(member=other, now=timezone.now())
    assert "complete profile" not in page(signed_in)
    assert "Your name is saved." in save(signed_in)


def test_what_a_server_told_before_earns_nothing_more(signed_in: Browser, member: Member) -> None:
    pay(member.programme)
    now = timezone.now()
    deeds.give(member=member, deed=Deed(DeedKind.PROFILE_COMPLETED, now), key="event m1", now=now)
    assert "complete profile" not in page(signed_in)
    save(signed_in)
    assert (points(member), Event.objects.filter(name="Profile Completed").exists()) == (20, False)


def test_a_server_that_tells_of_it_too_earns_nothing_more(signed_in: Browser, member: Member) -> None:
    pay(member.programme)
    save(signed_in)
    deed, later = Deed(DeedKind.PROFILE_COMPLETED, timezone.now()), timezone.now() + timedelta(hours=1)
    given = deeds.give(member=member, deed=deed, key="event m1", now=later)
    assert (given.is_known, points(member)) == (True, 20)


def test_who_left_is_promised_nothing(member: Member) -> None:
    pay(member.programme)
    membership.leave(member=member, at=timezone.now())
    member.refresh_from_db()
    now = timezone.now()
    assert (completing.promise(member, now), completing.tell(member=member, now=now)) == ("", 0)


def test_who_enters_their_name_when_joining_has_completed_it(browse: Browser, programme: Programme) -> None:
    pay(programme)
    browse.sign_in("new@example.org")
    browse.post("/m/join/", {"name": "Nina Neu"})
    assert points(Member.objects.get()) == 20


def test_two_browsers_at_once_get_it_once(signed_in: Browser, member: Member) -> None:
    from tests.at_once import at_once

    pay(member.programme)
    at_once(lambda _number: completing.tell(member=member, now=timezone.now()), 6, refused=())
    assert (points(member), RewardedDeed.objects.count()) == (20, 1)
