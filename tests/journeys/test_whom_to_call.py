"""A manager opens Value in the morning: reads what is at stake, pages through whom to call, and opens the first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scored_shop(transactional_db: None, installation: Path) -> None:
    """Sixty customers at risk, the first of whom has the most at stake."""
    from treue.core.customers.models import Customer
    from treue.core.shop.models import Shop
    from treue.understand.value.models import Fit, Score
    from treue.understand.value.summing import sum_up

    shop = Shop.objects.create(name="Tea House")
    about = {"model": "mbg_nbd", "status": "converged", "unit": "week", "until": date(2026, 6, 30), "currency": "EUR"}
    fit = Fit.objects.create(
        shop=shop, is_current=True, in_force_at="2026-07-01T02:05Z", margin=Decimal("0.4"), discount_rate=0, **about
    )
    for number in range(60):
        Score.objects.create(
            fit=fit,
            customer=Customer.objects.create(shop=shop, number=f"C-{number}", name=f"Anna{number} Blau"),
            probability_alive=0.4,
            purchases_90_days=1,
            buys_90_days=0.6,
            purchases_12_months=4,
            spend=Decimal(40),
            lifetime_value=Decimal(160 - number),
        )
    sum_up(fit)


def test_whom_to_call_is_found_and_opened(
    scored_shop: None, visit: Callable[..., "Page"], axe: Callable[["Page"], None]
) -> None:
    page = visit("/", role="manager", width=360)
    page.goto(page.url.rstrip("/") + "/value/")
    assert "of it is at stake" in page.locator(".morning .say").inner_text()
    axe(page)
    page.get_by_role("link", name="All customers at risk").click()
    page.wait_for_url("**/value/at-risk/")
    people = page.locator("tbody th a")
    assert people.all_inner_texts() == [f"Anna{number} Blau" for number in range(50)]
    axe(page)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**after=**")
    assert people.all_inner_texts() == [f"Anna{number} Blau" for number in range(50, 60)]
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**before=**")
    people.first.click()
    page.wait_for_url("**/customers/**")
    assert page.get_by_role("heading", level=1).inner_text() == "Anna0 Blau"
