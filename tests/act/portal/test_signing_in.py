"""Signing in to the portal by a code that comes by mail."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from visitors import Browser, let_the_worker_look, mailed

from treue.act.loyalty.models import Member
from treue.act.portal import asking, browsers, codes, known, sessions
from treue.act.portal.access import BROWSER_COOKIE, SESSION_COOKIE
from treue.act.portal.errors import CodeIsOver, TooOften
from treue.act.portal.models import Portal, Request, Session
from treue.core.customers import erasure, merging, persons
from treue.core.customers.identities import EMAIL, Statement, learn
from treue.core.customers.models import Customer
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.throttling.models import Tally


def test_a_member_signs_in_with_the_code_of_the_mail(browse: Browser, member: Member) -> None:
    asked = browse.ask("  ANNA@example.org ")
    assert asked["Location"] == "/m/code/"
    assert "anna@example.org" in browse.get("/m/code/").content.decode()
    entered = browse.enter(mailed("anna@example.org"))
    assert entered["Location"] == "/m/"
    page = browse.get("/m/")
    assert page.status_code == 200
    assert "Good day, Anna Beispiel" in page.content.decode()


def test_the_session_is_a_cookie_of_the_portal_alone_that_no_script_reads(signed_in: Browser) -> None:
    cookie = signed_in.cookies[SESSION_COOKIE]
    assert cookie["path"] == "/m/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not Session.objects.filter(token_hash=cookie.value).exists()


def test_a_code_can_be_used_once(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code, cookies = mailed("anna@example.org"), dict(browse.cookies)
    browse.enter(code)
    other = Browser()
    other.cookies.update({name: cookie for name, cookie in cookies.items() if name != SESSION_COOKIE})
    assert "This code is over" in other.enter(code).content.decode()
    assert not other.token


def test_a_code_is_good_only_in_the_browser_that_asked_for_it(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    thief = Browser()
    assert "This code is over" in thief.enter(mailed("anna@example.org")).content.decode()
    assert not Session.objects.exists()


def test_after_five_wrong_tries_the_right_code_is_over_too(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code = mailed("anna@example.org")
    wrong = "000000" if code != "000000" else "111111"
    answers = [browse.enter(wrong).content.decode() for _each in range(5)]
    assert "You have 4 more tries" in answers[0]
    assert "You have 1 more try" in answers[3]
    assert "This code is over" in answers[4]
    assert "This code is over" in browse.enter(code).content.decode()
    assert not Session.objects.exists()


def test_a_code_is_over_after_ten_minutes(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code = mailed("anna@example.org")
    Request.objects.update(asked_at=timezone.now() - timedelta(minutes=10))
    assert "This code is over" in browse.enter(code).content.decode()


@pytest.mark.parametrize(("theirs", "mine"), [("mike@github.com", "mike@gıthub.com"), ("max@groß.de", "max@gross.de")])
def test_an_address_that_only_looks_like_somebodys_opens_nothing(portal: Portal, theirs: str, mine: str) -> None:
    """Capitals of ı and ß are I and SS: these are two domains, and two people may have them."""
    shop = portal.shop
    victim = Customer.objects.create(shop=shop, number="8", email=theirs)
    learn([Statement(shop, victim.pk, timezone.now(), "m", is_trusted=True, identities=[(EMAIL, theirs)])])
    assert known.by_address(shop, known.folded(mine, shop)) is None
    assert known.by_address(shop, known.folded(theirs.title(), shop)) == victim


def test_a_new_code_ends_the_one_before_in_the_same_browser(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code = mailed("anna@example.org")
    browse.ask("anna@example.org")
    second = mailed("anna@example.org")
    if code != second:
        assert "That is not the code" in browse.enter(code).content.decode()
    assert Request.objects.filter(ended_at=None).count() == 1
    assert browse.enter(second)["Location"] == "/m/"


def test_a_code_that_was_mailed_stays_good_whoever_asks_for_another(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code = mailed("anna@example.org")
    Browser().ask("anna@example.org")
    assert browse.enter(code)["Location"] == "/m/"


def test_a_stranger_who_asks_for_a_members_codes_keeps_them_not_out(browse: Browser, member: Member) -> None:
    stranger = Browser()
    asked = [
        stranger.post("/m/sign-in/", {"email": "anna@example.org"}, REMOTE_ADDR=f"203.0.113.{place}").status_code
        for place in range(8)
    ]
    assert asked == [302] * 5 + [429] * 3
    browse.post("/m/sign-in/", {"email": "anna@example.org"}, REMOTE_ADDR="198.51.100.7")
    assert browse.enter(mailed("anna@example.org"))["Location"] == "/m/"


def test_a_browser_that_was_here_gets_a_code_when_strangers_everywhere_ask(browse: Browser, member: Member) -> None:
    browse.sign_in("anna@example.org")
    browse.post("/m/sign-out/")
    stranger = Browser()
    for place in range(21):
        answer = stranger.post("/m/sign-in/", {"email": "anna@example.org"}, REMOTE_ADDR=f"198.51.{place}.7")
    assert answer.status_code == 429
    assert Browser().ask("anna@example.org").status_code == 429
    browse.sign_in("anna@example.org")
    assert browse.get("/m/").status_code == 200


def test_a_browser_that_was_here_has_an_allowance_for_its_own_address_and_no_more(
    browse: Browser, member: Member
) -> None:
    browse.sign_in("anna@example.org")
    browse.post("/m/sign-out/")
    assert [browse.ask("anna@example.org").status_code for _each in range(11)] == [302] * 10 + [429]
    assert [browse.ask("ben@example.org").status_code for _each in range(6)] == [302] * 5 + [429]


def test_a_mark_of_a_browser_is_made_up_by_nobody_and_holds_no_address(signed_in: Browser, shop: Shop) -> None:
    mark = signed_in.cookies[BROWSER_COOKIE].value
    assert signed_in.cookies[BROWSER_COOKIE]["path"] == "/m/"
    assert "anna" not in str(signing.loads(mark, salt=browsers.SALT))
    assert browsers.known(mark, shop, "anna@example.org")
    for token in ("", "x", mark[:-1], f"{mark}x"):
        assert browsers.known(token, shop, "anna@example.org") == ""
    assert browsers.known(mark, shop, "ben@example.org") == ""


@pytest.mark.parametrize(
    ("machine", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_a_household_is_one_network(machine: str, network: str) -> None:
    assert asking.network(machine) == network


def test_the_code_is_kept_as_a_keyed_hash_alone(browse: Browser, member: Member) -> None:
    browse.ask("anna@example.org")
    code = mailed("anna@example.org")
    request = Request.objects.get()
    assert len(code) == 6
    assert code not in request.code_hash
    assert len(request.code_hash) == 64


def test_the_page_answers_alike_whoever_has_the_address(portal: Portal, member: Member) -> None:
    Portal.objects.update(takes_strangers=False)
    known, unknown = Browser(), Browser()
    answers = [each.ask(email) for each, email in ((known, "anna@example.org"), (unknown, "nobody@example.org"))]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Request.objects.filter(mail=None).count() == 2  # who has it is the worker's to find out
    let_the_worker_look()
    assert list(Mail.objects.values_list("to", flat=True)) == ["anna@example.org"]
    pages = [
        each.get("/m/code/").content.decode().replace(email, "")
        for each, email in zip([known, unknown], ("anna@example.org", "nobody@example.org"), strict=True)
    ]
    assert [len(page) for page in pages] == [len(pages[0])] * 2


def test_a_code_that_nobody_was_sent_is_guessed_by_nobody(browse: Browser, portal: Portal) -> None:
    Portal.objects.update(takes_strangers=False)
    browse.ask("nobody@example.org")
    let_the_worker_look()
    assert "That is not the code" in browse.enter("123456").content.decode()
    assert not Session.objects.exists()


def test_a_network_gets_no_more_than_five_codes_an_hour_for_an_address(browse: Browser, portal: Portal) -> None:
    assert {browse.ask("anna@example.org").status_code for _each in range(5)} == {302}
    refused = browse.ask("anna@example.org")
    assert refused.status_code == 429
    assert "too often" in refused.content.decode()
    assert browse.ask("ben@example.org").status_code == 302
    assert all("@" not in who for who in Tally.objects.values_list("who", flat=True))


def test_a_machine_gets_no_more_than_forty_codes_in_ten_minutes(portal: Portal) -> None:
    now = timezone.now()
    about = {"shop": portal.shop, "language": "en", "machine": "203.0.113.7"}
    for place in range(40):
        codes.ask(email=f"a{place}@example.org", now=now, **about)
    with pytest.raises(TooOften) as refused:
        codes.ask(email="b@example.org", now=now + timedelta(minutes=1), **about)
    assert refused.value.seconds == 540
    assert codes.ask(email="b@example.org", now=now + timedelta(minutes=10), **about)


def test_a_machine_that_guesses_is_slowed_whatever_it_guesses(portal: Portal) -> None:
    now = timezone.now()
    for _each in range(60):
        with pytest.raises(CodeIsOver):
            codes.enter(token="unknown", code="123456", machine="203.0.113.7", now=now)
    with pytest.raises(TooOften):
        codes.enter(token="unknown", code="123456", machine="203.0.113.7", now=now)


def test_an_address_that_several_customers_have_opens_nobodys_account(browse: Browser, member: Member) -> None:
    Customer.objects.create(shop=member.programme.shop, number="8", email="anna@example.org")
    browse.ask("anna@example.org")
    assert mailed("anna@example.org") == ""
    assert "More than one customer" in Mail.objects.get().text


def test_what_a_browser_says_of_somebody_elses_record_opens_it_not(browse: Browser, member: Member) -> None:
    """Anybody can send `identify` with another's number and an address of their own."""
    shop, now = member.programme.shop, timezone.now()
    empty = Customer.objects.create(shop=shop, number="9", name="Rich")
    about = {"is_trusted": False, "traits": {"email": "thief@example.org"}}
    learn([Statement(shop, empty.pk, now, "m1", **about), Statement(shop, member.customer_id, now, "m2", **about)])
    empty.refresh_from_db()
    assert empty.email == ""
    browse.sign_in("thief@example.org")
    assert Session.objects.get().customer is None


