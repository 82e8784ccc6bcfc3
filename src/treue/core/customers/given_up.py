"""Addresses that a customer has given up: known as theirs still, opening nothing any more.

Whoever changes a customer's address, the member in the portal or a program of the shop, gives up every other one.
Files, tills and servers that were told nothing of it go on saying the former one, so their word alone does not bring it
back. Of two programs the later one counts; but what the member gave up, who has shown that they read the new one's
mail, comes back by a program's word only where it says that it means that (`replace`).
"""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from treue.core.customers import identities
from treue.core.customers.errors import GivenUpByMember
from treue.core.customers.identities import EMAIL
from treue.core.customers.models import Customer, Identity
from treue.core.shop.models import Shop

By = Identity.GivenUpBy
FOLLOWERS: list[Callable[[Customer, Collection[str], By, datetime], None]] = []


def followed_by(follow: Callable[[Customer, Collection[str], By, datetime], None]) -> None:
    """Have this called in the same transaction, with a customer, the folded addresses that they have just given up, by
    whose word, and when."""
    FOLLOWERS.append(follow)


def replace(*, customer_id: int, email: str, by: By, now: datetime, takes_back: bool = False) -> None:
    """Let a folded address alone open what is a customer's, "" none. Call it in a transaction, before the record says
    it. Nothing follows from a program that says what stands there already.

    Raises GivenUpByMember where a program says what the member has given up; takes_back: it is meant.
    """
    rows = Customer.everyone.select_for_update(no_key=True, of=("self",)).select_related("shop")
    customer = rows.filter(pk=customer_id).first()
    if customer is None:
        return
    if by == By.SHOP and not takes_back:
        _require_kept(customer, email)
    standing = addresses_of(customer)
    is_news = by == By.MEMBER or email != identities.of_record(customer).get(EMAIL, "")
    if is_news or (email and email not in standing):
        _of(customer).filter(value=email).update(given_up_at=None, given_up_by="")
        give_up(customer=customer, emails=standing - {email}, by=by, now=now)


def give_up(*, customer: Customer, emails: Collection[str], by: By, now: datetime) -> None:
    """emails: folded. Of one that the record alone said, it is written down here. It is said of this customer, not of
    those who were merged into them: made two again, they have their own address back. Call it in a transaction."""
    about = {"shop_id": customer.shop_id, "kind": EMAIL, "customer": customer, "given_up_at": now, "given_up_by": by}
    rows = [Identity(value=email, is_trusted=True, said_at=now, **about) for email in sorted(set(emails))]
    Identity.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["shop", "kind", "value", "customer"],
        update_fields=["given_up_at", "given_up_by"],
    )
    for follow in FOLLOWERS if rows else ():
        follow(customer, emails, by, now)


def addresses_of(customer: Customer) -> set[str]:
    """All folded addresses that open what is a customer's, as far as nobody else has them: by the word of a server, a
    till, a colleague or a file, and not given up."""
    records = records_of(customer).select_related("shop")
    recorded = {email for each in records if (email := identities.of_record(each).get(EMAIL))}
    told = set(_of(customer).filter(is_trusted=True).values_list("value", flat=True))
    return (told | recorded) - set(_of(customer).exclude(given_up_at=None).values_list("value", flat=True))


def by_whom(shop: Shop, email: str) -> set[int]:
    """The ids of the customers, as they stand today, who have given up a folded address."""
    return {each.pk for each in identities.as_they_are(set(_rows(shop, email).values_list("customer", flat=True)))}


def was_since(shop: Shop, email: str, moment: datetime) -> bool:
    return _rows(shop, email).filter(given_up_at__gte=moment).exists()


def records_of(customer: Customer) -> QuerySet[Customer]:
    """Their own, and those that were merged into it."""
    return Customer.everyone.filter(Q(pk=customer.pk) | Q(merged_into=customer.pk))


def _require_kept(customer: Customer, email: str) -> None:
    gone = _of(customer).filter(value=email, given_up_by=By.MEMBER).order_by("-given_up_at").first()
    if gone is not None:
        raise GivenUpByMember(gone.given_up_at)


def _of(customer: Customer) -> QuerySet[Identity]:
    return Identity.objects.filter(shop=customer.shop_id, kind=EMAIL, customer__in=records_of(customer))


def _rows(shop: Shop, email: str) -> QuerySet[Identity]:
    return Identity.objects.filter(shop=shop, kind=EMAIL, value=email).exclude(given_up_at=None)
