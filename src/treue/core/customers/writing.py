"""Customers as a program of the shop writes them: what it says counts as the shop's own word."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Q

from treue.core.customers import erased, given_up, identities, persons
from treue.core.customers.errors import StaysErased
from treue.core.customers.given_up import By
from treue.core.customers.identities import Statement
from treue.core.customers.models import Customer, Trait
from treue.core.customers.persons import NUMBER, Key, Person
from treue.core.shop.models import Shop

NEVER = datetime.min.replace(tzinfo=UTC)
Values = Mapping[str, object]


def put(*, shop: Shop, number: str, values: Values, now: datetime, takes_back_email: bool = False) -> tuple[int, bool]:
    """Make the customer with this number, or change what is said of them. Returns their id today and whether they are
    new. values, takes_back_email: as for `change`; where they hold no address, a number that is one is theirs.

    Raises StaysErased where the number is an erased person's, unless `signed_up_at` is after the erasure, and
    GivenUpByMember as `change` does.
    """
    with transaction.atomic():
        is_new = not Customer.everyone.filter(shop=shop, number=number).exists()
        at = values.get("signed_up_at") or (NEVER if is_new else now)
        person = named(shop=shop, number=number, at=at, is_address="email" not in values)
        change(customer_id=person.customer, shop=shop, values=values, now=now, takes_back_email=takes_back_email)
    return person.customer, is_new


def named(*, shop: Shop, number: str, at: datetime, is_address: bool = True) -> Person:
    """Whoever has the shop's number, made where nobody has. at: when what is told of them happened. is_address: a
    number that can be one fills an empty record. Raises StaysErased where it happened before they were erased."""
    key = Key(shop.pk, NUMBER, number)
    with transaction.atomic(), connection.cursor() as cursor:
        erased.keep_still(cursor, [shop.pk])
        if erased.before_their_erasure(cursor, [key], [at]):
            raise StaysErased
        return persons.resolve(cursor, [key], trusted=[key] if is_address else ())[key]


def change(
    *,
    customer_id: int,
    shop: Shop,
    values: Values,
    now: datetime,
    by: By = By.SHOP,
    takes_back_email: bool = False,
) -> None:
    """Say something of a customer. values: by the fields of a customer; None and "" empty one, and what is not there
    stays as it is. by, takes_back_email: another address than before gives up the former ones as `given_up.replace`
    says, and raises what it raises."""
    told = {name: str(value) for name, value in values.items() if name in identities.TRAITS and value}
    others = {name: _emptied(name, value) for name, value in values.items() if name not in told}
    with transaction.atomic():
        if "email" in values:
            email = identities.folded(identities.EMAIL, told.get("email", ""), shop) or ""
            given_up.replace(customer_id=customer_id, email=email, by=by, now=now, takes_back=takes_back_email)
        if others:
            Customer.everyone.filter(pk=customer_id).update(**others)
        if identities.BIRTHDAY in others:
            _forget_birthday(customer_id)
        if told:
            identities.learn([Statement(shop, customer_id, now, f"api {uuid4()}", is_trusted=True, traits=told)])


def _emptied(name: str, value: object) -> object:
    if name == "signed_up_at":
        return value
    return None if name == identities.BIRTHDAY else ""


def _forget_birthday(customer_id: int) -> None:
    """Nobody has to tell it: who takes it out is told that it is deleted, and so it is, as messages and records said it
    that were merged into theirs."""
    theirs = Customer.everyone.filter(Q(pk=customer_id) | Q(merged_into=customer_id))
    theirs.update(birthday=None)
    Trait.objects.filter(customer__in=theirs, name=identities.BIRTHDAY).delete()
