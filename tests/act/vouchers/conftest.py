"""A shop that gives vouchers."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")
