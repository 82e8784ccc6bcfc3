"""The pages of referrals, as a manager and others open them."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests.act.referrals.referred import TERMS, advocate, bind, buy, customer, day, follow, member, points
from tests.act.vouchers import giving
from treue.act.loyalty.models import Programme
from treue.act.referrals import visiting
from treue.act.referrals.models import Referral, Scheme
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

GIVEN = {
    "advocate_points": "500",
    "friend_points": "300",
    "minimum": "20",
    "is_first_only": "on",
    "window_days": "30",
    "review_from": "50",
    "landing": TERMS["landing"],
    "is_open": "on",
}


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language))
        return client

    return sign_in


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("language", "without_programme", "without_scheme"),
    [
        ("en", "There is no loyalty programme yet.", "Nobody can refer friends yet."),
        ("de", "Noch kein Treueprogramm.", "Noch kann niemand Freunde werben."),
    ],
    ids=["en", "de"],
)
def test_an_empty_page_says_what_to_do(
    client: Callable[..., Client], shop: Shop, language: str, without_programme: str, without_scheme: str
) -> None:
    manager = client(language=language)
    assert without_programme in text_of(manager.get("/referrals/"))
    Programme.objects.create(shop=shop, name="Tea Circle")
    assert without_scheme in text_of(manager.get("/referrals/"))


def test_a_scheme_is_said_before_it_is_saved(client: Callable[..., Client], shop: Shop) -> None:
    Programme.objects.create(shop=shop, name="Tea Circle")
    campaign, manager = giving.campaign(shop, name="Welcome"), client()
    given = {**GIVEN, "welcome": campaign.pk, "most_per_year": "10"}
    said = manager.post("/referrals/scheme/", given)
    assert (
        "Who refers a friend who buys gets 500 points, the friend 300 points. The friend gets a voucher "
        "of “Welcome” at once. What counts is the first purchase, of €20.00 or more, within 30 days "
        "after the friend came. The points come when the order can no longer be returned, after 14 days. "
        "One member is rewarded for 10 friends a year at most. From a score of 50 of 100 on, a colleague "
        "looks at it first." in text_of(said)
    )
    assert not Scheme.objects.exists()
    mark = re.search(r'name="said" value="(\w+)"', said.content.decode())[1]
    assert "€30.00" in text_of(manager.post("/referrals/scheme/", {**given, "minimum": "30", "said": mark}))
    assert manager.post("/referrals/scheme/", {**given, "said": mark}).url == "/referrals/"
    saved = Scheme.objects.get()
    assert (saved.minimum, saved.welcome, saved.most_per_year) == (Decimal(20), campaign, 10)
    assert AuditEntry.objects.filter(action="referrals.scheme_saved").exists()
    assert 'value="500"' in manager.get("/referrals/scheme/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"landing": "javascript:alert(1)"}, "Enter a whole address"),
        ({"advocate_points": "0", "friend_points": "0"}, "Say what at least one of the two gets"),
        ({"window_days": "0"}, "Enter a number from 1 to 365"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    client: Callable[..., Client], shop: Shop, wrong: dict[str, str], sentence: str
) -> None:
    Programme.objects.create(shop=shop, name="Tea Circle")
    assert sentence in text_of(client().post("/referrals/scheme/", {**GIVEN, **wrong}))
    assert not Scheme.objects.exists()


def test_ambassadors_are_listed_with_what_they_brought(
    client: Callable[..., Client], shop: Shop, scheme: Scheme
) -> None:
    manager = client()
    assert "No member has a link yet." in text_of(manager.get("/referrals/"))
    anna, carl = advocate(shop, name="Anna"), advocate(shop, "carl", name="Carl")
    visiting.open_link(scheme, anna.code, is_counted=True, now=timezone.now())
    referral = bind(anna, member(shop, "ben", name="Ben").customer)
    buy(referral.friend, 50)
    buy(referral.friend, 25, on=3)
    bind(anna, customer(shop, "dora", name="Dora"))
    follow(referral, on=20)
    page = text_of(manager.get("/referrals/"))
    assert "1 2 1 2 €75.00 800 €0.00" in page
    assert page.index("Anna") < page.index("Carl")
    turned = text_of(manager.get("/referrals/", {"sort": "revenue"}))
    assert turned.index("Carl") < turned.index("Anna")
    assert manager.get("/referrals/", {"sort": "--x", "page": "abc"}).status_code == 200
    of_anna = text_of(manager.get(f"/referrals/ambassadors/{anna.pk}/"))
    assert "Ben Rewarded Link" in of_anna
    assert f"/r/{anna.code}" in of_anna
    assert "Nobody came by this link yet." in text_of(manager.get(f"/referrals/ambassadors/{carl.pk}/"))


def suspicious(shop: Shop) -> Referral:
    anna = advocate(shop, phone="+49 30 1234567", name="Anna")
    referral = bind(anna, member(shop, "ben", phone="030 1234567", name="Ben").customer)
    buy(referral.friend)
    follow(referral, on=20)
    return referral


def test_a_colleague_sees_why_and_decides(client: Callable[..., Client], shop: Shop, scheme: Scheme) -> None:
    manager = client()
    assert "There is nothing to be reviewed." in text_of(manager.get("/referrals/review/"))
    referral = suspicious(shop)
    assert "1 to be reviewed" in text_of(manager.get("/referrals/"))
    assert "Ben 50 of 100 Anna Both have the same telephone number." in text_of(manager.get("/referrals/review/"))
    place = f"/referrals/review/{referral.pk}/"
    assert "Both have the same telephone number. Score 50 of 100." in text_of(manager.get(place))
    assert "Say why it is refused" in text_of(manager.post(place, {"decision": "refuse", "reason": " "}))
    assert manager.post(place, {"decision": "approve", "reason": "A family"}).url == "/referrals/review/"
    assert points(referral.friend) == 300
    page = text_of(manager.get(place))
    assert "A family" in page
    assert "Approve" not in page
    again = manager.post(place, {"decision": "refuse", "reason": "Too late"}, follow=True)
    assert "Somebody decided before" in text_of(again)


def test_a_colleague_refuses(client: Callable[..., Client], shop: Shop, scheme: Scheme) -> None:
    referral = suspicious(shop)
    client().post(f"/referrals/review/{referral.pk}/", {"decision": "refuse", "reason": "One person"})
    assert (follow(referral, on=21), points(referral.friend)) == ("refused", 0)
    assert day(0) < Referral.objects.get().decided_at


@pytest.mark.parametrize("role", ["analyst", "service"])
def test_others_do_not_see_who_refers_whom(client: Callable[..., Client], scheme: Scheme, role: str) -> None:
    assert client(role).get("/referrals/").status_code == 403


@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_have_their_sentences_in_both_languages(
    client: Callable[..., Client], shop: Shop, scheme: Scheme, language: str
) -> None:
    referral, manager = suspicious(shop), client(language=language)
    word = {"en": "Referrals", "de": "Weiterempfehlungen"}[language]
    for place in ("", "scheme/", "review/", f"review/{referral.pk}/", f"ambassadors/{referral.advocate_id}/"):
        answer = manager.get(f"/referrals/{place}")
        assert (answer.status_code, word in text_of(answer)) == (200, True)
