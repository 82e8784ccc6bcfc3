"""Rewards and the link for friends, as a member uses them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from test_member_pages import SIE, earn, read, words
from visitors import Browser

from tests.act.gifts import presents
from tests.act.rewards import treats
from treue.act.gifts import nights
from treue.act.loyalty import membership, reading
from treue.act.loyalty.models import Member, Programme
from treue.act.portal.models import Portal
from treue.act.referrals.models import Advocate, Scheme
from treue.act.rewards.models import Claim, Reward
from treue.core.customers import merging
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent

KEY = re.compile(r'name="key" value="([^"]+)"')


def asked(browser: Browser, reward: Reward) -> dict[str, str]:
    """What the form of a reward's page sends."""
    page = browser.get(f"/m/rewards/{reward.pk}/").content.decode()
    return {"key": KEY.search(page)[1], "points": str(reward.points)}


def redeem(browser: Browser, reward: Reward) -> str:
    answer = browser.post(f"/m/rewards/{reward.pk}/", asked(browser, reward), follow=True)
    return words(answer.content.decode())


@pytest.fixture
def cup(programme: Programme) -> Reward:
    return treats.reward(programme, points=300, name="Cup", description="Handmade", stock=2)


def test_without_rewards_the_page_says_so(signed_in: Browser, member: Member) -> None:
    assert "There are no rewards yet." in read(signed_in, "/m/rewards/")
    assert "Rewards for you" not in read(signed_in, "/m/")


def test_what_can_be_had_comes_first_and_the_others_say_what_is_missing(
    signed_in: Browser, member: Member, cup: Reward
) -> None:
    earn(member, 320, "a")
    treats.reward(member.programme, points=1_000, name="Teapot")
    for path in ("/m/", "/m/rewards/"):
        page = read(signed_in, path)
        assert re.search(r"Cup , 300 points Handmade Only 2 left\. Redeem… Cup", page)
        assert re.search(r"Teapot , 1,000 points 680 points are missing\.", page)
        assert "Redeem… Teapot" not in page


def test_who_redeems_is_asked_first_and_has_it_then(signed_in: Browser, member: Member, cup: Reward) -> None:
    earn(member, 320, "a")
    page = read(signed_in, f"/m/rewards/{cup.pk}/")
    assert "It costs 300 points You have 320 points Then you have 20 points" in page
    assert reading.balances(member).points == 320
    claim_page = redeem(signed_in, cup)
    claim = Claim.objects.get()
    assert f"At the counter say the number {claim.pk:06d} ." in claim_page
    assert reading.balances(member).points == 20
    assert "Cup" in read(signed_in, "/m/rewards/")


def test_a_voucher_is_shown_with_its_code(signed_in: Browser, member: Member) -> None:
    earn(member, 600, "a")
    page = redeem(signed_in, treats.reward(member.programme, "voucher", points=500))
    code = Claim.objects.get().code.text
    assert code in page.replace("-", "").replace(" ", "")
    assert code in read(signed_in, "/m/").replace("-", "").replace(" ", "")


def test_the_history_says_which_reward_it_was(signed_in: Browser, member: Member, cup: Reward) -> None:
    earn(member, 320, "a")
    redeem(signed_in, cup)
    assert "Redeemed: “Cup”" in read(signed_in, "/m/points/")
    treats.cancel(Claim.objects.get(), now=timezone.now())
    assert "Cancelled: “Cup”" in read(signed_in, "/m/points/")


def test_a_reward_that_nobody_can_have_is_shown_to_nobody(signed_in: Browser, member: Member, cup: Reward) -> None:
    Reward.objects.filter(pk=cup.pk).update(lowest_tier="gone")
    assert "Cup" not in read(signed_in, "/m/rewards/")


def test_a_form_that_is_sent_twice_redeems_once(signed_in: Browser, member: Member, cup: Reward) -> None:
    earn(member, 700, "a")
    form = asked(signed_in, cup)
    answers = [signed_in.post(f"/m/rewards/{cup.pk}/", form) for _each in range(2)]
    assert {each.url for each in answers} == {f"/m/rewards/had/{Claim.objects.get().pk}/"}
    assert reading.balances(member).points == 400


