"""What the demo shop has of member offers."""

from datetime import timedelta

from tests.act.offers.sales import NOW, member
from tests.core.lake import buying
from treue.act.loyalty.models import Programme
from treue.act.offers import demo, having
from treue.act.offers.models import Offer, Price, Redemption


def test_the_demo_has_a_sale_that_runs_one_that_is_over_and_one_that_comes(programme: Programme) -> None:
    shop = programme.shop
    for number in range(12):
        tea = buying.product(shop, f"T-{number}")
        buying.order(buying.customer(shop, f"C-{number}"), amount=10 + number, units=2, product=tea)
    them = [member(programme, f"M-{number}") for number in range(5)]
    for _time in range(2):
        demo.write(shop, now=NOW)
    assert Price.objects.count() == 36
    running, coming = having.for_member(them[0], at=NOW)
    assert (running.is_there, coming.is_coming) == (True, True)
    assert [each.is_over(NOW) for each in Offer.objects.order_by("pk")] == [True, False, False]
    assert Redemption.objects.count() == 10
    ((price, *_rest), _count) = having.products_of(running.offer, 9)
    assert running.offer.ends_at == NOW + timedelta(days=1)
    assert price.startswith("T-")


def test_a_shop_that_sold_little_has_none(programme: Programme) -> None:
    demo.write(programme.shop, now=NOW)
    assert not Offer.objects.exists()
