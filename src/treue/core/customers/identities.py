"""By what a customer is found: what they, or who knows them, say is theirs.

A claim is a customer and a value. Claims are a set, and who a value belongs to follows from the set alone, whatever
came first (`docs/identities.md`):

- what exactly one customer claims is theirs; claims that a server, a till or a colleague told count before those of a
  browser, which can be made to say anything;
- what several claim (a family's tablet, an office's telephone) is nobody's. It joins no one, and two customers are
  never made one because of it: that is a colleague's decision (`merging`).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import phonenumbers
from babel.core import get_global
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from treue.core.customers.folding import PHONE_END, PhoneEnd
from treue.core.customers.models import Customer, Identity, Visitor
from treue.core.shop.models import Shop

EMAIL, PHONE, CARD, ANONYMOUS = Identity.Kind.EMAIL, Identity.Kind.PHONE, Identity.Kind.CARD, Identity.Kind.ANONYMOUS
LONGEST = 255
TRAITS = ("name", "email", "phone", "city", "country")

THERE = "select id from customers_customer where id = any(%(customers)s) order by id for key share"

CLAIM = """
insert into customers_identity (shop_id, kind, value, customer_id, is_trusted, said_at)
select shop, kind, value, customer, bool_or(is_trusted), min(said_at)
from jsonb_to_recordset(%(claims)s::jsonb) as c (
    shop bigint, kind text, value text, customer bigint, is_trusted boolean, said_at timestamptz)
group by shop, kind, value, customer order by shop, kind, value collate "C", customer
on conflict (shop_id, kind, value, customer_id) do update
set is_trusted = customers_identity.is_trusted or excluded.is_trusted,
    said_at = least(customers_identity.said_at, excluded.said_at)
where excluded.is_trusted > customers_identity.is_trusted or excluded.said_at < customers_identity.said_at"""

# Somebody may be named before they were ever seen.
NAMED_VISITORS = """
insert into customers_visitor (number, shop_id, anonymous_id)
select nextval('customers_customer_id_seq'), shop, value from (
    select distinct shop, value
    from jsonb_to_recordset(%(claims)s::jsonb) as c (shop bigint, kind text, value text)
    where kind = 'anonymous'
      and not exists (select from customers_visitor v where v.shop_id = shop and v.anonymous_id = value)
    order by shop, value) c
on conflict (shop_id, anonymous_id) do nothing"""

# Two who claim the same visitor at once stand in line here: the second one sees the first one's claim.
HELD = """
select v.number from customers_visitor v
where (v.shop_id, v.anonymous_id) in (
    select shop, value from jsonb_to_recordset(%(claims)s::jsonb) as c (shop bigint, kind text, value text)
    where kind = 'anonymous')
order by v.number for update"""

RECOGNISED = """
with owned as (
    select v.number, v.customer_id as before, case
        when count(distinct c.root) filter (where c.is_trusted) = 1 then min(c.root) filter (where c.is_trusted)
        when count(distinct c.root) = 1 then min(c.root) end as customer
    from customers_visitor v left join lateral (
        select coalesce(o.merged_into_id, o.id) as root, i.is_trusted
        from customers_identity i join customers_customer o on o.id = i.customer_id
        where i.shop_id = v.shop_id and i.kind = 'anonymous' and i.value = v.anonymous_id) c on true
    where v.number = any(%(visitors)s)
    group by v.number)
update customers_visitor v set customer_id = o.customer
from owned o where v.number = o.number and v.customer_id is distinct from o.customer
returning v.number, o.before, v.customer_id"""

# The same whichever comes first: what a server says counts before what a browser says, then the later word.
SAY = """
with said as (
    select distinct on (customer, name) * from jsonb_to_recordset(%(traits)s::jsonb) as t (
        customer bigint, name text, value text, is_trusted boolean, said_at timestamptz, message_id text)
    order by customer, name, is_trusted desc, said_at desc, message_id collate "C" desc),
before as (
    select t.customer_id, t.name, t.value from customers_trait t join said s on s.customer = t.customer_id
        and s.name = t.name),
