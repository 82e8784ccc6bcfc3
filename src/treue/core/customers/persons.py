"""Who a number in the log is.

An event carries the number under which it came in: a customer's or a visitor's. That number never changes; who it
stands for may, when a visitor is recognised or two customers are merged, and back again.
"""

import json
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.backends.utils import CursorWrapper

from treue.core.customers.models import Customer

NUMBER, ANONYMOUS = "number", "anonymous"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")

PLANNING = "select set_config('enable_seqscan', %s, true), set_config('enable_sort', %s, true)"

# In one walk along the only index of that order. Left free, a planner that takes a young table for small reads all
# customers of the shop for each key, by whichever index begins with the shop; `resolve` therefore forbids it to sort.
LOOKED_UP = {
    NUMBER: """
select number, id, coalesce(merged_into_id, id) from customers_customer
where shop_id = %(shop)s and number = any(array(select jsonb_array_elements_text(%(values)s::jsonb)))
order by shop_id, number""",
    ANONYMOUS: """
select anonymous_id, number, customer_id from customers_visitor
where shop_id = %(shop)s and anonymous_id = any(array(select jsonb_array_elements_text(%(values)s::jsonb)))
order by shop_id, anonymous_id""",
}

# In their own order, so that two writers of the same wait for each other instead of meeting crosswise.
NEW_CUSTOMERS = """
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
select shop, value, '', '', '', '', '', now()
from jsonb_to_recordset(%(wanted)s::jsonb) as w (shop bigint, kind text, value text)
where kind = 'number' order by shop, value collate "C"
on conflict (shop_id, number) do nothing"""

# By the walk and in the order of `LOOKED_UP`. What was given up since stays out of the record.
ADDRESSED = """
update customers_customer c set email = c.number from (
    select id from customers_customer
    where shop_id = %(shop)s and number = any(array(select jsonb_array_elements_text(%(values)s::jsonb)))
        and email = ''
        and not exists (select from customers_identity i where i.customer_id = customers_customer.id
            and i.kind = 'email' and i.value = lower(number) and i.given_up_at is not null)
    order by shop_id, number for no key update) theirs
where c.id = theirs.id"""

NEW_VISITORS = """
insert into customers_visitor (number, shop_id, anonymous_id)
select nextval('customers_customer_id_seq'), shop, value from (
    select shop, value from jsonb_to_recordset(%(wanted)s::jsonb) as w (shop bigint, kind text, value text)
    where kind = 'anonymous' order by shop, value collate "C") w
on conflict (shop_id, anonymous_id) do nothing"""

TODAY = """
select n.number, coalesce(
    (select coalesce(c.merged_into_id, c.id) from customers_customer c where c.id = n.number),
    (select v.customer_id from customers_visitor v where v.number = n.number))
from unnest(%(numbers)s::bigint[]) as n (number)"""

HELD = """
select number, customer_id from customers_visitor where number = any(%(numbers)s) order by number for share"""

SHARED = """
select v.number from customers_visitor v
join customers_identity i on i.shop_id = v.shop_id and i.kind = 'anonymous' and i.value = v.anonymous_id
join customers_customer c on c.id = i.customer_id
where coalesce(c.merged_into_id, c.id) = %(customer)s and v.customer_id is null"""

NUMBERS = """
select %(customer)s::bigint
union all select id from customers_customer where merged_into_id = %(customer)s
union all select number from customers_visitor where customer_id = %(customer)s"""


class Key(NamedTuple):
    """By what somebody is named. kind: NUMBER (the shop's own of a customer) or ANONYMOUS."""

    shop: int
    kind: str
    value: str


class Person(NamedTuple):
    """number: what events are written down under. customer: who that is today, None for a visitor nobody knows."""

    number: int
    customer: int | None


def resolve(cursor: CursorWrapper, wanted: Collection[Key], *, trusted: Collection[Key] = ()) -> dict[Key, Person]:
    """The persons named by some keys; whoever is not known yet becomes a customer or a visitor.

    trusted: those of `wanted` that are named by a server, a till or a colleague. A number among them that is an e-mail
    address is their address, too; a browser can name anybody's.

    Call it in a transaction; two that want the same new person wait for each other. Whether something is told of a
    person who was erased is for the caller to ask (`erased`).
    """
    cursor.execute(PLANNING, ["off", "off"])
    found = _looked_up(cursor, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        values = {"wanted": _rows(missing)}
        cursor.execute(NEW_CUSTOMERS, values)
        cursor.execute(NEW_VISITORS, values)
        found |= _looked_up(cursor, missing)
    _address(cursor, trusted)
    cursor.execute(PLANNING, ["on", "on"])
    return found


def _address(cursor: CursorWrapper, trusted: Collection[Key]) -> None:
    for (shop, _kind), values in _alike(key for key in trusted if key.kind == NUMBER and ADDRESS.fullmatch(key.value)):
        cursor.execute(ADDRESSED, {"shop": shop, "values": json.dumps(values)})


def _looked_up(cursor: CursorWrapper, keys: Collection[Key]) -> dict[Key, Person]:
    found = {}
    for (shop, kind), values in _alike(keys):
        cursor.execute(LOOKED_UP[kind], {"shop": shop, "values": json.dumps(values)})
        found |= {Key(shop, kind, value): Person(*person) for value, *person in cursor.fetchall()}
    return found


def _alike(keys: Iterable[Key]) -> Iterable[tuple[tuple[int, str], list[str]]]:
    """Their values by shop and kind."""
    alike: dict[tuple[int, str], list[str]] = {}
    for shop, kind, value in keys:
        alike.setdefault((shop, kind), []).append(value)
    return alike.items()


def _rows(keys: Collection[Key]) -> str:
    return json.dumps([key._asdict() for key in keys], cls=DjangoJSONEncoder)


def customers_of(numbers: Collection[int]) -> dict[int, int]:
    """Person number to the customer it stands for today; visitors whom nobody knows are left out."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TODAY, {"numbers": list(numbers)})
        return {number: customer for number, customer in cursor.fetchall() if customer is not None}


def who_they_are(numbers: Collection[int]) -> dict[int, int | None]:
    """Of those among some numbers who are visitors, who each is, for the rest of the transaction: who recognises one
    waits for it."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"numbers": list(numbers)})
        return dict(cursor.fetchall())


def numbers_of(customer: Customer) -> list[int]:
    """All numbers whose history is this customer's: their own, those of whom they absorbed, and their visits'."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, {"customer": customer.pk})
        return [number for (number,) in cursor.fetchall()]


def numbers_to_erase(customer: Customer) -> list[int]:
    """`numbers_of` a customer, and of visitors who are nobody's because this customer and others claim them: what they
    did may be this customer's, and with the claim gone it would be taken for somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED, {"customer": customer.pk})
        return [*numbers_of(customer), *(number for (number,) in cursor.fetchall())]
