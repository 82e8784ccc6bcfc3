"""By what a customer is found, who told it, and who else claims the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from treue.core.customers import identities
from treue.core.customers.identities import ANONYMOUS
from treue.core.customers.models import Customer, Identity, Visitor

NUMBER = "number"
KINDS = (NUMBER, *Identity.Kind.values)
MOST_BROWSERS = 50


class Teller(StrEnum):
    RECORD = "record"
    SERVER = "server"
    BROWSER = "browser"


@dataclass
class Known:
    """One value. of: the absorbed record that it is said of, None for the customer's own. since: told first, None
    where only the record says it. seen_at: of a browser, never later than `since`. others: who else claims it, as they
    are today. is_theirs: of a browser, whether what was done in it is this customer's history. given_up: of an address
    in whose place another one was put, when and by whose word."""

    kind: str
    value: str
    of: Customer | None = None
    told_by: set[Teller] = field(default_factory=set)
    since: datetime | None = None
    seen_at: datetime | None = None
    others: list[Customer] = field(default_factory=list)
    is_theirs: bool = True
    given_up: tuple[datetime, str] | None = None


@dataclass(frozen=True)
class KnownBy:
    """values: the latest browsers only, of so many."""

    values: list[Known]
    browsers: int


def read(customer: Customer) -> KnownBy:
    """Everything that customer is known by, also as those who were merged into them."""
    records = [customer, *Customer.everyone.filter(merged_into=customer).order_by("pk")]
    found = {(NUMBER, each.number): _number(each, customer) for each in records}
    of_records = [_recorded(each, customer) for each in records]
    for each in [*(one for some in of_records for one in some), *_claimed(records, customer)]:
        same = found.setdefault((each.kind, each.value), each)
        same.told_by |= each.told_by
        same.since = min(filter(None, (same.since, each.since)), default=None)
        same.given_up = max(filter(None, (same.given_up, each.given_up)), default=None)
    values = sorted(found.values(), key=lambda each: KINDS.index(each.kind))
    browsers = [each for each in values if each.kind == ANONYMOUS]
    shown = [each for each in values if each.kind != ANONYMOUS]
    latest = sorted(browsers, key=lambda each: each.since, reverse=True)[:MOST_BROWSERS]
    _say_of_browsers(latest, customer)
    _find_others([*shown, *latest], customer, {each.pk for each in records})
    return KnownBy([*shown, *latest], len(browsers))


def shared(known: KnownBy, other: Customer) -> list[Known]:
    """Which addresses, telephone and card numbers somebody else claims as well."""
    return [each for each in known.values if each.kind != ANONYMOUS and other in each.others]


def _number(record: Customer, customer: Customer) -> Known:
    of = None if record == customer else record
    return Known(NUMBER, record.number, of, {Teller.RECORD}, record.created_at)


def _recorded(record: Customer, customer: Customer) -> list[Known]:
    """What is no telephone number, such as “ask for Anna”, is found by nobody and left out."""
    of = None if record == customer else record
    return [Known(kind, value, of, {Teller.RECORD}) for kind, value in identities.of_record(record).items()]


def _claimed(records: Sequence[Customer], customer: Customer) -> Iterable[Known]:
    by_pk = {each.pk: each for each in records}
    for each in Identity.objects.filter(customer__in=records).order_by("said_at", "pk"):
        of = None if each.customer_id == customer.pk else by_pk[each.customer_id]
        teller = Teller.SERVER if each.is_trusted else Teller.BROWSER
        since = each.said_at
        if each.said_at == each.given_up_at:  # until then the record alone said it
            teller, since = Teller.RECORD, None
        given_up = (each.given_up_at, each.given_up_by) if each.given_up_at else None
        yield Known(each.kind, each.value, of, {teller}, since, given_up=given_up)


def _say_of_browsers(browsers: Sequence[Known], customer: Customer) -> None:
    ids = [each.value for each in browsers]
    found = Visitor.objects.filter(shop=customer.shop, anonymous_id__in=ids)
    visitors = {each.anonymous_id: each for each in found}
    for each in browsers:
        visitor = visitors.get(each.value)
        each.seen_at = min(visitor.seen_at, each.since) if visitor else None  # a late message is written down later
        each.is_theirs = visitor is not None and visitor.customer_id == customer.pk


def _find_others(values: Sequence[Known], customer: Customer, own: set[int]) -> None:
    """Whoever was merged into somebody stands as that one."""
    browsers = _claimants_of_browsers([each.value for each in values if each.kind == ANONYMOUS], customer)
    claimants: dict[tuple[str, str], set[int]] = {}
    for each in values:
        if each.kind == ANONYMOUS:
            claimants[each.kind, each.value] = browsers[each.value] - own
        elif each.kind != NUMBER:
            claimants[each.kind, each.value] = identities.claimants(customer.shop, each.kind, each.value) - own
    roots = _roots(set().union(*claimants.values()))
    for each in values:
        others = {roots[pk] for pk in claimants.get((each.kind, each.value), ())}
        each.others = sorted(others, key=lambda other: other.pk)


def _claimants_of_browsers(ids: Sequence[str], customer: Customer) -> dict[str, set[int]]:
    found = defaultdict(set)
    same = Identity.objects.filter(shop=customer.shop, kind=ANONYMOUS, value__in=ids)
    for value, pk in same.values_list("value", "customer"):
        found[value].add(pk)
    return found


def _roots(pks: set[int]) -> dict[int, Customer]:
    found = {each.pk: each for each in Customer.everyone.filter(pk__in=pks).select_related("merged_into")}
    return {pk: each.merged_into or each for pk, each in found.items()}