now_said as (
    insert into customers_trait (customer_id, name, value, is_trusted, said_at, message_id)
    select customer, name, value, is_trusted, said_at, message_id from said order by customer, name
    on conflict (customer_id, name) do update
    set value = excluded.value, is_trusted = excluded.is_trusted, said_at = excluded.said_at,
        message_id = excluded.message_id
    where (excluded.is_trusted, excluded.said_at, excluded.message_id collate "C")
        > (customers_trait.is_trusted, customers_trait.said_at, customers_trait.message_id collate "C")
    returning customer_id, name, value, is_trusted)
select n.customer_id, n.name, n.value, n.is_trusted, coalesce(b.value, '')
from now_said n left join before b using (customer_id, name)"""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a message says of a customer. identities: kind and value, as they were told. traits: by the names in TRAITS.
    is_trusted: it comes from a server, a till or a colleague, not from a browser."""

    shop: Shop
    customer: int
    said_at: datetime
    message_id: str
    is_trusted: bool
    identities: Sequence[tuple[str, str]] = ()
    traits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A visitor who is somebody else today than before; None: nobody that is known."""

    number: int
    before: int | None
    customer: int | None


def folded(kind: str, value: str, shop: Shop) -> str | None:
    """A value as it is compared, None where it can be none: an e-mail address in small letters, a telephone number in
    E.164 (without a country, that of the shop), a card's number without blanks."""
    plain = value.strip()
    if kind == EMAIL:
        plain = plain.casefold() if plain.count("@") == 1 and not any(map(str.isspace, plain)) else ""
    elif kind == PHONE:
        plain = _e164(plain, shop)
    elif kind == CARD:
        plain = "".join(sign for sign in plain if sign.isalnum()).upper()
    return plain if plain and len(plain) <= LONGEST else None


def _e164(number: str, shop: Shop) -> str:
    try:
        parsed = phonenumbers.parse(number, get_global("zone_territories").get(shop.zone))
    except phonenumbers.NumberParseException:
        return ""
    is_one = phonenumbers.is_possible_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if is_one else ""


FOLLOWERS: list[Callable[[Sequence[Recognised]], None]] = []


def followed_by(follow: Callable[[Sequence[Recognised]], None]) -> None:
    """Have this called whenever visitors turn out to be somebody else, in the same transaction."""
    FOLLOWERS.append(follow)


def learn(statements: Sequence[Statement]) -> list[Recognised]:
    """Write down what is said, in the caller's transaction. Returns the visitors who are recognised by it, or not any
    more. Two statements that are each learned in a transaction of their own give the same in either order.

    What is said of somebody who was erased meanwhile is said of nobody; who erases waits for what is learned here.
    """
    there = set(_held({each.customer for each in statements}))
    statements = [each for each in statements if each.customer in there]
    claims = [
        {
            "shop": each.shop.pk,
            "kind": kind,
            "value": value,
            "customer": each.customer,
            "is_trusted": each.is_trusted,
            "said_at": each.said_at,
        }
        for each in statements
        for kind, told in _claimed(each)
        if (value := folded(kind, told, each.shop))
    ]
    _say([each for each in statements if each.traits])
    return _claim(claims) if claims else []


def _held(customers: Collection[int]) -> Iterable[int]:
    with connection.cursor() as cursor:
        cursor.execute(THERE, {"customers": sorted(customers)})
        return [customer for (customer,) in cursor.fetchall()]


def _claimed(statement: Statement) -> list[tuple[str, str]]:
    in_traits = [(kind, statement.traits[kind]) for kind in (EMAIL, PHONE) if statement.traits.get(kind)]
    return [*statement.identities, *in_traits]


def _claim(claims: Sequence[Mapping[str, object]]) -> list[Recognised]:
    values = {"claims": json.dumps(claims, cls=DjangoJSONEncoder)}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        cursor.execute(NAMED_VISITORS, values)
        cursor.execute(HELD, values)
        held = [number for (number,) in cursor.fetchall()]
    return recognise(held)


