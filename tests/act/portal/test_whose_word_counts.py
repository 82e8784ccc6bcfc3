"""What anybody can have a shop's tracking say keeps no member from an address, opens no account, and gets no mail."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from test_changing_the_profile import NEW, OLD, ask, code_to, enter, words
from visitors import Browser, let_the_worker_look, mailed

from treue.act.loyalty.models import Member
from treue.act.portal import changing, known
from treue.act.portal.models import Portal, Session
from treue.core.commerce import completing
from treue.core.commerce.models import Batch, Order
from treue.core.customers import identities, merging, persons, writing
from treue.core.customers.identities import EMAIL, Statement, learn
from treue.core.customers.models import Customer
from treue.core.events.happened import Happened
from treue.core.events.models import Source
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.listen.tracking import joining, sources


def a_page_says(shop: Shop, number: str, message: str = "m", **traits: str) -> int:
    """What an event with the write key of a browser comes to. Returns whose it is."""
    if not Source.objects.filter(shop=shop, name="page").exists():
        sources.add(shop=shop, name="page", kind="browser", by=None)
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        key = persons.Key(shop.pk, persons.NUMBER, number)
        whose = persons.resolve(cursor, [key])[key].customer
        facts = {"user_id": number, "traits": traits}
        event = Happened(1, shop.pk, message, "Identify", whose, "page", now, now, facts, False, whose)
        joining.join([event])
    return whose


def ordered(customer: int, shop: Shop, *, source: str) -> None:
    batch = Batch.objects.create(shop=shop, source=source)
    about = {"amount": Decimal(10), "units": 1, "batch": batch}
    Order.objects.create(shop=shop, customer_id=customer, number="A-1", ordered_at=timezone.now(), **about)


@pytest.mark.parametrize(
    ("number", "traits"),
    [
        ("invented", {"email": NEW}),
        ("invented", {"email": f" {NEW.upper()} "}),
        (NEW, {}),
        (NEW, {"email": NEW, "name": "Nobody"}),
    ],
)
def test_a_customer_whom_a_browser_invents_keeps_an_address_from_nobody(
    signed_in: Browser, shop: Shop, number: str, traits: dict[str, str]
) -> None:
    invented = a_page_says(shop, number, **traits)
    assert Customer.objects.get(pk=invented).email == ""
    ask(signed_in)
    assert enter(signed_in, code_to(NEW)).status_code == 302
    assert Customer.objects.get(number="7").email == NEW
    assert known.by_address(shop, NEW) == Customer.objects.get(number="7")


def test_what_a_browser_says_was_bought_makes_nobodys_address_taken(signed_in: Browser, shop: Shop) -> None:
    ordered(a_page_says(shop, NEW), shop, source="browser")
    ask(signed_in)
    assert enter(signed_in, code_to(NEW)).status_code == 302


def test_an_address_that_is_a_buyers_number_is_theirs(signed_in: Browser, shop: Shop, member: Member) -> None:
    a_page_says(shop, NEW)
    keys.add(shop=shop, name="till", scopes=["write"], by=None)
    facts = {"order": "A-1", "total": "10"}
    completing.record_order(shop=shop, number="A-1", customer=NEW, at=timezone.now(), facts=facts)
    assert not known.is_free(shop, NEW, member.customer)


@pytest.mark.parametrize("values", [{"name": "Nina"}, {"signed_up_at": "2026-01-01T10:00:00Z"}])
def test_an_address_that_is_the_number_of_somebody_the_shop_told_of_is_theirs(
    shop: Shop, member: Member, values: dict[str, str]
) -> None:
    writing.put(shop=shop, number=NEW, values=values, now=timezone.now())
    assert not known.is_free(shop, NEW, member.customer)


def test_customers_whom_a_browser_invents_keep_nobody_from_joining(browse: Browser, portal: Portal) -> None:
    """Two numbers that are one address in large and small letters are two customers."""
    for number in ("nina@example.org", "Nina@example.org"):
        a_page_says(portal.shop, number)
    browse.sign_in("nina@example.org")
    assert Session.objects.get().email == "nina@example.org"


@pytest.mark.parametrize(("number", "traits"), [("nina@example.org", {}), ("invented", {"email": "nina@example.org"})])
def test_who_may_not_join_becomes_no_customer_by_a_browsers_word(
    browse: Browser, portal: Portal, number: str, traits: dict[str, str]
) -> None:
    Portal.objects.update(takes_strangers=False)
    a_page_says(portal.shop, number, **traits)
    browse.sign_in("nina@example.org")
    assert not Session.objects.exists()


@pytest.mark.parametrize("record", [OLD, "Anna@example.org"])
def test_a_browser_that_repeats_a_members_address_does_not_take_it_from_them(
    browse: Browser, member: Member, shop: Shop, record: str
) -> None:
    """As the shop's own page does whenever a customer signs in there, and as anybody can."""
    Customer.objects.update(email=record)
    a_page_says(shop, "7", "m1", email="other@example.org")
    a_page_says(shop, "7", "m2", email=record)
    browse.sign_in(OLD)
    assert Session.objects.get().customer == member.customer


def test_what_a_merge_took_over_from_a_browsers_word_opens_nothing(member: Member, shop: Shop) -> None:
    Customer.objects.update(email="")
    invented = a_page_says(shop, "invented", email="thief@example.org")
    merging.merge(kept=member.customer, absorbed=Customer.objects.get(pk=invented), by=None)
    assert Customer.objects.get().email == ""
    assert known.by_address(shop, "thief@example.org") is None


