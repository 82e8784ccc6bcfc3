"""The cockpit under filters: it says whose figures it shows, also where there are none."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from tests.core.lake import buying
from treue.core.commerce.models import Batch, Order
from treue.core.shop.models import Shop

pytestmark = pytest.mark.django_db


def text(page: object) -> str:
    """What a person reads, without markup, spaces evened out."""
    body = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def seen(shop: Shop, as_role: Callable[..., Client]) -> Callable[..., str]:
    return lambda query, language="en": as_role(language=language).get(f"/?{query}")


def test_under_the_title_stands_what_is_filtered_so_that_paper_says_it_too(seen: Callable[..., object]) -> None:
    title = re.search(r'<header class="morning">.*?</header>', seen("country=AT&channel=Branch", "de").text)[0]
    assert "Ihrer Kundschaft aus Österreich (Kanal Branch)" in unescape(title)
    assert "Nur Kundschaft aus Österreich (Kanal Branch)." in unescape(title)
    assert "Nur " not in re.search(r'<header class="morning">.*?</header>', seen("").text)[0]


@pytest.mark.parametrize(
    ("language", "words", "way_out"),
    [
        ("en", "Nobody matches the selection: customers from Austria (channel Online).", "Clear filters"),
        ("de", "Niemand passt zur Auswahl: Kundschaft aus Österreich (Kanal Online).", "Filter aufheben"),
    ],
)
def test_where_nobody_matches_the_page_says_so_and_how_to_see_everybody(
    seen: Callable[..., object], language: str, words: str, way_out: str
) -> None:
    page = seen("unit=quarter&period=2025-04-01&country=AT&channel=Online", language)
    assert words in text(page).replace(" :", ":").replace(" .", ".")
    assert f'href="/?unit=quarter&amp;period=2025-04-01">{way_out}</a>' in page.text
    for absent in ("<figure", "<article", 'class="jump"', "warm-up", "Anlaufzeit"):
        assert absent not in page.text
    assert '<option value="AT" selected>' in page.text


@pytest.mark.parametrize("query", ["channel=nix", "country=XX", "category=Old", "channel=~other"])
def test_a_filter_that_nobody_matches_any_more_is_shown_as_chosen(seen: Callable[..., object], query: str) -> None:
    name, _, value = query.partition("=")
    page = seen(query).text
    select = re.search(rf'<select [^>]*name="{name}".*?</select>', page, re.DOTALL)[0]
    assert f'<option value="{value}" selected>' in select
    assert '<option value="">All' in select
    assert "Clear filters" in page


def test_a_slice_that_begins_later_has_no_false_advice_about_the_warm_up(seen: Callable[..., object]) -> None:
    page = text(seen("country=AT&period=2025-08-01"))
    assert "There is no complete month" not in page


def test_a_filter_of_which_the_shop_knows_nothing_can_be_seen_and_cleared(
    shop: Shop, as_role: Callable[..., Client]
) -> None:
    from treue.understand.metrics.models import Slice

    Slice.objects.exclude(category="").delete()
    assert 'name="category"' not in as_role().get("/").text
    page = as_role().get("/?category=Tea").text
    assert '<option value="Tea" selected>Tea</option>' in page
    assert "Clear filters" in page


def test_what_the_whole_shop_sold_today_stands_only_where_nothing_is_filtered(
    shop: Shop, seen: Callable[..., object]
) -> None:
    made = buying.order(buying.customer(shop), "2026-11-28 09:00")
    Order.objects.filter(pk=made.pk).update(ordered_at=timezone.now())
    Batch.objects.filter(pk=made.batch_id).update(source="server")
    whole = text(seen("unit=quarter"))
    assert "Today so far whole shop" in whole
    assert "Orders today" in whole
    filtered = text(seen("country=AT"))
    assert "Orders today" not in filtered
    assert "Today so far" not in filtered
