"""A shop with two customers: Anna, who is going to be erased, and Ben, who stays."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.core.customers.models import Customer
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def anna(shop: "Shop") -> "Customer":
    """Two orders, one of them refunded."""
    from tests.core.lake import buying

    anna = buying.customer(
        shop, "C-1017", name="Anna Öztürk", email="anna@example.org", phone="+49 30 1234567", city="Köln"
    )
    tea = buying.product(shop, "TEA")
    buying.order(anna, "2026-03-01 10:00", 20, number="A-1", product=tea)
    returned = buying.order(anna, "2026-04-01 10:00", 30, number="A-2", product=tea)
    buying.refund(returned, "2026-04-10 10:00", 10, units="0.5")
    return anna


@pytest.fixture
def ben(shop: "Shop", anna: "Customer") -> "Customer":
    from tests.core.lake import buying

    ben = buying.customer(shop, "C-10170", name="Ben Weiß", email="ben@example.org")
    buying.order(ben, "2026-03-02 10:00", 40, number="B-1")
    return ben