def test_a_member_can_make_theirs_what_only_a_browser_said_of_them(
    signed_in: Browser, member: Member, shop: Shop
) -> None:
    Customer.objects.update(email="")
    a_page_says(shop, "7", email=NEW)
    assert changing.address_now(Customer.objects.get()) == ""
    ask(signed_in)
    assert enter(signed_in, code_to(NEW)).status_code == 302
    assert known.by_address(shop, NEW) == member.customer


def test_only_an_address_that_opened_the_account_hears_of_another_one(
    signed_in: Browser, member: Member, shop: Shop
) -> None:
    Customer.objects.update(email="")
    learn([Statement(shop, member.customer_id, timezone.now(), "till", True, [(EMAIL, "till@example.org")])])
    a_page_says(shop, "7", email="thief@example.org")
    assert Customer.objects.get().email == ""
    ask(signed_in)
    enter(signed_in, code_to(NEW))
    told = Mail.objects.filter(text__contains="with another e-mail address from now on")
    assert [each.to for each in told] == ["till@example.org"]


def test_every_former_address_opens_nothing_any_more(signed_in: Browser, member: Member, shop: Shop) -> None:
    absorbed = Customer.objects.create(shop=shop, number="8", email="absorbed@example.org")
    merging.merge(kept=member.customer, absorbed=absorbed, by=None)
    learn([Statement(shop, member.customer_id, timezone.now(), "till", True, [(EMAIL, "till@example.org")])])
    former = [OLD, "absorbed@example.org", "till@example.org"]
    assert {known.by_address(shop, each) for each in former} == {member.customer}
    ask(signed_in)
    enter(signed_in, code_to(NEW))
    assert {known.by_address(shop, each) for each in former} == {None}
    assert known.by_address(shop, NEW) == member.customer
    assert [find.pk for find in identities.find(shop, "till@example.org")] == [member.customer_id]


def changed(browser: Browser, email: str = NEW) -> None:
    ask(browser, email)
    assert enter(browser, code_to(email)).status_code == 302


def test_a_till_or_a_file_that_says_the_former_address_does_not_bring_it_back(
    signed_in: Browser, member: Member, shop: Shop
) -> None:
    changed(signed_in)
    told = {"identities": [(EMAIL, OLD)], "traits": {"email": OLD}}
    learn([Statement(shop, member.customer_id, timezone.now(), "till", is_trusted=True, **told)])
    Customer.objects.update(email=OLD)
    assert known.by_address(shop, OLD) is None
    assert known.by_address(shop, NEW) == member.customer


def test_after_a_change_by_the_shop_the_former_address_opens_nothing_and_nobody_stays_signed_in(
    signed_in: Browser, member: Member, shop: Shop
) -> None:
    """As where a member writes that somebody else reads their mail."""
    learn([Statement(shop, member.customer_id, timezone.now(), "till", True, [(EMAIL, OLD)])])
    other = Browser()
    other.ask(OLD)
    code = mailed(OLD)
    writing.change(customer_id=member.customer_id, shop=shop, values={"email": NEW}, now=timezone.now())
    assert signed_in.get("/m/")["Location"] == "/m/sign-in/"
    assert "This code is over" in words(other.enter(code))
    assert known.by_address(shop, OLD) is None
    Browser().sign_in(NEW)
    assert Session.objects.get().customer == member.customer


def test_what_the_shop_says_once_more_signs_nobody_out(signed_in: Browser, member: Member, shop: Shop) -> None:
    values = {"email": OLD, "city": "Bonn"}
    writing.change(customer_id=member.customer_id, shop=shop, values=values, now=timezone.now())
    assert signed_in.get("/m/").status_code == 200


def test_a_member_can_go_back_to_a_former_address(signed_in: Browser, member: Member, shop: Shop) -> None:
    changed(signed_in)
    changed(signed_in, OLD)
    assert known.by_address(shop, OLD) == member.customer
    assert known.by_address(shop, NEW) is None


def test_who_was_merged_by_mistake_has_their_own_address_back(signed_in: Browser, member: Member, shop: Shop) -> None:
    other = Customer.objects.create(shop=shop, number="8", email="ben@example.org")
    merge = merging.merge(kept=member.customer, absorbed=other, by=None)
    changed(signed_in)
    assert known.by_address(shop, "ben@example.org") is None
    merging.undo(merge=merge, by=None)
    assert known.by_address(shop, "ben@example.org") == other
    assert known.by_address(shop, OLD) is None


def test_a_former_address_becomes_somebody_elses(signed_in: Browser, member: Member, shop: Shop) -> None:
    changed(signed_in)
    other = Customer.objects.create(shop=shop, number="8")
    assert known.is_free(shop, OLD, other)
    writing.change(customer_id=other.pk, shop=shop, values={"email": OLD}, now=timezone.now())
    assert known.by_address(shop, OLD) == other


@pytest.mark.parametrize("is_mailed", [True, False])
def test_a_code_asked_for_at_the_former_address_signs_nobody_in(
    signed_in: Browser, member: Member, *, is_mailed: bool
) -> None:
    other = Browser()
    other.ask(OLD)
    code = mailed(OLD) if is_mailed else ""
    changed(signed_in)
    let_the_worker_look()
    assert "This code is over" in words(other.enter(code or "123456"))
    assert not other.token
    assert Session.objects.count() == 1
