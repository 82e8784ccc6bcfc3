"""What a chart is made of beside its series, and what comes out: two pictures and the notes below them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from treue.design.charts import svg

WIDE, MID, NARROW = 640, 384, 264


@dataclass(frozen=True)
class Drawing:
    """A chart in three forms, of which the style sheet shows the one that fits its panel. Each is drawn for the
    least room it is shown in (WIDE, MID, NARROW) and grows with its panel, but its type stays at 12 px (chart.css).

    notes: the texts that the numbered marks stand for, in order. axis_from: the number at which a cut axis
    begins, ready to print ("93,5"); "" when it begins at zero.
    """

    wide: SafeString
    mid: SafeString
    narrow: SafeString
    notes: tuple[str, ...] = ()
    axis_from: str = ""


@dataclass(frozen=True)
class Target:
    """A value to be reached: dashed, with its name ("Ziel 96,0 % bis Dezember")."""

    value: float
    label: str


@dataclass(frozen=True)
class Note:
    """Something that happened: a thin mark at `at` (the index of a point, fractions allowed), its text below."""

    at: float
    text: str


@dataclass(frozen=True)
class Frame:
    """The sheet (width, height) and the field on it (left to right, top to bottom) where the series are drawn."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    scale: "Scale"

    def y(self, value: float) -> float:
        low, high = self.scale.low, self.scale.high
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def trusted(picture: str) -> SafeString:
    """Mark as safe what `svg` wrote: every text in it has been escaped there."""
    return mark_safe(picture)  # noqa: S308


@dataclass(frozen=True)
class Scale:
    """What an axis spans, and the round values on it."""

    low: float
    high: float
    ticks: tuple[float, ...]


def scale(low: float, high: float, most: int = 5, *, whole: bool = False) -> Scale:
    """An axis that encloses low to high and ends on a tick or half way between two; two to `most` ticks.

    whole: of counts, so that no tick lies between two of them.
    """
    if high - low < 1e-6 * max(abs(high), 1):  # the same number, or only the dust that floats leave behind
        high = low + 1
    unit = 10 ** math.floor(math.log10(high - low)) / 10
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = unit * factor
        first, last = math.floor(low / step * 2 + 1e-9), math.ceil(high / step * 2 - 1e-9)
        ticks = range(math.ceil(first / 2), math.floor(last / 2) + 1)
        if len(ticks) <= most and (not whole or _exact(step).is_integer()):
            break
    return Scale(_exact(first * step / 2), _exact(last * step / 2), tuple(_exact(n * step) for n in ticks))


def _exact(value: float) -> float:
    """Without the dust that floats leave behind."""
    return round(value, 10)


def decimals_of(values: Sequence[float]) -> int:
    """How many decimals the values of an axis need."""
    return next((n for n in range(4) if all(round(v, n) == round(v, 6) for v in values)), 4)


def grid(frame: Frame, print_tick: Callable[[float], str]) -> list[str]:
    values = frame.scale.ticks
    lines = svg.segments(((frame.left, frame.y(v), frame.right, frame.y(v)) for v in values), "g")
    return [lines, *(svg.text(print_tick(v), frame.left - 8, frame.y(v) + 4, anchor="end") for v in values)]


@dataclass(frozen=True)
class Tick:
    """What stands under one place of the time axis: "Okt", and the year it belongs to."""

    x: float
    label: str
    group: str = ""


def time_axis(places: Sequence[Tick], room: float, y: float) -> list[str]:
    """Labels under the axis, as many as have room, and below them each year where it begins."""
    if not places:
        return []
    widest = max(svg.text_width(place.label) for place in places) + 8
    every = next((n for n in (1, 2, 3, 4, 6, 12) if n * room >= widest), 24)
    shown = [place for index, place in enumerate(places) if index % every == 0]
    parts = [svg.text(place.label, place.x, y, anchor="middle") for place in shown]
    group, free_from = "", -math.inf
    for place in shown:
        if place.group != group and place.x - svg.text_width(place.group) / 2 > free_from:
            parts.append(svg.text(place.group, place.x, y + svg.LINE_HEIGHT, anchor="middle"))
            free_from = place.x + svg.text_width(place.group) / 2 + 6
        group = place.group
    return parts


def tip(
    lines: Sequence[str], x: float, y: float, zone: tuple[float, float, float, float], frame: Frame, mark: str = ""
) -> str:
    """A hover text near (x, y), kept on the sheet; `zone` (x, y, width, height) is where the pointer calls it."""
    width = max(svg.text_width(line) for line in lines) + 20
    height = len(lines) * 16 + 12
    left = min(max(x - width / 2, 0), frame.width - width)
    top = y - height - 12 if y - height - 12 >= 0 else y + 12
    box = svg.tag("rect", css="box", x=left, y=top, width=width, height=height, rx=4)
    rows = (svg.text(line, left + 10, top + 18 + 16 * n, css="" if n else "first") for n, line in enumerate(lines))
    call = svg.tag("rect", x=zone[0], y=zone[1], width=zone[2], height=zone[3])
    return svg.tag("g", call + svg.tag("g", mark + box + "".join(rows), css="tip"), css="hit")
