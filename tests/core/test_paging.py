"""Long lists page by page: there and back again, and no question too many."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from tests.asked import questions
from treue.core import paging
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.design.tables import Pager

pytestmark = pytest.mark.django_db
ORDER = ("name", "-pk")


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(name="Tea House")


def customers(shop: Shop, count: int) -> None:
    """Several of a name."""
    for number in range(count):
        Customer.objects.create(shop=shop, number=f"C-{number}", name=f"Kim {number % 3}")


def asking(query: str = "") -> HttpRequest:
    return RequestFactory().get(f"/{query}")


def newest(query: str = "", size: int = 3) -> tuple[list[str], Pager]:
    page, pager = paging.newest_first(asking(query), Customer.objects.all(), size=size)
    return [each.number for each in page], pager


def ordered(query: str = "", size: int = 3) -> tuple[list[str], Pager]:
    page, pager = paging.in_order(asking(query), Customer.objects.all(), *ORDER, size=size)
    return [each.number for each in page], pager


@pytest.mark.parametrize("listed", [newest, ordered])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 7])
def test_there_and_back_everybody_is_met_once(shop: Shop, listed: object, count: int) -> None:
    customers(shop, count)
    rows = Customer.objects.order_by(*(ORDER if listed is ordered else ("-pk",)))
    wanted = [each.number for each in rows]
    page, pager = listed()
    pages = [page]
    while pager.next_url:
        page, pager = listed(pager.next_url)
        pages.append(page)
    assert [each for page in pages for each in page] == wanted
    assert all(len(page) == 3 for page in pages[:-1])
    back = [pages[-1]]
    while pager.previous_url:
        page, pager = listed(pager.previous_url)
        back.append(page)
    assert back[::-1] == pages
    assert pager.text.startswith(f"{count} ")


@pytest.mark.parametrize("listed", [newest, ordered])
def test_a_place_that_is_gone_or_none_leads_to_a_page(shop: Shop, listed: object) -> None:
    customers(shop, 2)
    for query in ("?before=0", "?after=0", "?before=x", "?before=9999999", "?after=99999999"):
        _page, pager = listed(query)
        assert pager.text == "2 entries"


@pytest.mark.parametrize("listed", [newest, ordered])
def test_a_list_that_fits_on_a_page_is_one_question(shop: Shop, listed: object) -> None:
    customers(shop, 3)
    assert questions(listed) == 1
    _page, pager = listed(size=2)
    assert questions(lambda: listed(size=2)) == 2
    assert questions(lambda: listed(pager.next_url, size=2)) <= 4
