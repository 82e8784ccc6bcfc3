"""A manager asks whether to believe the forecasts, and an analyst takes the figures along to doubt them."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.shop.models import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/value/models/"


@pytest.fixture
def demo_shop(transactional_db: None, installation: Path) -> "Shop":
    """The demo's customers, with the models of a night and of two before, which are as real as a copy can be."""
    from treue.core.jobs.work import Silent
    from treue.listen.imports import demo
    from treue.understand.metrics.counts.refresh import refresh as refresh_figures
    from treue.understand.value.models import Fit
    from treue.understand.value.refresh import refresh

    shop, _invented = demo.load(today=date(2026, 7, 1), progress=Silent(), customers=400)
    refresh_figures(shop)
    fit = refresh(shop)
    for night in (1, 2):
        moved = {name: value * (1 + night / 10) for name, value in fit.parameters.items()}
        change = {"before": moved["r"], "now": fit.parameters["r"], "change": -0.1, "log_change": -0.1, "error": 0.05}
        former = Fit.objects.get(pk=fit.pk)
        former.pk, former.is_current, former.until = None, False, fit.until - timedelta(days=night)
        former.parameters, former.drift = moved, {"since": "2026-01-01", "parameters": {"r": change}}
        former.save()
    return shop


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("de", "light", 360), ("de", "dark", 1440), ("en", "dark", 360), ("en", "light", 1440)],
)
def test_it_is_readable_by_everybody_on_every_screen(
    demo_shop: "Shop",
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    theme: str,
    width: int,
) -> None:
    page = visit(PATH, role="manager", language=language, theme=theme, width=width)
    page.evaluate("document.querySelectorAll('.how, .plain').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure.chart").count() >= 3
    axe(page)


def test_a_manager_reads_the_verdict_and_where_it_comes_from(demo_shop: "Shop", visit: Callable[..., "Page"]) -> None:
    page = visit(PATH, role="manager")
    assert page.locator(".verdict .say").inner_text()
    card = page.locator("#measures article").first
    card.get_by_text("How this is computed").click()
    assert "÷" in card.locator(".formula").inner_text()
    page.locator("#cumulative").get_by_text("As a table").click()
    assert page.locator("#cumulative tbody tr").count() > 20


def test_an_analyst_takes_the_weeks_along(demo_shop: "Shop", visit: Callable[..., "Page"], tmp_path: Path) -> None:
    page = visit(PATH, role="analyst")
    with page.expect_download() as waiting:
        page.locator("#weekly").get_by_text("Save as CSV").click()
    waiting.value.save_as(tmp_path / "weeks.csv")
    rows = list(csv.DictReader((tmp_path / "weeks.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[-1]["held_out"] == "1"
    assert float(rows[-1]["came"]) > 0
