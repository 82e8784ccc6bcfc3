"""The programme is set up in a real browser, on a phone and on a desk: the draft survives leaving, a rule is
added in its form, tried on last year's orders, and published."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def tea_shop(transactional_db: None, installation: Path) -> None:
    """Orders of the last year, and products to pick."""
    from django.utils import timezone

    from tests.core.lake import buying
    from treue.core.commerce.models import Product
    from treue.core.shop.setup import ensure_shop

    shop = ensure_shop()
    tea = Product.objects.create(shop=shop, code="TEE-0815", name="Darjeeling First Flush", category="Grüner Tee")
    for number, days, amount in (("K1", 40, 30), ("K1", 20, 50), ("K2", 10, 20)):
        buying.order(
            buying.customer(shop, number),
            f"{timezone.now() - timedelta(days=days):%Y-%m-%d} 10:00",
            amount,
            product=tea,
        )


def fine(page: "Page", axe: Callable[["Page"], None], width: int) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def send(page: "Page", **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#id_{name}", value)
    page.locator("main form .btn.primary").first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize(("language", "width", "theme"), [("de", 360, "light"), ("en", 1440, "dark")])
def test_a_manager_sets_the_programme_up(
    tea_shop: None,
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    width: int,
    theme: str,
) -> None:
    from treue.act.loyalty.funnel import reckoning
    from treue.act.loyalty.models import Programme, RuleVersion
    from treue.act.loyalty.tasks import REPLAY
    from treue.core.jobs import work
    from treue.core.jobs.models import Job

    page = visit("/loyalty/set-up/", role="manager", language=language, theme=theme, width=width)
    fine(page, axe, width)
    send(page, name="Tea Circle", points="2", amount="1")
    for _step in ("returns", "deeds"):
        fine(page, axe, width)
        send(page)
    fine(page, axe, width)
    page.check("#id_has_tiers")
    send(page, name_1="Silver", threshold_1="40")
    fine(page, axe, width)
    page.reload()
    page.go_back()
    assert page.input_value("#id_name_1") == "Silver"
    send(page)
    send(page)
    fine(page, axe, width)

    page.goto(page.url.split("/loyalty/")[0] + "/loyalty/set-up/rules/new/per_unit/")
    page.fill("#id_points", "5")
    page.fill("#id_find", "darjeeling")
    page.locator("button[name=search]").click()
    page.wait_for_load_state()
    page.get_by_label("Darjeeling First Flush (TEE-0815)").check()
    page.fill("#id_m-0-factor", "2")
    page.locator("[name=m-0-weekdays]").last.check()
    page.locator("button[name=more]").click()
    page.wait_for_load_state()
    fine(page, axe, width)
    page.locator("main form .btn.primary").click()
    page.wait_for_load_state()
    assert "Darjeeling First Flush" in page.locator("#rule-per-unit h2").inner_text()
    fine(page, axe, width)

    page.locator("form[action$='/preview/try/'] button").click()
    page.wait_for_load_state()
    work.run(Job.objects.get(kind=REPLAY).pk)
    page.goto(page.url.split("/loyalty/")[0] + "/loyalty/set-up/preview/")
    fine(page, axe, width)
    assert page.locator("#moves tbody tr").count() == 1
    assert not Programme.objects.exists()
    page.locator("#publish .btn.primary").click()
    page.wait_for_load_state()
    assert page.url.endswith("/loyalty/")
    assert [each["name"] for each in RuleVersion.objects.get().document["rules"]] == ["spending", "per-unit"]
    reckoning.keep(Programme.objects.get(), now=Programme.objects.get().started_at)
    page.goto(page.url + "funnel/")
    fine(page, axe, width)
