"""The page that `treue report` writes: everything inside, every figure with its computation, both languages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.utils import translation
from report_runs import csv_file

from treue.understand.metrics.reports import datause
from treue.understand.metrics.reports.analysis import Analysis, Wishes, analyse
from treue.understand.metrics.reports.report import to_html

SHOP_ROWS = 400


def shop(path: Path) -> Path:
    """Two years of a small shop with channels, guests, postage and a running month, the same every time."""
    rows = []
    for number in range(SHOP_ROWS * 8):
        customer = (number * 7919) % SHOP_ROWS
        first = date(2024, 1, 1) + timedelta(days=(customer * 37) % 600)
        day = first + timedelta(days=(number // SHOP_ROWS) * (20 + customer % 70))
        if day <= date(2026, 1, 10):
            name = "" if number % 50 == 0 else f"K{customer}"
            product = "PORTO" if number % 40 == 0 else f"A{number % 9}"
            rows.append((str(number), name, day.isoformat(), product, "19.90", ("Shop", "Filiale & Co")[customer % 2]))
    return csv_file(path, rows, ("Bestellung", "Kunde", "Datum", "Artikel", "Betrag", "Kanal"), delimiter=",")


NOW = datetime(2026, 1, 20, 8, 0, tzinfo=UTC)
Page = Callable[[str], Path]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def analysis(folder: Path) -> Analysis:
    return analyse(shop(folder / "shop.csv"), Wishes(currency="EUR"), now=NOW)


@pytest.fixture(scope="module")
def page(analysis: Analysis, folder: Path) -> Page:
    """The page's file, written once for each language."""

    @cache
    def write(language: str = "en") -> Path:
        path = folder / f"{language}.html"
        with translation.override(language):
            path.write_text(to_html(analysis), encoding="utf-8")
        return path

    return write


@pytest.fixture
def english(page: Page) -> str:
    return page("en").read_text(encoding="utf-8")


@pytest.fixture
def german(page: Page) -> str:
    return page("de").read_text(encoding="utf-8")


def words(html: str) -> str:
    text = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def test_everything_is_inside_the_file(english):
    html = english
    assert "<script" not in html
    assert "@import" not in html
    assert re.findall(r"url\((?!['\"]?(?:data:|#))", html) == []
    assert {
        link for link in re.findall(r'(?:href|src)="([^"]*)"', html) if not link.startswith(("#", "data:"))
    } == set()
    assert re.findall(r"https?://(?!www\.w3\.org/)", html) == []


def test_the_page_speaks_english(english):
    html = english
    assert '<html lang="en">' in html
    said = words(html)
    for sentence in (
        "of your customers stayed",
        "Customer retention rate",
        "How this is computed",
        "How many buy again: three ways to count",
        "Repeat-purchase rate over life",
        "Rows set aside by reason",
        "Guests and till sales: without a customer nobody can be seen coming back.",
        "Codes that may be no products",
        "Channel of the first order",
        "A customer is someone who ordered within the last 180 days. This window was chosen because",
        "January 2024 to June 2024 are warm-up:",
        "January is still running",
        "Made by Treue",
    ):
        assert sentence in said or sentence in unescape(html), sentence


def test_the_page_speaks_german(german):
    html = german
    assert '<html lang="de">' in html
    said = words(html)
    for sentence in (
        "Ihrer Kundschaft",
        "Kundenbindungsrate",
        "So gerechnet",
        "Wie viele wieder kaufen: dreimal gezählt",
        "Wiederkaufrate über alle Zeit",
        "Zurückgestellte Zeilen nach Grund",
        "Gäste und Kassenverkäufe: Ohne Kunde ist nicht zu sehen, wer wiederkommt.",
        "Nummern, die vielleicht keine Artikel sind",
        "Kanal der ersten Bestellung",
        "Kunde ist, wer in den 180 Tagen davor bestellt hat. Dieses Fenster wurde gewählt, weil",
        "Januar 2024 bis Juni 2024 gehören zur Anlaufzeit:",
        "Januar läuft noch",
        "Erstellt von Treue",
    ):
        assert sentence in said or sentence in unescape(html), sentence


def test_no_english_is_left_in_german(german):
    said = words(german)
    assert not re.search(r"\b(the|customers|orders|rows|with|computed|month)\b", said)


def test_the_rows_of_the_file_are_accounted_for(english):
    said = words(english)
    read, used, aside = (
        int(re.search(rf"{name} ([\d,]+)", said)[1].replace(",", ""))
        for name in ("Rows read", "Rows used", "Rows set aside")
    )
    assert read == used + aside


