"""An order that a shop's server sends with an unchanged library is seen within seconds: by the manager on the cockpit,
by an agent on the customer's page. The whole program runs, as somebody would start it."""

import json
import re
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.journeys.houses import key_of
from tests.web.commands.installations import Installation

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SECONDS = 10
TEA = {"product_id": "TEA", "name": "Assam", "category": "Tea", "price": 12.5, "quantity": 2}


def test_an_order_sent_by_a_library_is_on_the_pages_within_seconds(
    house: tuple[Installation, str, str], page: "Page"
) -> None:
    from segment.analytics import Client

    installation, address, link = house
    write_key = key_of(installation, "source", "add", "Onlineshop")
    page.goto(link)
    page.get_by_role("button", name=re.compile("^(Anmelden|Sign in)$")).click()
    page.wait_for_load_state()
    page.goto(address)
    client = Client(write_key, host=address)
    client.identify("C-4711", {"email": "clara@example.org", "firstName": "Clara", "lastName": "Öztürk"})
    client.track("C-4711", "Order Completed", {"order_id": "A-1001", "currency": "EUR", "products": [TEA]})
    begun = time.monotonic()
    client.flush()
    page.reload()
    card = page.locator("article.fig", has_text=re.compile("Bestellungen heute|Orders today"))
    while not card.count() and time.monotonic() < begun + SECONDS:
        time.sleep(0.2)
        page.reload()
    assert card.locator(".big").inner_text() == "1"

    client.track("C-4711", "Order Completed", {"order_id": "A-1002", "products": [TEA]})
    client.flush()
    card.locator(".big", has_text="2").wait_for(timeout=SECONDS * 1000)  # the open page brings itself up to date

    card.get_by_text(re.compile("^(So gerechnet|How this is computed)$")).click()
    client.track("C-4711", "Order Completed", {"order_id": "A-1003", "products": [TEA]})
    client.flush()
    page.wait_for_timeout(7_000)
    card.locator(".formula").wait_for()  # who reads how a figure is computed is left alone
    assert card.locator(".big").inner_text() == "2"

    page.goto(address + "/customers/?q=clara%40example.org")
    page.get_by_role("link", name="Clara Öztürk").click()
    page.get_by_text("A-1001").first.wait_for()
    page.goto(page.url.split("?")[0] + "timeline/")
    page.get_by_text(re.compile("A-1001")).first.wait_for()


def test_a_refund_is_there_within_seconds_for_programs_too(house: tuple[Installation, str, str]) -> None:
    from segment.analytics import Client

    installation, address, _link = house
    write_key = key_of(installation, "source", "add", "Kasse")
    api_key = key_of(installation, "key", "add", "Auswertung", "--scope", "read")
    client = Client(write_key, host=address)
    client.track("C-9", "Order Completed", {"order_id": "B-1", "products": [TEA]})
    client.track("C-9", "Order Refunded", {"order_id": "B-1", "products": [{**TEA, "quantity": 1}]})
    client.flush()
    asked = urllib.request.Request(f"{address}/api/v1/orders/B-1", headers={"Authorization": f"Bearer {api_key}"})
    until, order = time.monotonic() + SECONDS, {}
    while order.get("refunded", {}).get("amount") != "12.50" and time.monotonic() < until:
        time.sleep(0.3)
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(asked) as answer:  # not there yet
            order = json.load(answer)
    assert (order["total"]["amount"], order["refunded"]["amount"]) == ("25.00", "12.50")
