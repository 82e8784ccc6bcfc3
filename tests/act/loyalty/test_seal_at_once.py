"""Seals that are made while others write."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

if TYPE_CHECKING:
    from members import Members

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

NUMBERS = """
select loyalty_new_earnings(%s, array[(1, %s, 5, 0, gen_random_uuid(), gen_random_uuid(), now(), now(), null, null,
    null, 'order', false, 0, null)::loyalty_earning]) from loyalty_at_work(true)"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


def elsewhere(work: Callable[[], object]) -> object:
    """On a connection of its own, while this one's transaction is open."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing, work).result(60)


def closing(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connection.close()


def test_a_seal_waits_for_whoever_has_taken_numbers_but_posted_nothing_yet(
    members: "Members", programme: "Programme", monkeypatch: pytest.MonkeyPatch
) -> None:
    from members import day

    from treue.act.loyalty import sealing

    monkeypatch.setattr(sealing, "PATIENCE", "200ms")
    anna, ben = members.add("anna"), members.add("ben")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(NUMBERS, [programme.pk, anna])
        elsewhere(lambda: members.earn(ben, 10))
        with pytest.raises(OperationalError):
            elsewhere(lambda: sealing.seal(programme, now=day(1)))
        transaction.set_rollback(True)


def test_nobody_waits_while_a_seal_is_reckoned(
    members: "Members", programme: "Programme", monkeypatch: pytest.MonkeyPatch
) -> None:
    from members import day, has

    from treue.act.loyalty import sealing

    anna, reckoned = members.add("anna"), sealing.rooted
    members.earn(anna, 10)

    def earn() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '500ms'")
            members.earn(anna, 5)

    def meanwhile(*given: object) -> bytes:
        elsewhere(earn)
        return reckoned(*given)

    monkeypatch.setattr(sealing, "rooted", meanwhile)
    made = sealing.seal(programme, now=day(1))
    monkeypatch.setattr(sealing, "rooted", reckoned)
    assert (made.accounts, has(anna), list(sealing.broken())) == (1, {"points": 15}, [])


def test_two_seals_at_once_follow_one_another(members: "Members", programme: "Programme") -> None:
    from members import day

    from treue.act.loyalty import sealing
    from treue.act.loyalty.models import Seal

    anna = members.add("anna")
    members.earn(anna, 10)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            sealing.seal(programme, now=day(1))
            other = pool.submit(closing, lambda: sealing.seal(programme, now=day(2)))
            time.sleep(0.5)
        members.earn(anna, 5)
        last = pool.submit(closing, lambda: sealing.seal(programme, now=day(3)))
        assert other.exception(60) is None
        assert last.exception(60) is None
    assert (Seal.objects.count(), list(sealing.broken())) == (2, [])
