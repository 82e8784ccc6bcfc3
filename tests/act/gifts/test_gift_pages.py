"""The pages of gifts, as a manager, service and others open them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests.act.gifts.presents import born_on, member, plan, points, reward_plan, voucher_plan
from tests.act.rewards import treats
from treue.act.gifts import nights
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.models import Member, Programme
from treue.act.rewards.models import Claim, Reward
from treue.core.jobs.models import Job
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

TERMS = {"name": "Birthday", "occasion": "birthday", "points": "100", "lasts_days": "30", "cost": "5.00"}


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language))
        return client

    return sign_in


def today(programme: Programme) -> date:
    return timezone.now().astimezone(programme.shop.tz).date()


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def saved(client: Client, place: str = "/loyalty/gifts/new/", **terms: object) -> object:
    """As a person does it: fill in, read what it says, save it."""
    said = client.post(place, {**TERMS, **terms})
    mark = re.search(r'name="said" value="(\w+)"', said.content.decode())
    return client.post(place, {**TERMS, **terms, "said": mark[1]}) if mark else said


def born_today(programme: Programme, name: str = "anna") -> Member:
    return member(programme, name, born=today(programme).replace(year=1992))


def night(programme: Programme) -> None:
    nights.pass_through(programme.shop_id, Silent(), now=timezone.now())


@pytest.mark.parametrize(("language", "empty"), [("en", "No plans yet."), ("de", "Noch keine Pläne.")])
def test_without_plans_the_page_says_what_to_do(
    client: Callable[..., Client], programme: Programme, language: str, empty: str
) -> None:
    assert empty in text_of(client(language=language).get("/loyalty/gifts/"))


def test_without_a_programme_the_page_leads_to_it(client: Callable[..., Client]) -> None:
    manager = client()
    assert "/loyalty/set-up/" in manager.get("/loyalty/gifts/").content.decode()
    assert manager.get("/loyalty/gifts/new/").status_code == 302


@pytest.mark.parametrize(
    ("language", "sentence", "ahead"),
    [
        (
            "en",
            "On their birthday each member gets 100 points, to be spent for 30 days after it.",
            "Today 1 member would",
        ),
        ("de", "Zum Geburtstag bekommt jedes Mitglied 100 Punkte, einlösbar bis 30 Tage danach.", "Heute bekäme 1"),
    ],
)
def test_a_plan_says_what_it_means_and_comes_to_before_it_is_saved(
    client: Callable[..., Client], programme: Programme, language: str, sentence: str, ahead: str
) -> None:
    born_today(programme)
    manager = client(language=language)
    said = text_of(manager.post("/loyalty/gifts/new/", TERMS))
    assert sentence in said
    assert ahead in said
    assert not Plan.objects.exists()
    answer = saved(manager)
    found = Plan.objects.get()
    assert answer.url == f"/loyalty/gifts/{found.pk}/"
    assert (found.points, found.cost, found.valid_from) == (100, Decimal(5), today(programme))
    assert AuditEntry.objects.filter(action="gifts.plan_made").count() == 1
    assert sentence in text_of(manager.get(answer.url))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"points": ""}, "Fill in points, a campaign of vouchers or a reward, one of the three."),
        ({"occasion": "surprise"}, "Of a surprise say how many members are drawn"),
        ({"winners": "3"}, "Of a surprise say how many members are drawn"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "This cannot be"),
        ({"cost": "0.001"}, "This cannot be"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    client: Callable[..., Client], programme: Programme, terms: dict, words: str
) -> None:
    assert words in text_of(saved(client(), **terms))
    assert not Plan.objects.exists()


def test_the_occasion_stays_and_a_limit_is_not_below_what_was_given(
    client: Callable[..., Client], programme: Programme
) -> None:
    born_today(programme)
    born_today(programme, "ben")
    of, manager = plan(programme), client()
    night(programme)
    place = f"/loyalty/gifts/{of.pk}/edit/"
    assert "More than that was given already." in text_of(saved(manager, place, most_gifts="1"))
    assert saved(manager, place, occasion="joining", points="50").status_code == 302
    of.refresh_from_db()
    assert (of.occasion, of.points, of.given) == ("birthday", 50, 2)
    other = plan(programme, name="Other")
    assert "There is a plan of this name." in text_of(
        saved(manager, f"/loyalty/gifts/{other.pk}/edit/", name="Birthday")
    )


def test_the_list_says_what_comes_and_what_came(client: Callable[..., Client], programme: Programme) -> None:
    born_today(programme)
    member(programme, "soon", born=(today(programme) + timedelta(days=9)).replace(year=1992))
    plan(programme, name="Tea for all", cost=Decimal("2.50"))
    night(programme)
    manager = client()
    for part in ("Tea for all", "Running", "€2.50"):
        assert part in text_of(manager.get("/loyalty/gifts/"))


def test_the_page_of_a_plan_shows_names_to_who_may_see_them(
    client: Callable[..., Client], programme: Programme
) -> None:
    born_today(programme)
    of, over = plan(programme), voucher_plan(programme, valid_until=timezone.now() - timedelta(days=1))
    night(programme)
    place = f"/loyalty/gifts/{of.pk}/"
    assert "anna" in text_of(client().get(place))
    assert "anna" not in text_of(client("analyst").get(place))
    assert "Change it" not in text_of(client("service").get(place))
    failed = text_of(client().get(f"/loyalty/gifts/{over.pk}/"))
    assert "The campaign of its vouchers has ended or is used up" in failed


def test_the_page_of_a_surprise_shows_by_which_seed_was_drawn(
    client: Callable[..., Client], programme: Programme
) -> None:
    member(programme)
    of = plan(programme, "surprise", first_draw=today(programme))
    night(programme)
    assert of.draws.get().seed in text_of(client().get(f"/loyalty/gifts/{of.pk}/"))


def test_a_plan_is_stopped_and_goes_on(client: Callable[..., Client], programme: Programme) -> None:
    of, manager = plan(programme), client()
    manager.post(f"/loyalty/gifts/{of.pk}/stop/")
    assert "Stopped" in text_of(manager.get(f"/loyalty/gifts/{of.pk}/"))
    manager.post(f"/loyalty/gifts/{of.pk}/resume/")
    assert Job.objects.filter(kind="gifts.give").count() == 1
    actions = ["gifts.plan_made", "gifts.plan_stopped", "gifts.plan_resumed"]
    assert [AuditEntry.objects.filter(action=each).count() for each in actions] == [1, 1, 1]
    assert client("service").post(f"/loyalty/gifts/{of.pk}/stop/").status_code == 403


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Birthday gift 100 points, until"), ("de", "Geburtstagsgeschenk 100 Punkte, bis")]
)
def test_a_members_tab_says_what_they_got(
    client: Callable[..., Client], programme: Programme, language: str, words: str
) -> None:
    anna = born_today(programme)
    plan(programme)
    night(programme)
    assert words in text_of(client(language=language).get(f"/customers/{anna.customer_id}/gifts/"))
    born_on(anna, None)
    other = member(programme, "ben", born=None)
    nothing = {"en": "They got no gift yet.", "de": "Noch kein Geschenk bekommen."}[language]
    assert nothing in text_of(client(language=language).get(f"/customers/{other.customer_id}/gifts/"))


def test_service_surprises_a_member_once(client: Callable[..., Client], programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise", months_apart=3, first_draw=date(2020, 1, 1))
    service, place = client("service"), f"/customers/{anna.customer_id}/gifts/"
    assert "Surprise them" in text_of(service.get(place))
    for _each in range(2):
        service.post(f"{place}give/", {"key": "k1", "plan": of.pk})
    assert (points(anna), Gift.objects.count()) == (100, 1)
    assert AuditEntry.objects.filter(action="gift.given").count() == 1
    service.post(f"{place}give/", {"key": "k2", "plan": of.pk})
    assert "3 months have to be over before the next" in text_of(service.get(place))
    assert points(anna) == 100


# Rewards as gifts

FREE = {"points": "", "lasts_days": "", "cost": ""}


@pytest.fixture
def cake(programme: Programme) -> Reward:
    return treats.reward(programme, "product", name="Cake", cost=Decimal("3.20"), stock=5, is_offered=False)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "On their birthday each member gets “Cake” (Product). Once a year"),
        ("de", "Zum Geburtstag bekommt jedes Mitglied „Cake“ (Produkt). Einmal im Jahr"),
    ],
)
def test_a_plan_gives_a_reward_and_costs_what_that_costs_unless_told_otherwise(
    client: Callable[..., Client], programme: Programme, cake: Reward, language: str, sentence: str
) -> None:
    born_today(programme)
    manager = client(language=language)
    said = text_of(manager.post("/loyalty/gifts/new/", {**TERMS, **FREE, "reward": cake.pk}))
    assert sentence in said
    assert {"en": "€3.20 at most.", "de": "höchstens 3,20"}[language] in said
    answer = saved(manager, **FREE, reward=cake.pk)
    found = Plan.objects.get()
    assert (found.reward, found.points, found.cost) == (cake, None, Decimal("3.20"))
    assert sentence in text_of(manager.get(answer.url))
    assert sentence.partition("gets ")[2].partition(".")[0] in text_of(manager.get("/loyalty/gifts/"))
    saved(manager, f"{answer.url}edit/", **FREE | {"cost": "2.10"}, reward=cake.pk)
    found.refresh_from_db()
    assert found.cost == Decimal("2.10")


def test_exactly_one_thing_is_given_and_none_of_another_shop(
    client: Callable[..., Client], programme: Programme, cake: Reward
) -> None:
    other = Programme.objects.create(shop=Shop.objects.create(name="Other", zone="Europe/Berlin"), name="Other")
    theirs, manager = treats.reward(other), client()
    for terms, words in (
        ({"reward": cake.pk}, "Fill in points, a campaign of vouchers or a reward, one of the three."),
        ({**FREE, "cost": "1"}, "Fill in points, a campaign of vouchers or a reward, one of the three."),
        ({**FREE, "reward": theirs.pk, "cost": "1"}, "Select a valid choice."),
        ({**FREE, "reward": cake.pk, "lasts_days": "3"}, "a reward has no days of its own"),
        ({"cost": ""}, "This field is required."),
    ):
        assert words in text_of(saved(manager, **terms))
    assert not Plan.objects.exists()


def test_a_reward_of_another_currency_does_not_say_what_the_gift_costs(
    client: Callable[..., Client], programme: Programme, cake: Reward
) -> None:
    Reward.objects.update(currency="CHF")
    assert "This field is required." in text_of(saved(client(), **FREE, reward=cake.pk))
    assert saved(client(), **FREE | {"cost": "3"}, reward=cake.pk).status_code == 302


@pytest.mark.parametrize(
    ("language", "reason", "given", "cancelled"),
    [
        ("en", "The last one of the reward is gone", "Birthday gift “Cake” Given", "“Cake” Cancelled"),
        ("de", "Die letzte dieser Prämie ist vergeben", "Geburtstagsgeschenk „Cake“ Geschenkt", "„Cake“ Storniert"),
    ],
)
def test_pages_name_the_reward_and_why_it_waits(
    client: Callable[..., Client],
    programme: Programme,
    cake: Reward,
    language: str,
    reason: str,
    given: str,
    cancelled: str,
) -> None:
    anna, _ben = born_today(programme), born_today(programme, "ben")
    of, manager = reward_plan(programme, cake), client(language=language)
    Reward.objects.update(stock_left=1)
    night(programme)
    page = text_of(manager.get(f"/loyalty/gifts/{of.pk}/"))
    assert reason in page
    place = f"/customers/{anna.customer_id}/gifts/"
    shown = manager.get(place)
    assert given in text_of(shown)
    assert f"/rewards/claims/{Claim.objects.get().pk}/" in shown.content.decode()
    treats.cancel(Claim.objects.get(), now=timezone.now())
    assert cancelled in text_of(manager.get(place))


def test_service_is_told_why_a_reward_cannot_be_the_surprise(
    client: Callable[..., Client], programme: Programme, cake: Reward
) -> None:
    anna, of = member(programme), reward_plan(programme, cake, "surprise")
    service, place = client("service"), f"/customers/{anna.customer_id}/gifts/"
    for terms, words in (
        ({"stock_left": 0}, "The last one of the reward is gone."),
        ({"valid_until": timezone.now()}, "The reward has ended or not begun, or its vouchers are used up."),
    ):
        Reward.objects.update(**terms)
        service.post(f"{place}give/", {"key": f"k{words}", "plan": of.pk})
        assert words in text_of(service.get(place))
        Reward.objects.update(stock_left=5, valid_until=None)
    service.post(f"{place}give/", {"key": "k", "plan": of.pk})
    assert "Surprise gift “Cake” Given" in text_of(service.get(place))
    assert AuditEntry.objects.filter(action="gift.given").count() == 1
