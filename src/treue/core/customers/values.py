"""Addresses, telephone and card numbers as they are compared, and of whom they are said."""

from collections.abc import Mapping

import phonenumbers
from babel.core import get_global
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from treue.core.customers.folding import PHONE_END, PhoneEnd
from treue.core.customers.models import Customer, Identity
from treue.core.shop.models import Shop

EMAIL, PHONE, CARD, ANONYMOUS = Identity.Kind.EMAIL, Identity.Kind.PHONE, Identity.Kind.CARD, Identity.Kind.ANONYMOUS
LONGEST = 255


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


def claimants(shop: Shop, kind: str, value: str) -> set[int]:
    """The ids of those of whom a value is said, by messages or in their record. value: as `folded` makes it."""
    return claimed_by(shop, {kind: value}) | recorded_of(shop, kind, value)


def claimed_by(shop: Shop, values: Mapping[str, str]) -> set[int]:
    claimed = Q(pk__in=())
    for kind, value in values.items():
        claimed |= Q(kind=kind, value=value)
    return set(Identity.objects.filter(claimed, shop=shop).values_list("customer_id", flat=True))


def recorded_of(shop: Shop, kind: str, value: str) -> set[int]:
    if kind == EMAIL:
        addressed = with_facts(shop).alias(upper=Upper("email")).filter(upper=value.upper())
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
    alike = with_facts(shop).exclude(phone="").alias(end=PhoneEnd("phone")).filter(end__in=ends)
    return {pk for pk, phone in alike.values_list("pk", "phone") if folded(PHONE, phone, shop) == value}


def with_facts(shop: Shop, **facts: str) -> QuerySet[Customer]:
    return Customer.everyone.filter(shop=shop, **facts)
