"""What is drawn, what is left out, and what the words around it say."""

from datetime import date

import pytest
from courses import ACohort, basis, cohorts, counts, course, rates
from django.utils import translation

from treue.understand.metrics.drawing import charts, tables
from treue.understand.metrics.reports import windows
from treue.understand.metrics.scope.filters import Filters


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def texts(table):
    return [[str(placed.cell.text).replace("\u00a0", " ") for placed in row] for row in table.rows]


# Rates over time


def test_the_rate_is_told_to_who_cannot_see_it():
    chart = charts.retention(rates(950, 943, 962), basis())
    assert (
        "Customer retention rate by month, August 2026 to October 2026: lowest 94.3% (September 2026), "
        "highest 96.2% (October 2026), last 96.2%."
    ) in chart.drawing.wide


def test_the_subtitle_says_what_is_drawn_its_unit_whose_it_is_the_period_and_a_cut_axis():
    assert charts.retention(rates(950, 943, 962), basis()).sub == (
        "Customer retention rate by month in percent, all customers, August 2026 to October 2026. "
        "The axis begins at 93.5."
    )
    with translation.override("de"):
        of_denmark = charts.churn(rates(990, 993, 982), basis(filters=Filters(country="DK"))).sub
    assert of_denmark == (
        "Abwanderungsrate je Monat in Prozent, Kundschaft aus Dänemark, August 2026 bis Oktober 2026. "
        "Die Achse beginnt bei 0,25."
    )


def test_warm_up_periods_are_not_drawn_but_said():
    timeline = course(*[counts(start=1000, lost=50)] * 5, warm_up=2)
    chart = charts.retention(timeline, basis())
    assert "The first 2 months are missing: they lie in the warm-up." in chart.sub
    assert "July" not in chart.drawing.wide
    with translation.override("de"):
        german = charts.retention(timeline, basis()).sub
    assert "Die ersten 2 Monate fehlen: Sie gehören zur Anlaufzeit." in german


def test_the_running_period_is_hatched_and_named():
    chart = charts.retention(rates(948, 950, 943, 300, running=True), basis())
    assert "October is still" in chart.drawing.wide
    assert "30.0%" not in chart.drawing.wide


def test_at_most_two_years_of_months_are_drawn():
    chart = charts.retention(rates(*[950] * 30), basis())
    assert chart.sub.startswith(
        "Customer retention rate by month in percent, all customers, November 2024 to October 2026."
    )


def test_nothing_but_warm_up_is_no_chart():
    chart = charts.churn(course(counts(start=100), counts(start=100), warm_up=2), basis())
    assert chart.drawing is None
    assert chart.sub == "There is no complete month after the warm-up yet. A shorter activity window would help."
    assert charts.movement([], basis("quarter")).sub == (
        "There is no complete quarter after the warm-up yet. Months would help."
    )


def test_one_or_two_years_are_said_and_not_drawn():
    timeline = rates(549, 600, 100, of=1000, unit="year", last=date(2026, 1, 1), running=True)
    chart = charts.retention(timeline, basis("year"))
    assert chart.drawing is None
    assert chart.sub == (
        "A line takes three complete years that began with 30 customers or more, after the warm-up; "
        "up to 2025 there are 2. Months or quarters show more."
    )
    assert chart.said == (("2025", "60.0%, 400 of 1,000 left"), ("2024", "54.9%, 451 of 1,000 left"))
    assert chart.table is not None
    assert charts.churn(timeline, basis("year")).said[0] == ("2025", "40.0%, 400 of 1,000 left")
    with translation.override("de"):
        german = charts.retention(timeline[1:], basis("year"))
    assert german.sub == (
        "Eine Linie braucht nach der Anlaufzeit drei ganze Jahre, die mit mindestens 30 Kunden begannen; "
        "bis 2025 gibt es 1. Monate oder Quartale zeigen mehr."
    )


def test_one_year_of_coming_and_going_is_said_and_not_drawn():
    timeline = course(counts(start=100, lost=10, new=30, won_back=2), unit="year", last=date(2025, 1, 1))
    chart = charts.movement(timeline, basis("year"))
    assert (chart.drawing, chart.said) == (None, (("2025", "30 new, 2 won back, 10 lost"),))


