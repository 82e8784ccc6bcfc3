"""A shop and who runs it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from treue.core.shop.models import Shop
    from treue.core.staff.models import User


@pytest.fixture
def mia(db: None) -> "User":
    from treue.core.staff.models import User

    return User.objects.create_user("mia@example.org", name="Mia Managerin", role="manager")


@pytest.fixture
def hers(mia: "User") -> Client:
    client = Client()
    client.force_login(mia)
    return client


@pytest.fixture
def shop(db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Blumen Vorlage", currency="EUR")


@pytest.fixture
def refresh_known() -> Iterator[None]:
    """The figures' room is here, whether it is or not; nothing runs."""
    from treue.core.jobs import work

    before = dict(work.KINDS)
    work.KINDS["metrics.refresh"] = lambda progress, **arguments: {}
    yield
    work.KINDS.clear()
    work.KINDS.update(before)
