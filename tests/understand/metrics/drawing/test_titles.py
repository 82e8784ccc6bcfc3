"""Titles say what the figures support, in both languages, and no more."""

import pytest
from courses import basis, cohorts, counts, course, rates
from django.utils import translation

from treue.understand.metrics.drawing import titles
from treue.understand.metrics.figures import cards, kinds
from treue.understand.metrics.scope.comparison import chosen, latest


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def both(say):
    english = str(say())
    with translation.override("de"):
        return english, str(say()).replace("\u00a0", " ")


# The morning sentence


def morning(timeline, **options):
    return both(lambda: titles.morning(latest(timeline), basis(**options)))


def test_the_morning_sentence_names_the_highest_share_since():
    assert morning(rates(970, 950, 945, 950, 945, 965)) == (
        "In October 2026, <em>96.5 percent</em> of your customers stayed, the highest share since May 2026.",
        "Im Oktober 2026 blieben <em>96,5 Prozent</em> Ihrer Kundschaft, der höchste Anteil seit Mai 2026.",
    )


def test_the_morning_sentence_names_the_lowest_share_so_far():
    assert morning(rates(960, 962, 961, 963, 930)) == (
        "In October 2026, <em>93.0 percent</em> of your customers stayed, the lowest share so far.",
        "Im Oktober 2026 blieben <em>93,0 Prozent</em> Ihrer Kundschaft, der bisher niedrigste Anteil.",
    )


def test_the_morning_sentence_compares_with_the_period_before():
    assert morning(rates(960, 900)) == (
        "In October 2026, <em>90.0 percent</em> of your customers stayed, "
        "6.0\u00a0percentage points less than in September 2026.",
        "Im Oktober 2026 blieben <em>90,0 Prozent</em> Ihrer Kundschaft, "
        "6,0 Prozentpunkte weniger als im September 2026.",
    )


def test_a_difference_in_words_is_the_one_on_the_card():
    timeline = rates(89_740, 91_950, of=100_000)
    points = cards.card(kinds.RETENTION, latest(timeline), basis()).change.text
    assert points == "2.3\u00a0percentage points"
    assert f"{points} more" in morning(timeline)[0]
    assert f"by {points} to 92.0%" in retention(timeline)[0]


def test_the_morning_sentence_claims_no_difference_inside_the_margin():
    assert morning(rates(900, 905)) == (
        "In October 2026, <em>90.5 percent</em> of your customers stayed, "
        "no certain difference from the share in September 2026.",
        "Im Oktober 2026 blieben <em>90,5 Prozent</em> Ihrer Kundschaft, "
        "kein sicherer Unterschied zum Anteil im September 2026.",
    )


def test_the_morning_sentence_of_a_quarter_and_a_year():
    assert morning(rates(900, 905, unit="quarter", last=rates(1, of=1)[0].start), unit="quarter")[1].startswith(
        "Im 4. Quartal 2026 blieben"
    )
    assert morning(rates(905, unit="year"), unit="year") == (
        "In 2026, <em>90.5 percent</em> of your customers stayed.",
        "Im Jahr 2026 blieben <em>90,5 Prozent</em> Ihrer Kundschaft.",
    )


def test_the_morning_sentence_of_a_chosen_earlier_period_compares_with_the_chosen_other():
    timeline = rates(960, 900, 930, 900)
    choice = chosen(timeline, timeline[2].start, timeline[0].start)
    assert titles.morning(choice, basis()) == (
        "In September 2026, <em>93.0 percent</em> of your customers stayed, "
        "3.0\u00a0percentage points less than in July 2026."
    )


def test_the_morning_sentence_of_a_warm_up_says_who_ordered():
    timeline = course(counts(buyers=120, first_buyers=80), warm_up=1)
    assert morning(timeline) == (
        "In October 2026, <em>120 customers</em> ordered, 80 of them for the first time.",
        "Im Oktober 2026 bestellten <em>120 Kunden</em>, davon 80 zum ersten Mal.",
    )


def test_the_morning_sentence_of_too_few_customers_names_no_rate():
    timeline = course(counts(start=12, lost=6, buyers=1, first_buyers=1))
    assert morning(timeline)[0] == "In October 2026, <em>1 customer</em> ordered, 1 for the first time."


def test_the_morning_sentence_without_a_complete_period():
    assert morning(rates(900, running=True)) == (
        "These data hold <em>no complete month</em> yet.",
        "In diesen Daten gibt es noch <em>keinen ganzen Monat</em>.",
    )


# Titles of charts


def retention(timeline, **options):
    return both(lambda: titles.retention_title(timeline, basis(**options)))


def test_a_rise_over_months_is_the_title():
    assert retention(rates(900, 915, 930, 945)) == (
        "Retention has risen by 4.5\u00a0percentage points since July 2026, to 94.5%",
        "Die Bindung ist seit Juli 2026 um 4,5 Prozentpunkte gestiegen, auf 94,5 %",
    )


def test_a_fall_over_quarters_is_the_title():
    assert retention(rates(945, 930, 915, 900, unit="quarter"), unit="quarter") == (
        "Retention has fallen by 4.5\u00a0percentage points since Q1\u00a02026, to 90.0%",
        "Die Bindung ist seit dem 1. Quartal 2026 um 4,5 Prozentpunkte gesunken, auf 90,0 %",
    )


def test_no_step_is_claimed_beside_no_certain_difference():
    timeline = rates(945, 930, 915, 900)
    assert cards.card(kinds.RETENTION, latest(timeline), basis()).change.text == "No certain difference"
    for title in (titles.retention_title, titles.churn_title):
        assert "in a row" not in title(timeline, basis())
        assert "since July 2026" in title(timeline, basis())


