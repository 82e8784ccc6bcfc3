"""A customer's consents and preferences as pages: what they say, what they refuse, who may do what."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override
from somebody import person, shop

from treue.core.customers import consent, preferences
from treue.core.customers.consent_proof import Proof
from treue.core.customers.models import ConsentRecord, ConsentText, Customer
from treue.core.staff.models import AuditEntry, User
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.consent_forms import PreferenceForm

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
GIVE = {
    "purpose": "marketing",
    "channel": "email",
    "source": "phone",
    "happened_at": "2026-11-01T13:30",
    "note": "Called from 030 1234567",
}


@pytest.fixture
def anna() -> Customer:
    return person("K7", "Anna Blau", email="anna@example.org")


@pytest.fixture
def sign_in():
    def signed_in(role: str = "service", language: str = "de") -> Client:
        user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def text_of(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ")


def page_of(client: Client, customer: Customer, **headers: str) -> str:
    answer = client.get(f"/customers/{customer.pk}/consent/", headers=headers)
    assert answer.status_code == 200
    return text_of(answer)


@pytest.fixture
def signed_up(anna: Customer) -> ConsentRecord:
    """By a form, confirmed a quarter of an hour later."""
    words = {"purpose": "marketing", "version": "2026-1", "language": "de", "text": "Ja, <b>gern</b>."}
    text = ConsentText.objects.create(shop=shop(), valid_from=NOON - timedelta(days=9), **words)
    about = {"purpose": "marketing", "channel": "email", "source": "form", "text": text}
    proof = Proof(ip="203.0.113.77", form="https://tea.example/news")
    asked = consent.give(customer=anna, happened_at=NOON, proof=proof, **about)
    return consent.confirm(requested=asked, happened_at=NOON + timedelta(minutes=15))


def test_it_says_what_holds_and_shows_the_proof(anna: Customer, signed_up: ConsentRecord, sign_in):
    said = page_of(sign_in(), anna)
    for words in ("erlaubt", "01.11.2026, 13:15 Uhr", "2026-1 auf Deutsch", "Formular", "Werbung", "E-Mail"):
        assert words in said
    for proof in ("203.0.113.0", "https://tea.example/news", "Bestätigt", "Angemeldet", "Ja, <b>gern</b>."):
        assert proof in said
    assert "203.0.113.77" not in said
    assert "<b>gern" not in sign_in().get(f"/customers/{anna.pk}/consent/").content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("fragment", [False, True])
def test_the_page_speaks_both_languages(anna: Customer, sign_in, language: str, *, fragment: bool):
    client, headers = sign_in(language=language), {"HX-Request": "true"} if fragment else {}
    empty = page_of(client, anna, **headers)
    consent.give(customer=anna, purpose="loyalty", channel="none", source="paper", note="Card", happened_at=NOON)
    filled = page_of(client, anna, **headers)
    with override(language):
        assert gettext("No consent is recorded. Without one, this person gets no advertising.") in empty
        for words in ("What holds today", "History", "Loyalty programme", "Record a consent", "Preferred channel"):
            assert gettext(words) in filled
        assert ("Montag" if active_language() == "de" else "Monday") in filled


def test_what_was_said_on_the_phone_is_recorded_at_the_shops_own_time(anna: Customer, sign_in):
    answer = sign_in().post(f"/customers/{anna.pk}/consent/give/", GIVE, follow=True)
    assert "Die Einwilligung ist eingetragen." in text_of(answer)
    record = ConsentRecord.objects.get()
    assert (record.kind, record.source, record.note) == ("given", "phone", GIVE["note"])
    assert record.happened_at == datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    assert record.recorded_by.email == "service-de@example.org"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"note": ""}, "Notiz"),
        ({"note": "  "}, "Notiz"),
        ({"purpose": "else"}, "Zweck"),
        ({"channel": "pigeon"}, "Kanal"),
        ({"source": "form"}, "Auf welchem Weg"),
        ({"happened_at": "yesterday"}, "Bitte Tag und Uhrzeit eingeben"),
        ({"happened_at": "2126-11-01T13:30"}, "Das liegt in der Zukunft"),
        ({"text": "999"}, "Gezeigter oder vorgelesener Text"),
        ({"note": "x" * 501}, "Notiz"),
    ],
)
def test_what_is_no_consent_is_refused_with_a_reason(anna: Customer, sign_in, wrong: dict, said: str):
    answer = sign_in().post(f"/customers/{anna.pk}/consent/give/", GIVE | wrong)
    assert answer.status_code == 200
    assert said in text_of(answer).split('role="alert"')[1].split("</ul>")[0]
    assert not ConsentRecord.objects.exists()


def test_the_text_of_another_purpose_is_refused(anna: Customer, signed_up: ConsentRecord, sign_in):
    values = GIVE | {"purpose": "research", "text": signed_up.text_id}
    assert "Dieser Text gehört zu einem anderen Zweck" in text_of(
        sign_in().post(f"/customers/{anna.pk}/consent/give/", values)
    )


def test_withdrawing_asks_first_and_is_done_once(anna: Customer, signed_up: ConsentRecord, sign_in):
    client, path = sign_in(), f"/customers/{anna.pk}/consent/{signed_up.pk}/withdraw/"
    assert path in page_of(client, anna)
    asked = text_of(client.get(path))
    assert "Diese Einwilligung widerrufen?" in asked
    assert consent.may_contact([anna.pk], "marketing", "email") == {anna.pk}
    done = client.post(path, {"source": "phone", "note": "wants no mail"}, follow=True)
    assert "Die Einwilligung ist widerrufen." in text_of(done)
    assert consent.may_contact([anna.pk], "marketing", "email") == set()
    again = client.post(path, {"source": "phone"}, follow=True)
    assert "Diese Einwilligung gilt nicht mehr." in text_of(again)
    assert ConsentRecord.objects.filter(kind="withdrawn").count() == 1
    assert path not in page_of(client, anna)
    assert AuditEntry.objects.filter(action="consent.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("language", "words", "action"),
    [
        (
            "de",
            "Widerrufen seit 01.11.2026, 14:00 Uhr (Quelle: Telefon). Dafür wird nichts mehr gesendet.",
            "Einwilligung eintragen …",
        ),
        (
            "en",
            "Withdrawn since 1 Nov 2026, 14:00 (source: Phone). Nothing is sent for this any more.",
            "Record a consent…",
        ),
    ],
)
def test_a_withdrawn_one_says_since_when_and_leads_to_recording_a_new_one(
    anna: Customer, signed_up: ConsentRecord, sign_in, language: str, words: str, action: str
):
    about = {"customer": anna, "purpose": "marketing", "channel": "email", "source": "phone"}
    consent.withdraw(happened_at=NOON + timedelta(hours=1), **about)
    client = sign_in(language=language)
    standing = page_of(client, anna).split('id="standing"')[1].split('id="preferences"')[0]
    assert words in standing
    assert action in standing
    (path,) = re.findall(r'href="([^"]*)#give"', standing)
    filled = text_of(client.get(path)).split('id="give"')[1]
    chosen = re.findall(r'<option value="(\w+)" selected', filled)
    assert chosen[:2] == ["marketing", "email"]


def test_one_that_waits_for_its_confirmation_can_be_recorded_by_hand(anna: Customer, sign_in):
    ConsentRecord.objects.create(
        customer=anna, kind="requested", purpose="marketing", channel="email", source="form", happened_at=NOON, note="?"
    )
    standing = page_of(sign_in(), anna).split('id="standing"')[1].split('id="preferences"')[0]
    assert f"/customers/{anna.pk}/consent/?purpose=marketing&channel=email#give" in standing


def test_nobodys_consent_is_withdrawn_on_somebody_elses_page(signed_up: ConsentRecord, sign_in):
    ben = person("K8", "Ben Rot")
    path = f"/customers/{ben.pk}/consent/{signed_up.pk}/withdraw/"
    assert sign_in().post(path, {"source": "phone"}).status_code == 404


WISH = {
    "channel": "sms",
    "most_messages": "2",
    "per": "month",
    "hour_from": "18",
    "hour_to": "24",
    "weekdays": ["4", "0"],
    "language": "en",
    "salutation": "du",
}


def test_preferences_are_saved_shown_and_told_once(anna: Customer, sign_in):
    client, path = sign_in(), f"/customers/{anna.pk}/preferences/"
    assert "Die Wünsche sind gespeichert." in text_of(client.post(path, WISH, follow=True))
    said = preferences.of(anna)
    assert (said.channel, said.most_messages, said.per, said.weekdays) == ("sms", 2, "month", [0, 4])
    assert (said.hour_from, said.hour_to, said.language, said.salutation) == (18, 24, "en", "du")
    assert "Es wurde nichts geändert." in text_of(client.post(path, WISH, follow=True))
    assert "Geändert am" in page_of(client, anna)
    assert PreferenceForm(WISH, said=said).has_changed() is False
    client.post(path, {"per": "week"})
    assert preferences.of(anna).weekdays == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hour_from": ""}, "Bitte beide Uhrzeiten wählen oder keine"),
        ({"hour_to": "18"}, "Bitte eine spätere Uhrzeit"),
        ({"most_messages": "-1"}, "Bitte eine Zahl von 0 bis 99"),
        ({"most_messages": "viele"}, "Bitte eine Zahl von 0 bis 99"),
        ({"channel": "none"}, "Bevorzugter Kanal"),
        ({"weekdays": ["7"]}, "Wochentage"),
        ({"per": "year"}, "Zeitraum"),
    ],
)
def test_what_is_no_preference_is_refused_with_a_reason(anna: Customer, sign_in, wrong: dict, said: str):
    answer = sign_in().post(f"/customers/{anna.pk}/preferences/", WISH | wrong)
    assert said in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    assert not preferences.of(anna).channel


def test_a_long_history_is_turned_over(anna: Customer, sign_in):
    for number in range(60):
        moment = timezone.now() - timedelta(days=number)
        consent.give(
            customer=anna, purpose="marketing", channel="sms", source="paper", note=f"n{number}.", happened_at=moment
        )
    first = page_of(sign_in(), anna)
    assert "n49." in first
    assert "n50." not in first
    older = "?" + first.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0]
    assert "n59." in text_of(sign_in().get(f"/customers/{anna.pk}/consent/{older}"))


@pytest.mark.parametrize("path", ["", "give/", "1/withdraw/"])
def test_who_may_not_see_customers_sees_and_changes_nothing(anna: Customer, sign_in, path: str):
    client = sign_in("analyst")
    for answer in (client.get, client.post):
        assert answer(f"/customers/{anna.pk}/consent/{path}").status_code in (403, 405)
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("path", ["consent/give/", "preferences/"])
def test_the_address_of_a_form_that_was_sent_leads_back_to_the_page_when_it_is_opened(anna, sign_in, path: str):
    answer = sign_in().get(f"/customers/{anna.pk}/{path}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/customers/{anna.pk}/consent/"
    assert sign_in("analyst").get(f"/customers/{anna.pk}/{path}").status_code == 403
