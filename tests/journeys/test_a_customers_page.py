"""Service looks at a customer: scrolls to where the timeline begins, records a consent and withdraws it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVENTS = 220
FIRST = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def anna(transactional_db: None, installation: Path) -> "Customer":
    """Somebody who looked at something every three hours."""
    from treue.core.customers.models import Customer
    from treue.core.events.log import Happening, record
    from treue.core.shop.models import Shop

    shop = Shop.objects.create(name="Tea House")
    anna = Customer.objects.create(shop=shop, number="C-1", name="Anna Blau", email="anna@example.org")
    moments = [FIRST + timedelta(hours=3 * number) for number in range(EVENTS)]
    told = [
        Happening(f"m{number}", "Product Viewed", anna.pk, "web", at, {"name": f"Tea {number}"})
        for number, at in enumerate(moments)
    ]
    record(shop, [*told, Happening("o", "Order Completed", anna.pk, "web", FIRST, {"order": "A-1", "total": 88})])
    return anna


def test_the_timeline_loads_as_one_scrolls_down_to_its_beginning(
    anna: "Customer", visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    from playwright.sync_api import expect

    page = visit(f"/customers/{anna.pk}/", role="service")
    page.get_by_role("link", name="Timeline").click()
    page.wait_for_url("**/timeline/")
    lines = page.locator(".timeline > li")
    assert lines.count() == 50
    for _turn in range(20):
        if page.locator("#earliest").count():
            break
        before = lines.count()
        page.mouse.wheel(0, 20_000)
        expect(lines).not_to_have_count(before)
    page.get_by_text("No earlier events.", exact=False).wait_for()
    assert lines.count() == EVENTS + 1
    said = lines.locator("b").all_inner_texts()
    assert said[:-2] == [f"Looked at Tea {number}" for number in reversed(range(1, EVENTS))]
    assert set(said[-2:]) == {"Looked at Tea 0", "Order A-1 of €88.00"}
    days = page.locator(".day h3").all_inner_texts()
    assert len(days) == len(set(days)) == 28
    lines.last.get_by_text("Details").click()
    lines.last.get_by_text("Recorded", exact=True).wait_for()
    axe(page)

    page.get_by_label("Show", exact=True).get_by_role("link", name="Purchases").click()
    page.wait_for_url("**kind=purchases")
    assert lines.locator("b").all_inner_texts() == ["Order A-1 of €88.00"]


def test_the_older_part_is_reached_from_the_keyboard_too(anna: "Customer", visit: Callable[..., "Page"]) -> None:
    from playwright.sync_api import expect

    page = visit(f"/customers/{anna.pk}/timeline/", role="service")
    page.locator("#earlier").focus()
    expect(page.locator(".timeline > li")).to_have_count(100)
    expect(page.locator("#earlier")).to_be_focused()


def test_a_consent_is_recorded_proved_and_withdrawn(
    anna: "Customer", visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    from treue.core.customers import consent

    page = visit(f"/customers/{anna.pk}/", role="service")
    page.get_by_role("link", name="Consent and preferences").click()
    page.get_by_text("No consent is recorded.").wait_for()
    form = page.locator("#give")
    form.get_by_label("Purpose").select_option(label="Advertising")
    form.get_by_label("Channel").select_option(label="E-mail")
    form.get_by_label("How they said so").select_option(label="Paper")
    form.get_by_role("button", name="Record a consent").click()
    assert "Note" in page.get_by_role("alert").inner_text()
    form.get_by_label("Note").fill("Card of the summer party, folder 7")
    form.get_by_role("button", name="Record a consent").click()
    page.get_by_text("The consent is recorded.").wait_for()
    assert consent.may_contact([anna.pk], "marketing", "email") == {anna.pk}
    page.get_by_text("Show the proof").click()
    page.get_by_text("Card of the summer party, folder 7").wait_for()
    page.get_by_text("Kim Service").first.wait_for()
    axe(page)

    page.get_by_role("link", name="Withdraw…").click()
    page.get_by_role("button", name="Withdraw the consent").click()
    page.get_by_text("The consent is withdrawn.").wait_for()
    assert consent.may_contact([anna.pk], "marketing", "email") == set()
    page.locator("#standing").get_by_text("withdrawn", exact=True).wait_for()
    assert page.get_by_role("link", name="Withdraw…").count() == 0

    preferences = page.locator("#preferences")
    preferences.get_by_label("Monday").check()
    preferences.get_by_label("Hours from").select_option(label="18:00")
    preferences.get_by_role("button", name="Save the preferences").click()
    assert "Choose both hours" in page.get_by_role("alert").inner_text()
    preferences.get_by_label("Hours to").select_option(label="24:00")
    preferences.get_by_role("button", name="Save the preferences").click()
    page.get_by_text("The preferences are saved.").wait_for()
    preferences.get_by_text("by Kim Service").wait_for()

    page.get_by_role("link", name="Timeline").click()
    page.wait_for_url("**/timeline/")
    assert page.locator(".timeline > li b").all_inner_texts()[:3] == [
        "Changed how they want to be written to",
        "Withdrew the consent to Advertising by E-mail",
        "Agreed to Advertising by E-mail",
    ]
