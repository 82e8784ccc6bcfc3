"""From orders to a row per customer that pages read."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, connections

from tests.core.lake.buying import customer, local, order, refund
from treue.core.customers.erasure import erase
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.metrics.models import Snapshot
from treue.understand.profile import refresh as profiles
from treue.understand.profile.models import BuyingProfile, NeverOrdered

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)
WRITTEN_BY = """
select c.number, p.xmin::text::bigint
from profile_buyingprofile p join customers_customer c on c.id = p.customer_id"""
Facts = tuple[datetime, datetime, int, Decimal, str, str, str]


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    return Shop.objects.create(name="Tea House", window_days=90)


def facts(number: str) -> Facts:
    fields = ("first_order_at", "last_order_at", "orders", "revenue", "channel", "country", "category")
    return BuyingProfile.objects.values_list(*fields).get(customer__number=number)


def written_by() -> dict[str, int]:
    """By customer's number, the transaction that wrote the profile."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_BY)
        return dict(cursor.fetchall())


def numbers() -> set[str]:
    return set(BuyingProfile.objects.values_list("customer__number", flat=True))


def test_a_profile_says_what_the_orders_say(shop: Shop):
    anna = customer(shop, "anna")
    order(anna, "2026-05-31 23:30", 20, channel="App", country="DE", category="Tee")
    order(anna, "2026-03-01 00:10", 30, units=3, channel="Laden", country="AT", category="Kaffee")
    refund(order(anna, "2026-04-01 10:00", 50, units=5), "2026-04-09 10:00", 20, 2)
    refresh(shop, now=NOW)
    first, last = local(shop, "2026-03-01 00:10"), local(shop, "2026-05-31 23:30")
    assert facts("anna") == (first, last, 3, Decimal(80), "Laden", "AT", "Kaffee")


def test_what_is_not_known_is_empty(shop: Shop):
    order(customer(shop, "anna"))
    refresh(shop, now=NOW)
    assert facts("anna")[4:] == ("", "", "")


def test_a_further_order_changes_one_profile_and_leaves_the_others_alone(shop: Shop):
    for name in ("anna", "bea"):
        order(customer(shop, name), "2026-03-01 10:00")
    refresh(shop, now=NOW)
    before = written_by()
    order(customer(shop, "anna"), "2026-04-01 10:00", 5)
    refresh(shop, customers=[customer(shop, "anna").pk], now=NOW)
    after = written_by()
    assert facts("anna")[2:4] == (2, Decimal(15))
    assert after["anna"] != before["anna"]
    assert after["bea"] == before["bea"]


def test_a_profile_is_found_by_a_corrected_name_at_once_and_not_by_the_former_one(shop: Shop):
    anna = customer(shop, "anna")
    Customer.objects.filter(pk=anna.pk).update(name="Anna Altmann")
    order(anna)
    refresh(shop, now=NOW)
    assert BuyingProfile.objects.get(words="altmann").customer == anna
    Customer.objects.filter(pk=anna.pk).update(name="Anna Neumann")
    assert BuyingProfile.objects.get(words="neumann").customer == anna
    assert not BuyingProfile.objects.filter(words="altmann").exists()


def test_what_changes_no_word_writes_no_profile_anew(shop: Shop):
    anna = customer(shop, "anna")
    order(anna)
    refresh(shop, now=NOW)
    before = written_by()
    Customer.objects.filter(pk=anna.pk).update(phone="+49 40 123")
    assert written_by() == before


def without_orders() -> list[str]:
    return sorted(NeverOrdered.objects.values_list("customer__number", flat=True))


def test_whoever_comes_has_never_ordered_until_the_first_order_counts(shop: Shop):
    anna, bert = customer(shop, "anna"), customer(shop, "bert")
    order(anna)
    assert without_orders() == ["anna", "bert"]
    refresh(shop, now=NOW)
    assert without_orders() == ["bert"]
    order(bert)
    customer(shop, "zoe")
    refresh(shop, now=NOW)
    assert without_orders() == ["zoe"]


def test_whose_only_order_was_taken_back_has_never_ordered(shop: Shop):
    gone = order(customer(shop, "anna"))
    refresh(shop, now=NOW)
    gone.delete()
    refresh(shop, customers=[gone.customer_id], now=NOW)
    assert without_orders() == ["anna"]


