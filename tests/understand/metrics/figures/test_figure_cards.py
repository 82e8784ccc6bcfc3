"""A card shows its value, what it is compared with, how it was computed; or says why it cannot."""

from datetime import date
from decimal import Decimal

import pytest
from courses import ACohort, basis, counts, course, rates
from django.utils import translation

from treue.design.figures import Change
from treue.understand.metrics.figures import cards, kinds
from treue.understand.metrics.scope.comparison import Choice, chosen, latest


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def card(kind, timeline, language="en", **options):
    with translation.override(language):
        return cards.card(kind, latest(timeline), basis(**options))


def plain(text):
    return text.replace("\u00a0", " ")


# Values and comparisons


def test_a_rate_is_compared_in_percentage_points():
    figure = card(kinds.RETENTION, rates(900, 960))
    assert (figure.label, figure.value, figure.unit) == ("Customer retention rate", "96.0", "%")
    assert figure.change == Change("6.0\u00a0percentage points", "from September 2026 (90.0%)", "up", "good")


def test_a_rate_is_compared_in_german():
    figure = card(kinds.RETENTION, rates(900, 960), language="de")
    assert (figure.label, figure.value, figure.unit) == ("Kundenbindungsrate", "96,0", "%")
    assert plain(figure.change.text) == "6,0 Prozentpunkte"
    assert plain(figure.change.against) == "gegen September 2026 (90,0 %)"


def test_a_difference_inside_the_margin_is_not_claimed():
    assert card(kinds.RETENTION, rates(900, 905)).change == Change(
        "No certain difference", "from September 2026 (90.0%)"
    )
    german = card(kinds.RETENTION, rates(900, 905), language="de").change
    assert (german.text, plain(german.against)) == ("Kein sicherer Unterschied", "gegen September 2026 (90,0 %)")


def test_rising_churn_is_bad():
    change = card(kinds.CHURN, rates(960, 900)).change
    assert (change.direction, change.verdict) == ("up", "bad")


def test_fewer_lost_are_good():
    timeline = course(counts(start=1000, lost=200), counts(start=1000, lost=100))
    assert card(kinds.LOST, timeline).change == Change("100", "from September 2026 (200)", "down", "good")


def test_a_count_that_chance_explains_is_not_claimed():
    timeline = course(counts(start=1000, lost=110), counts(start=1000, lost=100))
    assert card(kinds.LOST, timeline).change.text == "No certain difference"


def test_money_stands_as_each_language_writes_it():
    timeline = course(counts(orders=2, revenue=Decimal("2568.20")))
    assert card(kinds.ORDER_VALUE, timeline).value == "€1,284.10"
    german = card(kinds.ORDER_VALUE, timeline, language="de")
    assert (german.value, german.unit) == ("1.284,10", "€")
    assert card(kinds.REVENUE, timeline, currency="").value == "2,568"


def test_a_change_too_small_to_speak_of_has_no_colour():
    timeline = course(counts(orders=100, revenue=Decimal(10000)), counts(orders=100, revenue=Decimal(9990)))
    change = card(kinds.ORDER_VALUE, timeline).change
    assert (change.text, change.direction, change.verdict) == ("€0.05", "down", "")


@pytest.mark.parametrize(
    ("kind", "before", "now", "change"),
    [
        (kinds.ORDER_VALUE, 4391.4, 4394.8, ("▲", "€0.04", "€43.91")),  # 43.948 is printed as 43.95
        (kinds.ORDER_VALUE, 4390.6, 4391.4, ("", "Unchanged", "€43.91")),
        (kinds.ORDER_VALUE, 4391.4, 4390.6, ("", "Unchanged", "€43.91")),
        (kinds.REVENUE, 172.4, 176.95, ("▲", "€5", "€172")),
        (kinds.REVENUE, 99.5, 101.2, ("▲", "€1", "€100")),
        (kinds.REVENUE, 101.2, 99.5, ("▼", "€1.70", "€101.20")),
    ],
)
def test_a_difference_is_that_of_the_printed_values_in_their_digits(kind, before, now, change):
    first = counts(orders=100, revenue=Decimal(str(before)))
    then = counts(revenue=Decimal(str(now - before if kind is kinds.ORDER_VALUE else now)))
    made = card(kind, course(first, then)).change
    assert (made.arrow, made.text, made.against) == (*change[:2], f"from September 2026 ({change[2]})")


