"""The line chart: what it shows, what it leaves out, and that it is safe to stand on any page."""

import re
import time
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treue.design.charts import Note, Point, Target, line
from treue.design.charts.drawing import scale
from treue.design.charts.line import axis

SVG = "{http://www.w3.org/2000/svg}"
RATES = (95.1, 95.4, 94.6, 94.3, 94.8, 95.0, 95.2, 95.1, 95.4, 95.6, 95.7, 96.2)


def months(*values: float | None, running: bool = False) -> list[Point]:
    points = [
        Point(f"M{n}", f"Month {n}", value, f"{value} %", f"{n} of 100 left", group="2026")
        for n, value in enumerate(values)
    ]
    return [*points, Point("now", "Now", None, "", complete=False)] if running else points


def drawn(points: list[Point], **settings: object) -> ET.Element:
    drawing = line(points, title="Retention by month", language="en", **settings)
    return ET.fromstring(drawing.wide)


def texts(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter("text")]


def having(picture: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in picture.iter() if css in element.get("class", "").split()]


def test_extremes_and_the_last_value_are_labelled_and_nothing_else():
    labels = [element.text for element in having(drawn(months(*RATES)), "strong")]
    assert sorted(labels) == ["94.3 %", "96.2 %"]


def test_a_value_at_the_bottom_is_not_written_over_the_names_of_the_months():
    picture = drawn(months(4, 2, 0, 3), from_zero=True)
    (lowest,) = [element for element in having(picture, "strong") if element.text == "0 %"]
    (month,) = [element for element in picture.iter("text") if element.text == "M2"]
    assert float(lowest.get("y")) < float(month.get("y")) - 12


def test_a_value_at_the_top_is_not_written_over_the_number_of_a_note():
    picture = drawn(months(98, 100, 99), notes=[Note(1, "TV spot")])
    (highest,) = [element for element in having(picture, "strong") if element.text == "100 %"]
    assert float(highest.get("y")) > 30


def test_a_single_value_is_a_dot_with_its_label():
    picture = drawn(months(50.0))
    assert [element.text for element in having(picture, "strong")] == ["50.0 %"]
    assert having(picture, "d1")


def test_without_any_value_there_is_an_empty_field_and_no_error():
    picture = drawn(months(None, None))
    assert having(picture, "l1") == []
    assert "Retention by month" in picture.get("aria-label")


def test_periods_without_a_value_interrupt_the_line():
    strokes = having(drawn(months(None, 95, 96, None, 94, 95)), "l1")
    assert len(strokes) == 2


def test_the_running_period_is_hatched_named_and_never_joined():
    picture = drawn(months(*RATES, running=True), open_label="November is running")
    assert having(picture, "hatch")
    assert "November is" in " ".join(texts(picture))
    (stroke,) = having(picture, "l1")
    assert len(re.findall(r"[\d.]+ [\d.]+", stroke.get("d"))) == len(RATES)


def test_the_target_is_dashed_with_its_name_and_inside_the_field():
    picture = drawn(months(*RATES), target=Target(97.5, "Target 97.5 %"))
    assert having(picture, "target")
    assert "Target 97.5 %" in texts(picture)


def test_notes_are_numbered_marks_and_their_texts_come_with_the_drawing():
    drawing = line(months(*RATES), title="t", language="en", notes=[Note(2, "Price rise"), Note(2, "TV spot")])
    picture = ET.fromstring(drawing.wide)
    assert drawing.notes == ("Price rise", "TV spot")
    places = [float(dot.get("cx")) for dot in having(picture, "mark-dot")]
    assert places[1] - places[0] >= 17, "marks of the same day stand side by side"


def test_a_cut_axis_is_told_and_one_from_zero_is_not():
    cut = line(months(*RATES), title="t", language="de")
    whole = line(months(*RATES), title="t", language="de", from_zero=True)
    assert (cut.axis_from, whole.axis_from) == ("93,5", "")


