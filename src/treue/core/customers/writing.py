"""Customers as a program of the shop writes them: what it says counts as the shop's own word."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection, transaction

from treue.core.customers import erased, identities, persons
from treue.core.customers.errors import StaysErased
from treue.core.customers.identities import Statement
from treue.core.customers.models import Customer
from treue.core.customers.persons import NUMBER, Key, Person
from treue.core.shop.models import Shop

NEVER = datetime.min.replace(tzinfo=UTC)
Values = Mapping[str, object]


def put(*, shop: Shop, number: str, values: Values, now: datetime) -> tuple[int, bool]:
    """Make the customer with this number, or change what is said of them. Returns their id today and whether they are
    new. values: as for `change`. Raises StaysErased where the number is an erased person's, unless `signed_up_at` is
    after the erasure."""
    with transaction.atomic():
        is_new = not Customer.everyone.filter(shop=shop, number=number).exists()
        person = named(shop=shop, number=number, at=values.get("signed_up_at") or (NEVER if is_new else now))
        change(customer_id=person.customer, shop=shop, values=values, now=now)
    return person.customer, is_new


def named(*, shop: Shop, number: str, at: datetime) -> Person:
    """Whoever has the shop's number, made where nobody has. at: when what is told of them happened. Raises StaysErased
    where that was before they were erased."""
    key = Key(shop.pk, NUMBER, number)
    with transaction.atomic(), connection.cursor() as cursor:
        erased.keep_still(cursor, [shop.pk])
        if erased.before_their_erasure(cursor, [key], [at]):
            raise StaysErased
        return persons.resolve(cursor, [key])[key]


def change(*, customer_id: int, shop: Shop, values: Values, now: datetime) -> None:
    """Say something of a customer. values: by the fields of a customer; None and "" empty one, and what is not there
    stays as it is."""
    told = {name: value for name, value in values.items() if name in identities.TRAITS and value}
    others = {name: value if name == "signed_up_at" else "" for name, value in values.items() if name not in told}
    with transaction.atomic():
        if others:
            Customer.everyone.filter(pk=customer_id).update(**others)
        if told:
            identities.learn([Statement(shop, customer_id, now, f"api {uuid4()}", is_trusted=True, traits=told)])