def test_a_difference_of_rates_is_that_of_the_printed_rates():
    timeline = course(counts(start=100_000, lost=10_260), counts(start=100_000, lost=8_050))
    figure = card(kinds.RETENTION, timeline)
    assert (figure.value, figure.change.text, figure.change.against) == (
        *("92.0", "2.3\u00a0percentage points"),
        "from September 2026 (89.7%)",
    )


@pytest.mark.parametrize(("of", "lost_before", "lost"), [(10_000_000, 1_004_000, 1_000_000), (1000, 100, 100)])
def test_rates_that_are_printed_alike_are_unchanged_whether_or_not_they_surely_differ(of, lost_before, lost):
    timeline = course(counts(start=of, lost=lost_before), counts(start=of, lost=lost))
    assert card(kinds.RETENTION, timeline).change.text == "Unchanged"


def test_a_frequency_that_only_fills_its_first_year_has_no_colour():
    months = [counts(trailing_orders=100 + month * 20, trailing_buyers=100) for month in range(14)]
    assert card(kinds.FREQUENCY, course(*months[:12])).change.verdict == ""
    assert card(kinds.FREQUENCY, course(*months)).change.verdict == "good"


def test_what_grows_with_the_history_is_no_merit():
    timeline = course(counts(first_buyers=100, second_buyers=50), counts(second_buyers=30))
    change = card(kinds.REPEAT_TO_DATE, timeline).change
    assert (change.text, change.direction, change.verdict) == ("30.0\u00a0percentage points", "up", "")


def test_a_running_period_is_never_shown_or_compared():
    figure = card(kinds.RETENTION, rates(900, 960, 100, running=True))
    assert figure.value == "96.0"
    assert figure.spark == [90.0, 96.0]


def test_the_course_holds_the_last_twelve_complete_periods():
    assert card(kinds.RETENTION, rates(*range(900, 920))).spark == pytest.approx([n / 10 for n in range(908, 920)])


# No value


def test_a_warm_up_period_says_why_it_has_no_rate():
    figure = card(kinds.RETENTION, course(counts(start=100, lost=0), warm_up=1))
    assert figure.value == "–"
    assert plain(figure.sentence) == (
        "The activity window of 365 days before October 2026 reaches back beyond the first order. "
        "A shorter window would help."
    )
    assert figure.change is None


def test_too_few_customers_make_no_rate():
    figure = card(kinds.RETENTION, rates(9, of=12))
    assert (figure.value, figure.sentence) == ("too few", "It would rest on 12 customers; from 30 on it is shown.")
    assert figure.how.formula == "(9 − 0) ÷ 12 × 100"
    assert card(kinds.RETENTION, rates(9, of=12), language="de").value == "zu wenige"


def test_a_rate_is_not_compared_with_one_of_too_few():
    timeline = course(counts(start=12, lost=6), counts(start=1000, lost=100))
    assert card(kinds.RETENTION, timeline).change is None


@pytest.mark.parametrize(
    ("kind", "whom"),
    [
        (kinds.CLV, "29 customers who ordered twice"),
        (kinds.LIFETIME, "29 customers who ordered twice"),
        (kinds.FREQUENCY, "29 customers"),
    ],
)
def test_a_mean_of_too_few_customers_is_not_shown_and_not_compared_with(kind, whom):
    few = counts(orders=329, revenue=Decimal(400), first_buyers=300, second_buyers=29, gap_seconds=29)
    few += counts(trailing_buyers=29, trailing_orders=29)
    more = few + counts(second_buyers=1, trailing_buyers=1, trailing_orders=1)
    figure = card(kind, course(few))
    assert (figure.value, figure.sentence) == ("too few", f"It would rest on {whom}; from 30 on it is shown.")
    assert figure.how.formula
    figure = card(kind, course(few, more))
    assert (figure.is_words, figure.change) == (False, None)


