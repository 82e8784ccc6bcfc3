"""An operator looks for an event, reads what became of it, and goes back further."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def anna(transactional_db: None, installation: Path) -> Iterator["Customer"]:
    """A visit of seventy pages and an order."""
    from django.db import connection

    from treue.core.customers.models import Customer
    from treue.core.events.log import Happening, record
    from treue.core.shop.models import Shop

    shop = Shop.objects.create(name="Tea House")
    anna = Customer.objects.create(shop=shop, number="C-1", name="Anna Blau")
    pages = [
        Happening(f"p{n}", "Page Viewed", anna.pk, "web", NOON + timedelta(minutes=n), {"path": f"/tea/{n}"})
        for n in range(70)
    ]
    record(shop, [Happening("o", "Order Completed", anna.pk, "till", NOON, {"order_id": "A-1", "total": 9}), *pages])
    yield anna
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message, events_cursor")


def answered(page: "Page", ask: Callable[[], None]) -> None:
    """Wait for the answer: a question that is given up for the next one counts as an error in the console."""
    with page.expect_response("**/log/?**") as answer:
        ask()
    answer.value.finished()


def test_events_are_narrowed_down_without_leaving_the_page_and_lead_further_back(
    anna: "Customer", visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    from playwright.sync_api import expect

    page = visit("/log/", role="manager")
    rows = page.locator("#latest tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Older events").click()
    expect(rows).to_have_count(21)
    expect(page.get_by_role("link", name="To the latest events")).to_be_visible()
    name, customer = page.get_by_label("Event", exact=True), page.get_by_label("Customer number")
    answered(page, lambda: name.fill("order"))
    expect(rows).to_have_count(1)
    answered(page, lambda: customer.fill("C-404"))
    expect(page.get_by_text("No customer has this number.")).to_be_visible()
    answered(page, lambda: customer.fill("C-1"))
    expect(rows).to_have_count(1)
    axe(page)
    rows.get_by_role("link", name="Order Completed").click()
    page.wait_for_url("**/log/events/**")
    expect(page.locator("#body")).to_contain_text("A-1")
    expect(page.locator("#fates")).to_contain_text("Taking in orders")
    axe(page)
    page.get_by_role("link", name="Anna Blau").click()
    page.wait_for_url(f"**/customers/{anna.pk}/")


def test_a_visit_of_many_pages_is_few_lines_that_open_to_each_of_them(
    anna: "Customer", visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    from playwright.sync_api import expect

    page = visit(f"/customers/{anna.pk}/timeline/", role="service", width=360)
    expect(page.locator("#earliest")).to_be_visible()  # a page that folds up brings the next one into sight
    lines = page.locator(".day > .timeline > li")
    expect(lines).to_have_count(3)
    assert [each.split("\n")[0] for each in lines.locator("> div > b").all_inner_texts()] == [
        "Opened 50 pages",
        "Opened 20 pages",
        "Order A-1 of €9.00",
    ]
    fifth = page.get_by_text("Opened the page “/tea/5”", exact=True)
    expect(fifth).to_be_hidden()
    lines.nth(1).locator("summary").first.click()
    expect(fifth).to_be_visible()
    axe(page)
