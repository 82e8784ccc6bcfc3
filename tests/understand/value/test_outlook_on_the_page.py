"""Value and risk on a customer's page."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from scored import fitted, scored

from tests.core.lake.buying import customer, order
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.staff.models import User


@pytest.fixture
def anna(shop: Shop) -> Customer:
    return customer(shop, "C-1017", name="Anna Blau")


def said(of: Customer, language: str = "en", role: str = "manager") -> str:
    user = User.objects.create_user(f"{language}@example.org", role=role, language=language)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/customers/{of.pk}/").content.decode()
    section = page.partition('id="outlook"')[2].partition('<div class="grid">')[0]
    return " ".join(unescape(section).replace("\xa0", " ").split())


def test_the_figures_stand_with_how_they_came_about(anna: Customer, shop: Shop):
    scored(fitted(shop, since=date(2025, 1, 2)), anna)
    text = said(anna)
    for each in (
        "By the model MBG/NBD, as of 30 Jun 2026",
        "MBG/NBD, 2 Jan 2025 to 30 Jun 2026",
        "75% × 7.0 = 5.3",
        "1.5 of them within 90 days.",
        "€47.11",
        "€9.90 to €98.21 with a probability of 80%, at today's worth.",
        "5.25 purchases × €24.90 × 42%, less 10% a year",
        "30 Jun 2026 + 42 days",
        "With a probability of 50% they buy by 11 Aug 2026, if they are still a customer.",
    ):
        assert each in text
    assert "history is too short" not in text


def test_in_german(anna: Customer, shop: Shop):
    scored(fitted(shop, since=date(2025, 1, 2)), anna)
    text = said(anna, "de")
    for each in (
        "Wert und Risiko",
        "Nach dem Modell MBG/NBD, Stand 30.06.2026",
        "75 % × 7,0 = 5,3",
        "5,25 Käufe × 24,90 € × 42 %, abgezinst mit 10 % im Jahr",
        "47,11",
        "9,90 € bis 98,21 €",
        "Nächster Kauf",
    ):
        assert each in text


def test_before_the_first_night_it_says_so(anna: Customer):
    assert "This was not done yet." in said(anna)


def test_without_a_purchase_that_counts_it_says_so(anna: Customer, shop: Shop):
    fitted(shop)
    assert "No purchase counted up to 30 Jun 2026" in said(anna)


def test_of_too_few_it_says_nothing_ahead(anna: Customer, shop: Shop):
    order(anna)
    fitted(shop, model="", choice="", status="too few repeat buyers")
    assert "Fewer than five customers ever paid on a second day." in said(anna)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "dropout not identified"}, "do not tell whether anybody leaves"),
        ({"choice": "history too short"}, "too short to check the model"),
        ({"choice": "too few repeat buyers before"}, "Too few customers had bought again early enough"),
        ({"spend": {"status": "mean not identified"}}, "no mean can be told"),
    ],
)
def test_what_keeps_one_from_believing_it_is_said(anna: Customer, shop: Shop, fields: dict, words: str):
    scored(fitted(shop, **fields), anna)
    assert words in said(anna)


def test_what_is_certain_or_never_is_printed_all_the_same(anna: Customer, shop: Shop):
    never = {"purchases_90_days": 0, "purchases_12_months": 0, "lifetime_value": Decimal(0)}
    scored(fitted(shop), anna, probability_alive=0, wait_days=None, next_purchase_on=None, **never)
    text = said(anna)
    assert "Rather not within ten years." in text
    assert "0% × – = 0.0" in text


def test_where_the_orders_tell_of_nobody_who_left_no_certainty_is_claimed(anna: Customer, shop: Shop):
    scored(fitted(shop, status="dropout not identified"), anna, probability_alive=1)
    text = said(anna)
    assert "Your orders do not tell whether anybody leaves." in text
    assert "100%<" not in text


def test_where_probably_nothing_is_bought_no_range_of_nothing_is_printed(anna: Customer, shop: Shop):
    scored(fitted(shop), anna, value_low=Decimal(0), value_high=Decimal(0))
    assert "Probably nothing: the chance of a purchase is below 10%." in said(anna)


def test_without_a_range_it_says_what_the_value_is(anna: Customer, shop: Shop):
    scored(fitted(shop), anna, value_low=None, value_high=None)
    assert "What these purchases leave, at today's worth." in said(anna)


def test_who_must_not_see_the_shops_figures_sees_no_value_of_which_the_margin_could_be_told(anna: Customer, shop: Shop):
    scored(fitted(shop), anna)
    text = said(anna, role="service")
    assert "Still a customer" in text
    assert "42%" not in text
    assert "Value of the next 12 months" not in text


def test_of_whoever_bought_once_a_model_that_cannot_tell_says_so(anna: Customer, shop: Shop):
    scored(fitted(shop, model="bg_nbd"), anna, probability_alive=1)
    text = said(anna)
    assert "cannot tell whether such customers have left" in text
    assert "100%" not in text.partition("Purchases of the next")[0]