def test_without_a_complete_period_every_card_says_so():
    assert {figure.sentence for figure in cards.cards(Choice(), basis())} == {"No month is complete yet."}
    assert cards.card(kinds.CLV, Choice(), basis("year")).sentence == "No year is complete yet."


def test_a_figure_without_orders_says_so():
    assert card(kinds.ORDER_VALUE, course(counts())).sentence == "Nobody ordered in the time that this figure looks at."


# Choosing periods


def test_the_latest_complete_period_stands_against_the_one_before():
    timeline = rates(900, 910, 920, running=True)
    assert latest(timeline) == Choice(timeline[1], timeline[0], (timeline[0], timeline[1]))


def test_a_chosen_period_stands_against_the_chosen_other():
    timeline = rates(900, 910, 920)
    choice = chosen(timeline, date(2026, 10, 1), date(2026, 8, 1))
    assert (choice.current, choice.previous) == (timeline[2], timeline[0])
    assert chosen(timeline, date(2026, 9, 1)) == Choice(timeline[1], timeline[0], (timeline[0], timeline[1]))


def test_a_period_that_is_not_there_or_not_over_gives_way_to_the_latest():
    timeline = rates(900, 910, 920, running=True)
    assert chosen(timeline, date(2026, 10, 1)) == latest(timeline)
    assert chosen(timeline, date(1999, 1, 1)) == latest(timeline)


# How it is computed: the numbers put in give the value


def how(kind, timeline):
    return card(kind, timeline).how.formula


def test_every_formula_has_its_numbers_put_in():
    month = counts(
        start=18_420,
        lost=691,
        new=612,
        won_back=148,
        buyers=5_630,
        repeat_buyers=1_204,
        orders=6_000,
        revenue=Decimal("353400.00"),
        first_buyers=20_000,
        second_buyers=8_000,
        gap_seconds=20_000 * 31_557_600 * 2,
        trailing_buyers=10_000,
        trailing_orders=26_000,
    )
    timeline = course(month)
    assert how(kinds.RETENTION, timeline) == "(18,489 − 760) ÷ 18,420 × 100"
    assert how(kinds.CHURN, timeline) == "691 ÷ 18,420 × 100"
    assert how(kinds.CUSTOMERS, timeline) == "18,420 + 612 new + 148 won back − 691 lost"
    assert how(kinds.LOST, timeline) == "18,420 − 17,729"
    assert how(kinds.REPEAT_IN_PERIOD, timeline) == "1,204 ÷ 5,630 × 100"
    assert how(kinds.REPEAT_TO_DATE, timeline) == "8,000 ÷ 20,000 × 100"
    assert how(kinds.ORDER_VALUE, timeline) == "€353,400 ÷ 6,000"
    assert how(kinds.FREQUENCY, timeline) == "26,000 ÷ 10,000"
    assert plain(how(kinds.LIFETIME, timeline)) == "40,000.0 years ÷ 20,000"
    assert how(kinds.CLV, timeline) == "€58.90 × 2.600 orders a year × 2.0000 years"
    assert card(kinds.CLV, timeline).value == "€306"
    assert card(kinds.RETENTION, timeline).how.settings == (
        "A customer is someone who ordered within the last 365 days."
    )


def test_customers_in_the_warm_up_are_counted_without_a_balance():
    assert how(kinds.CUSTOMERS, course(counts(new=80), warm_up=1)) == "80"


