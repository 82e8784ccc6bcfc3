"""By what a customer is found: what they, or who knows them, say is theirs.

A claim is a customer and a value. Claims are a set, and who a value belongs to follows from the set alone, whatever
came first (`docs/identities.md`):

- what exactly one customer claims is theirs; claims that a server, a till or a colleague told count before those of a
  browser, which can be made to say anything, and which fills no record;
- what several claim (a family's tablet, an office's telephone) is nobody's. It joins no one, and two customers are
  never made one because of it: that is a colleague's decision (`merging`).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import phonenumbers
from babel.core import get_global
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from treue.core.commerce.models import Order
from treue.core.customers import birthdays
from treue.core.customers.folding import PHONE_END, PhoneEnd
from treue.core.customers.models import Customer, Identity, Visitor
from treue.core.shop.models import Shop

EMAIL, PHONE, CARD, ANONYMOUS = Identity.Kind.EMAIL, Identity.Kind.PHONE, Identity.Kind.CARD, Identity.Kind.ANONYMOUS
LONGEST = 255
BIRTHDAY = "birthday"
TRAITS = ("name", "email", "phone", "city", "country", "birthday")

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

# The later word, whichever comes first.
SAY = """
with said as (
    select distinct on (customer, name) * from jsonb_to_recordset(%(traits)s::jsonb) as t (
        customer bigint, name text, value text, said_at timestamptz, message_id text)
    order by customer, name, said_at desc, message_id collate "C" desc)
insert into customers_trait (customer_id, name, value, said_at, message_id)
select customer, name, value, said_at, message_id from said order by customer, name
on conflict (customer_id, name) do update
set value = excluded.value, said_at = excluded.said_at, message_id = excluded.message_id
where (excluded.said_at, excluded.message_id collate "C")
    > (customers_trait.said_at, customers_trait.message_id collate "C")
returning customer_id, name, value"""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a message says of a customer. identities: kind and value, as they were told. traits: by the names in TRAITS.
    is_trusted: it comes from a server, a till or a colleague, not from a browser, of whose traits the address and the
    telephone number are claims and the rest is nothing."""

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
        plain = plain.lower() if plain.count("@") == 1 and not any(map(str.isspace, plain)) else ""
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
    _say([each for each in statements if each.is_trusted and each.traits])
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
    traits = [
        {
            "customer": each.customer,
            "name": name,
            "value": value,
            "said_at": each.said_at,
            "message_id": each.message_id,
        }
        for each in statements
        for name, value in each.traits.items()
        if name in TRAITS and value and kept_as(name, value) is not None
    ]
    if not traits:
        return
    with connection.cursor() as cursor:
        cursor.execute(SAY, {"traits": json.dumps(traits, cls=DjangoJSONEncoder)})
        said = cursor.fetchall()
    for customer, name, value in sorted(said):
        Customer.everyone.filter(pk=customer).update(**{name: kept_as(name, value)})


def kept_as(name: str, value: str) -> str | date | None:
    """A trait as the record keeps it; None for a birthday that can be none."""
    if name == BIRTHDAY:
        return birthdays.read(value)
    return value[: Customer._meta.get_field(name).max_length]


def find(shop: Shop, value: str, *, is_asked_by_staff: bool = False) -> list[Customer]:
    """Everybody who is known by a value: the shop's own number, an address, a telephone or card number, and where
    nobody is, an anonymous id. More than one where several are.

    Of an address, a telephone or a card a browser's word finds nobody, but for colleagues, who see on the page who said
    it. Nor does a number that only a browser has named stand beside whose address or card it is.
    """
    if "\0" in value:
        return []
    named = set(_with(shop, number=value).values_list("pk", flat=True))
    values = {kind: each for kind in (EMAIL, PHONE, CARD) if (each := folded(kind, value, shop))}
    known = _claimed_by(shop, values) if is_asked_by_staff else _claimed_by(shop, values, is_trusted=True)
    for kind, each in values.items():
        known |= _recorded_of(shop, kind, each)
    if known:
        named -= _only_named(named - known)
    return as_they_are(known | named or _browsing_as(shop, value))


def _only_named(ids: Collection[int]) -> set[int]:
    """Of whom nothing but the number is known, for all that was said of them by others than browsers."""
    if not ids:
        return set()
    empty = {"name": "", "email": "", "phone": "", "city": "", "country": "", "birthday": None, "signed_up_at": None}
    bare = Customer.objects.filter(pk__in=ids, **empty).values_list("pk", flat=True)
    told = Identity.objects.filter(customer__in=ids, is_trusted=True).values_list("customer", flat=True)
    bought = Order.objects.filter(customer__in=ids).exclude(batch__source="browser").values_list("customer", flat=True)
    return set(bare) - set(told) - set(bought)


def _browsing_as(shop: Shop, value: str) -> set[int]:
    anonymous = folded(ANONYMOUS, value, shop)
    seen = Visitor.objects.filter(shop=shop, anonymous_id=value[:LONGEST]).exclude(customer=None)
    claimed = _claimed_by(shop, {ANONYMOUS: anonymous}) if anonymous else set()
    return claimed | set(seen.values_list("customer_id", flat=True))


def holders(shop: Shop, kind: str, value: str) -> set[int]:
    """The ids of those who have a value by the word of a server, a till, a colleague or a file. value: as `folded`
    makes it."""
    return _claimed_by(shop, {kind: value}, is_trusted=True) | _recorded_of(shop, kind, value)


def claimants(shop: Shop, kind: str, value: str) -> set[int]:
    """The ids of those of whom a value is said, by whomever. value: as `folded` makes it."""
    return _claimed_by(shop, {kind: value}) | _recorded_of(shop, kind, value)


def _claimed_by(shop: Shop, values: Mapping[str, str], **more: bool) -> set[int]:
    claimed = Q(pk__in=())
    for kind, value in values.items():
        claimed |= Q(kind=kind, value=value)
    return set(Identity.objects.filter(claimed, shop=shop, **more).values_list("customer_id", flat=True))


def _recorded_of(shop: Shop, kind: str, value: str) -> set[int]:
    if kind == EMAIL:
        return _with_email(shop, value)
    return _with_phone(shop, value) if kind == PHONE else set()


def _with_email(shop: Shop, value: str) -> set[int]:
    """Capitals lead there and prove nothing: those of ı are the ones of i."""
    alike = _with(shop).alias(upper=Upper("email")).filter(upper=value.upper())
    return {pk for pk, email in alike.values_list("pk", "email") if folded(EMAIL, email, shop) == value}


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