def test_nobody_pays_another_price_than_they_saw(signed_in: Browser, member: Member, cup: Reward) -> None:
    earn(member, 700, "a")
    form = asked(signed_in, cup)
    Reward.objects.update(points=350)
    answer = signed_in.post(f"/m/rewards/{cup.pk}/", form)
    assert answer.status_code == 409
    assert "It costs 350 points by now." in words(answer.content.decode())
    for said in ("", "x", "-300", "99999999999999"):
        assert signed_in.post(f"/m/rewards/{cup.pk}/", form | {"points": said}).status_code == 409
    assert reading.balances(member).points == 700


def test_what_cannot_be_had_has_no_button_and_is_refused(signed_in: Browser, member: Member, cup: Reward) -> None:
    page = read(signed_in, f"/m/rewards/{cup.pk}/")
    assert "300 points are missing." in page
    assert "Then you have" not in page
    answer = signed_in.post(f"/m/rewards/{cup.pk}/", {"key": "k", "points": "300"})
    assert (answer.status_code, Claim.objects.exists()) == (409, False)
    assert "There are not enough points any more." in words(answer.content.decode())


def test_what_is_not_offered_any_more_leads_to_the_others(signed_in: Browser, member: Member, cup: Reward) -> None:
    Reward.objects.update(is_offered=False)
    assert signed_in.get(f"/m/rewards/{cup.pk}/").url == "/m/rewards/"
    assert signed_in.post(f"/m/rewards/{cup.pk}/", {"key": "k", "points": "300"}).status_code == 409


def test_what_another_member_has_is_not_there(
    signed_in: Browser, member: Member, programme: Programme, cup: Reward
) -> None:
    other = Customer.objects.create(shop=programme.shop, number="8")
    bea, _new = membership.join(programme=programme, customer=other, at=timezone.now() - timedelta(days=1))
    treats.earn(bea, 300)
    theirs = treats.redeem(cup, bea, now=timezone.now())
    assert signed_in.get(f"/m/rewards/had/{theirs.pk}/").status_code == 404
    assert "What you redeemed" not in read(signed_in, "/m/rewards/")


def test_what_was_redeemed_before_a_merge_is_still_theirs(
    signed_in: Browser, member: Member, programme: Programme, cup: Reward
) -> None:
    other = Customer.objects.create(shop=programme.shop, number="8")
    double, _new = membership.join(programme=programme, customer=other, at=timezone.now() - timedelta(days=1))
    treats.earn(double, 300)
    theirs = treats.redeem(cup, double, now=timezone.now())
    merging.merge(kept=member.customer, absorbed=other, by=None)
    assert "What you redeemed" in read(signed_in, "/m/rewards/")
    assert f"{theirs.pk:06d}" in read(signed_in, f"/m/rewards/had/{theirs.pk}/")


def test_what_was_cancelled_says_so(signed_in: Browser, member: Member, cup: Reward) -> None:
    earn(member, 300, "a")
    redeem(signed_in, cup)
    treats.cancel(Claim.objects.get(), now=timezone.now())
    page = read(signed_in, f"/m/rewards/had/{Claim.objects.get().pk}/")
    assert "Cancelled: the points are back." in page
    assert "say the number" not in page


# Gifts


@pytest.fixture
def cake(signed_in: Browser, member: Member) -> Reward:
    """Given for the birthday, which is today."""
    now = timezone.now()
    presents.born_on(member, now.astimezone(member.programme.shop.tz).date().replace(year=1992))
    made = treats.reward(member.programme, "product", name="Cake", stock=2, is_offered=False)
    presents.reward_plan(member.programme, made)
    nights.pass_through(member.programme.shop_id, Silent(), now=now)
    return made


