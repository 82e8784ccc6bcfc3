"""Customers written and erased through the API. The reads' router is completed here: an address has one of them."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Status
from pydantic import AfterValidator

from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import BUSY, ERASED, REFUSED, Problem, fault
from treue.core.api.values import Code, Flag, Id, Moment, PathId, Taken, Text, Told, rfc3339, shown_as
from treue.core.customers import birthdays, erasure, writing
from treue.core.customers.api import customer_of, router
from treue.core.customers.errors import AlreadyErased, GivenUpByMember, StaysErased
from treue.core.customers.models import Erasure
from treue.core.shop.locking import ShopIsBeingWritten
from treue.core.shop.models import Shop
from treue.core.staff import audit

SECONDS_UNTIL_FREE = "60"
EMAIL = r"^$|^[^@\s]+@[^@\s]+$"
TRAITS = {
    "name": "Anna Öztürk",
    "email": "anna@example.org",
    "phone": "+49 30 1234567",
    "city": "Köln",
    "country": "DE",
    "birthday": "1990-03-15",
    "signed_up_at": "2024-03-01T10:30:00+01:00",
}


def _birthday(text: str) -> str:
    if birthdays.read(text) is None:
        raise ValueError("A birthday is a day from 1900 until today")
    return text


Birthday = Annotated[
    str,
    Field(max_length=10, pattern=r"^\d{4}-\d\d-\d\d$", description="A whole date, from 1900 until today."),
    AfterValidator(_birthday),
]


class CustomerChange(Taken):
    """What is not sent stays as it is; null or empty text empties it."""

    name: Annotated[Text | None, Field(max_length=200)] = None
    email: Annotated[Text | None, Field(max_length=254, pattern=EMAIL)] = None
    phone: Annotated[Text | None, Field(max_length=40)] = None
    city: Annotated[Text | None, Field(max_length=120)] = None
    country: Annotated[Text | None, Field(max_length=60)] = None
    birthday: Birthday | None = None
    signed_up_at: Moment | None = None
    takes_back_email: Annotated[
        Flag, Field(description="The member gave `email` up in the portal, and you mean that it is theirs again.")
    ] = False

    model_config = shown_as(TRAITS)

    def values(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.model_fields_set & {*TRAITS}}


class CustomerIn(CustomerChange):
    number: Annotated[Code, Field(max_length=120, description="The shop's own number.")]

    model_config = shown_as({"number": "C-1017", **TRAITS})


class CustomerWritten(Told):
    id: Id

    model_config = shown_as({"id": 4711})


class Receipt(Told):
    receipt: int = Field(description="Its number on the page *Erased customers*. It names nobody.")

    model_config = shown_as({"receipt": 12})


@writes(
    router.post,
    "/customers",
    answers={201: CustomerWritten, 200: CustomerWritten},
    summary="Make a customer, or change one, by number",
)
def put_customer(
    request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey, body: CustomerIn
) -> Status:
    """201 where the number was new, else 200. The number of a customer who was merged into another one changes that
    one, and its id is answered. Another `email` than before gives up the former ones, as with `PATCH`."""
    done = once(request, idempotency_key, lambda: _put(request.auth.shop, body))
    response.headers["Location"] = f"/api/v1/customers/{done.facts['id']}"
    return Status(done.status, CustomerWritten(id=done.facts["id"]))


def _put(shop: Shop, body: CustomerIn) -> Done:
    about = {"values": body.values(), "takes_back_email": body.takes_back_email, "now": timezone.now()}
    try:
        customer, is_new = writing.put(shop=shop, number=body.number, **about)
    except StaysErased as error:
        raise Problem(ERASED) from error
    except GivenUpByMember as error:
        raise _given_up(error) from error
    return Done(201 if is_new else 200, {"id": customer})


@writes(
    router.patch,
    "/customers/{customer_id}",
    answers={200: CustomerWritten},
    summary="Change a customer",
)
def change_customer(
    request: HttpRequest, customer_id: PathId, idempotency_key: IdempotencyKey, body: CustomerChange
) -> CustomerWritten:
    """The id of a customer who was merged into another one changes that one, and its id is answered.

    Another `email` than before is the only one that opens their account in the portal; they are signed out there. 409
    where the member has given it up in the portal themselves, unless `takes_back_email`.
    """
    done = once(request, idempotency_key, lambda: _changed(request.auth.shop, customer_id, body))
    return CustomerWritten(id=done.facts["id"])


def _changed(shop: Shop, customer_id: int, body: CustomerChange) -> Done:
    customer = customer_of(shop, customer_id)
    about = {"values": body.values(), "takes_back_email": body.takes_back_email, "now": timezone.now()}
    try:
        writing.change(customer_id=customer.pk, shop=shop, **about)
    except GivenUpByMember as error:
        raise _given_up(error) from error
    return Done(200, {"id": customer.pk})


def _given_up(error: GivenUpByMember) -> Problem:
    detail = (
        "The member has put another address in its place in the portal: take that over, or send `takes_back_email`."
    )
    facts = {"since": rfc3339(error.since)}
    return Problem(REFUSED, detail, errors=[fault("body/email", detail, reason="given-up-by-member", facts=facts)])


@writes(router.delete, "/customers/{customer_id}", answers={202: Receipt}, summary="Erase a customer")
def erase_customer(request: HttpRequest, customer_id: PathId, idempotency_key: IdempotencyKey) -> Status:
    """Everything that is known of the person is deleted (GDPR Art. 17), merged records included: from the database at
    once, from files within minutes. It cannot be undone. Somebody erased before answers with the same receipt."""
    done = once(request, idempotency_key, lambda: Done(202, {"receipt": _erased(request, customer_id)}))
    return Status(202, Receipt(receipt=done.facts["receipt"]))


def _erased(request: HttpRequest, customer_id: int) -> int:
    """The number of the receipt."""
    caller = request.auth
    former = Erasure.objects.filter(shop=caller.shop, customer_id=customer_id).first()
    if former is not None:
        return former.pk
    try:
        receipt = erasure.erase(customer=customer_of(caller.shop, customer_id), by=None)
    except AlreadyErased as error:
        return error.receipt_id
    except ShopIsBeingWritten as error:
        raise Problem(BUSY, headers={"Retry-After": SECONDS_UNTIL_FREE}) from error
    audit.record("key.erased_customer", who=None, subject=f"erasure {receipt.pk}", key=caller.name)
    return receipt.pk
