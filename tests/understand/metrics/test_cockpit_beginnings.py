"""The cockpit before there are figures, while few can be given, and with a shop's hostile names."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import

pytestmark = pytest.mark.django_db(transaction=True)


def text(page: object) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_shop_without_orders_is_led_to_the_import(empty_shop: Shop, as_role: Callable[..., Client]) -> None:
    page = as_role().get("/")
    assert 'href="/imports/"' in page.content.decode()
    assert "Bring in your orders" in text(page)


def test_who_may_not_import_is_told_who_may(empty_shop: Shop, as_role: Callable[..., Client]) -> None:
    assert "A manager has to bring in the shop's orders first." in text(as_role("analyst").get("/"))


def test_while_orders_are_read_the_page_says_so(empty_shop: Shop, as_role: Callable[..., Client]) -> None:
    Import.objects.create(shop=empty_shop, what="orders", state=Import.State.RUNNING, file_name="orders.csv")
    page = as_role("analyst").get("/")
    assert "Your orders are being read." in text(page)
    assert 'href="/jobs/"' in page.content.decode()


@pytest.mark.parametrize(("of_this_shop", "words"), [(True, "are being read"), (False, "Bring in your orders")])
def test_only_the_work_on_this_shop_is_waited_for(
    empty_shop: Shop, as_role: Callable[..., Client], of_this_shop: bool, words: str
) -> None:
    Job.objects.create(kind="metrics.refresh", arguments={"shop_id": empty_shop.pk + (not of_this_shop)})
    assert words in text(as_role().get("/"))


def test_a_short_history_shows_the_warm_up_the_window_that_would_help_and_no_rate(
    empty_shop: Shop, open_shop: Callable[[Path], Shop], orders_file: Path, as_role: Callable[..., Client]
) -> None:
    Shop.objects.update(window_days=365)
    empty_shop.refresh_from_db()
    open_shop(orders_file)
    page = as_role().get("/")
    assert "warm-up" in text(page)
    assert re.search(r'<a href="/settings/">\s*Set the window to 90 days', page.content.decode())
    assert "would show more" not in text(page)
    assert re.search(r"Customer retention rate In September 2025 – ", text(page))
    assert re.search(r"September 2025 \d+ customers ordered, \d+ for the first time", text(page))
    assert "Churn rate by month" not in text(page)
    assert 'href="/settings/"' not in re.findall(r'<div class="notice.*?</div>', as_role("analyst").get("/").text)


def test_a_formula_from_a_shops_file_is_not_executed(
    open_shop: Callable[[Path], Shop], tmp_path: Path, as_role: Callable[..., Client]
) -> None:
    path = tmp_path / "evil.csv"
    path.write_text("order,customer,time,amount,channel\n1,a,2025-01-05,10,\"=cmd|'/c calc'!A1\"\n")
    open_shop(path)
    answer = as_role().get("/figures/by_channel.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert row["channel"] == "'=cmd|'/c calc'!A1"


def test_before_the_first_figures_there_is_no_table(empty_shop: Shop, as_role: Callable[..., Client]) -> None:
    assert as_role().get("/figures/periods.csv").status_code == 404