@pytest.mark.parametrize("statement", ["delete from customers_customer", "erase"])
def test_nothing_is_left_of_who_is_gone(shop: Shop, statement: str):
    zoe = customer(shop, "zoe")
    if statement == "erase":
        assert erase(customer=zoe, by=None).deleted["profile.NeverOrdered"] == 1
    else:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    assert not NeverOrdered.objects.exists()


def test_whose_last_order_was_taken_back_has_no_profile_any_more(shop: Shop):
    gone = order(customer(shop, "anna"))
    order(customer(shop, "bea"))
    refresh(shop, now=NOW)
    gone.delete()
    refresh(shop, customers=[gone.customer_id], now=NOW)
    assert numbers() == {"bea"}
    assert Customer.objects.filter(number="anna").exists()


def test_whose_orders_were_all_sent_back_has_no_profile_any_more(shop: Shop):
    sent_back = order(customer(shop, "anna"), "2026-03-01 10:00", 10)
    order(customer(shop, "bea"), "2026-05-01 10:00")
    refresh(shop, now=NOW)
    assert numbers() == {"anna", "bea"}
    refund(sent_back, "2026-03-05 10:00", 10)
    refresh(shop, customers=[sent_back.customer_id], now=NOW)
    assert numbers() == {"bea"}


def test_an_order_of_today_makes_a_profile_tomorrow(shop: Shop):
    order(customer(shop, "anna"), "2026-07-10 10:00")
    order(customer(shop, "bea"), "2026-07-15 08:00")
    refresh(shop, now=NOW)
    assert numbers() == {"anna"}
    refresh(shop, customers=(), now=datetime(2026, 7, 16, 9, tzinfo=UTC))
    assert numbers() == {"anna", "bea"}


def test_who_was_erased_while_the_files_were_read_does_not_come_back(shop: Shop):
    for name in ("anna", "bea"):
        order(customer(shop, name))
    refresh(shop, now=NOW)
    customer(shop, "anna").delete()
    profiles.refresh(shop, Silent())
    assert numbers() == {"bea"}


def test_another_shops_profiles_are_left_alone(shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    order(customer(shop, "anna"))
    order(customer(other, "bea"))
    for each in (other, shop):
        refresh(each, now=NOW)
    assert numbers() == {"anna", "bea"}
    assert dict(BuyingProfile.objects.values_list("customer__number", "shop")) == {"anna": shop.pk, "bea": other.pk}


@pytest.mark.parametrize("at_once", [1, 2, 5, 6])
def test_profiles_are_written_and_removed_in_chunks_of_any_size(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr(profiles, "CUSTOMERS_AT_ONCE", at_once)
    orders = [order(customer(shop, f"c{number}")) for number in range(6)]
    refresh(shop, now=NOW)
    assert len(numbers()) == 6
    for place in (0, 3, 5):
        orders[place].delete()
    refresh(shop, now=NOW)
    assert numbers() == {"c1", "c2", "c4"}


def test_two_refreshes_at_once_end_as_one_would(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(profiles, "CUSTOMERS_AT_ONCE", 3)
    for number in range(20):
        order(customer(shop, f"c{number}"), amount=number + 1)
    failures = _at_once(lambda: refresh(shop, now=NOW), lambda: refresh(shop, now=NOW))
    assert failures == []
    assert sorted(BuyingProfile.objects.values_list("revenue", flat=True)) == [Decimal(each) for each in range(1, 21)]
    assert Snapshot.objects.filter(is_current=True).count() == 1
    assert reading.totals(reading.current(shop)).revenue == 210


def test_two_writers_of_the_same_profiles_do_not_stop_each_other(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(profiles, "CUSTOMERS_AT_ONCE", 3)
    for number in range(20):
        order(customer(shop, f"c{number}"))
    refresh(shop, now=NOW)
    BuyingProfile.objects.filter(customer__number__in=["c3", "c7", "c12"]).delete()
    BuyingProfile.objects.filter(customer__number__in=["c1", "c9"]).update(orders=7)
    failures = _at_once(*[lambda: profiles.refresh(shop, Silent())] * 4)
    assert failures == []
    assert list(BuyingProfile.objects.values_list("orders", flat=True)) == [1] * 20


def _at_once(*works: object) -> list[Exception]:
    """Do several things in threads of their own that begin together; returns what went wrong."""
    together, failures = threading.Barrier(len(works)), []

    def do(work) -> None:
        together.wait()
        try:
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
