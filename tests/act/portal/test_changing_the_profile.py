"""A member changes their name at once, and their address once a code that came to the new one was entered."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from visitors import DIGITS, Browser, mailed

from treue.act.loyalty import membership
from treue.act.loyalty.models import Member
from treue.act.portal import changing, known
from treue.act.portal.access import ADDRESS_COOKIE
from treue.act.portal.models import Request, Session
from treue.core.customers import identities
from treue.core.customers.identities import Statement
from treue.core.customers.models import Customer, Identity, Trait
from treue.core.events.models import Event
from treue.core.jobs.models import Mail
from treue.core.staff.models import AuditEntry

OLD, NEW = "anna@example.org", "anna.neu@example.org"


def words(answer: object) -> str:
    return unescape(answer.content.decode())


def look() -> None:
    """What the worker does with new addresses."""
    for request in Request.objects.filter(mail=None, ended_at=None):
        changing.send(request.pk, Customer.objects.get(number="7").pk, now=timezone.now())


def code_to(email: str) -> str:
    look()
    mail = Mail.objects.filter(to__iexact=email).order_by("-pk").first()
    found = DIGITS.search(mail.text) if mail else None
    return found[0] if found else ""


def ask(browser: Browser, email: str = NEW) -> object:
    return browser.post("/m/profile/address/", {"email": email})


def enter(browser: Browser, code: str) -> object:
    return browser.post("/m/profile/address/code/", {"code": code})


def test_a_name_is_changed_at_once(signed_in: Browser, member: Member) -> None:
    answer = signed_in.post("/m/profile/name/", {"name": "  Anna  Neu "}, follow=True)
    assert "Your name is saved." in words(answer)
    assert Customer.objects.get().name == "Anna Neu"
    assert Trait.objects.get(name="name").value == "Anna Neu"
    assert Event.objects.get(name="Profile Changed").facts == {"fields": ["name"]}
    entry = AuditEntry.objects.get(action="member.profile_changed")
    assert (entry.who, entry.subject) == (None, f"customer {member.customer_id}")


def test_the_same_name_is_no_change(signed_in: Browser) -> None:
    signed_in.post("/m/profile/name/", {"name": "Anna Beispiel"})
    assert not Event.objects.filter(name="Profile Changed").exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\0b"])
def test_a_name_that_is_none_is_refused(signed_in: Browser, name: str) -> None:
    answer = signed_in.post("/m/profile/name/", {"name": name})
    assert answer.status_code == 200
    assert Customer.objects.get().name == "Anna Beispiel"


def test_a_new_address_counts_once_its_code_was_entered(signed_in: Browser, member: Member, shop: object) -> None:
    assert ask(signed_in)["Location"] == "/m/profile/address/code/"
    assert Customer.objects.get().email == "Anna@example.org"
    code = code_to(NEW)
    assert "You sign in with the new address" in words(signed_in.get(enter(signed_in, code)["Location"]))
    assert Customer.objects.get().email == NEW
    assert known.by_address(shop, NEW) == member.customer
    assert Event.objects.get(name="Profile Changed").facts == {"fields": ["email"]}
    assert AuditEntry.objects.filter(action="member.profile_changed").count() == 1


def test_the_former_address_hears_of_it_and_opens_nothing_any_more(
    signed_in: Browser, member: Member, shop: object
) -> None:
    told = Statement(shop, member.customer_id, timezone.now(), "m", True, [("email", OLD)])
    identities.learn([told])
    ask(signed_in)
    enter(signed_in, code_to(NEW))
    assert "with another e-mail address from now on" in Mail.objects.filter(to__iexact=OLD).latest("pk").text
    assert known.by_address(shop, OLD) is None
    assert Identity.objects.filter(value=OLD, customer=member.customer).exists()  # visitors are still recognised


def test_every_other_browser_is_signed_out(signed_in: Browser, member: Member) -> None:
    other = Browser()
    other.sign_in(OLD)
    ask(signed_in)
    enter(signed_in, code_to(NEW))
    assert other.get("/m/")["Location"] == "/m/sign-in/"
    assert signed_in.get("/m/").status_code == 200
    assert Session.objects.count() == 1


def test_another_customers_address_is_refused_and_the_page_does_not_say_that_it_exists(
    signed_in: Browser, member: Member
) -> None:
    Customer.objects.create(shop=member.programme.shop, number="8", email="ben@example.org")
    pages = []
    for email in ("ben@example.org", "nobody@example.org"):
        answer = ask(signed_in, email)
        look()
        pages.append((answer.status_code, answer["Location"]))
        page = words(signed_in.get("/m/profile/address/code/")).replace(email, "")
        pages.append(page[page.index("<main") : page.index("csrfmiddlewaretoken")])
    assert pages[:2] == pages[2:]
    theirs = Mail.objects.get(to="ben@example.org")
    assert not DIGITS.search(theirs.text)
    assert "nothing was changed" in theirs.text
    assert Mail.objects.filter(to="nobody@example.org").count() == 1


def test_an_address_that_becomes_another_customers_meanwhile_is_refused(signed_in: Browser, member: Member) -> None:
    ask(signed_in)
    code = code_to(NEW)
    Customer.objects.create(shop=member.programme.shop, number="8", email=NEW)
    assert "This address cannot be used here." in words(enter(signed_in, code))
    assert Customer.objects.get(number="7").email == "Anna@example.org"


def test_what_only_a_browser_said_does_not_keep_an_address_from_its_owner(signed_in: Browser, member: Member) -> None:
    other = Customer.objects.create(shop=member.programme.shop, number="8")
    said = Statement(member.programme.shop, other.pk, timezone.now(), "m", False, [("email", NEW)])
    identities.learn([said])
    ask(signed_in)
    assert enter(signed_in, code_to(NEW)).status_code == 302


def test_ones_own_address_is_none_to_change_to(signed_in: Browser) -> None:
    assert "That is your address already" in words(ask(signed_in, "ANNA@example.org"))


def test_an_old_session_changes_no_address(signed_in: Browser) -> None:
    Session.objects.update(began_at=timezone.now() - timedelta(minutes=16))
    assert "sign in once more" in words(ask(signed_in))
    assert not Request.objects.filter(email=NEW).exists()


def test_a_wrong_code_changes_nothing_and_is_counted(signed_in: Browser) -> None:
    ask(signed_in)
    code = code_to(NEW)
    wrong = "000000" if code != "000000" else "111111"
    assert "You have 4 more tries" in words(enter(signed_in, wrong))
    for _each in range(4):
        enter(signed_in, wrong)
    assert Customer.objects.get().email == "Anna@example.org"
    assert "/m/profile/address/" in signed_in.get("/m/profile/address/code/")["Location"]


def test_a_code_for_an_address_is_good_for_who_asked_for_it_alone(signed_in: Browser, member: Member) -> None:
    """Somebody else who signs in in the same browser does not get the address."""
    ask(signed_in)
    code = code_to(NEW)
    Customer.objects.create(shop=member.programme.shop, number="8", email="ben@example.org")
    membership.join(programme=member.programme, customer=Customer.objects.get(number="8"), at=timezone.now())
    signed_in.sign_in("ben@example.org")
    enter(signed_in, code)
    assert not Customer.objects.filter(email=NEW).exists()


def test_new_addresses_are_asked_for_five_times_an_hour(signed_in: Browser) -> None:
    statuses = [ask(signed_in, f"a{place}@example.org").status_code for place in range(6)]
    assert statuses == [302] * 5 + [429]


def test_a_cookie_that_somebody_made_up_opens_nothing(signed_in: Browser) -> None:
    signed_in.cookies[ADDRESS_COOKIE] = "made:up:cookie"
    assert "This code is over" in words(enter(signed_in, "123456"))


def test_the_profile_leads_there(signed_in: Browser) -> None:
    page = words(signed_in.get("/m/profile/"))
    assert 'href="/m/profile/address/"' in page
    assert 'value="Anna Beispiel"' in page
    assert mailed("nobody@example.org") == ""
