"""Two customers become one while the ledger is written."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from tests.at_once import at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from members import Members

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None, installation: "Path") -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


def test_who_merges_waits_for_who_reckons_and_not_crosswise(members: "Members") -> None:
    """Memberships are locked in the order of their numbers, whoever of the two is kept."""
    from treue.act.loyalty.models import Member

    first, last = members.add("kept"), members.add("absorbed")
    Member.everyone.filter(pk=last).update(joined_as=Member.everyone.get(pk=last).customer_id)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            rows = Member.everyone.select_for_update(of=("self",))
            rows.get(pk=first)
            merged = pool.submit(closed, merge)
            time.sleep(1)
            rows.get(pk=last)
        merged.result(60)
    assert Member.everyone.get(pk=last).merged_into_id == first


@pytest.mark.parametrize("stands_first", [True, False])
def test_who_earns_and_who_brings_points_together_do_not_meet_crosswise(
    members: "Members", programme: "Programme", stands_first: bool
) -> None:
    """Where activity prolongs points, both lock two memberships."""
    from members import day, has

    from treue.act.loyalty import expiry, families, verifying
    from treue.act.loyalty.models import Member

    programme.expiry = expiry.written(expiry.AfterInactivity(months=12))
    programme.save()
    pair = [members.add("kept"), members.add("absorbed")]
    stands, other = pair if stands_first else reversed(pair)
    Member.everyone.filter(pk=other).update(customer=Member.everyone.get(pk=stands).customer_id, merged_into=stands)
    merged = Member.everyone.select_related("programme__shop").get(pk=other)

    def work(number: int) -> None:
        for each in range(5):
            key = f"{number} {each}"
            if number % 3 == 0:
                members.earn(stands, 1, at=1, key=key)
            elif number % 3 == 1:
                members.earn(other, 1, at=1, key=key)
            else:
                families.level(merged, now=day(1))

    at_once(work, 9, refused=())
    families.level(merged, now=day(1))
    assert (has(stands), has(other)) == ({"points": 30}, {})
    assert [broken for _rule, broken in verifying.verify() if broken] == []


@pytest.mark.parametrize("stands_first", [True, False])
def test_who_rolls_back_and_who_returns_do_not_meet_crosswise(
    members: "Members", programme: "Programme", stands_first: bool
) -> None:
    """Both take points from the merged membership that are with the one that stands; none stays."""
    from members import day, has

    from treue.act.loyalty import families, verifying
    from treue.act.loyalty.models import Lot, Member

    programme.debt_limit = 0
    programme.save()
    pair = [members.add("kept"), members.add("absorbed")]
    stands, other = pair if stands_first else reversed(pair)
    Member.everyone.filter(pk=other).update(customer=Member.everyone.get(pk=stands).customer_id, merged_into=stands)
    orders = [members.earn(other, 10) for _ in range(8)]
    families.level(Member.everyone.select_related("programme__shop").get(pk=other), now=day(0))
    rewards = [members.burn(stands, 7) for _ in orders]

    def work(number: int) -> None:
        if number % 2 == 0:
            members.give_back(rewards[number // 2], 7)
            return
        with transaction.atomic():
            families.hold(other)
            families.fetch(orders[number // 2], 10, now=day(1))
            members.take_back(orders[number // 2], 10, at=1, key=f"return {number}")

    at_once(work, 16, refused=())
    assert (has(stands), has(other)) == ({}, {})
    assert not Lot.objects.filter(forgone__gt=0).exists()
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_who_is_settled_waits_for_whose_points_come_back_and_not_crosswise(
    members: "Members", programme: "Programme"
) -> None:
    """A hold that is over gives back what the other membership is short of: both are locked at once, in order."""
    from members import day, has

    from treue.act.loyalty import families, ledger
    from treue.act.loyalty.models import Lot, Member

    programme.debt_limit = 0
    programme.save()
    other, stands = members.add("absorbed"), members.add("kept")
    Member.everyone.filter(pk=other).update(customer=Member.everyone.get(pk=stands).customer_id, merged_into=stands)
    order = members.earn(other, 100)
    families.level(Member.everyone.select_related("programme__shop").get(pk=other), now=day(0))
    members.hold(stands, 60, lasts=5)
    with transaction.atomic():
        families.fetch(order, 100, now=day(1))
        members.take_back(order, 100, at=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ledger.LOCK, [programme.pk, [other]])
            settled = pool.submit(closed, lambda: ledger.settle(programme, stands, at=day(6)))
            time.sleep(1)
            cursor.execute(ledger.LOCK, [programme.pk, [stands]])
        settled.result(60)
    assert (has(stands), has(other), Lot.objects.get(journal=order).taken_back) == ({}, {}, 100)


def closed(work: "Callable[[], None]") -> None:
    try:
        work()
    finally:
        connection.close()


def merge() -> None:
    from treue.core.customers import merging
    from treue.core.customers.models import Customer

    kept, absorbed = (Customer.objects.get(number=number) for number in ("kept", "absorbed"))
    merging.merge(kept=kept, absorbed=absorbed, by=None)
