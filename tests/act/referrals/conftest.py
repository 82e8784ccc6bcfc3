"""A shop whose members refer friends."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.act.referrals.models import Scheme
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def scheme(shop: "Shop") -> "Scheme":
    """Of a programme whose orders can be returned for 14 days: 500 points for who refers, 300 for the friend."""
    from tests.act.referrals.referred import scheme

    return scheme(shop)
