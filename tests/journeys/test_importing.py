"""A manager brings a real shop's orders in, looks at what came of every row, reads the figures, and takes it back."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.realdata]
EVERYWHERE = [(language, width) for language in ("de", "en") for width in (360, 1440)]


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> object:
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", window_days=90)  # as the report takes for a year


@pytest.fixture
def worker(shop: object) -> Iterator[None]:
    """A worker process on the test's own database."""
    from django.db import connection

    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"
    program = [sys.executable, "-m", "treue.web.commands", "worker"]
    process = subprocess.Popen(program, env=os.environ | {"DATABASE_URL": url}, stderr=subprocess.DEVNULL)
    yield
    process.kill()
    process.wait()


@pytest.fixture
def orders(real_data: Path, tmp_path: Path) -> Path:
    """All orders of one in 32 customers over the year, and some guests, with a heading that says nothing."""
    table = pq.read_table(real_data / "online_retail_II_2009_2010.parquet")
    numbers = pc.cast(table["Customer ID"], pa.int64())
    guests = pc.equal(pc.bit_wise_and(pa.array(range(table.num_rows)), 63), 0)
    chosen = pc.equal(pc.bit_wise_and(numbers, 31), 6)
    table = table.filter(pc.coalesce(chosen, guests))
    path = tmp_path / "orders of the year.csv"
    pyarrow.csv.write_csv(table.rename_columns({"Customer ID": "Ref"}), path)
    return path


@pytest.fixture
def reported(orders: Path) -> dict[str, object]:
    """What `treue report --json` says about the same file."""
    program = [sys.executable, "-m", "treue.web.commands", "report", str(orders), "--json", "--customer", "Ref"]
    return json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


@pytest.fixture
def look(axe: Callable[["Page"], None], staff: Callable[..., object]) -> Callable[["Page"], None]:
    """Look at a page in both languages, on a phone and on a wide screen."""

    def looked(page: "Page") -> None:
        user = staff("manager")
        for language, width in EVERYWHERE:
            user.language = language
            user.save(update_fields=["language"])
            page.set_viewport_size({"width": width, "height": 900})
            page.reload()
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)

    return looked


def until(page: "Page", text: str, seconds: float = 90) -> None:
    """Ask for the page again until it says so."""
    limit = time.monotonic() + seconds
    while page.get_by_text(text).count() == 0:
        assert time.monotonic() < limit, f"“{text}” never came"
        time.sleep(0.5)
        page.reload()


def test_a_real_shops_orders_come_in_are_read_as_the_report_does_and_go_again(
    shop: object,
    worker: None,
    orders: Path,
    reported: dict[str, object],
    live_server: object,
    visit: Callable[..., "Page"],
    look: Callable[["Page"], None],
) -> None:
    page = visit("/imports/", role="manager")
    look(page)
    page.get_by_role("link", name="Import a file").click()
    look(page)
    page.get_by_label("File", exact=True).set_input_files(orders)
    page.get_by_text("orders of the year.csv").wait_for()
    page.get_by_role("button", name="Upload").click()

    page.wait_for_url("**/columns/")
    assert page.locator("#preview tbody tr").count() == 10
    page.get_by_text("Customer number or e-mail", exact=True).wait_for()
    look(page)
    page.get_by_label("What “Ref” is").select_option("customer")
    page.get_by_role("button", name="Continue to the dry run").click()

    page.wait_for_url("**/check/")
    page.wait_for_selector("#result")  # the page turns by itself
    page.get_by_text("Nothing has been imported yet.").wait_for()
    assert "would be new" in page.locator("h2.say").inner_text()
    look(page)
    watched_until_done(page, shop, look)

    assert page.locator("#rows dd").nth(0).inner_text() == f"{reported['rows_read']:,}"
    assert page.locator("#rows dd").nth(1).inner_text() == f"{reported['rows_used']:,}"
    look(page)
    set_aside_are_saved(page, reported, look)
    figures_are_the_reports(page, reported)
    page.goto(f"{live_server.url}/imports/")
    undone_and_empty(page, look)


def watched_until_done(page: "Page", shop: object, look: Callable[["Page"], None]) -> None:
    """While another import has its turn it waits; then it moves, on the page that was opened, until it is over."""
    from django.db import connection, transaction

    from treue.core.jobs.models import Job
    from treue.core.shop.locking import LOCK_CLASS

    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, shop.pk])
        page.get_by_role("button", name="Import this file").dblclick()
        page.wait_for_selector("#progress")
        until(page, "Waits for another import in this shop")
        look(page)
        page.evaluate("window.same = true")
        with transaction.atomic():
            cursor.execute("lock table commerce_order in exclusive mode")  # or it might be over before it is seen
            cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, shop.pk])
            page.get_by_text("Orders and refunds").wait_for(timeout=60_000)
            assert 45 <= int(page.locator("#progress b").inner_text().rstrip("%")) < 85
            assert page.evaluate("window.same === true")
    page.wait_for_selector("#result", timeout=60_000)
    assert "were added" in page.locator("h2.say").inner_text()
    assert Job.objects.filter(kind="imports.run").count() == 1


def set_aside_are_saved(page: "Page", reported: dict[str, object], look: Callable[["Page"], None]) -> None:
    page.get_by_role("link", name="No customer").click()
    page.get_by_text("Guests and till sales").wait_for()
    look(page)
    page.get_by_role("link", name="All", exact=False).first.click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as CSV").click()
    with open(saved.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(reported["set_aside"].values())
    assert sum(row["Reason"] == "No customer" for row in rows) == reported["set_aside"]["no_customer"]
    page.go_back()
    page.go_back()


def figures_are_the_reports(page: "Page", reported: dict[str, object]) -> None:
    page.get_by_role("link", name="See the figures").click()
    until(page, "Last whole month")
    with page.expect_download() as saved:
        page.evaluate("location.href = '/figures/periods.csv'")
    with open(saved.value.path(), encoding="utf-8-sig", newline="") as file:
        shown = {row["start"]: row for row in csv.DictReader(file)}
    told = {period["start"]: period for period in reported["periods"]}
    assert shown.keys() == told.keys()
    for start, period in told.items():
        assert round(float(shown[start]["revenue"]), 2) == period["revenue"]
        assert int(shown[start]["orders"]) == period["orders"]
        assert int(shown[start]["customers_end"]) == period["customers_end"]
    whole = [period for period in reported["periods"] if period["complete"]][-1]
    page.get_by_text("As a table").first.click()
    page.get_by_role("cell", name=f"{whole['revenue']:,.0f}").first.wait_for()


def undone_and_empty(page: "Page", look: Callable[["Page"], None]) -> None:
    page.get_by_role("link", name="orders of the year.csv").click()
    page.get_by_role("link", name="Undo the import").click()
    page.get_by_role("dialog").get_by_text("will be removed").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    page.wait_for_selector("#ending", timeout=60_000)
    page.get_by_text("The import was undone.").wait_for()
    look(page)
    page.get_by_role("link", name="Today").first.click()
    until(page, "Bring in your orders")
