"""What a member says of themselves, takes along, and has deleted."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from visitors import Browser

from tests.act.gifts import presents
from treue.act.gifts import nights
from treue.act.loyalty import membership, reading
from treue.act.loyalty.models import Member
from treue.act.portal.models import Portal, Session
from treue.core.customers import consent, consent_texts, preferences
from treue.core.customers.models import ConsentRecord, ConsentText, Customer, Erasure, Trait
from treue.core.jobs.work import Silent
from treue.core.staff.models import AuditEntry


@pytest.fixture
def text(portal: Portal) -> ConsentText:
    texts = {"en": "Yes, send me offers.", "de": "Ja, gern."}
    about = {"shop": portal.shop, "valid_from": timezone.now() - timedelta(days=1), "by": None}
    made = consent_texts.add(purpose="marketing", version="1", texts=texts, **about)
    return next(each for each in made if each.language == "en")


def test_preferences_are_the_members_own_word(signed_in: Browser, member: Member) -> None:
    values = {"channel": "email", "most_messages": "2", "per": "month", "hour_from": "9", "hour_to": "20"}
    answer = signed_in.post("/m/profile/preferences/", values, follow=True)
    assert "Your preferences are saved." in answer.content.decode()
    said = preferences.of(member.customer)
    assert (said.channel, said.most_messages, said.per, said.hour_from, said.hour_to) == ("email", 2, "month", 9, 20)
    assert said.updated_by is None


def test_hours_that_do_not_fit_are_said_to_be_so(signed_in: Browser, member: Member) -> None:
    answer = signed_in.post("/m/profile/preferences/", {"per": "week", "hour_from": "20", "hour_to": "9"})
    assert "Choose a later hour than the first" in answer.content.decode()
    assert preferences.of(member.customer).updated_at is None


def test_who_agrees_to_advertising_is_recorded_with_text_and_proof(
    signed_in: Browser, member: Member, text: ConsentText
) -> None:
    assert "Yes, send me offers." in signed_in.get("/m/profile/").content.decode()
    signed_in.post("/m/profile/agree/", {"text": text.pk})
    record = ConsentRecord.objects.get()
    assert (record.kind, record.text, record.source) == ("given", text, "form")
    assert record.proof["form"] == "/m/profile/agree/"
    assert record.proof["confirmed_at"] == Session.objects.get().began_at.isoformat()
    assert consent.may_contact([member.customer_id], "marketing", "email") == {member.customer_id}


def test_a_text_that_was_replaced_meanwhile_is_agreed_to_by_nobody(signed_in: Browser, text: ConsentText) -> None:
    signed_in.post("/m/profile/agree/", {"text": text.pk + 1000})
    assert not ConsentRecord.objects.exists()


def test_what_was_agreed_to_can_be_withdrawn(signed_in: Browser, member: Member, text: ConsentText) -> None:
    signed_in.post("/m/profile/agree/", {"text": text.pk})
    answer = signed_in.post("/m/profile/withdraw/", {"purpose": "marketing", "channel": "email"}, follow=True)
    assert "Withdrawn. From now on nothing is sent for this any more." in answer.content.decode()
    assert consent.may_contact([member.customer_id], "marketing", "email") == set()


def test_what_was_never_agreed_to_is_not_withdrawn(signed_in: Browser) -> None:
    signed_in.post("/m/profile/withdraw/", {"purpose": "marketing", "channel": "email"})
    assert not ConsentRecord.objects.exists()


def test_a_member_takes_a_copy_of_their_data_and_the_trail_says_so(signed_in: Browser, member: Member) -> None:
    answer = signed_in.post("/m/profile/copy/")
    told = json.loads(b"".join(answer.streaming_content))
    assert told["data"]["customers.customer"][0]["name"] == "Anna Beispiel"
    assert told["data"]["loyalty.member"][0]["number"] == member.number
    assert "token_hash" not in json.dumps(told)
    assert AuditEntry.objects.filter(action="customer.exported", who=None).count() == 1


def test_copies_are_given_five_times_an_hour(signed_in: Browser) -> None:
    for _each in range(5):
        assert signed_in.post("/m/profile/copy/").close() is None
    refused = signed_in.post("/m/profile/copy/")
    assert refused.status_code == 429
    assert "too often" in refused.content.decode()


def test_who_entered_a_code_just_now_and_is_sure_is_deleted_with_a_receipt(signed_in: Browser, member: Member) -> None:
    assert "Your card and your vouchers are no longer valid." in signed_in.get("/m/profile/delete/").content.decode()
    answer = signed_in.post("/m/profile/delete/", {"is_sure": "on"})
    receipt = Erasure.objects.get()
    assert f"The number of your receipt is {receipt.pk}" in answer.content.decode()
    assert receipt.erased_by is None
    assert not Customer.everyone.exists()
    assert not Session.objects.exists()
    assert signed_in.get("/m/")["Location"] == "/m/sign-in/"


def test_who_is_not_sure_is_not_deleted(signed_in: Browser) -> None:
    assert "Tick this" in signed_in.post("/m/profile/delete/", {}).content.decode()
    assert Customer.objects.count() == 1


def test_an_old_session_deletes_nobody(signed_in: Browser) -> None:
    Session.objects.update(began_at=timezone.now() - timedelta(minutes=16))
    assert (
        "sign in once more with a new code" in signed_in.post("/m/profile/delete/", {"is_sure": "on"}).content.decode()
    )
    assert Customer.objects.count() == 1


def test_a_customer_who_is_no_member_is_asked_to_join(browse: Browser, anna: Customer, text: ConsentText) -> None:
    Portal.objects.update(note_en="Points are worth one cent.")
    browse.sign_in("anna@example.org")
    assert browse.get("/m/")["Location"] == "/m/join/"
    page = browse.get("/m/join/").content.decode()
    assert "Points are worth one cent." in page
    assert "Yes, send me offers." in page
    assert browse.post("/m/join/", {})["Location"] == "/m/"
    member = reading.member_of(anna)
    assert member is not None
    assert not ConsentRecord.objects.exists()  # joining is no consent
    assert AuditEntry.objects.get(action="member.joined").who is None


def test_who_agrees_while_joining_is_recorded(browse: Browser, anna: Customer, text: ConsentText) -> None:
    browse.sign_in("anna@example.org")
    browse.post("/m/join/", {"agrees": "on"})
    record = ConsentRecord.objects.get()
    assert (record.kind, record.purpose, record.channel, record.text) == ("given", "marketing", "email", text)


def test_a_stranger_becomes_a_customer_and_a_member_by_a_confirmed_address(browse: Browser, portal: Portal) -> None:
    browse.sign_in("new@example.org")
    assert not Customer.objects.exists()
    assert "Name" in browse.get("/m/join/").content.decode()
    assert browse.post("/m/join/", {"name": "Nina Neu"})["Location"] == "/m/"
    made = Customer.objects.get()
    assert (made.name, made.email) == ("Nina Neu", "new@example.org")
    assert "Good day, Nina Neu" in browse.get("/m/").content.decode()
    assert Session.objects.get().email == ""
    again = Browser()
    again.sign_in("new@example.org")
    assert again.get("/m/").status_code == 200


def test_the_same_stranger_in_two_browsers_becomes_one_customer(portal: Portal) -> None:
    browsers = [Browser(), Browser()]
    for each in browsers:
        each.sign_in("new@example.org")
    for each in browsers:
        each.post("/m/join/", {"name": "Nina Neu"})
    assert Customer.objects.count() == 1
    assert Member.objects.count() == 1


def test_the_shop_that_takes_no_strangers_says_so(browse: Browser, portal: Portal) -> None:
    browse.sign_in("new@example.org")
    Portal.objects.update(takes_strangers=False)
    assert "at present only its customers can join" in browse.get("/m/join/").content.decode()
    browse.post("/m/join/", {"name": "Nina"})
    assert not Customer.objects.exists()


def test_who_left_sees_what_is_there_and_can_come_back(signed_in: Browser, member: Member) -> None:
    membership.leave(member=member, at=timezone.now())
    page = signed_in.get("/m/").content.decode()
    assert "You have left the programme" in page
    assert "Show it at the till to redeem what is there." in page  # a purchase earns nothing
    assert signed_in.post("/m/join/")["Location"] == "/m/"
    member.refresh_from_db()
    assert member.left_at is None


def test_a_session_is_in_the_copy_and_goes_with_the_person(signed_in: Browser) -> None:
    told = json.loads(b"".join(signed_in.post("/m/profile/copy/").streaming_content))
    assert set(told["data"]["portal.session"][0]) == {"began_at", "ends_at"}


def test_a_birthday_is_asked_for_only_where_there_is_a_gift_for_it(signed_in: Browser, member: Member) -> None:
    assert "Your birthday" not in signed_in.get("/m/profile/").content.decode()
    presents.plan(member.programme)
    assert "Your birthday" in signed_in.get("/m/profile/").content.decode()


def test_a_birthday_is_told_changed_and_deleted(signed_in: Browser, member: Member) -> None:
    presents.plan(member.programme)
    for told, kept in (("1990-03-15", date(1990, 3, 15)), ("1991-03-15", date(1991, 3, 15)), ("", None)):
        answer = signed_in.post("/m/profile/birthday/", {"birthday": told}, follow=True)
        assert "Your birthday is saved." in answer.content.decode()
        assert Customer.objects.get(pk=member.customer_id).birthday == kept
        assert Trait.objects.filter(name="birthday").count() == (kept is not None)


@pytest.mark.parametrize("told", ["1990-02-30", "15.03.1990", "1899-12-31", "2999-01-01"])
def test_what_is_no_birthday_is_said_to_be_none(signed_in: Browser, member: Member, told: str) -> None:
    presents.plan(member.programme)
    answer = signed_in.post("/m/profile/birthday/", {"birthday": told})
    assert "Enter a date" in answer.content.decode()
    assert Customer.objects.get(pk=member.customer_id).birthday is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Happy birthday", "Our gift: 100 points, until")),
        ("de", ("Alles Gute zum Geburtstag", "Unser Geschenk")),
    ],
)
def test_on_the_day_a_card_says_what_the_gift_is(
    signed_in: Browser, member: Member, language: str, words: tuple[str, ...]
) -> None:
    now = timezone.now()
    today = now.astimezone(member.programme.shop.tz).date()
    presents.born_on(member, today.replace(year=1992))
    presents.plan(member.programme)
    nights.pass_through(member.programme.shop_id, Silent(), now=now)
    signed_in.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    page = signed_in.get("/m/").content.decode()
    assert all(each in page for each in words)
    gifts = signed_in.get("/m/points/").content.decode()
    assert {"en": "Birthday gift", "de": "Geburtstagsgeschenk"}[language] in gifts
