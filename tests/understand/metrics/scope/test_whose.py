"""Under a filter every sentence says whose figures these are, in both languages."""

import pytest
from courses import ASlice, basis, cohorts, counts, course, rates
from django.utils import translation

from treue.understand.metrics.drawing import charts, titles
from treue.understand.metrics.groups import findings, slice_tables
from treue.understand.metrics.scope.comparison import latest
from treue.understand.metrics.scope.filters import EVERYBODY, Filters

DENMARK = Filters(country="DK")
APP = Filters(country="DK", channel="App", category="Coffee")


def both(say):
    with translation.override("en"):
        english = str(say())
    with translation.override("de"):
        return english.replace("\u00a0", " "), str(say()).replace("\u00a0", " ")


def said(filters):
    return both(lambda: basis(filters=filters).customers)


@pytest.mark.parametrize(
    ("filters", "english", "german"),
    [
        (EVERYBODY, "all customers", "alle Kunden"),
        (DENMARK, "customers from Denmark", "Kundschaft aus Dänemark"),
        (Filters(country="NL"), "customers from the Netherlands", "Kundschaft aus den Niederlanden"),
        (Filters(country="CH"), "customers from Switzerland", "Kundschaft aus der Schweiz"),
        (Filters(country="Schweiz"), "customers from Schweiz", "Kundschaft aus der Schweiz"),
        (Filters(country="~unknown"), "customers without a known country", "Kundschaft ohne bekanntes Land"),
        (Filters(country="~other"), "customers from the other countries", "Kundschaft aus den übrigen Ländern"),
        (Filters(channel="App"), "customers from the channel App", "Kundschaft aus dem Kanal App"),
        (Filters(channel="~unknown"), "customers without a known channel", "Kundschaft ohne bekannten Kanal"),
        (Filters(channel="~other"), "customers from the other channels", "Kundschaft aus den übrigen Kanälen"),
        (
            Filters(category="Tee"),
            "customers with Tee as first category",
            "Kundschaft mit Tee als erster Kategorie",
        ),
        (
            Filters(category="~unknown"),
            "customers without a known first category",
            "Kundschaft ohne bekannte erste Kategorie",
        ),
        (
            Filters(category="~other"),
            "customers with one of the others as first category",
            "Kundschaft mit einer der übrigen als erster Kategorie",
        ),
        (
            APP,
            "customers from Denmark (channel App, first category Coffee)",
            "Kundschaft aus Dänemark (Kanal App, erste Kategorie Coffee)",
        ),
        (
            Filters(channel="App", category="~other"),
            "customers from the channel App (other first categories)",
            "Kundschaft aus dem Kanal App (übrige erste Kategorien)",
        ),
        (
            Filters(country="~other", channel="~unknown", category="~unknown"),
            "customers from the other countries (channel unknown, first category unknown)",
            "Kundschaft aus den übrigen Ländern (Kanal unbekannt, erste Kategorie unbekannt)",
        ),
    ],
)
def test_a_slice_has_a_name(filters, english, german):
    assert said(filters) == (english, german)


def test_a_percent_sign_or_a_brace_in_a_value_is_only_text():
    assert said(Filters(channel="100 % {Tee}", category="%(name)s"))[0] == (
        "customers from the channel 100 % {Tee} (first category %(name)s)"
    )
    assert "100 % {Tee}" in str(titles.morning(latest(rates(950)), basis(filters=Filters(channel="100 % {Tee}"))))


def test_markup_in_a_value_is_escaped_in_the_morning_sentence():
    timeline = course(counts(buyers=50), warm_up=1)
    assert "<script>" not in titles.morning(latest(timeline), basis(filters=Filters(channel="<script>")))
    assert "<script>" not in titles.nobody(basis(filters=Filters(channel="<script>")))


def test_the_morning_sentence_names_the_slice():
    assert both(lambda: titles.morning(latest(rates(960, 900)), basis(filters=DENMARK))) == (
        "In October 2026, <em>90.0 percent</em> of your customers from Denmark stayed, "
        "6.0 percentage points less than in September 2026.",
        "Im Oktober 2026 blieben <em>90,0 Prozent</em> Ihrer Kundschaft aus Dänemark, "
        "6,0 Prozentpunkte weniger als im September 2026.",
    )
    warm_up = latest(course(counts(buyers=120, first_buyers=80), warm_up=1))
    assert both(lambda: titles.morning(warm_up, basis(filters=APP))) == (
        "In October 2026, <em>120 customers</em> from Denmark (channel App, first category Coffee) ordered, "
        "80 of them for the first time.",
        "Im Oktober 2026 bestellten <em>120 Kunden</em> aus Dänemark (Kanal App, erste Kategorie Coffee), "
        "davon 80 zum ersten Mal.",
    )


