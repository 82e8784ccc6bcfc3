"""What came beside what was expected, drawn."""

import re
import xml.etree.ElementTree as ET

import pytest

from treue.design.charts import Drawing, Note, Pair, compared

FORMS = ["wide", "mid", "narrow"]


def drawn(*values: tuple[float, float], mark: Note | None = None, **fields: str) -> Drawing:
    pairs = [
        Pair(f"t{n}", f"Woche {n}", pair, (f"{pair[0]:.0f}", f"{pair[1]:.0f}"), **fields)
        for n, pair in enumerate(values)
    ]
    return compared(pairs, title="Käufe", labels=("kamen", "erwartet"), language="de", mark=mark)


def texts(picture: str) -> dict[str, tuple[float, float]]:
    """The first place of each; hover texts stand behind all others."""
    found = [*ET.fromstring(picture).iter("text")]
    return {e.text: (float(e.get("x")), float(e.get("y"))) for e in reversed(found)}


def ends(picture: str) -> dict[str, tuple[float, float]]:
    found = ET.fromstring(picture).iter("circle")
    return {e.get("class"): (float(e.get("cx")), float(e.get("cy"))) for e in found if e.get("class") != "open"}


def strokes(picture: str) -> dict[str, int]:
    """How many places each line has."""
    found = ET.fromstring(picture).iter("path")
    return {e.get("class"): len(e.get("d").split()) // 2 for e in found if e.get("class") in ("l0", "l1")}


@pytest.mark.parametrize("form", FORMS)
def test_two_lines_stand_on_one_axis_from_zero(form: str):
    picture = getattr(drawn((10, 20), (40, 30), (20, 40)), form)
    assert strokes(picture) == {"l0": 3, "l1": 3}
    assert ends(picture)["d1"][0] == ends(picture)["d0"][0]
    assert ends(picture)["d1"][1] > ends(picture)["d0"][1]
    assert "0" in texts(picture)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("last", [(50, 50), (50, 51), (0, 0), (0, 60), (60, 0)])
def test_the_last_values_are_told_and_never_on_each_other(form: str, last: tuple[float, float]):
    picture = getattr(drawn((10, 20), last), form)
    came, expected = (
        texts(picture)[f"{value} {word}"] for value, word in zip(last, ("kamen", "erwartet"), strict=True)
    )
    assert abs(came[1] - expected[1]) >= 15
    assert (came[1] < expected[1]) == (last[0] >= last[1])
    height = float(re.search(r'viewBox="0 0 \d+ (\d+)', picture)[1])
    assert all(0 < y < height for _, y in (came, expected))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("at", [0.5, 8.5])
def test_the_mark_says_its_text_within_the_field(form: str, at: float):
    picture = getattr(drawn(*((n, n) for n in range(1, 11)), mark=Note(at, "zurückgehalten")), form)
    assert 'class="mark-line"' in picture
    x, y = texts(picture)["zurückgehalten"]
    assert 0 < x < float(re.search(r'viewBox="0 0 (\d+)', picture)[1])
    assert y < 20


def test_where_a_place_has_no_label_none_stands_under_the_axis():
    pairs = [Pair("Okt" if n == 2 else "", "x", (n, n), ("1", "2")) for n in range(5)]
    picture = compared(pairs, title="x", labels=("a", "b"), language="en").wide
    assert "Okt" in texts(picture)


def test_years_stand_below_when_there_are_several():
    pairs = [Pair("Jan", "x", (1, 1), ("1", "2"), group=year) for year in ("2025", "2026")]
    assert {"2025", "2026"} <= texts(compared(pairs, title="x", labels=("a", "b"), language="en").wide).keys()
    assert "2025" not in texts(compared(pairs[:1], title="x", labels=("a", "b"), language="en").wide)


def test_what_is_hovered_over_says_both_and_a_phone_needs_no_hovering():
    drawing = drawn((10, 20), (40, 30), detail="12 Kunden")
    assert {"Woche 0", "10 kamen", "20 erwartet", "12 Kunden"} <= texts(drawing.wide).keys()
    assert "Woche 0" not in texts(drawing.narrow)


def test_a_single_place_is_drawn_as_dots():
    assert strokes(drawn((3, 4)).wide) == {}
    assert ends(drawn((3, 4)).wide).keys() == {"d0", "d1"}


def test_its_texts_are_escaped():
    pairs = [Pair("<b>", "<i>", (1, 2), ("&", "<u>"))]
    picture = compared(pairs, title='"<x>"', labels=("<p>", "b"), language="en", mark=Note(0, "<s>")).wide
    assert not re.search(r"<[bipsu]>", picture)
    assert ET.fromstring(picture).get("aria-label") == '"<x>"'