@pytest.mark.parametrize(
    ("own", "number"),
    [("7", "anna@example.org"), ("7", "Anna@Example.org"), ("anna@example.org", "ANNA@example.org")],
)
def test_whoever_makes_a_customer_whose_number_is_an_address_keeps_its_owner_not_out(
    browse: Browser, member: Member, own: str, number: str
) -> None:
    """Anybody can send an event with somebody's address as its `userId`."""
    Customer.objects.filter(pk=member.customer_id).update(number=own)
    with transaction.atomic(), connection.cursor() as cursor:
        key = persons.Key(member.programme.shop_id, persons.NUMBER, number)
        persons.resolve(cursor, [key])
    browse.sign_in("anna@example.org")
    assert Session.objects.get().customer == member.customer


def test_what_a_till_says_opens_the_account(browse: Browser, member: Member) -> None:
    shop, now = member.programme.shop, timezone.now()
    learn([Statement(shop, member.customer_id, now, "m1", is_trusted=True, identities=[(EMAIL, "second@example.org")])])
    browse.sign_in("second@example.org")
    assert Session.objects.get().customer == member.customer


def test_staff_are_no_members_and_members_no_staff(signed_in: Browser) -> None:
    assert signed_in.get("/customers/")["Location"].startswith("/account/sign-in/")
    colleague = Client()
    colleague.force_login(User.objects.create_user("kim@example.org", role="admin"))
    assert colleague.get("/m/")["Location"] == "/m/sign-in/"


