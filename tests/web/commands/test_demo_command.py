"""`treue demo`: the demo shop is there whole or not at all."""

import pytest

from treue.core.commerce.models import Order
from treue.core.customers.models import ConsentRecord, Visitor
from treue.core.events.models import Event, Source
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import refresh as refreshing
from treue.web.commands import demo


@pytest.mark.usefixtures("transactional_db", "installation")
@pytest.mark.parametrize("stop", [KeyboardInterrupt, ZeroDivisionError])
def test_a_demo_shop_that_is_not_finished_is_taken_back(monkeypatch, stop):
    def interrupt(shop: Shop, **_facts: object) -> None:
        assert Order.objects.filter(shop=shop).exists()
        assert Event.objects.filter(shop=shop).exists()
        raise stop

    monkeypatch.setattr(refreshing, "refresh", interrupt)
    with pytest.raises(stop):
        demo.load(customers=100)
    assert not Order.objects.exists()
    for model in (Shop, Source, Event, Visitor, ConsentRecord):
        assert not model.objects.exists()
