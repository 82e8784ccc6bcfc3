"""What the models ask of each customer stands in the customer table: the same as worked out of the orders anew."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.core.lake.buying import customer, order, refund
from treue.core.lake import customers, tables, writing
from treue.core.shop.models import Shop
from treue.science.calendar import Calendar
from treue.science.purchases import HISTORY, day_number, histories

FIRST_DAY, AS_OF = date(2026, 3, 1), date(2026, 6, 30)
Row = tuple[object, ...]


@pytest.fixture
def bought(shop: Shop) -> Shop:
    """Twice on a day, again, again after as_of; once with a part given back; only after as_of; and given back whole."""
    often, once, later, never = (customer(shop, name) for name in "ABCD")
    order(often, "2026-03-01 09:00", "10")
    order(often, "2026-03-01 23:59", "5.5")
    order(often, "2026-04-10 00:00", "20")
    order(often, "2026-07-01 08:00", "99")
    refund(order(once, "2026-05-05 12:00", "30", units=3), "2026-06-30 22:00", "10")
    order(later, "2026-07-02 10:00", "7")
    refund(order(never, "2026-05-06 12:00", "8"), "2026-05-07 12:00", "8")
    writing.write(shop, as_of=AS_OF)
    return shop


def read(shop: Shop) -> list[Row]:
    with tables.opened(shop.pk) as lake:
        found = lake.histories().select("customer_id", *HISTORY).order_by("customer_id").to_pyarrow()
    return [tuple(row.values()) for row in found.to_pylist()]


def test_the_customer_table_says_what_the_orders_say(bought: Shop):
    from_orders = read(bought)
    customers.write(bought.pk, Calendar(FIRST_DAY, AS_OF, "month", 365))
    with tables.opened(bought.pk) as lake:
        anew = histories(lake.purchases(), AS_OF).order_by("customer_id").to_pyarrow().to_pylist()
        assert lake.customers is not None
    assert read(bought) == from_orders == [tuple(row.values()) for row in anew]
    march, april, may = (day_number(day) for day in (FIRST_DAY, date(2026, 4, 10), date(2026, 5, 5)))
    assert [row[1:] for row in from_orders] == [
        (march, april, 2, Decimal("35.5"), Decimal("15.5")),
        (may, may, 1, Decimal(20), Decimal(20)),
    ]


def test_they_are_read_from_the_customer_table_alone(bought: Shop):
    customers.write(bought.pk, Calendar(FIRST_DAY, AS_OF, "month", 365))
    with tables.opened(bought.pk) as lake:
        asked = lake.engine.backend.compile(lake.histories())
        orders = lake.engine.backend.compile(lake.orders)
    assert orders.split("FROM")[-1].split()[0] not in asked


def test_a_customer_table_of_another_day_is_not_believed(bought: Shop):
    customers.write(bought.pk, Calendar(FIRST_DAY, AS_OF - timedelta(days=60), "month", 365))
    assert [row[3] for row in read(bought)] == [2, 1]