def test_coming_and_going_in_one_month_names_the_month_once():
    one = counts(start=100, lost=10, new=30, won_back=2)
    chart = charts.movement(course(one), basis())
    assert chart.sub == "New, won-back and lost customers by month, October 2026."
    with translation.override("de"):
        german = charts.movement(course(one), basis()).sub
    assert german == "Neue, zurückgewonnene und verlorene Kunden je Monat, Oktober 2026."


def test_a_running_month_of_which_nothing_is_said_is_not_in_the_range():
    one = counts(start=100, lost=10, new=30, won_back=2)
    chart = charts.movement(course(counts(), one, counts(start=122), warm_up=1, running=True), basis())
    assert chart.sub == (
        "New, won-back and lost customers by month, September 2026. The first month is missing: it lies in the warm-up."
    )


def test_an_early_month_is_told_apart_from_a_short_history():
    timeline = course(counts(start=100), counts(start=100), warm_up=2, last=date(2026, 3, 1))
    assert charts.retention(timeline, basis()).sub == (
        "March 2026 lies in the warm-up. A later month or a shorter activity window would help."
    )


def test_in_the_warm_up_it_is_said_who_ordered():
    months = [counts(buyers=n, first_buyers=7) for n in range(1, 9)]
    chart = charts.movement(course(*months, warm_up=8), basis())
    assert chart.title == "Who ordered, by month"
    assert len(chart.said) == 6
    assert chart.said[0] == ("October 2026", "8 customers ordered, 7 for the first time")


def test_a_rate_of_few_customers_is_not_drawn():
    few = counts(start=12, lost=6)
    drawn = charts.retention([*rates(950, 943, 962, last=date(2026, 9, 1)), *course(few)], basis())
    assert "50.0%" not in drawn.drawing.wide
    assert charts.retention(course(*[few] * 5), basis()).sub == (
        "At the start of each month there were fewer than 30 customers, too few for a rate."
    )


def test_a_note_stands_at_its_day():
    notes = [(date(2026, 9, 16), "Price rise"), (date(2020, 1, 1), "Long ago")]
    chart = charts.retention(rates(950, 943, 962), basis(), notes=notes)
    assert chart.drawing.notes == ("Price rise (16 Sep 2026)",)


def test_the_tip_of_a_point_repeats_the_counts_behind_it():
    assert "57 of 1,000 left" in charts.churn(rates(950, 948, 943), basis()).drawing.wide


# Movement


def test_the_movement_is_told_with_its_last_counts():
    timeline = course(counts(), counts(start=1000, new=612, won_back=148, lost=691))
    assert (
        "New, won-back and lost customers by month. October 2026: 612 new, 148 won back, 691 lost."
        in charts.movement(timeline, basis()).drawing.wide
    )


def test_months_in_which_nobody_came_or_left_are_no_chart():
    chart = charts.movement(course(*[counts()] * 5), basis(filters=Filters(country="DK")))
    assert (chart.title, chart.drawing) == ("New, won-back and lost customers by month, customers from Denmark", None)
    assert chart.sub == "In this time nobody came and nobody left."


def test_months_without_any_customer_are_no_warm_up():
    assert charts.retention(course(*[counts()] * 5), basis()).sub == (
        "At the start of each month there were fewer than 30 customers, too few for a rate."
    )


def test_nobody_is_lost_in_a_running_period_yet():
    timeline = course(counts(), counts(start=1000, new=90, lost=100), counts(start=1000, lost=777), running=True)
    assert "777" not in charts.movement(timeline, basis()).drawing.wide


def test_below_every_chart_of_periods_its_numbers_stand_as_a_table():
    timeline = course(
        *[counts(start=1000, lost=50, new=60, won_back=7)] * 3, counts(start=1010, lost=700, new=9), running=True
    )
    assert texts(charts.movement(timeline, basis()).table)[:2] == [
        ["October 2026", "9", "0", "–"],
        ["September 2026", "60", "7", "50"],
    ]
    assert texts(charts.churn(timeline, basis()).table)[:2] == [
        ["October 2026", "1,010", "–", "–"],
        ["September 2026", "1,000", "50", "5.0%"],
    ]
    assert texts(charts.retention(timeline, basis()).table)[1][7] == "95.0%"


