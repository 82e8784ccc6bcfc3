"""The pages of rewards, as a manager, service and others open them."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from tests.act.rewards import treats
from tests.act.rewards.treats import broken, member, points, redeem, reward, tiers
from tests.act.vouchers import giving
from treue.act.loyalty.models import Journal, Programme
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers import codes
from treue.core.customers.models import Customer
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

TERMS = {"name": "Cup", "kind": "gift", "points": "500", "cost": "4.20", "span": "in all", "is_offered": "on"}


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language))
        return client

    return sign_in


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def saved(client: Client, place: str = "/rewards/new/", **terms: object) -> object:
    """As a person does it: fill in, read what it says, save it."""
    said = client.post(place, {**TERMS, **terms})
    mark = re.search(r'name="said" value="(\w+)"', said.content.decode())
    return client.post(place, {**TERMS, **terms, "said": mark[1]}) if mark else said


def sent_form(page: object) -> dict[str, str]:
    """The hidden fields of the form in the page."""
    return dict(re.findall(r'<input type="hidden" name="(key|points)" value="([^"]+)"', page.content.decode()))


@pytest.mark.parametrize(
    ("language", "empty"), [("en", "No rewards yet."), ("de", "Noch keine Prämien.")], ids=["en", "de"]
)
def test_without_rewards_the_page_says_what_to_do(
    client: Callable[..., Client], programme: Programme, language: str, empty: str
) -> None:
    assert empty in text_of(client(language=language).get("/rewards/"))


def test_the_number_that_a_member_says_leads_to_what_they_redeemed(
    client: Callable[..., Client], programme: Programme
) -> None:
    service = client("service")
    claim = redeem(reward(programme), member(programme, points=500))
    assert (
        service.post("/rewards/look-up/", {"number": f"{claim.pk:06d}"})["Location"] == f"/rewards/claims/{claim.pk}/"
    )
    for wrong in ("", "x", "0", "-1", str(claim.pk + 1), str(2**64)):
        page = service.post("/rewards/look-up/", {"number": wrong}, follow=True)
        assert "No reward was redeemed under this number." in text_of(page)


def test_without_a_programme_the_page_leads_to_it(client: Callable[..., Client]) -> None:
    manager = client()
    assert "/loyalty/set-up/" in manager.get("/rewards/").content.decode()
    assert manager.get("/rewards/new/").url == "/rewards/"


def test_a_reward_is_said_before_it_is_saved(client: Callable[..., Client], programme: Programme) -> None:
    of, manager = giving.campaign(programme.shop), client()
    tiers(programme)
    given = {
        "kind": "voucher",
        "campaign": str(of.pk),
        "cost": "5",
        "stock": "1000",
        "most_per_member": "2",
        "span": "year",
        "lowest_tier": "gold",
        "last_day": "2026-12-31",
    }
    said = text_of(manager.post("/rewards/new/", {**TERMS, **given}))
    assert (
        "500 points become a voucher of €5.00. 100 points are worth €1.00. There are 1,000 in all. "
        "Each member may have 2 in a year. For members from Gold on. Up to and including 31 Dec 2026." in said
    )
    assert not Reward.objects.exists()
    answer = saved(manager, **given)
    made = Reward.objects.get()
    assert answer.url == f"/rewards/{made.pk}/"
    assert (made.campaign, made.stock_left, made.valid_until.isoformat()) == (of, 1000, "2026-12-31T23:00:00+00:00")
    assert AuditEntry.objects.filter(action="reward.made", subject=f"reward {made.pk}").exists()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "wrong",
    [{"points": "0"}, {"kind": "voucher"}, {"cost": "-1"}, {"last_day": "2026-01-01", "first_day": "2026-01-02"}],
    ids=["points", "campaign", "cost", "days"],
)
def test_what_cannot_be_is_said_at_the_field(
    client: Callable[..., Client], programme: Programme, language: str, wrong: dict[str, str]
) -> None:
    page = client(language=language).post("/rewards/new/", {**TERMS, **wrong})
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert not Reward.objects.exists()


def test_a_reward_is_changed_with_what_was_given_of_it(client: Callable[..., Client], programme: Programme) -> None:
    cup, manager = reward(programme, name="Cup", stock=3, cost=Decimal("4.20")), client()
    redeem(cup, member(programme, points=500))
    place = f"/rewards/{cup.pk}/edit/"
    assert 'value="3"' in manager.get(place).content.decode()
    assert "1 was given already." in text_of(saved(manager, place, stock="0"))
    assert saved(manager, place, stock="10", points="600").url == f"/rewards/{cup.pk}/"
    cup.refresh_from_db()
    assert (cup.stock, cup.stock_left, cup.points) == (10, 9, 600)
    reward(programme, name="Mug")
    assert "There is a reward of this name." in text_of(saved(manager, place, name="Mug"))


def test_the_list_says_what_came_of_each(client: Callable[..., Client], programme: Programme) -> None:
    from django.utils import timezone

    cup = reward(programme, name="Cup", stock=3)
    redeem(cup, member(programme, points=500), now=timezone.now())
    assert "Cup Gift Offered 500 €5.00 2 1 €1.00" in text_of(client().get("/rewards/"))
    page = text_of(client("analyst").get(f"/rewards/{cup.pk}/"))
    assert "To be handed over 1 Left 2 of 3" in page
    assert "anna" not in page
    assert "anna" in text_of(client("service").get(f"/rewards/{cup.pk}/"))


@pytest.mark.parametrize(("language", "title"), [("en", "Points afterwards 100"), ("de", "Punkte danach 100")])
def test_service_sees_what_will_happen_and_redeems_it(
    client: Callable[..., Client], programme: Programme, language: str, title: str
) -> None:
    anna, of = member(programme, points=600), reward(programme, "voucher", name="Five off")
    service, place = client("service", language), f"/customers/{anna.customer_id}/rewards/"
    offered = service.get(place).content.decode()
    assert f'href="{place}{of.pk}/"' in offered
    before = Journal.objects.count(), Event.objects.count()
    page = service.get(f"{place}{of.pk}/")
    assert title in text_of(page)
    assert (Journal.objects.count(), Event.objects.count()) == before
    form = sent_form(page)
    answer = service.post(f"{place}{of.pk}/", form)
    claim = Claim.objects.select_related("code").get()
    assert answer.url == f"/rewards/claims/{claim.pk}/"
    assert service.post(f"{place}{of.pk}/", form).url == answer.url
    assert (points(anna), Claim.objects.count()) == (100, 1)
    assert codes.grouped(claim.code.text) in text_of(service.get(answer.url))
    assert codes.grouped(claim.code.text) not in text_of(client("analyst").get(answer.url))
    assert AuditEntry.objects.filter(action="reward.redeemed", subject=f"member {anna.pk}").count() == 1
    assert broken() == []


def test_what_cannot_be_had_says_why(client: Callable[..., Client], programme: Programme) -> None:
    anna, of = member(programme, points=380), reward(programme, name="Cup")
    service, place = client("service"), f"/customers/{anna.customer_id}/rewards/"
    assert "Cup Gift No 500 120 points are missing." in text_of(service.get(place))
    assert "120 points are missing." in text_of(service.get(f"{place}{of.pk}/"))
    service.post(f"{place}{of.pk}/", {"key": "k", "points": "500"})
    assert (points(anna), Claim.objects.count()) == (380, 0)


def test_a_price_that_changed_since_is_shown_again(client: Callable[..., Client], programme: Programme) -> None:
    anna, of = member(programme, points=900), reward(programme)
    service, place = client("service"), f"/customers/{anna.customer_id}/rewards/{of.pk}/"
    form = sent_form(service.get(place))
    Reward.objects.update(points=600)
    answer = service.post(place, form, follow=True)
    assert "It costs 600 points by now." in text_of(answer)
    assert points(anna) == 900


def test_a_gift_is_handed_over_or_cancelled(client: Callable[..., Client], programme: Programme) -> None:
    anna, cup, service = member(programme, points=1000), reward(programme), client("service")
    first, second = redeem(cup, anna), redeem(cup, anna, key="k2")
    page = service.get(f"/rewards/claims/{first.pk}/")
    assert "500 points go back to the member." in text_of(page)
    form = sent_form(page)
    for _again in range(2):
        service.post(f"/rewards/claims/{first.pk}/cancel/", form)
    service.post(f"/rewards/claims/{second.pk}/hand-over/")
    service.post(f"/rewards/claims/{second.pk}/cancel/", {"key": "other"})
    states = dict(Claim.objects.values_list("pk", "state"))
    assert (states, points(anna)) == ({first.pk: "cancelled", second.pk: "handed over"}, 500)
    assert "Cancel it" not in text_of(client("analyst").get(f"/rewards/claims/{first.pk}/"))


def test_a_used_voucher_stays(client: Callable[..., Client], programme: Programme) -> None:
    anna = member(programme, points=500)
    claim = redeem(reward(programme, "voucher"), anna)
    giving.redeem(claim.code, customer=anna.customer)
    answer = client("service").post(f"/rewards/claims/{claim.pk}/cancel/", {"key": "k"}, follow=True)
    assert "Its voucher was redeemed" in text_of(answer)
    assert points(anna) == 0


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_is_no_member_is_led_to_the_programme(
    client: Callable[..., Client], programme: Programme, language: str
) -> None:
    ben = Customer.objects.create(shop=programme.shop, number="ben")
    cup, service = reward(programme), client("service", language)
    place = f"/customers/{ben.pk}/rewards/"
    assert f"/customers/{ben.pk}/loyalty/" in service.get(place, headers={"hx-request": "true"}).content.decode()
    assert service.get(f"{place}{cup.pk}/").url == place


@pytest.mark.parametrize(
    ("language", "words", "facts", "undoing", "done"),
    [
        (
            "en",
            "Cup To be handed over Gift",
            "Given as gifts 1",
            "It was a gift: no points go back",
            "It is cancelled.",
        ),
        ("de", "Cup Noch zu übergeben Geschenk", "Verschenkt 1", "Es gehen keine Punkte zurück", "Storniert."),
    ],
    ids=["en", "de"],
)
def test_a_claim_that_was_a_gift_says_so(
    client: Callable[..., Client],
    programme: Programme,
    language: str,
    words: str,
    facts: str,
    undoing: str,
    done: str,
) -> None:
    anna, cup, service = member(programme), reward(programme, name="Cup"), client("service", language)
    assert facts.rpartition(" ")[0] not in text_of(service.get(f"/rewards/{cup.pk}/"))
    claim = treats.give(cup, anna)
    assert words in text_of(service.get(f"/customers/{anna.customer_id}/rewards/"))
    assert facts in text_of(service.get(f"/rewards/{cup.pk}/"))
    place = f"/rewards/claims/{claim.pk}/"
    page = service.get(place)
    assert undoing in text_of(page)
    assert "0 points" not in text_of(page)
    answer = service.post(f"{place}cancel/", sent_form(page), follow=True)
    assert done in text_of(answer)
    assert Claim.objects.get().state == "cancelled"


def test_a_gift_that_was_used_or_handed_over_stays(client: Callable[..., Client], programme: Programme) -> None:
    anna, service = member(programme), client("service")
    voucher, cup = treats.give(reward(programme, "voucher"), anna), treats.give(reward(programme), anna, key="g2")
    giving.redeem(voucher.code, customer=anna.customer)
    assert "Given as a gift" in text_of(service.get(f"/rewards/claims/{voucher.pk}/"))
    form = sent_form(service.get(f"/rewards/claims/{cup.pk}/"))
    service.post(f"/rewards/claims/{cup.pk}/hand-over/")
    for claim, words in (
        (voucher, "Its voucher was redeemed: it stays given until that is rolled back."),
        (cup, "It was handed over: it stays given."),
    ):
        answer = service.post(f"/rewards/claims/{claim.pk}/cancel/", form | {"key": f"k{claim.pk}"}, follow=True)
        assert words in text_of(answer)
    assert not Claim.objects.filter(state="cancelled").exists()
