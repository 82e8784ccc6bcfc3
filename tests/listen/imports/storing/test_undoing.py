"""An import taken back."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.core.lake import old_months
from treue.core.commerce.models import Channel, Order, Product, Refund
from treue.core.customers import consent
from treue.core.customers.models import Customer, Visitor
from treue.core.events.log import Happening
from treue.core.events.models import Event
from treue.core.jobs import work
from treue.core.shop.models import AcquisitionCost
from treue.listen.imports import undoing
from treue.listen.imports.failures import ReplacedLater
from treue.listen.imports.models import Import, Replaced, Trace

FIRST = """A1,anna,2026-03-01 10:00,TEA,3,4.00,Tea,Shop,DE
A2,ben,2026-03-02 10:00,TEA,1,4.00,Tea,Shop,DE
CA1,anna,2026-03-05 10:00,TEA,-1,4.00,Tea,Shop,DE
"""
SECOND = """A2,ben,2026-03-02 10:00,TEA,2,4.00,Tea,App,DE
A3,carla,2026-03-03 10:00,CUP,1,12.00,Cups,App,AT
CA1,anna,2026-03-05 10:00,TEA,-2,4.00,Tea,Shop,DE
C9,carla,2026-03-06 10:00,CUP,-1,12.00,Cups,App,AT
"""


def test_everything_is_as_it_was_before(bring_in, undo, everything):
    bring_in(FIRST)
    before = everything()
    second = bring_in(SECOND)
    assert everything() != before
    undo(second)
    assert everything() == before
    assert second.state == Import.State.UNDONE
    assert not Replaced.objects.exists()


def test_who_and_what_only_it_brought_is_gone(bring_in, undo):
    bring_in(FIRST)
    undo(bring_in(SECOND))
    assert sorted(Customer.objects.values_list("number", flat=True)) == ["anna", "ben"]
    assert list(Product.objects.values_list("code", flat=True)) == ["TEA"]
    assert list(Channel.objects.values_list("name", flat=True)) == ["Shop"]


def test_who_a_later_import_needs_stays(bring_in, undo):
    first = bring_in(FIRST)
    bring_in("A7,anna,2026-05-01 10:00,TEA,1,4.00,Tea,Shop,DE\n")
    undo(first)
    assert list(Order.objects.values_list("number", flat=True)) == ["A7"]
    assert list(Customer.objects.values_list("number", flat=True)) == ["anna"]
    assert list(Product.objects.values_list("code", flat=True)) == ["TEA"]
    assert not Refund.objects.exists()


def test_who_said_how_they_want_to_be_spoken_to_stays(bring_in, undo):
    first = bring_in(FIRST)
    anna, _ben = Customer.objects.order_by("number")
    about = {"purpose": "marketing", "channel": "email", "source": "paper", "happened_at": timezone.now()}
    consent.give(customer=anna, **about, note="Card in the shop")
    undo(first)
    assert list(Customer.objects.all()) == [anna]


@pytest.mark.parametrize("has_left", [False, True])
def test_of_whom_something_happened_stays_also_when_its_month_has_left_the_log(bring_in, undo, shop, has_left: bool):
    """A visit is somebody's too."""
    first = bring_in(FIRST + "A3,carla,2026-03-01 10:00,TEA,1,4.00,Tea,Shop,DE\n")
    anna, ben, _carla = Customer.objects.order_by("number")
    Visitor.objects.create(number=900_001, shop=shop, anonymous_id="x", customer=ben)
    with old_months.there():
        seen = (Happening(f"m{who}", "Page Viewed", who, "web", old_months.IN_MARCH) for who in (anna.pk, 900_001))
        old_months.happen(shop, seen)
        if has_left:
            old_months.move()
            assert not Event.objects.exists()
        undo(first)
    assert list(Customer.objects.order_by("number")) == [anna, ben]
    assert Visitor.objects.get().customer == ben


def test_refunds_of_others_look_for_another_purchase(bring_in, undo, orders):
    bring_in("A1,anna,2026-03-01 10:00,TEA,3,4.00,,,\n")
    second = bring_in("A2,anna,2026-04-01 10:00,TEA,3,4.00,,,\n")
    bring_in("C9,anna,2026-05-01 10:00,TEA,-1,4.00,,,\n")
    assert orders("refunded_units") == [("A1", 0), ("A2", Decimal("1.000"))]
    undo(second)
    assert orders("refunded_units") == [("A1", Decimal("1.000"))]