@pytest.mark.parametrize("address", ["sie", "du"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_reward_that_is_a_gift_is_named_and_waits_to_be_fetched(
    signed_in: Browser, portal: Portal, member: Member, cake: Reward, language: str, address: str
) -> None:
    Portal.objects.update(address=address)
    signed_in.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    claim = Claim.objects.get()
    card, history, had, own = {
        "en": ("Our gift: “Cake”. Have a look", "Birthday gift: “Cake”", "Cake A gift.", "Our gift of"),
        "de": (
            "Unser Geschenk: „Cake“. Ansehen",
            "Geburtstagsgeschenk: „Cake“",
            "Cake Ein Geschenk.",
            "Unser Geschenk vom",
        ),
    }[language]
    home = signed_in.get("/m/").content.decode()
    assert card in words(home)
    assert f'href="/m/rewards/had/{claim.pk}/"' in home
    assert history in read(signed_in, "/m/points/")
    assert had in read(signed_in, "/m/rewards/")
    page = read(signed_in, f"/m/rewards/had/{claim.pk}/")
    say = {"en": "At the counter say the number", "de": "Am Tresen genügt die Nummer"}[language]
    assert all(each in page for each in (own, say, f"{claim.pk:06d}"))
    assert "0 points" not in page
    assert "0 Punkte" not in page
    assert address == "sie" or not SIE.search(words(home) + page)


def test_a_gift_that_was_cancelled_is_on_no_card_and_gives_no_points_back(signed_in: Browser, cake: Reward) -> None:
    claim = Claim.objects.get()
    treats.cancel(claim, now=timezone.now())
    assert "Happy birthday" not in read(signed_in, "/m/")
    page = read(signed_in, f"/m/rewards/had/{claim.pk}/")
    assert "Cancelled." in page
    assert "the points are back" not in page


def test_a_voucher_of_the_catalogue_that_is_a_gift_has_its_code(signed_in: Browser, member: Member) -> None:
    treats.give(treats.reward(member.programme, "voucher"), member, now=timezone.now())
    claim = Claim.objects.get()
    for path in ("/m/", f"/m/rewards/had/{claim.pk}/"):
        assert claim.code.text in read(signed_in, path).replace("-", "").replace(" ", "")


# Friends


@pytest.fixture
def scheme(programme: Programme) -> Scheme:
    return Scheme.objects.create(
        programme=programme, advocate_points=500, friend_points=200, landing="https://shop.example/"
    )


def test_there_is_nothing_about_friends_without_a_scheme(signed_in: Browser, member: Member) -> None:
    assert signed_in.get("/m/friends/").status_code == 404
    assert "Bring friends" not in read(signed_in, "/m/")


def test_a_member_gets_a_link_by_asking_for_it(signed_in: Browser, member: Member, scheme: Scheme) -> None:
    assert "Bring friends" in read(signed_in, "/m/")
    page = read(signed_in, "/m/friends/")
    assert "500 points for you once your friend keeps an order. 200 points for your friend, too." in page
    assert not Advocate.objects.exists()
    signed_in.post("/m/friends/")
    signed_in.post("/m/friends/")
    advocate = Advocate.objects.get()
    page = read(signed_in, "/m/friends/")
    assert f"/r/{advocate.code}" in page
    assert "Nobody came by it yet." in page


def test_who_has_left_brings_nobody(signed_in: Browser, member: Member, scheme: Scheme) -> None:
    membership.leave(member=member, at=timezone.now())
    assert signed_in.post("/m/friends/").status_code == 404


def test_it_says_du_where_the_shop_does(portal: Portal, member: Member, cup: Reward, scheme: Scheme) -> None:
    Portal.objects.update(address="du")
    earn(member, 320, "a")
    browser = Browser("de")
    browser.sign_in("anna@example.org")
    browser.post("/m/friends/")
    said = [read(browser, path) for path in ("/m/", "/m/rewards/", f"/m/rewards/{cup.pk}/", "/m/friends/")]
    assert "Prämien für dich" in said[0]
    assert [page for page in said if SIE.search(page)] == []
