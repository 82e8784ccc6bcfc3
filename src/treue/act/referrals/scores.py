"""Gather what is known of an advocate and a friend, and keep what `scoring` makes of it."""

from dataclasses import asdict

from django.db import connection

from treue.act.referrals.models import Advocate, Referral
from treue.act.referrals.scoring import Bought, Facts, Person, score
from treue.core.customers import identities
from treue.core.customers.models import Customer, Identity

MOST_ORDERS, MOST_FRIENDS, LONGEST_CHAIN = 200, 1_000, 8

ORDERS = """
select o.amount, o.refunded_amount, r.minimum
from referrals_referral r join commerce_order o on o.customer_id = r.friend_id and o.ordered_at >= r.bound_at
where r.advocate_id = %s order by o.ordered_at desc limit %s"""

# A merge can close a chain to a circle: whom one has met already ends it.
CAME_BY = """
with recursive chain (customer, step, seen) as (
    select m.customer_id, 0, array[m.customer_id] from referrals_advocate a join loyalty_member m on m.id = a.member_id
    where a.id = %s
    union all
    select m.customer_id, c.step + 1, c.seen || m.customer_id from chain c
    join referrals_referral r on r.friend_id = c.customer and r.programme_id = %s and not r.is_spare
    join referrals_advocate a on a.id = r.advocate_id join loyalty_member m on m.id = a.member_id
    where c.step < %s and not m.customer_id = any(c.seen))
select customer from chain where step > 0 order by step"""


def refresh(referral: Referral) -> None:
    """Say anew what speaks against a referral. Of an advocate who is gone nothing can be said."""
    advocate = Advocate.objects.select_related("member__customer").filter(pk=referral.advocate_id).first()
    if advocate is None:
        return
    found = score(_facts(referral, advocate))
    referral.score, referral.reasons = found.points, [asdict(each) for each in found.reasons]
    referral.save(update_fields=["score", "reasons"])


def _facts(referral: Referral, advocate: Advocate) -> Facts:
    others = Referral.objects.filter(advocate=advocate).exclude(pk=referral.pk).order_by("-pk")
    return Facts(
        advocate=_person(advocate.member.customer),
        friend=_person(referral.friend),
        came_by=[customer for (customer,) in _rows(CAME_BY, advocate.pk, referral.programme_id, LONGEST_CHAIN)],
        bound_at=referral.bound_at,
        others=list(others.values_list("bound_at", flat=True)[:MOST_FRIENDS]),
        orders=[Bought(*row) for row in _rows(ORDERS, advocate.pk, MOST_ORDERS)],
    )


def _person(customer: Customer) -> Person:
    """With what is said of records that were merged into theirs. A browser's word does not count: anybody could make
    others' referrals look suspicious by it."""
    records = [customer, *Customer.everyone.filter(merged_into=customer)]
    said = {kind: set() for kind in Identity.Kind.values}
    told = Identity.objects.filter(customer__in=records, is_trusted=True)
    for kind, value in told.values_list("kind", "value"):
        said[kind].add(value)
    for each in records:
        for kind, value in identities.of_record(each).items():
            said[kind].add(value)
    return Person(
        customer=customer.pk,
        emails=frozenset(said[identities.EMAIL]),
        phones=frozenset(said[identities.PHONE]),
        cards=frozenset(said[identities.CARD]),
        devices=frozenset(said[identities.ANONYMOUS]),
        surname=" ".join(customer.name.split()[-1:]).casefold(),
        city=customer.city.strip().casefold(),
    )


def _rows(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
