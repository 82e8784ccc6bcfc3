"""The settings of the consent texts: entered once, never changed, removed while nobody agreed."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from treue.core.customers import consent, consent_texts
from treue.core.customers.models import ConsentText, Customer
from treue.core.shop.models import Shop

PATH = "/settings/consents/"
TEXT = {"purpose": "marketing", "version": "2026-11", "valid_from": "2026-11-01", "de": "Ja, gern.", "en": "Yes."}


@pytest.fixture
def hers(staff, shop: Shop) -> Client:
    client = Client()
    client.force_login(staff("manager", language="de"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(answer: object) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("fragment", [False, True])
def test_the_page_speaks_both_languages(hers: Client, staff, language: str, *, fragment: bool):
    user = staff("manager")
    user.language = language
    user.save()
    headers = {"HX-Request": "true"} if fragment else {}
    empty = text_of(hers.get(PATH, headers=headers))
    hers.post(PATH, TEXT)
    filled = text_of(hers.get(PATH, headers=headers))
    with override(language):
        assert gettext("A consent counts only when it is confirmed") in empty
        for words in ("Consent texts", "Enter a text", "Advertising", "Show the text", "Remove"):
            assert gettext(words) in filled
    assert "Ja, gern." in filled


def test_a_text_is_entered_in_both_languages_from_a_day_of_the_shop_on(hers: Client):
    assert "Der Text ist gespeichert." in text_of(hers.post(PATH, TEXT, follow=True))
    german, english = ConsentText.objects.order_by("language")
    assert (german.text, english.text, german.version) == ("Ja, gern.", "Yes.", "2026-11")
    assert german.valid_from == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_a_shop_may_name_a_purpose_of_its_own(hers: Client, shop: Shop):
    hers.post(PATH, TEXT | {"purpose": "own", "own": "Produkttests"})
    assert consent_texts.purposes(shop)[-1] == "Produkttests"
    assert "Produkttests" in text_of(hers.get(PATH))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"de": "", "en": " "}, "Bitte den Text in mindestens einer Sprache eingeben"),
        ({"purpose": "own"}, "Bitte den Zweck benennen"),
        ({"version": ""}, "Fassung"),
        ({"valid_from": "soon"}, "Gezeigt ab"),
        ({"purpose": "else"}, "Zweck"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(hers: Client, wrong: dict, said: str):
    answer = hers.post(PATH, TEXT | wrong)
    assert said in text_of(answer).split('role="alert"')[1].split("</ul>")[0]
    assert not ConsentText.objects.exists()


def test_a_version_is_not_entered_twice(hers: Client):
    hers.post(PATH, TEXT)
    assert "Diese Fassung gibt es schon" in text_of(hers.post(PATH, TEXT | {"de": "Anders."}))
    assert ConsentText.objects.count() == 2


def test_a_text_goes_in_all_languages_until_somebody_agreed_to_it(hers: Client, anna: Customer):
    hers.post(PATH, TEXT)
    text = ConsentText.objects.get(language="de")
    path = f"{PATH}{text.pk}/remove/"
    assert path in text_of(hers.get(PATH))
    about = {"purpose": "marketing", "channel": "sms", "source": "form", "text": text}
    consent.give(customer=anna, happened_at=datetime(2026, 11, 2, tzinfo=UTC), **about)
    assert "Diesem Text hat jemand zugestimmt" in text_of(hers.post(path, follow=True))
    page = text_of(hers.get(PATH))
    assert path not in page
    assert "bleibt als Nachweis" in page
    hers.post(PATH, TEXT | {"version": "2"})
    unused = ConsentText.objects.filter(version="2").first()
    assert "Der Text ist entfernt." in text_of(hers.post(f"{PATH}{unused.pk}/remove/", follow=True))
    assert set(ConsentText.objects.values_list("version", flat=True)) == {"2026-11"}


def test_the_shop_says_which_channels_need_a_confirmation(hers: Client, shop: Shop):
    path = f"{PATH}confirmation/"
    assert consent_texts.confirmed_channels(shop.pk) == ["email"]
    hers.post(path, {"channels": ["sms", "whatsapp"]})
    assert consent_texts.confirmed_channels(shop.pk) == ["sms", "whatsapp"]
    hers.post(path, {"channels": ["pigeon"]})
    assert consent_texts.confirmed_channels(shop.pk) == ["sms", "whatsapp"]
    hers.post(path, {})
    assert consent_texts.confirmed_channels(shop.pk) == []
