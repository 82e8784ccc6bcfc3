"""The list of customers as a page: what it finds, how it turns, what it says when nobody is there."""

from html import unescape

import pytest
from django.test import Client
from somebody import buyer, shop

from treue.core.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    user = User.objects.create_user("kim@example.org", role="manager", language="de")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def fetch(query: str = "", **headers: str) -> str:
        answer = client.get(f"/customers/{query}", headers=headers)
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return fetch


@pytest.mark.parametrize("query", ["?q=ann", "?q=ann@example.org", "?q=Hal"])
def test_a_customer_is_found_by_name_address_and_city(page, query):
    shop(currency="EUR")
    buyer("K1", "Anna Blau", email="ann@example.org", city="Halle", revenue=1234.5)
    buyer("K2", "Otto Gelb", email="otto@example.org", city="Kiel")
    said = page(query)
    assert "Anna Blau" in said
    assert "Otto Gelb" not in said
    assert "1.234,50\xa0€" in said
    assert "10.06.2026" in said


def test_the_list_turns_its_pages_and_counts_them(page):
    for number in range(60):
        buyer(f"K{number:02}", f"Person {number:02}")
    said = page("?sort=name")
    assert "1 bis 50 von 60" in said
    after = said.split("after=")[1].split("&")[0].split('"')[0]
    assert "51 bis 60 von 60" in page(f"?sort=name&page=2&after={after}")


@pytest.mark.parametrize("query", ["?after=x&page=-1&sort=drop", "?after=99999999999999999999", "?q=%00%27%25"])
def test_made_up_addresses_harm_nothing(page, query):
    buyer("K1", "Anna Blau")
    assert "Kundschaft" in page(query)


def test_a_made_up_number_of_the_page_counts_nobody_who_is_not_there(page):
    first = buyer("K1", "Anna Blau")
    buyer("K2", "Bert Blau")
    assert "2 bis 2 von 2" in page(f"?sort=name&after={first.pk}&page=999999999999")


def test_nobody_yet_says_what_to_do(page):
    assert "/imports/" in page()


def test_nobody_found_says_so(page):
    buyer("K1", "Anna Blau")
    assert "Zzz" in page("?q=Zzz")
    assert "Alle zeigen" in page("?q=nobody")


def test_a_name_is_never_read_as_markup(page):
    buyer("K1", "<b>Anna</b>")
    user = User.objects.get()
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert b"<b>Anna" not in client.get("/customers/").content
