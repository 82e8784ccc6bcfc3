"""Somebody is erased while the ledger writes of them."""

import time
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


def test_no_event_of_somebody_stays_who_was_erased_while_it_was_written(members: "Members") -> None:
    from treue.core.events.models import Event

    anna = members.add("anna")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            members.earn(anna, 10)
            erased = pool.submit(erase)
            time.sleep(0.5)
        erased.result(60)
    assert not Event.objects.filter(name="Points Earned").exists()
    members.earn(anna, 10)
    assert not Event.objects.filter(name="Points Earned").exists()


def erase() -> None:
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer

    try:
        erasure.erase(customer=Customer.objects.get(number="anna"), by=None)
    finally:
        connection.close()
