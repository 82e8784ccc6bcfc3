"""One bar a row, its name before it and its value behind it: how much falls to each step or part of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from treue.design.charts import svg
from treue.design.charts.drawing import MID, NARROW, WIDE, Drawing, Frame, Scale, tip, trusted

ROW, THICK = 26, 16
GAP = 8


@dataclass(frozen=True)
class Row:
    """name "20 to 50 €" stands before the bar, text "18%" behind it; detail is told by the hover text."""

    name: str
    value: float
    text: str
    detail: str = ""


def rows(parts: Sequence[Row], *, title: str) -> Drawing:
    """Draw parts from top to bottom, none of them negative. title: what a person who cannot see it is told."""
    return _drawn(tuple(parts), title)


@lru_cache(maxsize=128)
def _drawn(parts: tuple[Row, ...], title: str) -> Drawing:
    wide, mid, narrow = (
        trusted(svg.picture(width, len(parts) * ROW + GAP, title, _parts(parts, width), form))
        for width, form in ((WIDE, "wide"), (MID, "mid"), (NARROW, "narrow"))
    )
    return Drawing(wide, mid, narrow)


def _parts(parts: Sequence[Row], width: float) -> list[str]:
    left = max(svg.text_width(each.name) for each in parts) + GAP
    right = width - max(svg.text_width(each.text, bold=True) for each in parts) - GAP
    most = max(each.value for each in parts) or 1
    frame = Frame(width, len(parts) * ROW + GAP, left, right, 0, len(parts) * ROW, Scale(0, most, ()))
    drawn = [part for place, each in enumerate(parts) for part in _row(each, place, most, frame)]
    tips = [_tip(each, place, frame) for place, each in enumerate(parts) if width > NARROW and each.detail]
    return [*drawn, svg.segments([(left, 0, left, frame.bottom)], "axis"), *tips]


def _row(row: Row, place: int, most: float, frame: Frame) -> list[str]:
    top = place * ROW + (ROW - THICK) / 2
    long = row.value / most * (frame.right - frame.left)
    bar = svg.tag("rect", css="d1", x=frame.left, y=top, width=max(long, 1.0 if row.value else 0.0), height=THICK)
    baseline = top + THICK / 2 + 4
    return [
        bar,
        svg.text(row.name, frame.left - GAP, baseline, anchor="end"),
        svg.text(row.text, frame.left + long + GAP, baseline, "strong"),
    ]


def _tip(row: Row, place: int, frame: Frame) -> str:
    zone = (0, place * ROW, frame.width, ROW)
    return tip([row.name, row.detail], (frame.left + frame.right) / 2, place * ROW, zone, frame)
