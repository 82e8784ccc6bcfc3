"""Customers through the API."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router

from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import INVALID, NOT_FOUND, Problem, fault
from treue.core.api.values import GivenMoment, Id, PathId, Text, Told, shown_as
from treue.core.customers import identities, persons
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

router = Router(tags=["Customers"])

EXAMPLE = {
    "id": 4711,
    "number": "C-1017",
    "name": "Anna Öztürk",
    "email": "anna@example.org",
    "phone": "+49301234567",
    "city": "Köln",
    "country": "DE",
    "birthday": "1990-03-15",
    "signed_up_at": "2024-03-01T09:30:00Z",
    "created_at": "2026-11-28T11:00:00Z",
}


class CustomerOut(Told):
    id: Id
    number: str = Field(description="The shop's own number.")
    name: str | None
    email: str | None
    phone: str | None
    city: str | None
    country: str | None
    birthday: date | None
    signed_up_at: GivenMoment | None
    created_at: GivenMoment = Field(description="When Treue first knew the customer.")

    model_config = shown_as(EXAMPLE)


class CustomerPage(Told):
    data: list[CustomerOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [EXAMPLE], "next": None})


class CustomerQuery(Paged):
    """At most one of identity, number and email."""

    identity: Annotated[
        Text | None,
        Field(
            max_length=254,
            description="A shop number, an e-mail address, a phone number or whatever else identifies somebody.",
            examples=["anna@example.org"],
        ),
    ] = None
    number: Annotated[Text | None, Field(max_length=120, description="The shop's number.", examples=["C-1017"])] = None
    email: Annotated[Text | None, Field(max_length=254, description="In any case.", examples=["a@example.org"])] = None


@reads(router, "/customers", answer=CustomerPage, summary="List or find customers")
def list_customers(request: HttpRequest, query: Query[CustomerQuery]) -> CustomerPage:
    """All customers in the order in which Treue learnt of them, or those with an identity. Several customers can share
    one: a family its phone number."""
    shop = request.auth.shop
    if sum(each is not None for each in (query.identity, query.number, query.email)) > 1:
        detail = "Ask for one of identity, number and email"
        raise Problem(INVALID, detail + ".", errors=[fault("query", detail)])
    if query.identity is not None:
        return CustomerPage(data=[shown(each) for each in identities.find(shop, query.identity)], next=None)
    customers = Customer.objects.filter(shop=shop)
    if query.number is not None:
        named = Customer.everyone.filter(shop=shop, number=query.number).values_list("pk", flat=True)
        customers = customers.filter(pk__in=[each.pk for each in identities.as_they_are(named)])
    if query.email is not None:
        customers = customers.filter(email__iexact=query.email)
    if query.after is not None:
        (last,) = keyset.key_in(query.after, of="customers", size=1)
        customers = customers.filter(pk__gt=last)
    found = list(customers.order_by("pk")[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("customers", page[-1].pk) if more else None
    return CustomerPage(data=[shown(each) for each in page], next=end)


@reads(router, "/customers/{customer_id}", answer=CustomerOut, summary="Read a customer")
def read_customer(request: HttpRequest, customer_id: PathId) -> CustomerOut:
    """The id of a customer who was merged into another one answers with that one, under that one's id."""
    return shown(customer_of(request.auth.shop, customer_id))


def customer_of(shop: Shop, person: int) -> Customer:
    """The customer that a number stands for today. Raises Problem where there is none in the shop."""
    today = persons.customers_of([person]).get(person)
    customer = Customer.objects.filter(shop=shop, pk=today).first() if today is not None else None
    if customer is None:
        raise Problem(NOT_FOUND, "The shop has no such customer.")
    return customer


def shown(customer: Customer) -> CustomerOut:
    return CustomerOut(
        id=customer.pk,
        number=customer.number,
        name=customer.name or None,
        email=customer.email or None,
        phone=customer.phone or None,
        city=customer.city or None,
        country=customer.country or None,
        birthday=customer.birthday,
        signed_up_at=customer.signed_up_at,
        created_at=customer.created_at,
    )
