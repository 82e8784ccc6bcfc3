"""Single events over time."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from treue.design.charts import Drawing, Stem, stems

TODAY = date(2026, 11, 21)


def drawn(*days_and_values: tuple[int, float]) -> Drawing:
    """Events so many days before today."""
    events = [
        Stem(TODAY - timedelta(days=days), value, f"{value:.0f} €", f"vor {days}") for days, value in days_and_values
    ]
    return stems(events, title="Bestellungen", language="de", today=TODAY, today_label="heute")


def circles(picture: str) -> list[tuple[float, float]]:
    found = (e for e in ET.fromstring(picture).iter("circle") if e.get("class") == "d1")
    return [(float(e.get("cx")), float(e.get("cy"))) for e in found]


def texts(picture: str) -> list[str]:
    return [e.text for e in ET.fromstring(picture).iter("text")]


def test_places_follow_time_and_heights_follow_value():
    (x1, y1), (x2, y2), (x3, y3) = circles(drawn((300, 100), (200, 50), (100, 0)).wide)
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.2)
    assert y1 < y2 < y3


@pytest.mark.parametrize("form", ["wide", "mid", "narrow"])
def test_nothing_leaves_the_sheet(form):
    picture = getattr(drawn((700, 12000), (30, 1), (0, 99999)), form)
    width = float(re.search(r'viewBox="0 0 (\d+)', picture)[1])
    assert all(0 <= x <= width and y >= 0 for x, y in circles(picture))


def test_labels_stand_where_they_have_room_the_latest_first():
    crowded = drawn(*((days, 10 + days) for days in range(40, 0, -1)))
    shown = [text for text in texts(crowded.narrow) if text.endswith("€")]
    assert "11 €" in shown
    assert len(shown) < 40


def test_one_event_of_today_is_drawn():
    assert len(circles(drawn((0, 5)).wide)) == 1


def test_years_stand_below_the_months_when_there_are_several():
    assert {"2025", "2026"} <= set(texts(drawn((400, 5), (3, 9)).wide))
    assert "2026" not in texts(drawn((40, 5), (3, 9)).wide)


def test_texts_are_escaped():
    picture = stems([Stem(TODAY, 1, "<b>", "&")], title='"<x>"', language="en", today=TODAY, today_label="<i>")
    assert "<b>" not in picture.wide
    assert ET.fromstring(picture.wide).get("aria-label") == '"<x>"'
