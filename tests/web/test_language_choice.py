"""Which language a page comes in."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from treue.core.staff.models import User

pytestmark = pytest.mark.django_db


def language_of(client: Client, accept: str = "en") -> str:
    return client.get(reverse("account_reset_password"), headers={"accept-language": accept})["Content-Language"]


def choose(client: Client, language: str, next_page: str = "/jobs/") -> object:
    return client.post(reverse("set_language"), {"language": language, "next": next_page})


def test_a_visitor_gets_what_the_browser_asks_for(client: Client) -> None:
    assert language_of(client, "de-AT,de;q=0.9") == "de"
    assert language_of(client, "fr") == "en"


def test_a_choice_is_kept_in_a_cookie_and_leads_back(client: Client) -> None:
    assert choose(client, "de")["Location"] == "/jobs/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]
    assert language_of(client, "en") == "de"


def test_the_choice_of_somebody_signed_in_follows_to_other_devices(client: Client) -> None:
    clara = User.objects.create_user("clara@example.org", role="manager")
    client.force_login(clara)
    choose(client, "de")
    other = Client()
    other.force_login(clara)
    assert language_of(other, "en") == "de"


@pytest.mark.parametrize("language", ["fr", "", "../de", "xx"])
def test_a_language_we_do_not_speak_changes_nothing(client: Client, language: str) -> None:
    clara = User.objects.create_user("clara@example.org", language="de")
    client.force_login(clara)
    choose(client, language)
    clara.refresh_from_db()
    assert clara.language == "de"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_choice_never_leads_away_from_the_console(client: Client, target: str) -> None:
    assert choose(client, "de", target)["Location"] == "/"


def test_the_choice_takes_a_post(client: Client) -> None:
    assert client.get(reverse("set_language")).status_code == 405
