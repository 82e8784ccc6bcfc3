"""The pages of member offers and prices, as a manager and others open them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.act.offers.sales import LONG_AGO, draft, member, offer, price, redeem, tiers
from treue.act.loyalty import demo
from treue.act.loyalty.models import Programme
from treue.act.offers.models import Offer, Price
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

LIST, PRICES = "/loyalty/offers/", "/loyalty/prices/"
TERMS = {
    "name": "Evening",
    "kind": "flash sale",
    "benefit": "percent",
    "percent": "20",
    "products": "TEA-1",
    "starts_at": "2026-12-01T18:00",
    "ends_at": "2026-12-01T22:00",
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


def saved(client: Client, place: str = f"{LIST}new/", **terms: object) -> object:
    """As a person does it: fill in, read what it says, save it."""
    said = client.post(place, {**TERMS, **terms})
    mark = re.search(r'name="said" value="(\w+)"', said.content.decode())
    return client.post(place, {**TERMS, **terms, "said": mark[1]}) if mark else said


@pytest.mark.parametrize(("language", "empty"), [("en", "No offers yet."), ("de", "Noch keine Angebote.")])
def test_without_offers_the_page_says_what_to_do(
    client: Callable[..., Client], programme: Programme, language: str, empty: str
) -> None:
    page = client(language=language).get(LIST)
    assert empty in text_of(page)
    assert page.content.decode().count('aria-current="page"') <= 2


def test_without_a_programme_the_page_leads_to_it(client: Callable[..., Client]) -> None:
    manager = client()
    assert "/loyalty/set-up/" in manager.get(LIST).content.decode()
    assert manager.get(f"{LIST}new/").url == LIST


def test_an_offer_is_said_looked_at_published_and_stopped(client: Callable[..., Client], programme: Programme) -> None:
    tiers(programme)
    price(programme.shop, since=LONG_AGO)
    manager, now = client(), timezone.now().astimezone(programme.shop.tz)
    span = {"starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + timedelta(hours=5):%Y-%m-%dT%H:%M}"}
    given = {"lowest_tier": "gold", "units": "40", "most_per_member": "2", "head_start_hours": "", **span}
    said = text_of(manager.post(f"{LIST}new/", {**TERMS, **given}))
    assert "20% off TEA-1. From" in said
    assert (
        "For members from Gold on. There are 40 in all. Each member may have 2. "
        "Beside each price stands the lowest one of the 30 days before." in said
    )
    place = saved(manager, **given).url
    page = text_of(manager.get(place))
    assert re.search(r"TEA-1 €10\.00 €8\.00 €10\.00 20%", page)
    assert "Draft" in page
    manager.post(f"{place}publish/")
    assert "Running" in text_of(manager.get(place))
    assert manager.get(f"{place}edit/").url == place
    manager.post(f"{place}stop/")
    assert "Stopped" in text_of(manager.get(place))
    made = ["offer.made", "offer.published", "offer.stopped"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-3:] == made


def test_what_cannot_be_is_said_at_its_field(client: Callable[..., Client], programme: Programme) -> None:
    manager = client()
    assert "This cannot be" in text_of(saved(manager, ends_at="2026-12-01T17:00"))
    assert "The clocks jump over this time." in text_of(saved(manager, starts_at="2027-03-28T02:30"))
    assert "Enter day and time" in text_of(saved(manager, starts_at="0001-01-01T00:00"))
    saved(manager)
    assert "There is an offer of this name." in text_of(saved(manager))
    assert Offer.objects.count() == 1


def test_without_a_price_it_is_not_published_and_says_so(client: Callable[..., Client], programme: Programme) -> None:
    manager, made = client(), draft(programme, ends_at=timezone.now() + timedelta(hours=2))
    Offer.objects.filter(pk=made.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    assert "No price was announced for TEA-1." in text_of(manager.get(f"{LIST}{made.pk}/"))
    answer = manager.post(f"{LIST}{made.pk}/publish/", follow=True)
    assert "Not published: prices are missing for 1 products, such as TEA-1." in text_of(answer)
    assert Offer.objects.get().is_draft
    manager.post(f"{LIST}{made.pk}/discard/")
    assert not Offer.objects.exists()


def test_an_analyst_sees_no_persons_and_changes_nothing(client: Callable[..., Client], programme: Programme) -> None:
    price(programme.shop)
    made = offer(programme)
    redeem(member(programme), order="A-2026-77")
    pages = {role: text_of(client(role).get(f"{LIST}{made.pk}/")) for role in ("manager", "analyst")}
    assert ("A-2026-77" in pages["manager"], "anna" in pages["manager"]) == (True, True)
    assert ("A-2026-77" in pages["analyst"], "anna" in pages["analyst"]) == (False, False)
    assert "€8.00" in pages["analyst"]
    for path in (f"{LIST}{made.pk}/stop/", f"{LIST}{made.pk}/publish/", f"{PRICES}upload/"):
        assert client("analyst").post(path).status_code == 403


def test_prices_are_uploaded_looked_up_and_withdrawn(client: Callable[..., Client], shop: Shop) -> None:
    manager = client()
    assert "No prices yet." in text_of(manager.get(PRICES))
    lines = b"product,price,from\nTEA-1,9.00,2026-01-01\n=cmd|' /C calc'!A0,3.00,2026-01-01\n"
    answer = manager.post(f"{PRICES}upload/", {"file": SimpleUploadedFile("p.csv", lines)}, follow=True)
    assert "2 prices are new. 0 were known." in text_of(answer)
    assert "TEA-1" in text_of(manager.get(PRICES, {"q": "tea"}))
    assert "Lowest price of the last 30 days: €9.00" in text_of(manager.get(PRICES, {"product": "TEA-1"}))
    sheet = b"".join(manager.get("/loyalty/prices.csv", {"product": "=cmd|' /C calc'!A0"}).streaming_content).decode()
    assert "\n'=cmd|" in sheet.replace("\r", "")
    wrong = Price.objects.get(product="TEA-1")
    assert "It was never asked for" in text_of(manager.get(f"{PRICES}{wrong.pk}/"))
    assert "The price is withdrawn." in text_of(manager.post(f"{PRICES}{wrong.pk}/", follow=True))
    page = text_of(manager.get(PRICES, {"product": "TEA-1"}))
    assert ("Withdrawn" in page, "No price of the last 30 days is known." in page) == (True, True)
    for odd in ({"product": "\0"}, {"q": "\0%"}, {"q": "x" * 999}, {"product": "x", "before": "999999999999"}):
        assert manager.get(PRICES, odd).status_code == 200


def test_the_lowest_price_of_the_last_30_days_is_also_that_of_offers(
    client: Callable[..., Client], programme: Programme
) -> None:
    now, day = timezone.now(), timedelta(days=1)
    price(programme.shop)
    offer(programme, percent=30, published_at=now - 3 * day, starts_at=now - 2 * day, ends_at=now - day)
    page = text_of(client().get(PRICES, {"product": "TEA-1"}))
    assert "Lowest price of the last 30 days: €7.00" in page


def test_the_list_says_what_each_product_costs(client: Callable[..., Client], programme: Programme) -> None:
    now, day = timezone.now(), timedelta(days=1)
    price(programme.shop, "TEA-1", 9)
    price(programme.shop, "TEA-1", 8, now - 2 * day, audience=Price.Audience.MEMBERS)
    price(programme.shop, "TEA-2", 4)
    price(programme.shop, "TEA-2", None, now - day)
    price(programme.shop, "TEA-3", 5)
    price(programme.shop, "TEA-3", 6, now - day, audience=Price.Audience.MEMBERS)
    offer(programme, percent=30, published_at=now - 3 * day, starts_at=now - 2 * day, ends_at=now - day)
    page = text_of(client().get(PRICES))
    for line in ("TEA-1 – €9.00 €8.00 €6.30", "TEA-2 – – – €4.00", "TEA-3 – €5.00 €5.00 €5.00"):
        assert line in page
    about = {"published_at": now - day, "starts_at": now - day, "ends_at": now + day}
    offer(programme, percent=50, **about)
    offer(programme, percent=90, lowest_tier="gold", **about)
    assert "TEA-1 – €9.00 €4.50" in text_of(client("analyst").get(PRICES))


def test_a_bad_file_saves_nothing_and_names_its_lines(client: Callable[..., Client], shop: Shop) -> None:
    manager = client(language="de")
    bad = b"Artikel;Preis;ab\nTEE;9,00;01.01.2026\nTEE-2;-1;01.01.2026\n"
    answer = manager.post(f"{PRICES}upload/", {"file": SimpleUploadedFile("p.csv", bad)})
    assert (answer.status_code, Price.objects.exists()) == (422, False)
    assert "Zeile 3: Der Preis ist kein Betrag über 0" in text_of(answer)
    price(shop, "TEE", 8, timezone.datetime.fromisoformat("2025-12-31T23:00:00+00:00"))
    good = b"Artikel;Preis;ab\nTEE;9,00;01.01.2026\n"
    answer = manager.post(f"{PRICES}upload/", {"file": SimpleUploadedFile("p.csv", good)})
    assert "Zeile 2: Ab demselben Zeitpunkt wurde ein anderer Preis gemeldet." in text_of(answer)
    assert manager.post(f"{PRICES}upload/", {}).status_code == 422


def test_the_demo_knows_of_it() -> None:
    assert any("offers" in write.__module__ for write in demo.OTHERS)
