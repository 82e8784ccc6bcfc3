"""An address changes while something else is done with the account, with real threads."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone
from test_changing_the_profile import NEW, OLD, ask, code_to, enter, words
from visitors import Browser, mailed

from tests.at_once import until_somebody_waits
from treue.act.loyalty.models import Member
from treue.act.portal import changing, codes, sessions
from treue.act.portal.access import ADDRESS_COOKIE
from treue.act.portal.errors import CodeIsOver
from treue.act.portal.models import Portal, Request, Session
from treue.core.customers import erasure, given_up, merging, writing
from treue.core.customers.models import Customer
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop

MACHINE = "203.0.113.7"


class Meanwhile:
    """Something that another connection does, and how it ended."""

    def __init__(self, deed: Callable[[], object]) -> None:
        self.answer: object = None
        self._deed = deed
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._deed()
        except CodeIsOver as refused:
            self.answer = refused
        finally:
            connection.close()

    def until_it_waits(self) -> None:
        until_somebody_waits(self._thread.is_alive)

    def end(self) -> object:
        self._thread.join()
        return self.answer


def confirm(browser: Browser, code: str, portal: Portal) -> None:
    now = timezone.now()
    signed_in = sessions.of(browser.token, shop_id=portal.shop_id, now=now)
    kept = browser.cookies[ADDRESS_COOKIE].value
    changing.confirm(kept=kept, code=code, signed_in=signed_in, portal=portal, machine=MACHINE, now=now)


def test_who_signs_in_at_the_old_address_while_it_changes_is_not_let_in(signed_in: Browser, portal: Portal) -> None:
    now = timezone.now()
    about = {"email": OLD, "language": "en", "machine": MACHINE}
    token = codes.ask(shop=portal.shop, now=now, **about)
    entered = codes.enter(token=token, code=mailed(OLD), machine=MACHINE, now=now)
    ask(signed_in)
    code = code_to(NEW)
    with transaction.atomic():
        confirm(signed_in, code, portal)
        beginning = Meanwhile(lambda: sessions.begin(entered, now=timezone.now()))
        beginning.until_it_waits()
    assert isinstance(beginning.end(), CodeIsOver)
    assert Session.objects.count() == 1


def test_who_has_entered_the_code_of_the_old_address_just_before_is_not_let_in_after(
    signed_in: Browser, portal: Portal
) -> None:
    now = timezone.now()
    token = codes.ask(shop=portal.shop, now=now, email=OLD, language="en", machine=MACHINE)
    entered = codes.enter(token=token, code=mailed(OLD), machine=MACHINE, now=now)
    ask(signed_in)
    confirm(signed_in, code_to(NEW), portal)
    with pytest.raises(CodeIsOver):
        sessions.begin(entered, now=timezone.now())
    assert Session.objects.count() == 1


def test_a_session_that_begins_before_the_change_ends_with_it(signed_in: Browser, portal: Portal) -> None:
    now = timezone.now()
    token = codes.ask(shop=portal.shop, now=now, email=OLD, language="en", machine=MACHINE)
    entered = codes.enter(token=token, code=mailed(OLD), machine=MACHINE, now=now)
    ask(signed_in)
    code = code_to(NEW)
    with transaction.atomic():
        sessions.begin(entered, now=now)
        change = Meanwhile(lambda: confirm(signed_in, code, portal))
        change.until_it_waits()
    assert change.end() is None
    assert Session.objects.count() == 1


def test_who_signs_in_at_the_old_address_while_the_shop_changes_it_is_not_let_in(
    member: Member, portal: Portal
) -> None:
    now = timezone.now()
    token = codes.ask(shop=portal.shop, now=now, email=OLD, language="en", machine=MACHINE)
    entered = codes.enter(token=token, code=mailed(OLD), machine=MACHINE, now=now)
    with transaction.atomic():
        about = {"shop": portal.shop, "values": {"email": NEW}, "now": timezone.now()}
        writing.change(customer_id=member.customer_id, **about)
        beginning = Meanwhile(lambda: sessions.begin(entered, now=timezone.now()))
        beginning.until_it_waits()
    assert isinstance(beginning.end(), CodeIsOver)
    assert not Session.objects.exists()


def test_two_programs_that_change_it_at_once_leave_one(member: Member, portal: Portal) -> None:
    def say(email: str) -> None:
        about = {"shop": portal.shop, "values": {"email": email}, "now": timezone.now()}
        writing.change(customer_id=member.customer_id, **about)

    with transaction.atomic():
        say(NEW)
        second = Meanwhile(lambda: say("third@example.org"))
        second.until_it_waits()
    assert second.end() is None
    assert given_up.addresses_of(Customer.objects.get()) == {"third@example.org"}


def test_a_browser_that_is_signed_out_by_the_change_in_another_one_changes_nothing_after_it(
    signed_in: Browser, portal: Portal
) -> None:
    thief = Browser()
    thief.sign_in(OLD)
    ask(signed_in)
    ask(thief, "thief@example.org")
    mine, theirs = code_to(NEW), code_to("thief@example.org")
    with transaction.atomic():
        confirm(signed_in, mine, portal)
        change = Meanwhile(lambda: confirm(thief, theirs, portal))
        change.until_it_waits()
    assert isinstance(change.end(), CodeIsOver)
    assert Customer.objects.get().email == NEW


def test_who_is_erased_while_they_enter_the_code_is_told_that_it_is_over(signed_in: Browser, member: Member) -> None:
    ask(signed_in)
    code = code_to(NEW)
    with transaction.atomic():
        erasure.erase(customer=member.customer, by=None)
        change = Meanwhile(lambda: enter(signed_in, code))
        change.until_it_waits()
    answer = change.end()
    assert answer.status_code == 200
    assert "This code is over" in words(answer)
    assert not Mail.objects.filter(to__iexact=OLD, text__contains="another e-mail address").exists()


def test_who_is_merged_while_they_enter_the_code_is_told_that_it_is_over(
    signed_in: Browser, member: Member, shop: Shop
) -> None:
    kept = Customer.objects.create(shop=shop, number="8")
    ask(signed_in)
    code = code_to(NEW)
    with transaction.atomic():
        merging.merge(kept=kept, absorbed=member.customer, by=None)
        change = Meanwhile(lambda: enter(signed_in, code))
        change.until_it_waits()
    assert "This code is over" in words(change.end())
    assert Request.objects.filter(email=NEW, ended_at=None).count() == 0
    assert not Customer.everyone.filter(email=NEW).exists()