# Cohorts


def test_the_heat_map_shows_percent_of_the_cohort():
    heat = charts.cohorts([ACohort("2026-07", 200, [200, 50, 40]), ACohort(date(2026, 8, 1), 100, [100, 20])], basis())
    assert [(row.label.replace("\u00a0", " "), row.size_text) for row in heat.heat.rows] == [
        ("Jul 26", "200"),
        ("Aug 26", "100"),
    ]
    assert [[cell.text for cell in row.cells] for row in heat.heat.rows] == [["25", "20"], ["20"]]


def test_cohorts_from_before_the_data_are_said():
    rows = cohorts(*[(100, 20)] * 6)
    assert charts.cohorts(rows, basis(window_days=90)).sub == (
        "First-time buyers who bought again in month +1, +2, …, in percent. "
        "The first 3 cohorts may hold customers from before the data begin, so no title speaks of them."
    )


def test_the_heat_map_shows_the_last_thirteen_cohorts():
    chart = charts.cohorts(cohorts(*[(100, 20)] * 30), basis(window_days=365))
    assert len(chart.heat.rows) == 13
    assert chart.sub == "First-time buyers who bought again in month +1, +2, …, in percent."


def test_one_month_is_no_heat_map():
    chart = charts.cohorts([ACohort("2026-09", 200, [200])], basis())
    assert (chart.heat, chart.sub) == (None, "This needs two complete months since the first order.")


# Tables


def test_the_table_of_periods_says_no_rate_of_warm_up_and_running_periods():
    timeline = course(
        counts(start=0, new=500, buyers=500, repeat_buyers=50),
        counts(start=500, lost=50, new=60, won_back=10, buyers=100, repeat_buyers=10),
        counts(start=520, lost=300, new=5, won_back=1, buyers=20, repeat_buyers=1),
        warm_up=1,
        running=True,
    )
    table = tables.periods(timeline, basis())
    assert texts(table) == [
        ["October 2026", "520", "–", "–", "5", "1", "–", "–", "–", "–", "0", "€0.00"],
        ["September 2026", "500", "450", "50", "60", "10", "520", "90.0%", "10.0%", "10.0%", "0", "€0.00"],
        ["August 2026", "0", "0", "–", "500", "–", "500", "–", "–", "10.0%", "0", "€0.00"],
    ]
    assert [row[0].cell.sub for row in table.rows] == ["still running", "", "warm-up"]


def test_the_table_of_cohorts_shows_counts():
    rows = [ACohort("2026-07", 200, [200, 50, 40], 80), ACohort("2026-08", 20, [20, 5], 6)]
    assert texts(tables.cohorts(rows, basis())) == [
        ["July 2026", "200", "40.0%", "50", "40"],
        ["August 2026", "20", "too few", "5", ""],
    ]


# The window in words


def test_a_chosen_window_says_why():
    assert windows.chosen(basis(window_days=90), 374).replace("\u00a0", " ") == (
        "A customer is someone who ordered within the last 90 days. This window was chosen because it fits at least "
        "three times into the history of 374 days; a longer one would show nearly everyone as staying."
    )
    assert "short even for it" in windows.chosen(basis(window_days=30), 40)
    assert windows.chosen(basis(), 1200) == "A customer is someone who ordered within the last 365 days."


def test_a_number_of_days_in_german_stands_where_it_needs_no_other_case():
    with translation.override("de"):
        said = windows.chosen(basis(window_days=90), 374) + windows.warm_up(course(counts(), warm_up=1), basis())
    assert "dreimal in die Geschichte passt (374 Tage);" in said.replace("\u00a0", " ")
    assert said.replace("\u00a0", " ").endswith("Ein kürzeres Fenster (180 Tage) würde mehr zeigen.")


def test_the_warm_up_is_explained():
    timeline = course(counts(), counts(), counts(), warm_up=2)
    assert windows.warm_up(timeline, basis()).startswith("August 2026 to September 2026 are warm-up:")
    assert windows.warm_up(course(counts()), basis()) == ""
    assert (
        windows.warm_up(course(counts(), warm_up=1), basis())
        .replace("\u00a0", " ")
        .endswith("A window of 180 days would show more.")
    )