def test_signing_out_ends_this_session_and_everywhere_ends_all(signed_in: Browser, member: Member) -> None:
    phone, tablet = Browser(), Browser()
    for each in (phone, tablet):
        each.sign_in("anna@example.org")
    assert tablet.post("/m/sign-out/")["Location"] == "/m/sign-in/"
    assert tablet.get("/m/").status_code == 302
    assert phone.get("/m/").status_code == 200
    phone.post("/m/sign-out/everywhere/")
    assert signed_in.get("/m/").status_code == 302
    assert not Session.objects.exists()


def test_a_stolen_cookie_is_worth_nothing_after_its_end(signed_in: Browser) -> None:
    Session.objects.update(began_at=timezone.now() - timedelta(days=61), ends_at=timezone.now() - timedelta(seconds=1))
    assert signed_in.get("/m/")["Location"] == "/m/sign-in/"


def test_who_was_merged_is_the_customer_that_was_kept(signed_in: Browser, member: Member) -> None:
    kept = Customer.objects.create(shop=member.programme.shop, number="8", name="Anna Muster")
    merging.merge(kept=kept, absorbed=member.customer, by=User.objects.create_user("kim@example.org", role="admin"))
    assert "Good day, Anna Muster" in signed_in.get("/m/").content.decode()


def test_who_was_erased_is_signed_out(signed_in: Browser, member: Member) -> None:
    erasure.erase(customer=member.customer, by=None)
    assert signed_in.get("/m/")["Location"] == "/m/sign-in/"
    assert not Session.objects.exists()


def test_the_portal_that_is_off_does_not_exist(signed_in: Browser) -> None:
    Portal.objects.update(is_on=False)
    for path in ("/m/", "/m/sign-in/", "/m/card/", "/m/colours.css", "/m/worker.js"):
        assert signed_in.get(path).status_code == 404


def test_no_page_of_the_portal_is_kept_by_a_cache(signed_in: Browser) -> None:
    for path in ("/m/", "/m/card/", "/m/profile/", "/m/points/"):
        assert "no-store" in signed_in.get(path)["Cache-Control"]


def test_what_is_over_is_forgotten_with_its_mails(browse: Browser, member: Member) -> None:
    browse.sign_in("anna@example.org")
    now = timezone.now()
    assert codes.forget(now=now) == 0
    assert codes.forget(now=now + timedelta(minutes=61)) == 1
    assert not Mail.objects.exists()
    assert sessions.forget(now=now + timedelta(days=61)) == 1


def test_a_form_from_elsewhere_is_refused(member: Member) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/m/sign-in/", {"email": "anna@example.org"}).status_code == 403


def test_without_a_programme_there_is_no_portal(shop: Shop) -> None:
    Portal.objects.create(shop=shop, is_on=True)
    assert Browser().get("/m/sign-in/").status_code == 404
