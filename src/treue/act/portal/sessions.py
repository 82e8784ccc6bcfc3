"""Who is signed in to the portal: a session of its own, which has nothing to do with the staff's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from treue.act.portal import known
from treue.act.portal.errors import CodeIsOver
from treue.act.portal.models import Request, Session
from treue.core.customers import given_up
from treue.core.customers.models import Customer
from treue.core.staff import tokens

LASTS, LASTS_FOR_STRANGERS = timedelta(days=60), timedelta(hours=1)
FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn:
    """customer: as they stand today; None: nobody knows the address, which is `session.email` then."""

    session: Session
    customer: Customer | None

    @property
    def email(self) -> str:
        return self.customer.email if self.customer else self.session.email

    def is_fresh(self, now: datetime) -> bool:
        """Whether a code was entered just now, as for what cannot be undone."""
        return now < self.session.began_at + FRESH


def begin(request: Request, *, now: datetime) -> str:
    """Sign in by a code that was entered. Returns the token for the browser's cookie. Raises NobodysAddress, and
    CodeIsOver where the address was given up since the code was asked for."""
    token = tokens.fresh()
    with transaction.atomic():
        customer = _held(request)
        Session.objects.create(
            shop=request.shop,
            token_hash=tokens.hashed(token),
            customer=customer,
            email="" if customer else request.email,
            began_at=now,
            ends_at=now + (LASTS if customer else LASTS_FOR_STRANGERS),
        )
    return token


def _held(request: Request) -> Customer | None:
    """Whose address it is, until the session stands: who changes it just now waits for that and ends the session, or
    was quicker, and then there is none."""
    customer = known.by_address(request.shop, request.email)
    if customer is not None:
        Customer.everyone.select_for_update(no_key=True).filter(pk=customer.pk).first()
    is_as_before = known.by_address(request.shop, request.email) == customer
    if not is_as_before or given_up.was_since(request.shop, request.email, request.asked_at):
        raise CodeIsOver
    return customer


def of(token: str, *, shop_id: int, now: datetime) -> SignedIn | None:
    """None: nobody. Who was merged is the customer that was kept; of who was erased there is no session any more."""
    if not token:
        return None
    rows = Session.objects.select_related("customer__merged_into__shop", "customer__shop")
    session = rows.filter(token_hash=tokens.hashed(token), shop=shop_id, ends_at__gt=now).first()
    if session is None:
        return None
    customer = session.customer
    return SignedIn(session, (customer.merged_into or customer) if customer else None)


def know(signed_in: SignedIn, customer: Customer, *, now: datetime) -> None:
    """From now on the session is this customer's, of whom the shop knew nothing before."""
    Session.objects.filter(pk=signed_in.session.pk).update(customer=customer, email="", ends_at=now + LASTS)


def end(signed_in: SignedIn) -> None:
    Session.objects.filter(pk=signed_in.session.pk).delete()


def end_everywhere(signed_in: SignedIn) -> int:
    """Sign the same person out of every browser. Returns of how many."""
    if signed_in.customer is None:
        theirs = Session.objects.filter(shop=signed_in.session.shop_id, email=signed_in.session.email)
    else:
        numbers = Customer.everyone.filter(merged_into=signed_in.customer).values("pk")
        theirs = Session.objects.filter(customer=signed_in.customer) | Session.objects.filter(customer__in=numbers)
    deleted, _by_table = theirs.delete()
    return deleted


def forget(*, now: datetime) -> int:
    """Delete sessions that are over. Returns how many."""
    deleted, _by_table = Session.objects.filter(ends_at__lte=now).delete()
    return deleted
