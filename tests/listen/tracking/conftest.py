"""A real web process that takes events, on the test's own database."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sending import Sender

    from tests.web_process import Web
    from treue.core.shop.models import Shop

SDKS = Path(__file__).parent / "sdks"


@pytest.fixture(scope="session")
def web(django_db_setup: None) -> Iterator["Web"]:
    """One web process for all tests of a run."""
    from tests.web_process import Web

    process = Web()
    yield process
    process.end()


@pytest.fixture(scope="session")
def sdks() -> Path:
    """The folder with the libraries for Node and browsers, brought in where they are missing."""
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed")
        pytest.skip("npm is not installed")
    stamp, locked = SDKS / "node_modules" / ".installed", (SDKS / "package-lock.json").read_bytes()
    with (SDKS / "package.json").open() as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # tests run side by side
        if not stamp.exists() or stamp.read_bytes() != locked:
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=SDKS, check=True, capture_output=True)
            stamp.write_bytes(locked)
    return SDKS


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


@pytest.fixture
def senders(source: Callable[..., "Sender"], installation: object) -> "Iterator[dict[str, Sender]]":
    """A browser that is believed about orders, a server, and a browser that is not believed."""
    from django.db import connection

    yield {
        "browser": source("browser", "browser", believes_orders=True),
        "server": source("server"),
        "doubted": source("doubted", "browser"),
    }
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")
