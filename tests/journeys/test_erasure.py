"""Somebody asks for their data and to be forgotten: open the customer, save the copy, erase, show the receipt."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = "order,customer,time,product,quantity,price,category,channel,country"
ORDERS = [f"A-{n},C-{n % 3},2025-0{1 + n % 6}-05 10:00,TEA,1,20,Tea,Online,DE" for n in range(30)]
PEOPLE = [f"C-{n},Person {n},person{n}@example.org" for n in range(3)]


@pytest.fixture
def anna(transactional_db: None, installation: Path, tmp_path: Path) -> "Customer":
    """One of three customers with ten orders each; figures and lake are there, and so are the files they came from."""
    from treue.core.customers.models import Customer
    from treue.core.jobs.work import Silent
    from treue.core.shop.models import Shop
    from treue.listen.imports.demo import bring_in
    from treue.understand.metrics.counts.refresh import refresh

    shop = Shop.objects.create(name="Tea House", window_days=90)
    for what, head, rows in (("customers", "number,name,email", PEOPLE), ("orders", HEADER, ORDERS)):
        path = tmp_path / f"{what}.csv"
        path.write_text("\n".join([head, *rows]) + "\n")
        bring_in(shop, what, path, Silent())
    refresh(shop)
    return Customer.objects.get(number="C-1")


def work_off() -> None:
    """What the worker does, in the order in which it was queued."""
    from treue.core.jobs import work
    from treue.core.jobs.models import Job

    while job := Job.objects.filter(state=Job.State.WAITING).order_by("pk").first():
        work.run(job.pk)


def test_a_person_asks_for_a_copy_and_to_be_erased(
    anna: "Customer", visit: Callable[..., "Page"], axe: Callable[["Page"], None], tmp_path: Path
) -> None:
    page = visit(f"/customers/{anna.pk}/", role="manager")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Export the data").click()
    assert saving.value.suggested_filename == "customer-C-1.json"
    saving.value.save_as(tmp_path / "copy.json")
    assert len(json.loads((tmp_path / "copy.json").read_text())["data"]["commerce.order"]) == 10

    page.get_by_role("link", name="Erase…").click()
    page.wait_for_url("**/erase/")
    page.get_by_role("heading", name="Erase Person 1").wait_for()
    axe(page)
    page.get_by_label("Customer number").fill("C-1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/erasures/\d+/$"))
    page.locator("#course").get_by_text("under way").wait_for()
    axe(page)

    work_off()
    page.locator("#course").get_by_text("complete").wait_for()
    page.locator("#course").get_by_text("not computed anew yet").wait_for(state="detached")
    page.locator("#course").get_by_text("looked through").wait_for()
    axe(page)

    page.get_by_role("link", name="Erased customers").click()
    page.get_by_label("Customer number").fill("C-1")
    page.get_by_role("button", name="Find the receipt").click()
    page.wait_for_url(re.compile(r"/customers/erasures/\d+/$"))
    assert "C-1" not in page.url

    page.goto(page.url.replace(re.search(r"/customers/.*", page.url)[0], "/customers/"))
    page.get_by_text("Person 2").first.wait_for()
    page.get_by_text("Person 1").wait_for(state="hidden")
    page.goto(page.url.replace("/customers/", f"/customers/{anna.pk}/"))
    page.wait_for_url(re.compile(r"/customers/erasures/\d+/$"))


def test_a_slip_deletes_nothing_and_is_told_to_who_cannot_see_it(
    anna: "Customer", visit: Callable[..., "Page"]
) -> None:
    from treue.core.customers.models import Customer

    opened = visit(f"/customers/{anna.pk}/erase/", role="manager")
    page = opened.context.new_page()  # one on which a 422 is no complaint: Chromium notes it as an error
    page.goto(opened.url)
    page.get_by_label("Customer number").fill("C-2")
    page.get_by_role("button", name="Erase this customer").click()
    page.get_by_text("Nothing was deleted").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.get_by_label("Customer number").get_attribute("aria-invalid") == "true"
    assert Customer.objects.filter(pk=anna.pk).exists()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    anna: "Customer",
    visit: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    language: str,
    theme: str,
    width: int,
) -> None:
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer

    other = Customer.objects.get(number="C-2")
    other.email = anna.email
    other.save(update_fields=["email"])
    how = {"role": "manager", "language": language, "theme": theme, "width": width}
    pages = [visit("/customers/erasures/", **how), visit(f"/customers/{anna.pk}/erase/", **how)]
    receipt = erasure.erase(customer=anna, by=None)
    pages += [visit("/customers/erasures/", **how), visit(f"/customers/erasures/{receipt.pk}/", **how)]
    for page in pages:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