@pytest.mark.parametrize("kind", [value for value in vars(kinds).values() if isinstance(value, kinds.Kind)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_figure_explains_itself_in_both_languages(kind, language):
    timeline = course(counts(start=100, lost=10, new=5, buyers=50, orders=60, revenue=Decimal(900), first_buyers=100))
    with translation.override(language):
        explained = kind.how(timeline[0], basis())
    assert explained.formula
    assert explained.sentence.endswith(".")


# The repeat-purchase rate three times


def test_the_repeat_purchase_rate_stands_in_its_three_named_variants():
    timeline = course(counts(buyers=100, repeat_buyers=20, first_buyers=200, second_buyers=100))
    rows = [ACohort("2026-02", 100, [100, 1, 1, 1, 1, 1, 1, 1], 60), ACohort("2026-04", 100, [100] * 7, 40)]
    rows.append(ACohort("2026-05", 100, [100] * 6, 10))
    figures = cards.repeat_rates(latest(timeline), rows, basis())
    assert [(figure.label, figure.value) for figure in figures] == [
        ("Repeat-purchase rate in the period", "20.0"),
        ("Repeat-purchase rate over life", "50.0"),
        ("Repeat-purchase rate of the cohort of April 2026", "40.0"),
    ]
    assert figures[2].how.formula == "40 ÷ 100 × 100"


def test_a_cohort_has_no_course_because_older_ones_had_longer_for_a_second_order():
    rows = [ACohort("2026-01", 100, [100] * 9, 80), ACohort("2026-02", 100, [100] * 8, 60)]
    figure = cards.repeat_of_cohort(rows, basis())
    assert (figure.value, figure.spark, figure.change) == ("60.0", (), None)
    assert figure.sentence.endswith("Older ones had longer, so it is not compared with them.")
    assert "Younger cohorts had less time." in figure.how.sentence


def test_no_cohort_had_time_to_come_back():
    assert cards.repeat_of_cohort([ACohort("2026-09", 100, [100, 3], 3)], basis()).value == "–"


def test_a_small_cohort_has_no_rate():
    assert cards.repeat_of_cohort([ACohort("2026-02", 12, [12] * 7, 3)], basis()).value == "too few"


# The time each speaks of


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        (kinds.RETENTION, "In October 2026", "Im Oktober 2026"),
        (kinds.LOST, "In October 2026", "Im Oktober 2026"),
        (kinds.REPEAT_IN_PERIOD, "In October 2026", "Im Oktober 2026"),
        (kinds.CUSTOMERS, "On 31 Oct 2026", "Am 31.10.2026"),
        (kinds.FREQUENCY, "365 days to 31 Oct 2026", "365 Tage bis 31.10.2026"),
        (kinds.ORDER_VALUE, "All orders to 31 Oct 2026", "Alle Bestellungen bis 31.10.2026"),
        (kinds.REPEAT_TO_DATE, "All orders to 31 Oct 2026", "Alle Bestellungen bis 31.10.2026"),
        (kinds.LIFETIME, "All orders to 31 Oct 2026", "Alle Bestellungen bis 31.10.2026"),
        (kinds.CLV, "All orders to 31 Oct 2026", "Alle Bestellungen bis 31.10.2026"),
    ],
)
def test_a_card_says_which_time_it_speaks_of(kind, english, german):
    timeline = course(counts(start=100, buyers=100, orders=100, revenue=Decimal(900), first_buyers=100))
    assert plain(card(kind, timeline).span) == english
    assert plain(card(kind, timeline, language="de").span) == german


def test_a_card_of_an_earlier_quarter_says_its_last_day():
    timeline = rates(900, 910, last=date(2026, 7, 1), unit="quarter")
    choice = chosen(timeline, date(2026, 4, 1))
    assert cards.card(kinds.CUSTOMERS, choice, basis("quarter")).span == "On 30 Jun 2026"
    assert plain(cards.card(kinds.RETENTION, choice, basis("quarter")).span) == "In Q2 2026"


def test_every_card_names_its_time_even_without_a_value():
    everything = [*cards.cards(latest(rates(9, of=12)), basis()), *cards.repeat_rates(latest(rates(9)), (), basis())]
    assert all(figure.span for figure in everything[:-1])
    cohort = cards.repeat_of_cohort([ACohort("2026-02", 100, [100] * 7, 3)], basis())
    assert cohort.span == "Second orders to 31 Oct 2026"
