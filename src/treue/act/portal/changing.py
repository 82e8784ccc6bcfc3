"""A member changes what the shop calls them, and the address by which they sign in.

A new address counts once the code that was mailed to it was entered. Whether it is another customer's is found out by
the worker, and said to the mailbox alone: the page answers alike.
"""

from collections.abc import Collection
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from treue.act.portal import asking, codes, known, letters, limits
from treue.act.portal.errors import AddressTaken, CodeIsOver
from treue.act.portal.models import Portal, Request, Session
from treue.act.portal.sessions import SignedIn
from treue.core.customers import given_up, persons, writing
from treue.core.customers.given_up import By
from treue.core.customers.models import Customer
from treue.core.events.log import Happening, record
from treue.core.events.naming import know
from treue.core.shop.models import Shop
from treue.core.staff import audit, tokens

CHANGED, SOURCE = "Profile Changed", "portal"
SALT = "treue.portal.address"
know([CHANGED])


def rename(*, customer: Customer, name: str, now: datetime) -> bool:
    """Returns whether it is another name."""
    with transaction.atomic():
        held = Customer.everyone.select_for_update(of=("self",)).select_related("shop").get(pk=customer.pk)
        if held.name == name:
            return False
        writing.change(customer_id=held.pk, shop=held.shop, values={"name": name}, now=now)
        _tell(held, "name", now)
    return True


def ask(*, signed_in: SignedIn, email: str, language: str, machine: str, now: datetime) -> str:
    """Have a code sent to a new, folded address. Returns what the browser keeps until then. Raises TooOften."""
    shop, customer = signed_in.customer.shop, signed_in.customer
    limits.count(limits.NEW_ADDRESSES, f"customer {customer.pk}", now)
    asking.count(shop=shop, email=email, machine=machine, browser="", now=now)
    token = tokens.fresh()
    with transaction.atomic():
        made = Request.objects.create(
            shop=shop, token_hash=tokens.hashed(token), email=email, language=language, asked_at=now
        )
        app.configure_task("portal.send_address_code").defer(request_id=made.pk, customer_id=customer.pk)
    return signing.dumps([token, customer.pk], salt=SALT)


def send(request_id: int, customer_id: int, *, now: datetime) -> bool:
    """Mail the code, or that the address is another customer's. Returns whether there is a mail."""
    with transaction.atomic():
        request = codes.unsent(request_id, now=now)
        portal = Portal.objects.filter(shop=request.shop, is_on=True).first() if request else None
        customer = Customer.objects.filter(pk=customer_id).first()
        if portal is None or customer is None:
            return False
        if known.is_free(request.shop, request.email, customer):
            code = codes.draw(request)
            request.mail = letters.new_address(request, portal, code)
        else:
            request.mail = letters.taken(request, portal)
        request.save(update_fields=["code_hash", "mail"])
    return True


def waiting(kept: str, signed_in: SignedIn, now: datetime) -> Request | None:
    """What this member asked for in this browser and can still enter a code of."""
    token = _token(kept, signed_in)
    return codes.waiting(token, now) if token else None


def confirm(*, kept: str, code: str, signed_in: SignedIn, portal: Portal, machine: str, now: datetime) -> None:
    """Let the address count from now on. All before open the account no more, and hear of it; other browsers are signed
    out. Raises TooOften, WrongCode, AddressTaken, and CodeIsOver also where the browser was signed out meanwhile.
    """
    token = _token(kept, signed_in)
    if not token:
        raise CodeIsOver
    request = codes.enter(token=token, code=code, machine=machine, now=now)
    with transaction.atomic():
        shop, customer = _held(signed_in)
        if not known.is_free(shop, request.email, customer):
            raise AddressTaken
        former = given_up.addresses_of(customer) - {request.email}
        writing.change(customer_id=customer.pk, shop=shop, values={"email": request.email}, now=now, by=By.MEMBER)
        _sessions_of(customer).exclude(pk=signed_in.session.pk).delete()
        for email in sorted(former):
            letters.address_changed(email, shop, portal, request.language)
        _tell(customer, "email", now)


def address_now(customer: Customer) -> str:
    """The address on the record, where it opens the account; "" for one that was given up: a member can still make it
    theirs."""
    email = known.folded(customer.email, customer.shop)
    return email if email in given_up.addresses_of(customer) else ""


def shut(customer: Customer, former: Collection[str], by: By, now: datetime) -> None:
    """Codes on the way to addresses that were given up end. Where it was a program that said so, whoever is signed in
    has not shown that they read the new one's mail."""
    Request.objects.filter(shop=customer.shop_id, email__in=former, ended_at=None).update(ended_at=now)
    if by == By.SHOP:
        _sessions_of(customer).delete()


def _held(signed_in: SignedIn) -> tuple[Shop, Customer]:
    """Both as they stand, until commit. Raises CodeIsOver where the customer was erased or merged, or signed out from
    another browser, while this one waited."""
    shop = Shop.objects.select_for_update(no_key=True).filter(pk=signed_in.session.shop_id).first()
    customers = Customer.objects.select_for_update(of=("self",)).select_related("shop")
    customer = customers.filter(pk=signed_in.customer.pk).first()
    if shop is None or customer is None or not _sessions_of(customer).filter(pk=signed_in.session.pk).exists():
        raise CodeIsOver
    return shop, customer


def _sessions_of(customer: Customer) -> QuerySet[Session]:
    return Session.objects.filter(customer__in=persons.numbers_of(customer))


def _token(kept: str, signed_in: SignedIn) -> str:
    """Asked for by this member; "" for another's, and for what is none."""
    try:
        token, customer = signing.loads(kept, salt=SALT, max_age=codes.LIVES)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return token if customer == signed_in.customer.pk else ""


def _tell(customer: Customer, field: str, now: datetime) -> None:
    """The values themselves stand on the customer's record, and nowhere else."""
    audit.record("member.profile_changed", who=None, subject=f"customer {customer.pk}", fields=[field])
    happening = Happening(
        message_id=f"profile changed {customer.pk} {field} {now.isoformat()}",
        name=CHANGED,
        person=customer.pk,
        source=SOURCE,
        occurred_at=now,
        facts={"fields": [field]},
    )
    record(customer.shop, [happening])
