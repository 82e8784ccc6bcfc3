"""Findings are sentences with a proof; none is made of noise."""

import pytest
from courses import ASlice, basis, counts, course
from django.utils import translation

from treue.understand.metrics import cockpit
from treue.understand.metrics.groups import findings, slices


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def said(timeline, by=None, language="en"):
    with translation.override(language):
        return [
            (str(finding.say).replace("\u00a0", " "), finding.proof.replace("\u00a0", " "))
            for finding in findings.findings(timeline, by or {}, basis())
        ]


def churning(value, *lost, start=1000):
    return ASlice(value, course(*(counts(start=start, lost=each) for each in lost)))


QUIET = course(counts(start=1000, lost=50), counts(start=1000, lost=50))


def test_a_slice_that_lost_twice_as_many_as_before():
    by = {"channel": [churning("Filiale Leipzig", 30, 62), churning("Online", 50, 52)]}
    assert said(QUIET, by)[0] == (
        "Filiale Leipzig lost <b>62 customers</b> in October 2026, twice as many as in September 2026.",
        "30 then. Churn rate 6.2% after 3.0%.",
    )
    assert said(QUIET, by, language="de")[0] == (
        "Filiale Leipzig verlor im Oktober 2026 <b>62 Kunden</b>, doppelt so viele wie im September 2026.",
        "Damals 30. Abwanderungsrate 6,2 % nach 3,0 %.",
    )


def test_what_is_put_together_as_rare_is_never_named():
    part = churning("Other", 30, 90)
    rest = cockpit.NamedPart("Other", part.figures, part.periods, is_rest=True)
    assert said(QUIET, {"channel": [rest]})
    assert said(QUIET, cockpit.nameable({"channel": [rest]})) == []


def test_a_slice_that_lost_more_than_twice_as_many():
    by = {"channel": [churning("Filiale Leipzig", 30, 90)]}
    assert "more than twice as many as" in said(QUIET, by)[0][0]


@pytest.mark.parametrize(("before", "after"), [(5, 20), (40, 70)], ids=["too few", "less than twice"])
def test_a_loss_that_is_small_or_not_doubled_is_no_finding(before, after):
    assert slices.doubled_losses({"channel": [churning("Leipzig", before, after)]}) == []


def test_twice_as_many_of_twice_as_many_customers_is_no_finding():
    row = ASlice("Leipzig", course(counts(start=1000, lost=40), counts(start=2000, lost=80)))
    assert slices.doubled_losses({"channel": [row]}) == []


def test_a_slice_whose_customers_stay_less_than_all_others():
    by = {"country": [churning("Österreich", 100, 100), churning("Deutschland", 50, 50, start=5000)]}
    assert said(QUIET, by)[0] == (
        "Customers from Österreich stay less often: <b>90.0%</b> in October 2026, all others 99.0%.",
        "100 of 1,000 left.",
    )
    assert said(QUIET, by, language="de")[0][0] == (
        "Kundschaft aus Österreich bleibt seltener: im Oktober 2026 zu <b>90,0 %</b>, alle übrigen zu 99,0 %."
    )


@pytest.mark.parametrize(
    ("dimension", "english", "german"),
    [
        ("channel", "Customers who came by Markt stay less often:", "Kundschaft, die über Markt kam, bleibt seltener:"),
        ("category", "Customers who began with Markt stay", "Kundschaft, die mit Markt begann, bleibt seltener:"),
    ],
)
def test_channels_and_categories_have_sentences_of_their_own(dimension, english, german):
    by = {dimension: [churning("Markt", 100, 100), churning("Rest", 50, 50, start=5000)]}
    assert said(QUIET, by)[0][0].startswith(english)
    assert said(QUIET, by, language="de")[0][0].startswith(german)


def test_a_slice_a_little_behind_is_no_finding():
    assert slices.falls_behind({"country": [churning("AT", 55, 55), churning("DE", 50, 50)]}) == []


def test_a_small_slice_is_no_finding():
    assert slices.falls_behind({"country": [churning("AT", 9, 9, start=20), churning("DE", 50, 50)]}) == []


def test_the_unknown_slice_has_no_finding():
    assert said(QUIET, {"channel": [churning(None, 30, 90), churning("Online", 30, 31, start=5000)]}) == []


def test_the_name_of_a_slice_is_no_markup():
    by = {"channel": [churning("<script>alert(1)</script>", 30, 62)]}
    assert said(QUIET, by)[0][0].startswith("&lt;script&gt;alert(1)&lt;/script&gt; lost <b>62 customers</b>")


def new(*each):
    return course(*(counts(new=count) for count in each))


def test_the_fewest_new_customers_since():
    assert said(new(60, 120, 118, 125, 121, 80)) == [
        ("<b>80 new customers</b> came in October 2026, the fewest since May 2026.", "September 2026: 121.")
    ]
    assert said(new(120, 118, 125, 121, 180), language="de") == [
        ("<b>180 neue Kunden</b> kamen im Oktober 2026, die bisher meisten.", "September 2026: 121.")
    ]


def test_more_buyers_who_order_again_inside_the_period():
    timeline = course(counts(buyers=1000, repeat_buyers=200), counts(buyers=1000, repeat_buyers=300))
    assert said(timeline) == [
        ("<b>30.0%</b> of the buyers ordered more than once in October 2026.", "September 2026: 20.0%.")
    ]


def test_how_many_ordered_only_once():
    assert said(course(counts(first_buyers=200, second_buyers=60))) == [
        ("<b>70.0%</b> of all customers have ordered only once so far.", "140 of 200, up to 31 Oct 2026.")
    ]


def test_a_few_customers_make_no_finding():
    assert said(course(counts(first_buyers=20, second_buyers=6))) == []


def test_there_are_at_most_four():
    by = {"channel": [churning(f"Filiale {n}", 30, 62 + n) for n in range(6)]}
    assert len(said(QUIET, by)) == 4


def test_without_a_complete_period_there_is_none():
    assert said(course(counts(first_buyers=200), running=True)) == []