def recognise(visitors: Collection[int]) -> list[Recognised]:
    """Say of visitors anew who they are, by the claims there are. Returns those for whom that changed."""
    if not visitors:
        return []
    with connection.cursor() as cursor:
        cursor.execute(RECOGNISED, {"visitors": sorted(visitors)})
        found = [Recognised(*row) for row in cursor.fetchall()]
    for follow in FOLLOWERS if found else ():
        follow(found)
    return found


def _say(statements: Sequence[Statement]) -> None:
    """A server's word replaces what is known; a browser's only what is empty or what a browser has said before."""
    traits = [
        {
            "customer": each.customer,
            "name": name,
            "value": value,
            "is_trusted": each.is_trusted,
            "said_at": each.said_at,
            "message_id": each.message_id,
        }
        for each in statements
        for name, value in each.traits.items()
        if name in TRAITS and value
    ]
    with connection.cursor() as cursor:
        cursor.execute(SAY, {"traits": json.dumps(traits, cls=DjangoJSONEncoder)})
        said = cursor.fetchall()
    for customer, name, value, is_trusted, before in sorted(said):
        theirs = Customer.everyone.filter(pk=customer)
        (theirs if is_trusted else theirs.filter(**{f"{name}__in": ["", before]})).update(
            **{name: value[: Customer._meta.get_field(name).max_length]}
        )


def find(shop: Shop, value: str) -> list[Customer]:
    """Everybody of whom a value is said: the shop's own number, an address, a telephone or card number, an anonymous
    id. More than one where several claim it."""
    if "\0" in value:
        return []
    values = {kind: each for kind in Identity.Kind.values if (each := folded(kind, value, shop))}
    ids = set(_with(shop, number=value).values_list("pk", flat=True)) | _claimed_by(shop, values)
    for kind, each in values.items():
        ids |= _recorded_of(shop, kind, each)
    ids |= set(Visitor.objects.filter(shop=shop, anonymous_id=value[:LONGEST]).values_list("customer_id", flat=True))
    return as_they_are(ids - {None})


def claimants(shop: Shop, kind: str, value: str) -> set[int]:
    """The ids of those of whom a value is said, by messages or in their record. value: as `folded` makes it."""
    return _claimed_by(shop, {kind: value}) | _recorded_of(shop, kind, value)


def _claimed_by(shop: Shop, values: Mapping[str, str]) -> set[int]:
    claimed = Q(pk__in=())
    for kind, value in values.items():
        claimed |= Q(kind=kind, value=value)
    return set(Identity.objects.filter(claimed, shop=shop).values_list("customer_id", flat=True))


def _recorded_of(shop: Shop, kind: str, value: str) -> set[int]:
    if kind == EMAIL:
        addressed = _with(shop).alias(upper=Upper("email")).filter(upper=value.upper())
        return set(addressed.values_list("pk", flat=True))
    return _with_phone(shop, value) if kind == PHONE else set()


def of_record(customer: Customer) -> dict[str, str]:
    """What a customer's record says they are found by, by kind, as it is compared."""
    told = ((EMAIL, customer.email), (PHONE, customer.phone))
    return {kind: value for kind, given in told if given and (value := folded(kind, given, customer.shop))}


def _with_phone(shop: Shop, value: str) -> set[int]:
    """A record keeps a number as it was written. The index leads to those that end alike, and each is compared."""
    national = str(phonenumbers.parse(value).national_number)
    ends = {digits[-PHONE_END:] for digits in (value.lstrip("+"), national, f"0{national}")}
    alike = _with(shop).exclude(phone="").alias(end=PhoneEnd("phone")).filter(end__in=ends)
    return {pk for pk, phone in alike.values_list("pk", "phone") if folded(PHONE, phone, shop) == value}


def _with(shop: Shop, **facts: str) -> QuerySet[Customer]:
    return Customer.everyone.filter(shop=shop, **facts)


def as_they_are(ids: Collection[int]) -> list[Customer]:
    """The customers with these numbers, or those they were merged into."""
    merged = set(Customer.everyone.filter(pk__in=ids).exclude(merged_into=None).values_list("merged_into", flat=True))
    return list(Customer.objects.filter(pk__in={*ids, *merged}).order_by("pk"))
