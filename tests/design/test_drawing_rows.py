"""One bar a row."""

import re
import xml.etree.ElementTree as ET

import pytest

from treue.design.charts import Drawing, Row, rows

FORMS = ["wide", "mid", "narrow"]


def drawn(*values: float) -> Drawing:
    parts = [Row(f"{value:.0f} bis 99.999 €", value, f"{value:.0f} %", "eins") for value in values]
    return rows(parts, title="Anteile")


def bars(picture: str) -> list[dict[str, float]]:
    found = (each for each in ET.fromstring(picture).iter("rect") if each.get("class") == "d1")
    return [{name: float(each.get(name)) for name in ("x", "y", "width", "height")} for each in found]


@pytest.mark.parametrize("form", FORMS)
def test_bars_begin_at_one_line_and_are_as_long_as_their_values(form: str):
    first, second, third = bars(getattr(drawn(40, 20, 10), form))
    assert first["x"] == second["x"] == third["x"]
    assert first["width"] == pytest.approx(2 * second["width"], abs=0.2)
    assert second["width"] == pytest.approx(2 * third["width"], abs=0.2)
    assert first["y"] < second["y"] < third["y"]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_leaves_the_sheet(form: str):
    picture = getattr(drawn(90_000, 1), form)
    width, height = (float(each) for each in re.search(r'viewBox="0 0 (\d+) (\d+)', picture).groups())
    longest, _least = bars(picture)
    assert 0 < longest["x"] < longest["x"] + longest["width"] < width
    assert all(each["y"] + each["height"] <= height for each in bars(picture))


def test_what_is_small_is_seen_and_what_is_nothing_is_not():
    _most, small, nothing = bars(drawn(100_000, 1, 0).wide)
    assert small["width"] == 1
    assert nothing["width"] == 0


def test_where_all_are_nothing_it_is_drawn_all_the_same():
    assert [each["width"] for each in bars(drawn(0, 0).wide)] == [0, 0]


def test_names_and_values_stand_beside_and_the_detail_on_hover():
    found = [each.text for each in ET.fromstring(drawn(40).wide).iter("text")]
    assert found == ["40 bis 99.999 €", "40 %", "40 bis 99.999 €", "eins"]


def test_texts_are_escaped():
    picture = rows([Row("<b>", 1, "&", "<i>")], title='"<x>"')
    assert "<b>" not in picture.wide
    assert ET.fromstring(picture.wide).get("aria-label") == '"<x>"'
