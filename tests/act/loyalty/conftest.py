"""A shop with a programme, and members to make."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from members import Members

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


@pytest.fixture
def programme(shop: "Shop") -> "Programme":
    from treue.act.loyalty.models import Programme

    return Programme.objects.create(shop=shop, name="Tea Circle")


@pytest.fixture
def members(programme: "Programme") -> "Members":
    from members import Members

    return Members(programme)
