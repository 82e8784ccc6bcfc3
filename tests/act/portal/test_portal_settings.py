"""How the shop sets its portal up."""

from collections.abc import Callable

import pytest
from django.test import Client

from treue.act.portal.colours import Palette, contrast
from treue.act.portal.models import Portal
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry, User

VALUES = {
    "is_on": "on",
    "takes_strangers": "on",
    "address": "du",
    "colour_light": "#7A1F4B",
    "colour_dark": "f0a0c8",
    "colour_card": "#7a1f4b",
    "note_de": "Ein Punkt ist einen Cent wert.",
    "note_en": "",
}


@pytest.fixture
def manager(shop: Shop, staff: Callable[..., User]) -> Client:
    client = Client(headers={"accept-language": "en"})
    user = staff("manager", language="en")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_portal_is_off_until_somebody_switches_it_on(manager: Client) -> None:
    page = manager.get("/settings/portal/").content.decode()
    assert "The portal is off" in page
    assert "There is no loyalty programme yet" in page
    assert manager.get("/m/sign-in/").status_code == 404


def test_what_was_set_is_kept_and_stands_in_the_trail(manager: Client, shop: Shop) -> None:
    assert manager.post("/settings/portal/", VALUES)["Location"] == "/settings/portal/"
    found = Portal.objects.get()
    assert (found.is_on, found.address, found.note("en")) == (True, "du", "Ein Punkt ist einen Cent wert.")
    assert found.palette == Palette("#7a1f4b", "#f0a0c8", "#7a1f4b")
    entry = AuditEntry.objects.get(action="portal.changed")
    assert entry.subject == f"shop {shop.pk}"
    assert "colour_card" in entry.facts["fields"]
    assert "/m/" in manager.get("/settings/portal/").content.decode()


def test_the_same_once_more_leaves_no_trace(manager: Client) -> None:
    for _each in range(2):
        manager.post("/settings/portal/", VALUES)
    assert AuditEntry.objects.filter(action="portal.changed").count() == 1


@pytest.mark.parametrize(
    ("field", "colour", "said"),
    [
        ("colour_light", "#ffcc00", "Too light to be read: contrast 1.3"),
        ("colour_dark", "#222222", "Too dark to be read"),
        ("colour_card", "#8fb0ff", "Too light to be read"),
        ("colour_card", "red", "Write a colour as six characters"),
        ("colour_light", "#1234;}", "Write a colour as six characters"),
    ],
)
def test_a_colour_that_cannot_be_read_is_refused(manager: Client, field: str, colour: str, said: str) -> None:
    answer = manager.post("/settings/portal/", {**VALUES, field: colour})
    assert said in answer.content.decode()
    assert not Portal.objects.exists()


def test_the_colours_a_portal_begins_with_can_be_read() -> None:
    assert Palette().too_weak() == {}


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
