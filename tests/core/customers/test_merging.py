"""Two records of one person, made one and made two again."""

from datetime import UTC, datetime

import pytest

from tests.core.lake import buying
from treue.core.commerce import touched
from treue.core.commerce.models import Order, Refund
from treue.core.customers import erasure, identities, persons
from treue.core.customers.errors import MergedSince, NotMergeable, NotMerged
from treue.core.customers.identities import Statement, find, learn
from treue.core.customers.merging import gives_back, merge, of, preview, suggestions, undo
from treue.core.customers.models import Customer, Erasure, Identity, Visitor
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.profile.models import BuyingProfile, NeverOrdered

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def whose(table=Order) -> dict[str, str]:
    return dict(table.objects.values_list("number", "customer__number"))


def browsed(of: Customer, anonymous_id: str) -> Visitor:
    learn([Statement(of.shop, of.pk, NOON, f"m {anonymous_id}", False, [(identities.ANONYMOUS, anonymous_id)])])
    return Visitor.objects.get(anonymous_id=anonymous_id)


def test_a_preview_says_what_comes_together(anna, ben):
    browsed(ben, "b1")
    record(ben.shop, [Happening("m", "Page Viewed", ben.pk, "shop", NOON)])
    Customer.objects.filter(pk=anna.pk).update(email="")
    anna.refresh_from_db()
    seen = preview(kept=anna, absorbed=ben)
    assert (seen.orders, seen.refunds, seen.events, seen.visitors, seen.identities) == (1, 0, 1, 1, 1)
    assert seen.filled == {"email": "ben@example.org"}
    assert whose() == {"A-1": "C-1017", "A-2": "C-1017", "B-1": "C-10170"}


def test_two_are_one_with_all_that_was_said_of_either(anna, ben, staff):
    visitor = browsed(ben, "b1")
    merge(kept=anna, absorbed=ben, by=staff("service"))
    assert set(whose().values()) == {"C-1017"}
    assert list(Customer.objects.values_list("number", flat=True)) == ["C-1017"]
    assert [each.pk for each in find(anna.shop, "C-10170")] == [anna.pk]
    assert [each.pk for each in find(anna.shop, "ben@example.org")] == [anna.pk]
    assert sorted(persons.numbers_of(anna)) == sorted([anna.pk, ben.pk, visitor.number])
    assert persons.customers_of([ben.pk, visitor.number]) == {ben.pk: anna.pk, visitor.number: anna.pk}
    assert AuditEntry.objects.filter(action="customer.merged").exists()


def test_undoing_a_merge_gives_each_their_own_back(anna, ben):
    browsed(ben, "b1")
    before = (whose(), whose(Refund), list(Customer.objects.order_by("pk").values()))
    done = merge(kept=anna, absorbed=ben, by=None)
    undo(merge=done, by=None)
    assert (whose(), whose(Refund), list(Customer.objects.order_by("pk").values())) == before
    assert not Order.objects.exclude(person=None).exists()
    assert Visitor.objects.get().customer_id == ben.pk
    done.refresh_from_db()
    assert done.filled == {}
    with pytest.raises(NotMerged):
        undo(merge=done, by=None)


def test_what_a_merge_gives_back_is_what_its_preview_brought_together(shop, anna, ben):
    browsed(anna, "a1")
    visitor = browsed(ben, "b1")
    for number, message in ((ben.pk, "b"), (visitor.number, "v"), (anna.pk, "a")):
        record(shop, [Happening(message, "Page Viewed", number, "shop", NOON)])
    Customer.objects.filter(pk=ben.pk).update(country="AT")
    ben.refresh_from_db()
    seen = preview(kept=anna, absorbed=ben)
    done = merge(kept=anna, absorbed=ben, by=None)
    back, rest = gives_back(done)
    assert back == seen
    assert (rest.orders, rest.refunds, rest.events, rest.visitors, rest.identities) == (2, 1, 1, 1, 1)
    assert (seen.events, seen.filled) == (2, {"country": "AT"})
    buying.order(Customer.everyone.get(pk=ben.pk), number="B-2")
    assert [each.orders for each in gives_back(done)] == [2, 2]
    assert list(of(anna)) == [done]
    undo(merge=done, by=None)
    assert list(of(anna)) == []
    done.refresh_from_db()
    with pytest.raises(NotMerged):
        gives_back(done)


