"""A member's story, in a program that runs as somebody would start it: the manager begins a programme, somebody joins,
buys, reaches a tier, redeems at the till, sends the goods back; and the books are right."""

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.houses import key_of
from tests.web.commands.installations import Installation

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SECONDS = 15
TEA = {"product_id": "TEA", "name": "Assam", "category": "Tea", "price": 12.5, "quantity": 2}


@pytest.fixture
def manager(house: tuple[Installation, str, str], page: "Page") -> Iterator["Page"]:
    _installation, address, link = house
    page.goto(link)
    page.get_by_role("button", name=re.compile("^(Anmelden|Sign in)$")).click()
    page.wait_for_load_state()
    page.goto(address + "/loyalty/set-up/")
    return page


def send(page: "Page", **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#id_{name}", value)
    page.locator("main form .btn.primary").click()
    page.wait_for_load_state()


def until(page: "Page", holds: Callable[[], bool]) -> None:
    """Look again until it holds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + SECONDS, page.locator("main").inner_text()
        time.sleep(0.3)
        page.reload()


def figure(page: "Page", name: str) -> str:
    return page.locator("article.fig", has_text=re.compile(name)).locator(".big").inner_text()


def asked(address: str, key: str, path: str, body: dict[str, object]) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": path}
    request = urllib.request.Request(address + "/api/v1" + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_member_joins_buys_rises_redeems_and_returns(house: tuple[Installation, str, str], manager: "Page") -> None:
    from segment.analytics import Client

    (installation, address, _link), page = house, manager
    send(page, name="Tea Circle", points="1", amount="1.00")
    send(page, return_days="0")
    send(page, welcome="0")
    page.check("#id_has_tiers")
    send(page, grace_days="30", name_1="Silver", threshold_1="60")
    send(page, point_value="0.01")
    page.locator("#publish .btn.primary").click()
    page.wait_for_load_state()

    client = Client(key_of(installation, "source", "add", "Till of the shop"), host=address)
    client.identify("C-77", {"email": "mina@example.org", "firstName": "Mina", "lastName": "Blau"})
    client.track("C-77", "Order Completed", {"order_id": "M-1", "currency": "EUR", "products": [TEA]})
    client.flush()
    page.goto(address + "/customers/?q=mina%40example.org")
    until(page, lambda: page.locator("main table tbody a").count() > 0)
    path = page.locator("main table tbody a").first.get_attribute("href")
    page.goto(f"{address}{path}loyalty/")
    page.locator("form[action$='/join/'] button").click()
    page.wait_for_load_state()
    assert figure(page, "Verfügbare Punkte|Points that can be spent") == "0"

    client.track("C-77", "Order Completed", {"order_id": "M-2", "currency": "EUR", "products": [TEA]})
    client.flush()
    until(page, lambda: figure(page, "Verfügbare Punkte|Points that can be spent") == "25")
    assert page.locator("article.fig", has_text=re.compile("€")).count() == 1  # ten euros to Silver
    client.track("C-77", "Order Completed", {"order_id": "M-3", "currency": "EUR", "products": [TEA]})
    client.flush()
    until(page, lambda: figure(page, "Stufe|Tier") == "Silver")
    until(page, lambda: figure(page, "Verfügbare Punkte|Points that can be spent") == "50")  # a tier is told by orders

    number = re.sub(r"\D", "", page.locator("#membership dd").first.inner_text())
    key = key_of(installation, "key", "add", "till", "--scope", "read", "--scope", "write")
    with urllib.request.urlopen(
        urllib.request.Request(
            f"{address}/api/v1/loyalty/members?number={number}", headers={"Authorization": f"Bearer {key}"}
        ),
        timeout=30,
    ) as answer:
        member = json.load(answer)["data"][0]
    done = asked(address, key, f"/loyalty/members/{member['id']}/redemptions", {"points": 40, "reason": "cup"})
    assert (member["balances"]["points"], done["balance"]) == (50, 10)

    client.track("C-77", "Order Refunded", {"order_id": "M-3"})
    client.flush()
    until(page, lambda: figure(page, "Verfügbare Punkte|Points that can be spent") == "−15")
    until(page, lambda: figure(page, "Stufe|Tier") != "Silver")
    verified = installation.run("ledger", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "✕" not in verified.stdout
