"""Member offers as a member sees them."""

import re
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from test_member_pages import SIE, read
from visitors import Browser

from tests.act.offers import sales
from tests.act.rewards import treats
from treue.act.loyalty.models import Member
from treue.act.portal.models import Portal

HOUR = timedelta(hours=1)


def running(member: Member, **given: object) -> object:
    now = timezone.now()
    span = {"starts_at": now - HOUR, "ends_at": now + timedelta(hours=30), "kind": "exclusive"}
    return sales.offer(member.programme, published_at=now - 2 * HOUR, **span | given)


def test_without_offers_the_page_says_so(signed_in: Browser, member: Member) -> None:
    assert "There is no offer for you now." in read(signed_in, "/m/offers/")
    assert "Offers for you" not in read(signed_in, "/m/")


def test_each_reduced_price_has_the_lowest_one_of_30_days_beside_it(signed_in: Browser, member: Member) -> None:
    now, shop = timezone.now(), member.programme.shop
    for days, amount in ((300, 10), (20, 9), (19, 10)):
        sales.price(shop, amount=amount, since=now - timedelta(days=days))
    made = running(member, name="Advent sale", description="Members only", units=7)
    page = read(signed_in, "/m/offers/")
    assert re.search(r"Advent sale Until (tomorrow|\d+ \w+), \d+:\d\d Members only", page)
    assert "TEA-1 Lowest price of the last 30 days: €9.00 €8.00" in page
    assert "Only 7 left." in page
    assert re.search(r"Advent sale Until .*? To the offers", read(signed_in, "/m/"))
    sales.redeem(member, units=7, now=now)
    made.refresh_from_db()
    assert made.units_left == 0
    assert "There is no offer for you now." in read(signed_in, "/m/offers/")


def test_what_comes_and_what_others_have_is_told_without_prices(signed_in: Browser, member: Member) -> None:
    now, programme = timezone.now(), member.programme
    treats.tiers(programme)
    sales.price(programme.shop)
    span = {"starts_at": now + timedelta(days=2), "ends_at": now + timedelta(days=3)}
    sales.offer(programme, published_at=now, name="Later", **span)
    running(member, name="Gold only", lowest_tier="gold", is_shown_to_others=True)
    running(member, name="Hidden", lowest_tier="gold")
    page = read(signed_in, "/m/offers/")
    assert re.search(r"Soon Later From \d+ \w+( \d+)?, \d+:\d\d", page)
    assert "More for higher tiers Gold only For members from Gold on." in page
    assert ("Hidden" in page, "€" in page) == (False, False)


def test_what_does_not_keep_says_so_instead(signed_in: Browser, member: Member) -> None:
    sales.price(member.programme.shop)
    running(member, exempt="perishable", percent=Decimal(50))
    page = read(signed_in, "/m/offers/")
    assert "TEA-1 €5.00" in page
    assert ("Reduced because it does not keep for long." in page, "Lowest price" in page) == (True, False)


def test_the_shop_that_says_du_says_nowhere_sie(member: Member) -> None:
    Portal.objects.update(address="du")
    door = Browser("de")
    door.sign_in("anna@example.org")
    sales.price(member.programme.shop)
    said = [read(door, "/m/offers/")]
    running(member, name="Angebot", most_per_member=2)
    said += [read(door, "/m/offers/"), read(door, "/m/")]
    assert "Zurzeit gibt es kein Angebot für dich." in said[0]
    assert re.search(r"Bis (morgen|\d+\. \w+), \d+:\d\d Uhr", said[1])
    assert [page for page in said if SIE.search(page)] == []
