"""A shop with a programme that asks its members for texts and photos."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop
    from treue.core.staff.models import User


@pytest.fixture
def staff() -> Callable[..., "User"]:
    """As everywhere, without a table that is emptied by hand after each test."""
    from treue.core.staff.models import User

    def make(role: str = "admin", **fields: object) -> "User":
        values = {"email": f"{role}@example.org", "name": f"Kim {role.capitalize()}", "role": role, **fields}
        return User.objects.filter(email=values["email"]).first() or User.objects.create_user(**values)

    return make


@pytest.fixture
def shop(db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def programme(shop: "Shop") -> "Programme":
    """Open for content, for which it gives 20 points."""
    from tests.act.content import submitted
    from treue.act.content import terms
    from treue.act.loyalty.models import Programme

    made = Programme.objects.create(shop=shop, name="Tea Circle")
    terms.save(programme=made, is_open=True, pending_days=14, now=submitted.OPENED, by=None)
    submitted.rules(made)
    return made
