"""What a member sees of points, vouchers and their card."""

import re
from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.utils import timezone
from visitors import Browser

from tests.act.vouchers import giving
from treue.act.loyalty import ledger, membership
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member
from treue.act.portal.models import Portal
from treue.act.vouchers.models import Code
from treue.core.customers.models import Customer

TAGS = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]+>", re.DOTALL)
SIE = re.compile(r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")


def words(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def read(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer.content.decode())


def earn(member: Member, points: int, key: str, *, pending: int = 0, lasts: int | None = None) -> None:
    """pending, lasts: in days."""
    now = timezone.now()
    ends = None if lasts is None else now + timedelta(days=lasts)
    given = Earning(
        member.pk,
        points,
        key=key,
        at=now,
        available_from=now + timedelta(days=pending),
        expires_at=ends,
        reason="goodwill",
    )
    ledger.earn(member.programme, [given])


def test_points_stand_with_what_is_pending_and_what_expires_next(signed_in: Browser, member: Member) -> None:
    earn(member, 1840, "a", lasts=40)
    earn(member, 120, "b", pending=7)
    home = read(signed_in, "/m/")
    assert "Your points 1,840 points" in home
    assert re.search(r"\+120 pending, free from \d+ \w+( \d+)?\.", home)  # no order: nothing to return
    assert re.search(r"1,840 points can be spent until \d+ \w+( \d+)?, then they expire\.", home)
    assert re.search(r"Goodwill .*? · pending \+120", home)


def test_points_whose_day_has_come_are_there_before_the_night_books_them(signed_in: Browser, member: Member) -> None:
    now = timezone.now()
    due = Earning(member.pk, 320, "a", now - timedelta(days=2), "goodwill", available_from=now - timedelta(minutes=1))
    ledger.earn(member.programme, [due])
    home = read(signed_in, "/m/")
    assert "Your points 320 points" in home
    assert "free from" not in home


def test_further_pending_days_are_told_as_a_sum(signed_in: Browser, member: Member) -> None:
    for day in range(1, 6):
        earn(member, 10, f"k{day}", pending=day)
    home = read(signed_in, "/m/")
    assert home.count("+10 pending") == 3
    assert "+20 pending, free later." in home


def test_who_has_nothing_yet_is_told_what_comes(signed_in: Browser) -> None:
    home = read(signed_in, "/m/")
    assert "Your points 0 points" in home
    assert "Nothing has happened yet. Your next order earns points." in home
    assert "expire" not in home


def test_a_voucher_stands_with_its_code_its_picture_and_its_conditions(signed_in: Browser, member: Member) -> None:
    shop = member.programme.shop
    campaign = giving.campaign(shop, uses_per_code=1, minimum=Decimal(20), budget=Decimal(999), most_codes=50)
    code = giving.code(campaign, member.customer)
    page = signed_in.get("/m/").content.decode()
    home = words(page)
    assert "Takes €5.00 off " in home
    assert "-".join(re.findall("....", code.text)) in home
    assert "From a basket of €20.00 on." in home
    assert "999" not in home
    assert "At most" not in home
    assert 'class="qr"' in page


def test_vouchers_that_are_used_cancelled_or_over_are_not_shown(signed_in: Browser, member: Member) -> None:
    shop, customer = member.programme.shop, member.customer
    campaign = giving.campaign(shop, uses_per_code=1)
    used, cancelled, late, good = (
        giving.code(each, customer) for each in (campaign, campaign, giving.campaign(shop, uses_per_code=1), campaign)
    )
    giving.redeem(used, customer=customer)
    Code.objects.filter(pk=cancelled.pk).update(state="cancelled")
    type(campaign).objects.filter(pk=late.campaign_id).update(valid_until=timezone.now())
    page = signed_in.get("/m/").content.decode()
    assert page.count('class="voucher"') == 1
    assert "-".join(re.findall("....", good.text)) in page


def test_nobody_sees_what_is_another_members(signed_in: Browser, member: Member) -> None:
    """No address of the portal takes a number: whose things are shown follows from the session alone."""
    shop = member.programme.shop
    other = Customer.objects.create(shop=shop, number="8", name="Ben Muster", email="ben@example.org")
    his, _new = membership.join(programme=member.programme, customer=other, at=timezone.now())
    earn(his, 777, "his")
    code = giving.code(giving.campaign(shop, uses_per_code=1), other)
    pages = [
        signed_in.get(path + f"?member={his.pk}&customer={other.pk}").content.decode()
        for path in ("/m/", "/m/points/", "/m/card/", "/m/profile/")
    ]
    pages.append(b"".join(signed_in.post("/m/profile/copy/", {"customer": other.pk}).streaming_content).decode())
    for page in pages:
        assert not any(secret in page for secret in ("777", "Ben", his.number, code.text, "ben@example.org"))


def test_the_history_is_paged_and_says_in_words_what_happened(signed_in: Browser, member: Member) -> None:
    for place in range(60):
        earn(member, 5, f"k{place}")
    first = signed_in.get("/m/points/").content.decode()
    assert "60 entries" in words(first)
    assert words(first).count("Goodwill") == 50
    link = re.search(r'href="(\?before=\d+)"', first)[1]
    assert read(signed_in, f"/m/points/{link}").count("Goodwill") == 10


def test_the_history_goes_by_the_day_on_which_it_happened_also_where_it_was_booked_late(
    signed_in: Browser, member: Member
) -> None:
    earn(member, 20, "today")
    week_ago = timezone.now() - timedelta(days=7)
    late = Earning(member.pk, 10, key="late", at=week_ago, available_from=week_ago, expires_at=None, reason="goodwill")
    ledger.earn(member.programme, [late])
    for path in ("/m/", "/m/points/"):
        assert re.search(r"Goodwill .*? \+20 Goodwill .*? \+10", read(signed_in, path))


def test_the_card_shows_the_number_as_text_and_picture(signed_in: Browser, member: Member) -> None:
    card = read(signed_in, "/m/card/")
    assert " ".join(re.findall("....", member.number)) in card
    assert "Tea House" in card


def test_the_home_screen_gets_the_shops_name(browse: Browser) -> None:
    told = browse.get("/m/manifest.webmanifest").json()
    assert (told["name"], told["scope"], told["start_url"]) == ("Tea House", "/m/", "/m/card/")
    icon = browse.get(told["icons"][-1]["src"])
    assert icon["Content-Type"] == "image/svg+xml"
    assert ">T</text>" in icon.content.decode()


def test_a_name_is_text_wherever_it_stands(signed_in: Browser, member: Member) -> None:
    evil = '<script>alert("1")</script>'
    Customer.objects.update(name=evil)
    type(member.programme.shop).objects.update(name=evil)
    for path in ("/m/", "/m/card/", "/m/profile/", "/m/points/", "/m/icon.svg"):
        page = signed_in.get(path).content.decode()
        assert "<script>alert" not in page, path


def test_pages_carry_the_headers_that_the_console_carries(signed_in: Browser) -> None:
    headers = signed_in.get("/m/").headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "manifest-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_the_shops_colours_are_a_style_sheet_of_their_own(browse: Browser) -> None:
    Portal.objects.update(colour_card="#702010")
    sheet = browse.get("/m/colours.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--card: #702010;" in sheet.content.decode()


def paths() -> list[str]:
    return [
        "/m/",
        "/m/points/",
        "/m/card/",
        "/m/profile/",
        "/m/profile/?done=preferences",
        "/m/profile/?done=agreed",
        "/m/profile/?done=name",
        "/m/profile/?done=email",
        "/m/profile/address/",
        "/m/profile/delete/",
    ]


def test_the_shop_that_says_du_says_nowhere_sie(member: Member) -> None:
    Portal.objects.update(address="du", note_de="Es gilt, was gilt.")
    door = Browser("de")
    said = [read(door, "/m/sign-in/"), words(door.ask("so nicht").content.decode())]
    door.sign_in("anna@example.org")
    said += [read(door, path) for path in paths()]
    said.append(words(door.post("/m/profile/preferences/", {"most_messages": "-3"}).content.decode()))
    membership.leave(member=member, at=timezone.now())
    said += [read(door, "/m/"), read(door, "/m/join/")]
    stranger = Browser("de")
    stranger.ask("neu@example.org")
    said.append(read(stranger, "/m/code/"))
    said.append(words(stranger.enter("000000").content.decode()))
    stranger.sign_in("neu@example.org")
    said.append(read(stranger, "/m/join/"))
    assert "Deine Punkte" in said[0]
    assert [page for page in said if SIE.search(page)] == []


def test_the_shop_that_says_sie_says_nowhere_du(member: Member) -> None:
    door = Browser("de")
    said = [read(door, "/m/sign-in/")]
    door.sign_in("anna@example.org")
    said += [read(door, path) for path in paths()]
    assert "Ihre Punkte" in said[0]
    assert [page for page in said if re.search(r"\b(?:[Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?[mnrs]?)\b", page)] == []


def test_english_has_but_one_you(signed_in: Browser) -> None:
    Portal.objects.update(address="du")
    assert "Your points" in read(signed_in, "/m/")
    assert '<html lang="en"' in signed_in.get("/m/").content.decode()


def test_points_that_become_free_are_not_told_as_new_ones(signed_in: Browser, member: Member) -> None:
    earn(member, 120, "a", pending=7)
    ledger.activate(member.programme, at=timezone.now() + timedelta(days=8), most=10)
    assert re.search(r"Pending points are free now \d+ \w+ \d+ 120 ", read(signed_in, "/m/points/"))
