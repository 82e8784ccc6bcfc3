"""A manager's morning: open the cockpit, look closer, write down what happened, and come back."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = "order,customer,time,product,quantity,price,category,channel,country"


def orders() -> Iterator[str]:
    """Forty customers of the online shop and forty of the branch order each month from January to September 2025."""
    for month in range(1, 10):
        for number in range(40):
            yield f"a{month}-{number},a{number},2025-{month:02}-05 10:00,P1,1,20,Tea,Online,DE"
            yield f"b{month}-{number},b{number},2025-{month:02}-10 10:00,P2,1,30,Coffee,Branch,AT"
    yield "c,a0,2025-10-02 10:00,P1,1,20,Tea,Online,DE"


@pytest.fixture
def tea_house(transactional_db: None, installation: Path, tmp_path: Path) -> None:
    from treue.core.jobs.work import Silent
    from treue.core.shop.models import Shop
    from treue.listen.imports.demo import bring_in
    from treue.understand.metrics import notes
    from treue.understand.metrics.counts.refresh import refresh

    shop = Shop.objects.create(name="Tea House", window_days=90)
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, *orders()]) + "\n")
    bring_in(shop, "orders", path, Silent())
    notes.write(shop=shop, day=date(2025, 8, 12), text="Price rise", by=None)
    refresh(shop)


def test_a_manager_looks_closer_and_writes_a_note(
    tea_house: None, visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    page = visit("/", role="manager")
    page.get_by_label("Channel", exact=True).focus()
    page.get_by_label("Channel", exact=True).select_option("Online")
    page.wait_for_url("**channel=Online**")
    assert page.evaluate("document.activeElement.name") == "channel"

    page.get_by_label("Period", exact=True).focus()
    page.get_by_label("Period", exact=True).select_option("2025-07-01")
    page.wait_for_url("**period=2025-07-01**channel=Online**")
    page.wait_for_selector("h1:has-text('July 2025')")
    assert page.evaluate("document.activeElement.name") == "period"

    card = page.locator("article.fig").first
    card.get_by_text("How this is computed").click()
    card.locator(".formula").wait_for()
    page.get_by_text("As a table").first.click()
    page.locator("figure.chart table").first.wait_for()
    axe(page)

    page.get_by_role("link", name="Add a note").click()
    page.get_by_label("Day").fill("2025-07-10")
    page.get_by_label("Note").fill("TV spot")
    page.get_by_role("button", name="Save the note").click()
    page.wait_for_url(re.compile(r"/#notes$"))
    page.locator("#notes").get_by_text("TV spot").wait_for()

    page.go_back()
    page.go_back()
    page.wait_for_url("**period=2025-07-01**channel=Online**")
    page.wait_for_selector("h1:has-text('July 2025')")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_cockpit_is_accessible_and_never_wider_than_the_screen(
    tea_house: None,
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    theme: str,
    width: int,
) -> None:
    page = visit("/", role="manager", language=language, theme=theme, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_long_word_in_a_note_is_broken_and_never_widens_the_page(
    tea_house: None, visit: Callable[..., "Page"], width: int
) -> None:
    from treue.core.shop.models import Shop
    from treue.understand.metrics import notes

    address = "https://example.org/" + "weihnachtsaktion" * 6
    notes.write(shop=Shop.objects.get(), day=date(2025, 7, 10), text=address, by=None)
    page = visit("/", role="manager", width=width)
    page.locator("#notes").get_by_text(address).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_filters_are_reached_with_the_keyboard(tea_house: None, visit: Callable[..., "Page"]) -> None:
    page = visit("/", role="manager")
    page.get_by_label("By", exact=True).focus()
    reached = []
    for _press in range(6):
        reached.append(page.evaluate("document.activeElement.name"))
        page.keyboard.press("Tab")
    assert reached == ["unit", "period", "against", "channel", "country", "category"]


def test_the_cockpit_works_without_scripts(
    tea_house: None, live_server: object, browser: "Browser", visit: Callable[..., "Page"]
) -> None:
    signed_in = visit("/", role="manager").context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in)
    try:
        page = context.new_page()
        page.goto(live_server.url)
        page.get_by_label("Channel", exact=True).select_option("Branch")
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**channel=Branch**")
        assert page.get_by_label("Channel", exact=True).input_value() == "Branch"
        page.get_by_text("How this is computed").first.click()
        page.locator(".formula").first.wait_for()
    finally:
        context.close()


def test_the_marks_of_a_long_page_lead_on_a_phone_from_the_keyboard(
    tea_house: None, visit: Callable[..., "Page"]
) -> None:
    page = visit("/", role="manager", language="de", width=360)
    marks = page.get_by_role("navigation", name="Auf dieser Seite")
    for name, section in (("Abwanderung", "churn"), ("Vergleich", "slices"), ("Kennzahlen", "figures")):
        marks.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_function("name => document.querySelector('.jump [aria-current]')?.textContent === name", arg=name)
        strip, top = marks.bounding_box(), page.locator(f"#{section}").bounding_box()["y"]
        assert strip["y"] + strip["height"] <= top < 300
        link = marks.get_by_role("link", name=name).bounding_box()
        assert link["x"] >= 0
        assert link["x"] + link["width"] <= 360
