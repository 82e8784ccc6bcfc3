"""What came and what went, the sparkline and the heat map."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

from treue.design.charts import Bar, Cohort, bars_up_down, heat, sparkline

LABELS = ("new", "back", "lost")


def bars(*counts: tuple, running: bool = False) -> list[Bar]:
    made = [Bar(f"M{n}", f"Month {n}", (new, back), lost) for n, (new, back, lost) in enumerate(counts)]
    return [*made, Bar("now", "Now", (10, 2), 5, complete=False)] if running else made


def picture(drawing_of: list[Bar], **settings: object) -> ET.Element:
    return ET.fromstring(bars_up_down(drawing_of, title="t", labels=LABELS, language="de", **settings).wide)


def rectangles(drawn: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in drawn.iter("rect") if element.get("class") == css]


def heights(drawn: ET.Element, css: str) -> list[float]:
    return [float(element.get("height")) for element in rectangles(drawn, css)]


def test_heights_are_in_proportion_and_lost_hangs_below_the_line():
    drawn = picture(bars((1000, 100, 500), (500, 100, 1000)))
    new, lost = heights(drawn, "d1"), heights(drawn, "d2")
    assert abs(new[0] / new[1] - 2) < 0.03
    assert abs(lost[1] / lost[0] - 2) < 0.03
    zero = max(float(r.get("y")) + float(r.get("height")) for r in rectangles(drawn, "d1"))
    assert all(float(r.get("y")) > zero for r in rectangles(drawn, "d2"))


def test_the_last_complete_bar_says_its_counts_in_the_colours_of_its_parts():
    drawn = picture(bars((900, 90, 800), (1224, 148, 691), running=True), open_label="Jetzt")
    labels = {e.get("class"): e.text for e in drawn.iter("text") if re.fullmatch(r"t\d", e.get("class", ""))}
    assert labels == {"t1": "1.224 new", "t3": "148 back", "t2": "691 lost"}
    assert "Jetzt" in [e.text for e in drawn.iter("text")]


def test_labels_of_thin_parts_do_not_lie_on_each_other():
    drawn = picture(bars((1, 1, 1)))
    ys = sorted(float(e.get("y")) for e in drawn.iter("text") if re.fullmatch(r"t\d", e.get("class", "")))
    assert all(b - a >= 15.5 for a, b in pairwise(ys))


def test_the_running_period_is_hatched_and_not_filled():
    drawn = picture(bars((900, 90, 800), running=True))
    assert len(rectangles(drawn, "d1")) == 1
    assert len(rectangles(drawn, "outline1")) == 1


def test_a_period_of_the_warm_up_shows_only_what_is_known():
    drawn = picture(bars((40, None, None)))
    labels = [e.text for e in drawn.iter("text") if re.fullmatch(r"t\d", e.get("class", ""))]
    assert labels == ["40 new"]


def axis_labels(drawn: ET.Element) -> list[str]:
    return [e.text for e in drawn.iter("text") if e.get("text-anchor") == "end"]


def test_an_axis_of_few_customers_counts_in_whole_ones():
    assert axis_labels(picture(bars((1, 0, 0), (0, 0, 0)))) == ["0", "1"]
    assert axis_labels(picture(bars((2, 0, 1), (0, 1, 1)))) == ["1", "0", "1", "2"]
    assert axis_labels(picture(bars((3, 1, 5), (2, 0, 4)))) == ["4", "2", "0", "2", "4"]


def test_nothing_at_all_is_drawn_without_an_error():
    assert picture([]).get("role") == "img"
    assert picture(bars((0, 0, 0))).get("role") == "img"


def test_a_sparkline_ends_at_its_last_value_and_is_hidden_from_screen_readers():
    drawn = ET.fromstring(sparkline([1, 3, 2]))
    assert drawn.get("aria-hidden") == "true"
    assert drawn.find("circle").get("cx") == "101"
    assert drawn.find("path").get("d") == "M3 33 52 3 101 18"


def test_a_sparkline_of_a_constant_lies_in_the_middle():
    assert ET.fromstring(sparkline([5, 5, 5])).find("path").get("d") == "M3 18 52 18 101 18"


def test_two_values_are_no_course():
    assert sparkline([1, 2]) == ""
    assert sparkline([None, 1, None, 2]) == ""


def table(*cohorts: Cohort, **settings: object):
    return heat(
        cohorts,
        head="First order",
        size_head="Customers",
        columns=["+1", "+2", "+3"],
        caption="Cohorts",
        print_cell=lambda value: f"{value:.0f}",
        print_edge=lambda value: f"{value:.0f} %",
        **settings,
    )


def test_values_fall_into_seven_equal_steps_between_lowest_and_highest():
    rows = table(*(Cohort(f"C{n}", 100, "100", [float(n)]) for n in range(8))).rows
    assert [row.cells[0].css for row in rows] == ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q7"]


def test_the_scale_knows_only_what_is_complete_and_large_enough():
    made = table(
        Cohort("A", 100, "100", [20, 10, 99], partial=2),
        Cohort("B", 29, "29", [100, 0]),
        open_label="November is running",
    )
    assert (made.low, made.high) == ("10 %", "20 %")
    assert [cell.css for cell in made.rows[0].cells] == ["q7", "q1", "part"]
    assert made.rows[0].cells[2].title == "November is running"


def test_a_small_cohort_gives_no_percentage():
    small = table(Cohort("B", 29, "29", [100, 0])).rows[0]
    assert small.cells == ()
    assert (small.too_few, small.rest) == (2, 1)


def test_a_table_with_a_small_cohort_explains_its_sign():
    assert table(Cohort("B", 29, "29", [100, 0])).has_few
    assert not table(Cohort("B", 30, "30", [100, 0])).has_few


def test_equal_values_have_the_lightest_step():
    made = table(Cohort("A", 100, "100", [5, 5, 5]))
    assert {cell.css for cell in made.rows[0].cells} == {"q1"}


def test_no_cohort_makes_an_empty_table():
    made = table()
    assert (made.rows, made.low, made.open_label) == ((), "", "")
