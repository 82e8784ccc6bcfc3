"""Titles that are one long word, on a phone: a file's name, a German compound."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from treue.core.staff.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [320, 360])
PASSWORD = "a blue flower by the brook"


def widest(page: "Page") -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@WIDTHS
@pytest.mark.parametrize("name", ["online_retail_II_2009_2010.parquet", "x" * 200])
def test_an_import_is_named_and_can_be_undone_whatever_its_file_is_called(
    visit: Callable[..., "Page"], width: int, name: str
) -> None:
    from treue.core.shop.models import Shop
    from treue.listen.imports.models import Import

    summary = {"rows_read": 1, "rows_used": 1, "set_aside": {}, "orders": {"new": 1, "changed": 0, "same": 0}}
    task = Import.objects.create(
        shop=Shop.objects.create(name="Tea House"), what="orders", file_name=name, state="done", summary=summary
    )
    page = visit(f"/imports/{task.pk}/", language="de", width=width)
    assert page.locator("h1").inner_text() == name
    assert widest(page) == width
    button = page.get_by_role("link", name="Import rückgängig machen").bounding_box()
    assert button["x"] + button["width"] <= width


@WIDTHS
def test_the_page_of_recovery_codes_fits(
    visit: Callable[..., "Page"], staff: Callable[..., "User"], width: int
) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    user = staff("admin")
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, "A" * 32)
    RecoveryCodes.activate(user)
    page = visit("/account/two-factor/recovery-codes/", language="de", width=width)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator("h1").inner_text().split("\N{SOFT HYPHEN}") == ["Wiederherstellungs", "codes"]
    assert widest(page) == width
