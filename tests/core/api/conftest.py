"""A shop with a key to read and a key to write."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asking import Asking

    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: object) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def reader(shop: "Shop") -> "Asking":
    from asking import Asking

    from treue.core.staff import keys

    return Asking(keys.add(shop=shop, name="reader", scopes=["read"], by=None)[1])


@pytest.fixture
def writer(shop: "Shop") -> "Asking":
    from asking import Asking

    from treue.core.staff import keys

    return Asking(keys.add(shop=shop, name="writer", scopes=["write"], by=None)[1])


@pytest.fixture
def stranger(shop: "Shop") -> "Asking":
    """With a key to read another shop."""
    from asking import Asking

    from treue.core.shop.models import Shop
    from treue.core.staff import keys

    other = Shop.objects.create(name="Coffee House")
    return Asking(keys.add(shop=other, name="reader", scopes=["read", "write"], by=None)[1])
