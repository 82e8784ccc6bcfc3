"""A shop with a log, and a reaction that can be watched."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from happening import Seen

    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None) -> Iterator["Shop"]:
    from django.db import connection

    from treue.core.shop.models import Shop

    yield Shop.objects.create(name="Tea House")
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")


@pytest.fixture
def reacting(shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., "Seen"]]:
    """Register a reaction that writes a row per event: `reacting(on={"a1"}, starts="now")`."""
    from django.db import connection
    from happening import Seen

    from treue.core.events import reading, registry

    monkeypatch.setattr(registry, "REACTIONS", {})
    with connection.cursor() as cursor:
        cursor.execute("create table seen (id bigserial, person bigint, name text)")

    def register(name: str = "test.seen", **values: object) -> Seen:
        seen = Seen()
        registry.reaction(name, **{"starts": registry.BEGINNING, **values})(seen)
        reading.begin()
        return seen

    yield register
    with connection.cursor() as cursor:
        cursor.execute("drop table seen")


@pytest.fixture
def signed_in(shop: "Shop") -> Callable[..., "Client"]:
    """A browser of a colleague: `signed_in("analyst", language="de")`."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def make(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(get_user_model().objects.create_user(f"{role}@example.org", role=role, language=language))
        return client

    return make
