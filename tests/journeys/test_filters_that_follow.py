"""Lists follow what is typed in any of their filters, once it rests; nobody has to leave the field."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
Visit = Callable[..., "Page"]


@pytest.fixture
def customers(transactional_db: None, installation: Path) -> Iterator[None]:
    """Anna who spent 20, Ben who spent 300, and what happened with them."""
    from django.db import connection

    from tests.core.lake import buying
    from treue.core.customers.models import Customer
    from treue.core.events.log import Happening, record
    from treue.core.shop.models import Shop
    from treue.understand.metrics.counts.refresh import refresh

    shop = Shop.objects.create(name="Tea House")
    for number, name, amount in (("C-1", "Anna Blau", 20), ("C-2", "Ben Rot", 300)):
        customer = Customer.objects.create(shop=shop, number=number, name=name)
        buying.order(customer, amount=amount, number=f"A-{number}")
        record(shop, [Happening(f"o {number}", "Order Completed", customer.pk, "till", NOON, {"order": f"A-{number}"})])
    refresh(shop)
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message, events_cursor")


def asked(page: "Page", path: str) -> list[str]:
    """The addresses that are asked for from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if f"{path}?" in request.url else None)
    return found


def test_the_list_of_customers_follows_a_name_and_an_amount(customers: None, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("/customers/", role="manager")
    rows, asks = page.locator("#customers tbody tr"), asked(page, "/customers/")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox", name="Search customers").press_sequentially("anna", delay=40)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Anna Blau")
    assert len(asks) == 1
    page.get_by_role("searchbox", name="Search customers").fill("")
    expect(rows).to_have_count(2)
    revenue = page.get_by_label("Revenue from")
    revenue.press_sequentially("250", delay=40)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Ben Rot")
    expect(revenue).to_be_focused()
    before = len(asks)
    revenue.blur()
    page.wait_for_timeout(600)
    assert len(asks) == before  # what was asked for is not asked for once more
    assert "revenue_from=250" in page.url


def test_what_is_typed_while_an_answer_is_on_its_way_stays(customers: None, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("/customers/", role="manager")

    def slowly(route: "Route") -> None:
        answer = route.fetch()
        revenue.press_sequentially("50")
        route.fulfill(response=answer)
        page.unroute("**/customers/?**")

    revenue = page.get_by_label("Revenue from")
    page.route("**/customers/?**", slowly)
    revenue.fill("2")
    expect(revenue).to_have_value("250")
    expect(page.locator("#customers tbody tr")).to_have_count(1)
    page.wait_for_url("**revenue_from=250**")


def test_the_log_follows_each_of_its_fields(customers: None, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("/log/", role="manager")
    rows, asks = page.locator("#latest tbody tr"), asked(page, "/log/")
    expect(rows).to_have_count(2)
    page.get_by_label("Customer number").press_sequentially("C-2", delay=40)
    expect(rows).to_have_count(1)
    assert len(asks) == 1
    page.get_by_label("Event", exact=True).fill("page")
    expect(rows).to_have_count(0)
    page.get_by_label("Event", exact=True).press("Enter")
    page.wait_for_timeout(600)
    assert page.get_by_label("Customer number").input_value() == "C-2"


def test_a_choice_is_followed_at_once_and_asked_for_once(customers: None, visit: Visit) -> None:
    for path, label, value in (
        ("/", "By", None),
        ("/customers/", "Orders", None),
        ("/log/", "Source", "till"),
        ("/staff/audit/", "Action", None),
    ):
        page = visit(path, role="admin")
        asks = asked(page, path)
        field = page.get_by_label(label, exact=True)
        if value:
            field.select_option(value)
        else:
            field.select_option(index=1)
        page.wait_for_timeout(1000)
        assert len(asks) == 1, path