def test_a_period_without_a_buyer_is_said_in_words():
    assert both(lambda: titles.morning(latest(course(counts())), basis(filters=DENMARK))) == (
        "In October 2026, <em>none</em> of your customers from Denmark ordered.",
        "Im Oktober 2026 gab es <em>keine Bestellung</em> Ihrer Kundschaft aus Dänemark.",
    )


@pytest.mark.parametrize(
    ("title", "english", "german"),
    [
        (
            lambda of: titles.retention_title(rates(970, 950, 945, 950, 945, 965), of),
            "In October 2026, retention of customers from Denmark was at 96.5%, the highest since May 2026",
            "Im Oktober 2026 lag die Bindung der Kundschaft aus Dänemark bei 96,5 %, dem höchsten Wert seit Mai 2026",
        ),
        (
            lambda of: titles.churn_title(rates(945, 930, 915, 900), of),
            "Churn of customers from Denmark has risen by 4.5 percentage points since July 2026, to 10.0%",
            "Die Abwanderung der Kundschaft aus Dänemark ist seit Juli 2026 um 4,5 Prozentpunkte gestiegen, auf 10,0 %",
        ),
        (
            lambda of: titles.retention_title([], of),
            "Customer retention rate by month, customers from Denmark",
            "Kundenbindungsrate je Monat, Kundschaft aus Dänemark",
        ),
        (
            lambda of: titles.movement_title(course(counts(start=1000, new=100, lost=200)), of),
            "In October 2026, 100 more customers from Denmark left than came",
            "Im Oktober 2026 gingen 100 Kunden aus Dänemark mehr, als kamen",
        ),
        (
            lambda of: titles.cohort_title(cohorts(*[(500, 90)] * 20), of),
            "Of a month's first-time buyers from Denmark, 18.0% come back in the month after",
            "Von den Erstkäufern aus Dänemark kommen 18,0 % im Folgemonat wieder",
        ),
    ],
)
def test_titles_name_the_slice(title, english, german):
    assert both(lambda: title(basis(filters=DENMARK))) == (english, german)


def churning(value, *lost, start=1000):
    return ASlice(value, course(*(counts(start=start, lost=each) for each in lost)))


def first_finding(timeline, by, filters):
    return both(lambda: findings.findings(timeline, by, basis(filters=filters))[0].say)


def test_findings_name_the_slice():
    once = course(counts(first_buyers=200, second_buyers=60))
    assert first_finding(once, {}, DENMARK) == (
        "<b>70.0%</b> of all customers from Denmark have ordered only once so far.",
        "<b>70,0 %</b> aller Kunden aus Dänemark haben bisher nur einmal bestellt.",
    )
    assert first_finding(once, {"channel": [churning("Markt", 30, 90)]}, DENMARK)[1] == (
        "Markt verlor im Oktober 2026 <b>90 Kunden</b> aus Dänemark, mehr als doppelt so viele wie im September 2026."
    )


def test_a_part_of_a_slice_is_set_against_the_rest_of_it():
    behind = [churning("CH", 100, 100), churning("DE", 50, 50, start=5000)]
    assert first_finding(course(counts()), {"country": behind}, Filters(channel="App")) == (
        "Customers from Switzerland (channel App) stay less often: <b>90.0%</b> in October 2026, "
        "all others from the channel App 99.0%.",
        "Kundschaft aus der Schweiz (Kanal App) bleibt seltener: im Oktober 2026 zu <b>90,0 %</b>, "
        "alle übrigen aus dem Kanal App zu 99,0 %.",
    )
    assert first_finding(course(counts()), {"channel": behind}, DENMARK)[0].startswith(
        "Customers from Denmark who came by CH stay less often:"
    )


def test_charts_and_tables_name_the_slice():
    of = basis(filters=DENMARK)
    assert both(lambda: charts.cohorts(cohorts(*[(100, 20)] * 20), of).sub)[1].startswith(
        "Erstkäufer aus Dänemark, die in Monat +1"
    )
    timeline = course(*[counts(start=1000, lost=50, new=10)] * 3)
    assert (
        "Customer retention rate by month, customers from Denmark, August"
        in both(lambda: charts.retention(timeline, of).drawing.wide)[0]
    )
    table = both(lambda: slice_tables.table("channel", [], timeline[-1], of).caption)
    assert table == ("In October 2026, customers from Denmark", "Im Oktober 2026, Kundschaft aus Dänemark")