def test_it_is_refused_while_a_later_import_stands_on_it(bring_in, undo):
    first = bring_in(FIRST)
    second = bring_in(SECOND)
    with pytest.raises(ReplacedLater) as refusal:
        undoing.start(task=first, by=None)
    assert (refusal.value.import_id, refusal.value.file_name) == (second.pk, "orders.csv")
    undo(second)
    undo(first)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_an_undone_file_can_be_brought_in_again(bring_in, undo, everything):
    first = bring_in(FIRST)
    before = everything()
    undo(first)
    again = bring_in(FIRST)
    assert again.summary["orders"] == {"new": 2, "changed": 0, "same": 0}
    assert everything() == before


def test_undoing_that_was_interrupted_is_finished_by_beginning_again(bring_in, undo, everything, monkeypatch):
    bring_in(FIRST)
    before = everything()
    second = bring_in(SECOND)
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    remaining = iter([1, 1])

    def die(*_arguments: object) -> int:
        next(remaining)
        return 1

    monkeypatch.setattr(undoing, "_delete", die)
    with pytest.raises(StopIteration):
        undo(second)
    monkeypatch.undo()
    undo(second)
    assert everything() == before


def test_customers_and_products_get_back_what_was_known_of_them(bring_in, undo):
    bring_in("number,name,city\n1,Anna,Leipzig\n", "customers", "customers.csv")
    later = bring_in("number,name,city\n1,Anna Muster,\n2,Ben,Halle\n", "customers", "customers.csv")
    assert list(Customer.objects.order_by("number").values_list("name", "city")) == [
        ("Anna Muster", "Leipzig"),
        ("Ben", "Halle"),
    ]
    undo(later)
    assert list(Customer.objects.values_list("name", "city")) == [("Anna", "Leipzig")]


def test_costs_are_as_they_were(bring_in, undo):
    bring_in("channel,month,amount\nShop,2026-01,100\n", "costs", "costs.csv")
    later = bring_in("channel,month,amount\nShop,2026-01,150\nShop,2026-02,90\n", "costs", "costs.csv")
    assert AcquisitionCost.objects.count() == 2
    undo(later)
    assert list(AcquisitionCost.objects.values_list("amount", flat=True)) == [Decimal("100.00")]


def test_nothing_of_it_is_left_but_its_record(bring_in, undo):
    task = bring_in(FIRST)
    undo(task)
    assert not Trace.objects.exclude(what=Trace.What.TOUCHED).exists()
    assert task.summary["orders"]["new"] == 2


def test_an_unused_product_of_an_undone_file_stays_while_something_replaced_may_need_it(bring_in, undo):
    first = bring_in("A1,anna,2026-03-01 10:00,TEA,3,4.00,Tea,Shop,DE\n")
    bring_in("A1,anna,2026-03-01 10:00,CUP,1,12.00,Cups,App,DE\n")
    undoing.removing.remove_unused(first, work.Silent())
    assert set(Product.objects.values_list("code", flat=True)) == {"TEA", "CUP"}
    assert set(Channel.objects.values_list("name", flat=True)) == {"Shop", "App"}


def test_removing_unused_products_says_how_far_it_is(bring_in, monkeypatch):
    bring_in("A1,anna,2026-03-01 10:00,TEA,3,4.00,Tea,Shop,DE\n")
    second = bring_in("A2,ben,2026-03-02 10:00,CUP,1,4.00,Cups,App,DE\n")
    progress, said = work.Silent(), []
    monkeypatch.setattr(progress, "step", lambda name, total=None: said.append((name, total)))
    undoing.take_back(second, progress)
    assert [each for each in said if each[0] == "unused"] == [("unused", None), ("unused", 1), ("unused", 1)]


MANY_LINES = """
insert into commerce_orderline (order_id, ordinal, bought_at, product_id, quantity, amount)
select o.id, n, o.ordered_at, l.product_id, 1, 4
from commerce_order o join commerce_orderline l on l.order_id = o.id, generate_series(100, 100000) n"""


def test_the_lines_of_others_are_not_gone_through_for_every_product_that_goes(bring_in):
    """Comparing every line with every product takes longer than is allowed here."""
    shop_id = bring_in("A1,anna,2026-03-01 10:00,TEA,1,4.00,Tea,Shop,DE\n").shop_id
    Product.objects.bulk_create(Product(shop_id=shop_id, code=f"X{n}") for n in range(4_000))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MANY_LINES)
        cursor.execute("set local statement_timeout = '8s'")
        cursor.execute("delete from commerce_product where code like 'X%'")
        assert cursor.rowcount == 4_000
