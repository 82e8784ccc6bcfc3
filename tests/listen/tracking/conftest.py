"""A real web process that takes events, on the test's own database."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sending import Sender, Web

    from treue.core.shop.models import Shop


@pytest.fixture(scope="session")
def web(django_db_setup: None) -> Iterator["Web"]:
    """One web process for all tests of a run."""
    from sending import Web

    process = Web()
    yield process
    process.end()


@pytest.fixture
def shop(transactional_db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


@pytest.fixture
def source(shop: "Shop", web: "Web") -> Callable[..., "Sender"]:
    """Make a source that sends to the web process: `source("till", limit=10, kind="browser")`."""
    from sending import Sender

    from treue.listen.tracking import sources

    def make(name: str = "shop", kind: str = "server", limit: int = 1_000_000, **values: object) -> "Sender":
        made, key = sources.add(shop=shop, name=name, kind=kind, by=None, events_per_second=limit, **values)
        return Sender(web, made, key)

    return make
