"""Segment's own libraries for Node and for browsers, unchanged."""

import functools
import http.server
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sending import Sender, logged

from treue.core.customers.models import Customer

if TYPE_CHECKING:
    from playwright.sync_api import Page

Make = Callable[..., Sender]


def test_the_library_for_node(source: Make, sdks: Path):
    sender = source()
    subprocess.run(["node", "server.mjs", sender.web.url, sender.key], cwd=sdks, check=True, timeout=60)
    events = logged()
    assert [event.name for event in events] == [
        *("Identify", "Product Viewed", "Page Viewed", "Screen Viewed", "Group", "Alias", "Order Completed")
    ]
    assert {event.person for event in events} == {Customer.objects.get(number="K7").pk}
    assert events[0].facts["traits"] == {"email": "anna@example.org", "first_name": "Anna"}
    assert (events[2].facts["name"], events[2].facts["path"]) == ("Home", "/")


@pytest.fixture(scope="session")
def shop_page(sdks: Path) -> Iterator[str]:
    """The address of a shop's page that carries the library."""

    class Files(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            library = sdks / "node_modules/@segment/analytics-next/dist/umd"
            name = path.split("?")[0].strip("/")
            return str((sdks if name == "shop.html" else library) / name)

        def log_message(self, *about: object) -> None:
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/shop.html"
    server.shutdown()
    thread.join()
    server.server_close()


def visited(page: "Page", address: str, sender: Sender, **asked: str) -> None:
    """Open the shop in a browser, and wait for its four events."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}#{urlencode({'key': sender.key, 'treue': sender.web.url, **asked})}")
    assert page.evaluate("window.told")
    until = time.monotonic() + 20
    while len(logged()) < 4 and time.monotonic() < until:
        time.sleep(0.1)
    assert complaints == []


@pytest.mark.browser
def test_the_library_for_browsers(source: Make, shop_page: str, page: "Page"):
    visited(page, shop_page, source("web", "browser"))
    viewed, added, identified, ordered = logged()
    assert (viewed.name, viewed.facts["name"], viewed.facts["path"]) == ("Page Viewed", "Home", "/shop.html")
    assert "note" not in added.facts
    assert not {"ip", "device", "locale"} & set(added.facts["context"])
    assert viewed.person is None or viewed.person != identified.person
    assert identified.facts["traits"] == {"email": "anna@example.org"}
    assert identified.facts["anonymous_id"] == viewed.facts["anonymous_id"]
    assert (ordered.name, ordered.facts["order"], ordered.person) == ("Checkout Completed", "1001", identified.person)
    assert ordered.facts["context"]["ip"] == "127.0.0.0"
    assert ordered.facts["context"]["device"] == "bot"  # a headless browser


@pytest.mark.browser
def test_the_library_for_browsers_in_batches_with_consent(source: Make, shop_page: str, page: "Page"):
    visited(page, shop_page, source("web", "browser", consent_category="Analytics"), consent="ANALYTICS", batch="1")
    assert len(logged()) == 4
    added = logged()[1]
    assert (added.name, added.facts["note"]) == ("Product Added", "for Anna")
