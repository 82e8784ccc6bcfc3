"""Many at the portal's door at the same time, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from visitors import mailed

from treue.act.loyalty.models import Member
from treue.act.portal import codes, joining, limits, sessions
from treue.act.portal.errors import PortalError, TooOften
from treue.act.portal.models import Portal, Request, Session
from treue.core.customers.consent_proof import NO_PROOF
from treue.core.customers.models import Customer


def at_once(deed, count: int = 8) -> list[object]:
    """What it returned or raised, for each of `count` threads; each gets its place."""

    def done(place: int) -> object:
        try:
            return deed(place)
        except PortalError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(done, range(count)))


def test_one_code_lets_one_in(member: Member) -> None:
    now = timezone.now()
    about = {"email": "anna@example.org", "language": "en", "machine": "203.0.113.7"}
    token = codes.ask(shop=member.programme.shop, now=now, **about)
    code = mailed("anna@example.org")
    found = at_once(lambda _place: codes.enter(token=token, code=code, machine="203.0.113.7", now=now))
    assert sum(isinstance(each, Request) for each in found) == 1


def test_five_tries_are_five_however_they_come(member: Member) -> None:
    now = timezone.now()
    about = {"email": "anna@example.org", "language": "en", "machine": "203.0.113.7"}
    token = codes.ask(shop=member.programme.shop, now=now, **about)
    right = mailed("anna@example.org")
    wrong = "000000" if right != "000000" else "111111"
    at_once(lambda _place: codes.enter(token=token, code=wrong, machine="203.0.113.7", now=now))
    request = Request.objects.get()
    assert request.tries == 5
    assert request.ended_at is not None


def test_no_more_get_through_a_limit_than_it_has(portal: Portal) -> None:
    now, limit = timezone.now(), limits.Limit("trial", 5, timedelta(hours=1))
    found = at_once(lambda _place: limits.count(limit, "somebody", now), 16)
    assert sum(isinstance(each, TooOften) for each in found) == 11


def test_a_stranger_who_joins_in_many_browsers_becomes_one_customer(portal: Portal) -> None:
    now = timezone.now()
    made = [
        Session.objects.create(
            shop=portal.shop,
            token_hash=f"t{place}",
            email="new@example.org",
            began_at=now,
            ends_at=now + timedelta(hours=1),
        )
        for place in range(6)
    ]
    about = {"portal": portal, "name": "Nina Neu", "agreed": None, "proof": NO_PROOF, "now": now}
    at_once(lambda place: joining.join(signed_in=sessions.SignedIn(made[place], None), **about), 6)
    assert Customer.objects.count() == 1
    assert Member.objects.count() == 1
    assert Session.objects.exclude(customer=None).count() == 6