def test_the_name_of_a_channel_is_no_markup(english):
    assert "Filiale &amp; Co" in english


def test_every_card_explains_itself(english):
    assert english.count('<article class="fig">') == english.count('<details class="how">') == 8 + 3


def test_codes_that_are_listed_are_no_candidates_any_more(english, folder):
    assert "PORTO" in words(english)
    without = analyse(folder / "shop.csv", Wishes(non_products=("PORTO",)), now=NOW)
    with translation.override("en"):
        assert "Codes that may be no products" not in words(to_html(without))


def test_a_history_of_a_few_days_says_what_is_missing(report, tmp_path):
    rows = [("K1", "2026-01-05", "5"), ("K2", "2026-01-06", "5")]
    path = csv_file(tmp_path / "a.csv", rows, ("customer", "time", "amount"), delimiter=",")
    assert report(path, "--out", tmp_path / "report.html").code == 0
    said = words((tmp_path / "report.html").read_text())
    assert "These data hold no complete month yet." in said
    assert said.count("No month is complete yet.") == 8 + 2
    assert "This needs two complete months since the first order." in said
    assert "There is no complete month after the warm-up yet." in said


def test_the_day_of_a_file_of_one_day_is_said_once(tmp_path):
    path = csv_file(tmp_path / "a.csv", [("K1", "2026-01-05", "5")], ("customer", "time", "amount"), delimiter=",")
    with translation.override("en"):
        assert datause.in_short(analyse(path, Wishes(), now=NOW)) == "a.csv, 5 Jan 2026: 1 of 1 rows used."


def test_a_year_of_which_the_file_holds_the_end_alone_is_said_to_be_covered_in_part(report, tmp_path):
    rows = [("K1", "2024-12-01", "5"), ("K2", "2025-06-06", "5")]
    path = csv_file(tmp_path / "a.csv", rows, ("customer", "time", "amount"), delimiter=",")
    assert report(path, "--out", tmp_path / "report.html", "--period", "year").code == 0
    said = words((tmp_path / "report.html").read_text())
    assert "In 2024, 1 customer ordered" in said
    assert "The data begin on 1 Dec 2024; this period is not wholly covered." in said


def test_the_summary_on_the_terminal_says_the_same(report, tmp_path):
    run = report(shop(tmp_path / "shop.csv"), "--currency", "EUR")
    said = " ".join(run.out.replace("\u00a0", " ").split())
    assert re.search(r"In December 2025, [\d.]+ percent of your customers stayed", said)
    assert "Customer retention rate" in said
    assert "No customer" in said
    assert "1 item code may be no product (PORTO); the report says what leaving it out would change." in said
    assert said.endswith("The report lies in report.html.")
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["report.html"]


def test_cohorts_of_many_months_lie_across_the_paper(analysis, tmp_path):
    rows = [(str(year), "K1", f"{year}-01-05", "A", "10", "Shop") for year in range(2022, 2027)]
    head = ("Bestellung", "Kunde", "Datum", "Artikel", "Betrag", "Kanal")
    long = analyse(csv_file(tmp_path / "long.csv", rows, head, delimiter=","), Wishes(), now=NOW)
    assert 'id="cohorts" class="across"' in to_html(long)
    assert 'id="cohorts"' in to_html(analysis)
    assert 'class="across"' not in to_html(analysis)


# In a real browser


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("de", "light", 1440), ("en", "dark", 1440), ("en", "light", 360), ("de", "dark", 360)],
)
def test_the_page_is_sound_in_a_browser(page, context, axe, language, theme, width):
    asked, complaints = [], []
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.emulate_media(color_scheme=theme)
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(page(language).as_uri())
    axe(tab)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_on_paper_every_computation_is_open(page, context):
    tab = context.new_page()
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(page("en").as_uri())
    formulas = tab.locator(".how .formula")
    assert all(formula.is_visible() for formula in formulas.all())
    assert formulas.count() == 11
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.browser
def test_on_paper_no_table_is_cut_off(page, context):
    tab = context.new_page()
    tab.set_viewport_size({"width": 680, "height": 900})  # A4 between margins of 15 mm
    tab.emulate_media(media="print")
    tab.goto(page("de").as_uri())
    cut = tab.evaluate(
        """() => [...document.querySelectorAll(".table")].filter(
            (table) => table.scrollWidth > table.closest(".table-wrap").clientWidth + 1
        ).map((table) => table.closest("[aria-label]").ariaLabel)"""
    )
    assert cut == []
