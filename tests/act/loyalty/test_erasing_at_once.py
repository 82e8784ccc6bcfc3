"""Somebody is erased while the ledger writes of them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

if TYPE_CHECKING:
    from members import Members

    from treue.core.shop.models import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


def earn(members: "Members", anna: int) -> None:
    members.earn(anna, 10)


def earn_together(members: "Members", anna: int) -> None:
    from treue.act.loyalty import ledger

    ledger.earn(members.programme, [members.earning(anna, 10), members.earning(anna, 20)])


def burn(members: "Members", anna: int) -> None:
    members.burn(anna, 10)


@pytest.mark.parametrize("write", [earn, earn_together, burn])
def test_no_event_of_somebody_stays_who_was_erased_while_it_was_written(
    members: "Members", write: Callable[["Members", int], None]
) -> None:
    from treue.core.events.models import Event

    anna = members.add("anna")
    members.earn(anna, 100)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            write(members, anna)
            erased = pool.submit(erase)
            time.sleep(0.5)
        erased.result(60)
    assert not Event.objects.filter(name__startswith="Points").exists()
    write(members, anna)
    assert not Event.objects.filter(name__startswith="Points").exists()


def erase() -> None:
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer

    try:
        erasure.erase(customer=Customer.objects.get(number="anna"), by=None)
    finally:
        connection.close()
