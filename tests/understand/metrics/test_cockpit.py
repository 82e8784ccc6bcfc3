"""The cockpit says of a shop what a report says of the same file, for everything that can be selected."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from treue.core.shop.models import AcquisitionCost, Shop
from treue.science.report import Report
from treue.understand.metrics import cockpit
from treue.understand.metrics.cockpit import Cockpit
from treue.understand.metrics.counts import reading
from treue.understand.metrics.reports.analysis import Wishes, analyse
from treue.understand.metrics.selection import Selection

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRAGMENT = {"HX-Request": "true", "HX-Target": "today"}


@pytest.fixture
def report(orders_file: Path) -> Report:
    return analyse(orders_file, Wishes(window_days=90), now=NOW).report


def text(page: object) -> str:
    """What a person reads, without markup, spaces evened out."""
    body = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def built(shop: Shop, query: str = "", *, may_edit_shop: bool = True) -> Cockpit:
    from django.http import QueryDict

    snapshot = reading.current(shop)
    with override("en"):
        return cockpit.build(shop, snapshot, Selection.of(QueryDict(query)), query, may_edit_shop=may_edit_shop)


def values(found: Cockpit) -> dict[str, str]:
    return {figure.label: f"{figure.value} {figure.unit}".strip() for figure in found.figures}


@pytest.mark.parametrize("path", ["/", "/customers/", "/value/"])
def test_pages_of_computed_figures_say_up_to_when_they_count(
    shop: Shop, as_role: Callable[..., Client], path: str
) -> None:
    assert re.search('<p class="fresh">Figures up to .*, computed .*</p>', as_role().get(path).content.decode())


@pytest.mark.parametrize("path", ["/imports/", "/loyalty/", "/referrals/"])
def test_pages_of_live_figures_say_nothing_of_that(shop: Shop, as_role: Callable[..., Client], path: str) -> None:
    page = as_role().get(path)
    assert page.status_code == 200
    assert "Figures up to" not in page.content.decode()


def test_the_page_shows_the_figures_of_the_report(shop: Shop, report: Report, as_role: Callable[..., Client]) -> None:
    september = next(period for period in report.periods if period.start == date(2025, 9, 1))
    page = text(as_role().get("/"))
    assert "In September 2025" in page
    assert september.complete
    assert not report.periods[-1].complete
    shown = values(built(shop))
    assert shown["Customer retention rate"] == f"{september.retention_rate:.1f} %"
    assert shown["Customers"] == str(september.customers_end)
    assert shown["Lost customers"] == str(september.lost)
    assert shown["Average order value"] == f"€{september.average_order_value:.2f}"
    for value in shown.values():
        assert value in page


def test_every_period_and_cohort_is_the_reports_own(shop: Shop, report: Report) -> None:
    snapshot = reading.current(shop)
    assert reading.timeline(snapshot, "month") == report.periods
    assert [(row.cohort, row.size, row.retained) for row in reading.cohorts(snapshot)] == [
        (row.cohort, row.size, row.retained) for row in report.cohorts
    ]


@pytest.mark.parametrize(
    ("query", "customers", "lost", "value"),
    [
        ("", "70", "0", "€24.08"),
        ("period=2025-04-01", "80", "–", "€23.64"),
        ("period=2025-05-01", "70", "10", "€24.14"),
        ("channel=Online", "30", "0", "€20.00"),
        ("country=AT", "40", "0", "€30.00"),
        ("category=Tea&period=2025-05-01", "30", "10", "€20.00"),
        ("channel=Online&country=AT", "0", "0", "–"),
        ("unit=quarter&channel=Branch", "40", "0", "€30.00"),
    ],
)
def test_filters_narrow_what_is_counted(shop: Shop, query: str, customers: str, lost: str, value: str) -> None:
    shown = values(built(shop, query))
    assert (shown["Customers"], shown["Lost customers"], shown["Average order value"]) == (
        customers,
        lost,
        value,
    )


def test_a_period_is_compared_with_the_one_before_or_the_one_asked_for(shop: Shop) -> None:
    def against(query: str) -> str:
        (figure,) = (figure for figure in built(shop, query).figures if figure.label == "Average order value")
        return figure.change.against

    assert "August 2025" in against("")
    assert "June 2025" in against("period=2025-07-01")
    assert "April 2025" in against("period=2025-07-01&against=2025-04-01")


THIS, OTHER = "this period is not wholly covered.", "the period that this one is compared with is not wholly covered."


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("period=2025-01-01", THIS),
        ("unit=quarter&period=2025-01-01", THIS),
        ("period=2025-02-01", OTHER),
        ("period=2025-09-01&against=2025-01-01", OTHER),
    ],
)
def test_a_period_that_begins_before_the_data_is_said_to_be_covered_in_part(
    shop: Shop, as_role: Callable[..., Client], query: str, what: str
) -> None:
    assert f"The data begin on 5 Jan 2025; {what}" in text(as_role().get(f"/?{query}"))


@pytest.mark.parametrize("query", ["", "unit=quarter", "period=2025-03-01"])
def test_the_page_opens_on_a_period_that_the_data_cover(shop: Shop, query: str) -> None:
    assert built(shop, query).covered_in_part == ""


def test_a_period_that_the_data_cover_in_part_is_not_called_the_last_whole_one(shop: Shop) -> None:
    from treue.understand.metrics.models import Snapshot

    assert "Last whole quarter: Q3 2025." in built(shop, "unit=quarter").sub.replace("\u00a0", " ")
    Snapshot.objects.update(as_of=date(2025, 4, 2))
    found = built(shop, "unit=quarter")
    assert found.sub == "Orders up to Wednesday, 2 April 2025."
    assert found.covered_in_part == "The data begin on 5 Jan 2025; this period is not wholly covered."


@pytest.mark.parametrize("later", ["2025-08-01", "2025-09-01", "2025-10-01"])
def test_no_period_is_compared_with_itself_or_a_later_one(shop: Shop, later: str) -> None:
    found = built(shop, f"period=2025-08-01&against={later}")
    assert found.offer.against_period == ""
    assert "July 2025" in found.figures[0].change.against


def test_a_chosen_period_rules_the_titles_too(shop: Shop) -> None:
    found = built(shop, "period=2025-06-01")
    assert "June 2025" in found.morning
    assert found.retention.table.rows[0][0].cell.text == "June 2025"
    assert found.offer.period == "2025-06-01"
    assert "September 2025" in found.sub


def test_the_running_period_stays_on_the_charts_of_the_latest(shop: Shop) -> None:
    assert built(shop).retention.table.rows[0][0].cell.text.startswith("October 2025")


def test_a_month_chosen_before_becomes_the_quarter_that_holds_it(shop: Shop) -> None:
    assert "2nd quarter" in built(shop, "unit=quarter&period=2025-05-01").morning.lower().replace("q2", "2nd quarter")


@pytest.mark.parametrize(
    "query",
    [
        "unit=week",
        "period=yesterday",
        "period=9999-12-31",
        "period=2025-10-01",
        "period=2025-13-45&against=x",
        "against=2025-10-01",
        "nothing=1",
        "period=%00",
    ],
)
def test_wrong_wishes_give_way_to_the_usual(shop: Shop, as_role: Callable[..., Client], query: str) -> None:
    assert as_role().get(f"/?{query}").status_code == 200
    assert built(shop, query.replace("%00", "")).morning == built(shop).morning


def test_an_unknown_channel_shows_nobody_and_no_error(shop: Shop, as_role: Callable[..., Client]) -> None:
    page = as_role().get("/", {"channel": "<script>alert(1)</script>\x00"})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_the_selection_is_kept_in_the_form_and_in_every_csv_address(shop: Shop, as_role: Callable[..., Client]) -> None:
    query = "unit=month&period=2025-08-01&against=2025-05-01&channel=Online&country=DE"
    page = as_role().get(f"/?{query}").content.decode()
    for chosen in ("2025-08-01", "2025-05-01", "Online", "DE"):
        assert f'<option value="{chosen}" selected>' in page
    addresses = re.findall(r'href="(/figures/[^"]+)"', page)
    assert {unescape(address).partition("?")[2] for address in addresses} == {query}
    assert {re.search(r"/figures/(\w+)\.csv", address)[1] for address in addresses} == {
        "periods",
        "cohorts",
        "by_category",
    }


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages(shop: Shop, as_role: Callable[..., Client], language: str) -> None:
    from django.utils.translation import gettext

    page = as_role(language=language).get("/")
    assert f'<html lang="{language}"' in page.content.decode()
    with override(language):
        for words in ("Compared with", "What stands out", "How this is computed", "Notes on the charts"):
            assert gettext(words) in text(page)


def test_every_chart_can_be_read_as_a_table(shop: Shop, as_role: Callable[..., Client]) -> None:
    page = as_role().get("/").content.decode()
    for section in ("retention", "movement", "churn"):
        panel = re.search(rf'<section [^>]*id="{section}".*?</section>', page, re.DOTALL)[0]
        assert re.search(r"<summary>As a table</summary>.*<table", panel, re.DOTALL)


@pytest.mark.parametrize(("language", "names"), [("en", "Figures Retention"), ("de", "Kennzahlen Bindung")])
def test_each_mark_leads_to_a_section_of_the_page(
    shop: Shop, as_role: Callable[..., Client], language: str, names: str
) -> None:
    page = as_role("manager", language=language).get("/").content.decode()
    strip = re.search(r'<nav class="jump".*?</nav>', page, re.DOTALL)[0]
    marks = re.findall(r'<a href="#(\w+)">([^<]+)</a>', strip)
    assert " ".join(name for _, name in marks).startswith(names)
    assert [mark for mark, _ in marks if f'id="{mark}"' not in page] == []


def test_a_fragment_is_part_of_the_same_page_with_the_headline_and_the_filters(
    shop: Shop, as_role: Callable[..., Client]
) -> None:
    page = as_role().get("/?channel=Online", headers=FRAGMENT).content.decode()
    wrapped = page[page.index('id="today"') :]
    assert 'name="period"' in wrapped
    assert "In September 2025" in wrapped


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
@pytest.mark.parametrize(
    ("role", "page", "csv"), [("admin", 200, 200), ("manager", 200, 200), ("analyst", 200, 200), ("service", 302, 403)]
)
def test_figures_are_for_those_who_may_see_them(
    shop: Shop, as_role: Callable[..., Client], role: str, page: int, csv: int, headers: dict[str, str]
) -> None:
    client = as_role(role)
    assert client.get("/", headers=headers).status_code == page
    assert client.get("/figures/periods.csv", headers=headers).status_code == csv


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_strangers_are_led_to_the_sign_in(shop: Shop, headers: dict[str, str]) -> None:
    for address in ("/", "/figures/periods.csv", "/notes/"):
        answer = Client().get(address, headers=headers)
        assert "/account/sign-in/" in answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
        assert not answer.content


def test_service_is_led_to_the_customers(shop: Shop, as_role: Callable[..., Client]) -> None:
    assert as_role("service").get("/").url == "/customers/"


# What new customers cost


def ltv_to_cac(found: Cockpit) -> object:
    return found.figures[-1]


def test_without_costs_the_card_leads_whoever_may_to_where_they_are_entered(shop: Shop) -> None:
    figure = ltv_to_cac(built(shop))
    assert (figure.value, figure.next_step.url) == ("–", "/settings/costs/")
    assert ltv_to_cac(built(shop, may_edit_shop=False)).next_step is None


def test_with_costs_the_card_sets_value_against_cost(shop: Shop) -> None:
    for month, amount in ((1, 200), (2, 100), (3, 100)):
        AcquisitionCost.objects.create(shop=shop, channel="Online", month=date(2025, month, 1), amount=Decimal(amount))
    figure = ltv_to_cac(built(shop, "unit=quarter&period=2025-01-01&channel=Online"))
    (quarter, *_others) = reading.timeline(
        reading.current(shop), "quarter", Selection.of(_query("channel=Online")).filters
    )
    assert (quarter.first_buyers, quarter.repeat_customers_to_date) == (40, 40)
    assert figure.value == f"{quarter.clv * 0.3 / 10:.1f}\u00a0:\u00a01"
    assert quarter.clv > 1


def test_by_country_nothing_is_said_about_costs_and_no_entry_is_asked_for(shop: Shop) -> None:
    AcquisitionCost.objects.create(shop=shop, channel="Online", month=date(2025, 9, 1), amount=Decimal(400))
    figure = ltv_to_cac(built(shop, "country=DE"))
    assert (figure.value, figure.next_step) == ("–", None)
    assert "by channel" in figure.sentence


def _query(text: str) -> object:
    from django.http import QueryDict

    return QueryDict(text)
