"""Service finds that two records are of one person, merges them, and takes it back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def anna_twice(transactional_db: None, installation: Path) -> "tuple[Customer, Customer]":
    """From the web shop, and from the till, which knows the card that she showed in both."""
    from tests.core.lake import buying
    from treue.core.customers.identities import CARD, Statement, learn
    from treue.core.shop.models import Shop

    shop = Shop.objects.create(name="Tea House")
    online = buying.customer(shop, "C-1", name="Anna Blau", email="anna@example.org")
    till = buying.customer(shop, "K-77", city="Leipzig")
    buying.order(online, "2026-03-01 10:00", 20, number="WEB-1")
    buying.order(till, "2026-04-01 10:00", 30, number="TILL-1")
    for each in (online, till):
        learn([Statement(shop, each.pk, NOON, f"m{each.pk}", True, [(CARD, "4012 8888")])])
    return online, till


def orders_on(page: "Page") -> list[str]:
    return page.locator("#orders tbody th a").all_inner_texts()


@pytest.mark.parametrize("width", [360, 1440])
def test_two_records_with_one_card_are_merged_and_made_two_again(
    anna_twice: "tuple[Customer, Customer]",
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    width: int,
) -> None:
    from playwright.sync_api import expect

    online, till = anna_twice
    page = visit(f"/customers/{online.pk}/", role="service", width=width)
    assert orders_on(page) == ["WEB-1"]
    page.get_by_role("link", name="Identities").click()
    doubles = page.locator("#doubles")
    assert "Card 40128888" in doubles.inner_text()
    axe(page)

    doubles.get_by_role("link", name="Compare both…").click()
    expect(page.locator("#both").get_by_text("Leipzig")).to_have_count(2)
    page.get_by_text("Nothing is lost.").wait_for()
    axe(page)
    page.get_by_role("link", name="Keep K-77 instead").click()
    page.wait_for_url(f"**/customers/{till.pk}/merge/{online.pk}/")
    page.get_by_role("link", name="Keep Anna Blau (C-1) instead").click()
    page.wait_for_url(f"**/customers/{online.pk}/merge/{till.pk}/")
    page.get_by_role("button", name="Merge the two").click()

    page.wait_for_url(f"**/customers/{online.pk}/")
    page.get_by_text("K-77 is part of this customer from now on.").wait_for()
    assert orders_on(page) == ["TILL-1", "WEB-1"]
    page.goto(page.url.replace(f"/{online.pk}/", f"/{till.pk}/"))
    page.wait_for_url(f"**/customers/{online.pk}/")
    page.get_by_role("link", name="Identities").click()
    page.locator("#merged").wait_for()
    assert page.locator("#doubles").count() == 0
    page.locator("#merged").get_by_role("link", name="Undo…").click()
    page.wait_for_url("**/undo/")
    axe(page)
    page.get_by_role("button", name="Undo the merge").click()

    page.wait_for_url(f"**/customers/{online.pk}/")
    page.get_by_text("The merge is undone").wait_for()
    assert orders_on(page) == ["WEB-1"]
    page.goto(page.url.replace(f"/{online.pk}/", f"/{till.pk}/"))
    assert orders_on(page) == ["TILL-1"]
    page.get_by_role("link", name="Identities").click()
    page.locator("#doubles").get_by_role("link", name="Anna Blau").wait_for()


def test_the_other_one_is_looked_for_by_what_is_known(
    anna_twice: "tuple[Customer, Customer]", visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    online, till = anna_twice
    page = visit(f"/customers/{online.pk}/identities/", role="service")
    form = page.locator("#merge")
    form.get_by_label("Who else is it?").fill("K-78")
    form.get_by_role("button").click()
    page.get_by_role("alert").get_by_text("Nobody is known by “K-78”.").wait_for()
    axe(page)
    form.get_by_label("Who else is it?").fill("K-77")
    form.get_by_role("button").click()
    page.wait_for_url(f"**/customers/{online.pk}/merge/{till.pk}/")