def test_hovering_repeats_the_period_its_value_and_the_counts():
    picture = drawn(months(*RATES))
    assert len(having(picture, "hit")) == len(RATES)
    assert {"Month 3: 94.3 %", "3 of 100 left"} <= set(texts(picture))


def test_the_axis_speaks_the_language():
    german = line(months(0.5, 1.5), title="t", language="de", ceiling=None)
    assert "0,5" in german.wide
    assert "0.5<" not in german.wide


def test_years_stand_below_the_months_only_when_there_are_two():
    one_year = months(*RATES)
    two_years = [
        Point(p.tick, p.name, p.value, p.text, group="2025" if n < 6 else "2026") for n, p in enumerate(one_year)
    ]
    assert "2026" not in texts(drawn(one_year))
    assert {"2025", "2026"} <= set(texts(drawn(two_years)))


def test_a_long_history_labels_only_what_has_room():
    picture = drawn(months(*(90 + n % 9 for n in range(60))))
    labels = [text for text in texts(picture) if re.fullmatch(r"M\d+", text)]
    assert 5 <= len(labels) <= 20


def test_drawings_are_the_same_every_time_and_carry_no_id_or_style():
    points = months(*RATES, running=True)
    settings = {"title": "t", "language": "en", "target": Target(96, "T"), "notes": (Note(1, "n"),)}
    first = line(points, **settings)
    line.__globals__["_drawn"].cache_clear()
    assert line(points, **settings) == first
    assert not re.search(r"\b(?:id|style|href|on\w+)=|<script|<style", first.wide + first.mid + first.narrow)


def test_names_from_outside_are_escaped():
    point = Point("<b>", '"><script>', 5.0, "<i>&", "'x'")
    drawing = line([point], title='"><img>', language="en")
    assert "<script" not in drawing.wide
    assert "<img" not in drawing.wide
    ET.fromstring(drawing.wide)


@given(
    st.lists(st.none() | st.floats(0, 100), min_size=0, max_size=40),
    st.booleans(),
    st.none() | st.floats(0, 100),
)
def test_whatever_the_values_everything_is_drawn_on_the_sheet(values, running, target):
    goal = None if target is None else Target(target, "Target")
    drawing = line(months(*values, running=running), title="t", language="en", target=goal)
    for source in (drawing.wide, drawing.mid, drawing.narrow):
        picture = ET.fromstring(source)
        width, height = (float(n) for n in picture.get("viewBox").split()[2:])
        for stroke in having(picture, "l1"):
            numbers = [float(n) for n in re.findall(r"[\d.]+", stroke.get("d"))]
            assert all(0 <= x <= width for x in numbers[::2])
            assert all(0 <= y <= height for y in numbers[1::2])


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_an_axis_encloses_its_values_with_two_to_five_round_ticks(low, size):
    span = scale(low, low + size)
    dust = (span.high - span.low) * 1e-6
    assert span.low <= low + dust
    assert span.high >= low + size - dust
    assert 2 <= len(span.ticks) <= 5
    assert all(span.low <= tick <= span.high for tick in span.ticks)


@pytest.mark.parametrize(
    ("values", "low"), [((0.0, 0.4), 0), ((99.0, 100.0), 98.75), ((94.3, 96.2), 93.5), ((50.0,), 49)]
)
def test_a_rate_leaves_its_axis_neither_below_zero_nor_far_above_a_hundred(values, low):
    span = axis(values, ceiling=100)
    assert span.low == low
    assert span.high <= 101


def test_a_drawing_takes_less_than_the_budget_of_a_page():
    line(months(1.0, 2.0), title="warm", language="en")
    begin = time.perf_counter()
    for n in range(20):
        line(months(*(90 + (n * k) % 9 for k in range(36))), title=f"t{n}", language="en")
    assert (time.perf_counter() - begin) / 20 < 0.06
