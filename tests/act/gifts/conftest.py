"""A shop with a programme, and members to be given something."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def programme(shop: "Shop") -> "Programme":
    from treue.act.loyalty.models import Programme

    return Programme.objects.create(shop=shop, name="Tea Circle")
