"""The page behind a sign-in link, and the first steps after it."""

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.staff import sign_in_links
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a blue flower by the brook"


@pytest.fixture
def address() -> str:
    """Where the first administrator's link leads."""
    return reverse("welcome", args=[sign_in_links.for_first_admin()])


def test_a_mail_scanner_that_follows_the_link_does_not_spend_it(client: Client, address: str) -> None:
    for _visit in range(3):
        page = client.get(address)
        assert page.status_code == 200
        assert "Welcome to Treue" in page.text
    assert get_user(client).is_anonymous
    client.post(address)
    assert get_user(client).is_authenticated


def test_a_spent_link_says_what_to_do(client: Client, address: str) -> None:
    client.post(address)
    for answer in (Client().get(address), Client().post(address)):
        assert answer.status_code == 410
        assert "This link is no longer valid" in answer.text


def test_the_page_is_kept_by_no_cache(client: Client, address: str) -> None:
    assert "no-store" in client.get(address)["Cache-Control"]


def test_who_has_no_password_is_asked_for_one(client: Client, address: str) -> None:
    assert client.post(address)["Location"] == reverse("account_set_password")
    page = client.get(reverse("account_set_password"))
    assert "Set up your account" in page.text
    assert sign_in_links.PLACEHOLDER not in page.text
    answer = client.post(
        reverse("account_set_password"),
        {"name": "Clara", "email": "Clara@Example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer["Location"] == reverse("cockpit")
    assert get_user(client).email == "clara@example.org"
    fresh = Client()
    fresh.post(reverse("account_login"), {"login": "clara@example.org", "password": PASSWORD})
    assert get_user(fresh).name == "Clara"


def test_who_has_a_password_goes_straight_to_the_console(client: Client, clara: User) -> None:
    address = reverse("welcome", args=[sign_in_links.create(clara, minutes=5)])
    assert client.post(address)["Location"] == reverse("cockpit")


def test_a_password_like_the_name_is_refused(client: Client, address: str) -> None:
    client.post(address)
    answer = client.post(
        reverse("account_set_password"),
        {
            "name": "Clara Vorlage",
            "email": "clara@example.org",
            "password1": "claravorlage",
            "password2": "claravorlage",
        },
    )
    assert answer.status_code == 200
    assert "too similar" in answer.text
    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize("language", ["de", "en"])
def test_its_pages_speak_both_languages(client: Client, address: str, language: str) -> None:
    headers = {"accept-language": language}
    with override(language):
        assert gettext("Welcome to Treue") in client.get(address, headers=headers).text
    client.post(address, headers=headers)
    with override(language):
        assert gettext("Set up your account") in client.get(reverse("account_set_password"), headers=headers).text
        assert gettext("This link is no longer valid") in Client().get(address, headers=headers).text