def test_the_highest_since_is_the_title():
    assert retention(rates(970, 950, 945, 950, 945, 965)) == (
        "In October 2026, retention was at 96.5%, the highest since May 2026",
        "Im Oktober 2026 lag die Bindung bei 96,5 %, dem höchsten Wert seit Mai 2026",
    )


def test_a_sure_step_is_the_title():
    assert retention(rates(960, 900)) == (
        "In October 2026, retention fell by 6.0\u00a0percentage points to 90.0%",
        "Im Oktober 2026 sank die Bindung um 6,0 Prozentpunkte auf 90,0 %",
    )


def test_noise_leaves_the_neutral_title():
    assert retention(rates(900, 905, 898)) == ("Customer retention rate by month", "Kundenbindungsrate je Monat")


def test_nothing_known_leaves_the_neutral_title():
    assert retention([])[0] == "Customer retention rate by month"


def test_a_running_period_is_never_the_title():
    assert retention(rates(900, 902, 300, running=True))[0] == "Customer retention rate by month"


def test_churn_has_titles_of_its_own():
    assert both(lambda: titles.churn_title(rates(945, 930, 915, 900), basis())) == (
        "Churn has risen by 4.5\u00a0percentage points since July 2026, to 10.0%",
        "Die Abwanderung ist seit Juli 2026 um 4,5 Prozentpunkte gestiegen, auf 10,0 %",
    )
    assert both(lambda: titles.churn_title(rates(900, 960), basis())) == (
        "In October 2026, churn fell by 6.0\u00a0percentage points to 4.0%",
        "Im Oktober 2026 sank die Abwanderung um 6,0 Prozentpunkte auf 4,0 %",
    )


def movement(*nets, running=False):
    """Each net is (came, went)."""
    timeline = course(*(counts(start=1000, new=came, lost=went) for came, went in nets), running=running)
    return both(lambda: titles.movement_title(timeline, basis()))


LOSING, WINNING = (100, 200), (200, 100)


def test_more_came_than_left_for_the_first_time_since():
    assert movement(WINNING, LOSING, LOSING, LOSING, WINNING) == (
        "For the first time since June 2026 more customers came than left: 100 more",
        "Erstmals seit Juni 2026 kamen mehr Kunden, als gingen: 100 mehr",
    )


def test_more_came_than_left_for_the_first_time():
    assert movement(LOSING, LOSING, LOSING, WINNING) == (
        "For the first time more customers came than left: 100 more",
        "Erstmals kamen mehr Kunden, als gingen: 100 mehr",
    )


def test_more_left_than_came_for_months():
    assert movement(WINNING, LOSING, LOSING, LOSING) == (
        "For 3 months more customers have left than come, 100 more in October 2026",
        "3 Monate in Folge gingen mehr Kunden, als kamen, 100 mehr im Oktober 2026",
    )


def test_more_came_than_left_this_once():
    assert movement(LOSING, WINNING, LOSING, WINNING) == (
        "In October 2026, 100 more customers came than left",
        "Im Oktober 2026 kamen 100 Kunden mehr, als gingen",
    )


def test_a_difference_that_chance_explains_is_no_title():
    assert movement(LOSING, (105, 100)) == (
        "New, won-back and lost customers by month",
        "Neue, zurückgewonnene und verlorene Kunden je Monat",
    )


def test_a_running_month_does_not_count_for_the_movement():
    assert movement(WINNING, LOSING, running=True)[0] == "In September 2026, 100 more customers came than left"


FROM_BEFORE = (500, 400)  # the first cohort holds customers of earlier years


def cohort_title(*came_back):
    return both(lambda: titles.cohort_title(cohorts(FROM_BEFORE, *came_back), basis(window_days=30)))


def test_cohorts_that_come_back_more_often_since_a_month():
    assert cohort_title((500, 90), (500, 92), (500, 88), (500, 125), (500, 122), (500, 128)) == (
        "First-time buyers since July 2026 come back more often: 25.0% in the month after, before 18.0%",
        "Erstkäufer ab Juli 2026 kommen häufiger wieder: 25,0 % im Folgemonat, davor 18,0 %",
    )


def test_cohorts_that_come_back_less_often_since_a_month():
    assert cohort_title((500, 125), (500, 122), (500, 128), (500, 90), (500, 92), (500, 88))[0] == (
        "First-time buyers since July 2026 come back less often: 18.0% in the month after, before 25.0%"
    )


def test_cohorts_without_a_turn_say_how_many_come_back():
    assert cohort_title((500, 90), (500, 92), (500, 88), (500, 91), (500, 89), (500, 90)) == (
        "Of a month's first-time buyers, 18.0% come back in the month after",
        "Von den Erstkäufern kommen 18,0 % im Folgemonat wieder",
    )


def test_two_good_cohorts_are_no_turn():
    assert "more often" not in cohort_title((500, 90), (500, 92), (500, 88), (500, 90), (500, 130), (500, 130))[0]


def test_cohorts_of_few_customers_have_the_neutral_title():
    assert cohort_title((10, 5), (12, 6)) == (
        "Cohorts by month of the first order",
        "Kohorten nach Monat der ersten Bestellung",
    )


def test_cohorts_within_the_first_window_are_no_evidence():
    rows = cohorts(*[(500, 200)] * 3, *[(500, 90)] * 3)
    assert titles.cohort_title(rows, basis(window_days=90)) == (
        "Of a month's first-time buyers, 18.0% come back in the month after"
    )
    assert titles.cohort_title(rows, basis(window_days=365)) == "Cohorts by month of the first order"