def test_what_arrives_under_the_absorbed_number_goes_along_and_comes_back(anna, ben):
    done = merge(kept=anna, absorbed=ben, by=None)
    buying.order(Customer.everyone.get(pk=ben.pk), number="B-2")
    buying.order(anna, number="A-3")
    assert whose()["B-2"] == "C-1017"
    undo(merge=done, by=None)
    assert (whose()["B-2"], whose()["A-3"]) == ("C-10170", "C-1017")


def test_a_merge_of_merged_ones_is_undone_from_the_outside_in(shop, anna, ben):
    carla = buying.customer(shop, "C-3", city="Bonn")
    buying.order(carla, number="C-1")
    inner = merge(kept=ben, absorbed=carla, by=None)
    outer = merge(kept=anna, absorbed=ben, by=None)
    assert set(whose().values()) == {"C-1017"}
    with pytest.raises(MergedSince):
        undo(merge=inner, by=None)
    undo(merge=outer, by=None)
    assert whose() == {"A-1": "C-1017", "A-2": "C-1017", "B-1": "C-10170", "C-1": "C-10170"}
    assert Customer.objects.get(pk=ben.pk).city == "Bonn"
    undo(merge=inner, by=None)
    assert whose()["C-1"] == "C-3"
    assert Customer.objects.get(pk=ben.pk).city == ""


def test_nobody_is_merged_with_themselves_with_another_shops_or_twice(shop, anna, ben):
    other = buying.customer(Shop.objects.create(name="Other"), "C-9")
    for absorbed in (anna, other):
        with pytest.raises(NotMergeable):
            merge(kept=anna, absorbed=absorbed, by=None)
    merge(kept=anna, absorbed=ben, by=None)
    for kept, absorbed in ((anna, ben), (ben, anna)):
        with pytest.raises(NotMergeable):
            merge(kept=kept, absorbed=absorbed, by=None)


def test_figures_and_profiles_follow_a_merge_and_its_undoing(anna, ben):
    refresh(anna.shop, now=NOON)
    done = merge(kept=anna, absorbed=ben, by=None)
    assert not BuyingProfile.objects.filter(customer=ben.pk).exists()
    assert not NeverOrdered.objects.filter(customer=ben.pk).exists()
    assert touched.seen(anna.shop_id).keys() == {anna.pk, ben.pk}
    assert Job.objects.filter(kind="metrics.refresh", state=Job.State.WAITING).count() == 1
    refresh(anna.shop, customers=[anna.pk, ben.pk], now=NOON)
    assert BuyingProfile.objects.values_list("customer", "orders", "revenue").get() == (anna.pk, 3, 90)
    undo(merge=done, by=None)
    assert NeverOrdered.objects.filter(customer=ben.pk).exists()
    refresh(anna.shop, customers=[anna.pk, ben.pk], now=NOON)
    assert set(BuyingProfile.objects.values_list("customer", "orders")) == {(anna.pk, 2), (ben.pk, 1)}
    assert not NeverOrdered.objects.exists()


def test_who_was_merged_is_erased_with_the_one_they_were_merged_into(anna, ben):
    visitor = browsed(ben, "b1")
    for number, message in ((anna.pk, "a"), (ben.pk, "b"), (visitor.number, "v")):
        record(anna.shop, [Happening(message, "Page Viewed", number, "shop", NOON)])
    merge(kept=anna, absorbed=ben, by=None)
    receipt = erasure.erase(customer=anna, by=None)
    assert receipt.customer_id == anna.pk
    assert set(Erasure.objects.values_list("customer_id", flat=True)) == {anna.pk, ben.pk}
    for table in (Customer, Order, Refund, Event, Visitor, Identity):
        assert not table._base_manager.exists(), table
    assert erasure.receipts_for(anna.shop_id, "C-10170").exists()


def test_who_shares_an_address_or_a_card_is_suggested(shop, anna, ben):
    carla = buying.customer(shop, "C-3", email="ANNA@example.org")
    for who in (anna, ben):
        learn([Statement(shop, who.pk, NOON, f"m{who.pk}", True, [(identities.CARD, "12 34")])])
    assert suggestions(anna) == [ben, carla]
    assert suggestions(carla) == [anna]


def test_who_is_reached_by_the_same_telephone_is_suggested_however_it_is_written(shop, anna, ben):
    carla = buying.customer(shop, "C-3", phone="030/1234567")
    learn([Statement(shop, ben.pk, NOON, "m", True, [(identities.PHONE, "0049 30 1234567")])])
    assert suggestions(anna) == [ben, carla]
    assert suggestions(ben) == [anna, carla]
    assert suggestions(carla) == [anna, ben]
