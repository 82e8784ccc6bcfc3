"""One figure over time: the line, its extremes and last value in words, a target, notes, the running period."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from treue.design import formats
from treue.design.charts import svg
from treue.design.charts.drawing import (
    MID,
    NARROW,
    WIDE,
    Drawing,
    Frame,
    Note,
    Scale,
    Target,
    Tick,
    decimals_of,
    grid,
    scale,
    time_axis,
    tip,
    trusted,
)


@dataclass(frozen=True)
class Point:
    """One period. tick "Okt", group "2026" (shown when the axis spans years), name "Oktober 2026", text "96,2 %",
    detail "691 von 18.420 gingen". value None leaves a gap; an incomplete period is hatched without a value."""

    tick: str
    name: str
    value: float | None
    text: str
    detail: str = ""
    complete: bool = True
    group: str = ""


Places = list[tuple[float, float]]


def line(
    points: Sequence[Point],
    *,
    title: str,
    language: str,
    target: Target | None = None,
    notes: Sequence[Note] = (),
    open_label: str = "",
    series: int = 1,
    from_zero: bool = False,
    ceiling: float | None = 100,
) -> Drawing:
    """Draw points over time.

    title: what a person who cannot see it is told, with the extremes and the last value.
    open_label: the name of an incomplete last period ("November läuft noch bis 30.11.").
    series: 1 to 3, the colour by meaning. from_zero: begin the axis at zero. ceiling: no value is above it.
    """
    return _drawn(tuple(points), title, language, target, tuple(notes), open_label, series, from_zero, ceiling)


@lru_cache(maxsize=128)
def _drawn(
    points: tuple[Point, ...],
    title: str,
    language: str,
    target: Target | None,
    notes: tuple[Note, ...],
    open_label: str,
    series: int,
    from_zero: bool,
    ceiling: float | None,
) -> Drawing:
    values = [p.value for p in points if p.complete and p.value is not None]
    span = axis([*values, *([target.value] if target else [])], from_zero=from_zero, ceiling=ceiling)
    decimals = decimals_of(span.ticks)
    chart = _Line(points, target, notes, open_label, series, span, lambda v: formats.number(v, language, decimals))
    more = 14 if chart.years else 0
    wide, mid, narrow = (
        trusted(svg.picture(width, height + more, title, chart.parts(width, height), form))
        for width, height, form in ((WIDE, 250, "wide"), (MID, 215, "mid"), (NARROW, 205, "narrow"))
    )
    begin = formats.number(span.low, language, decimals_of([span.low])) if span.low else ""
    return Drawing(wide, mid, narrow, notes=tuple(note.text for note in notes), axis_from=begin)


def axis(values: Sequence[float], *, from_zero: bool = False, ceiling: float | None = None) -> Scale:
    """An axis for these values with room for a label above and below, never below zero without need."""
    if not values:
        return scale(0, ceiling or 1)
    low, high = min(values), max(values)
    room = (high - low) * 0.2 or abs(high) * 0.02 or 1
    bottom = 0.0 if from_zero else low - room
    top = high + room / 2
    return scale(max(bottom, 0.0) if low >= 0 else bottom, top if ceiling is None else max(min(top, ceiling), high))


@dataclass(frozen=True)
class _Line:
    points: Sequence[Point]
    target: Target | None
    notes: Sequence[Note]
    open_label: str
    series: int
    scale: Scale
    print_tick: Callable[[float], str]

    @property
    def years(self) -> bool:
        return len({p.group for p in self.points}) > 1

    @property
    def running(self) -> bool:
        return bool(self.points) and not self.points[-1].complete

    def parts(self, width: float, height: float) -> list[str]:
        frame = self._frame(width, height)
        places = self._places(frame)
        step = self._step(frame)
        taken = self._note_boxes(frame, step)
        labels = self._labels(frame, places, taken)
        axis_y = frame.bottom + 20
        axis_ticks = [
            Tick(x, p.tick, p.group if self.years else "") for p, (x, _) in zip(self.points, places, strict=True)
        ]
        return [
            *grid(frame, self.print_tick),
            *self._running_period(frame, places, step),
            *self._marks(frame, step),
            *self._strokes(places),
            *self._goal(frame, places, taken),
            *time_axis(axis_ticks, step, axis_y),
            *labels,
            *(self._tips(frame, places, step) if width > NARROW else ()),
        ]

    def _frame(self, width: float, height: float) -> Frame:
        left = max(svg.text_width(self.print_tick(v)) for v in self.scale.ticks) + 10
        beside = self._open_lines(width)
        right_room = max(svg.text_width(line) for line in beside) + 12 if beside else 24
        top = 34 if self.notes else 20
        return Frame(width, height, left, width - right_room, top, height - 30, self.scale)

    def _open_lines(self, width: float) -> list[str]:
        return svg.wrapped(self.open_label, width * 0.17) if self.running and self.open_label else []

    def _step(self, frame: Frame) -> float:
        return (frame.right - frame.left - 16) / max(len(self.points) - 0.5 * self.running - 0.5, 1)

    def _places(self, frame: Frame) -> Places:
        """Where each point stands; a point without value stands at NaN."""
        step = self._step(frame)
        start = frame.left + 8 + (0 if len(self.points) > 1 else step / 2)
        return [
            (start + n * step, frame.y(p.value) if p.complete and p.value is not None else math.nan)
            for n, p in enumerate(self.points)
        ]

    def _strokes(self, places: Places) -> list[str]:
        parts, run = [], list[tuple[float, float]]()
        for place in [*places, (0.0, math.nan)]:
            if not math.isnan(place[1]):
                run.append(place)
                continue
            if len(run) > 1:
                parts.append(svg.path(run, f"l{self.series}"))
            elif run:
                parts.append(svg.tag("circle", css=f"d{self.series}", cx=run[0][0], cy=run[0][1], r=3))
            run = []
        return parts

    def _labels(self, frame: Frame, places: Places, taken: list[svg.Box]) -> list[str]:
        """The last value, then the extremes where they have room."""
        seen = [n for n, place in enumerate(places) if not math.isnan(place[1])]
        if not seen:
            return []
        last, lowest = seen[-1], max(seen, key=lambda n: (places[n][1], n))
        highest = min(seen, key=lambda n: (places[n][1], -n))
        parts = []
        below = {lowest: True, highest: False, last: last == lowest != highest}
        for n in dict.fromkeys((last, lowest, highest)):
            x, y = places[n]
            content = self.points[n].text
            half = svg.text_width(content) / 2
            x_text = min(max(x, frame.left + half), frame.width - half)
            sides = (y + 20, y - 11) if below[n] else (y - 11, y + 20)
            boxes = [(y_text, svg.Box.of_text(content, x_text, y_text, "middle")) for y_text in sides]
            free = [each for each in boxes if self._is_free(each[1], frame, taken)]
            if not free and n != last:
                continue
            y_text, box = (free or boxes)[0]
            taken.append(box)
            parts.append(svg.tag("circle", css=f"d{self.series}", cx=x, cy=y, r=5 if n == last else 4))
            parts.append(svg.text(content, x_text, y_text, "strong halo", "middle"))
        return parts

    def _is_free(self, box: svg.Box, frame: Frame, taken: Sequence[svg.Box]) -> bool:
        """Whether a label would stand in the field, and on nothing."""
        return box.top >= 0 and box.bottom <= frame.bottom + 6 and not any(box.meets(other) for other in taken)

    def _goal(self, frame: Frame, places: Places, taken: list[svg.Box]) -> list[str]:
        """The dashed line, and its name at the first place along it that nothing else crosses."""
        if self.target is None:
            return []
        y = frame.y(self.target.value)
        seen = [place for place in places if not math.isnan(place[1])]
        left, right = frame.left + 4, frame.right - 4 - svg.text_width(self.target.label)
        options = [(left + max(right - left, 0) * step / 8, y_text) for step in range(9) for y_text in (y - 6, y + 15)]
        boxes = [svg.Box.of_text(self.target.label, *option) for option in options]
        free = (
            n
            for n, box in enumerate(boxes)
            if not box.crossed_by(seen) and not any(box.meets(other) for other in taken)
        )
        stroke = svg.segments([(frame.left, y, frame.right, y)], "target")
        return [stroke, svg.text(self.target.label, *options[next(free, 0)], "halo")]

    def _running_period(self, frame: Frame, places: Places, step: float) -> list[str]:
        if not self.running:
            return []
        left = places[-1][0] - step / 2
        lines = self._open_lines(frame.width)
        y = (frame.top + frame.bottom) / 2 - (len(lines) - 1) * svg.LINE_HEIGHT / 2
        return [
            svg.hatch(left, frame.top, frame.right - left, frame.bottom - frame.top, f"h{self.series} hatch"),
            *(svg.text(text, frame.right + 8, y + n * svg.LINE_HEIGHT) for n, text in enumerate(lines)),
        ]

    def _marks(self, frame: Frame, step: float) -> list[str]:
        parts = []
        for number, (x, x_mark) in enumerate(self._mark_places(frame, step), start=1):
            parts.append(svg.segments([(x, 18, x, frame.bottom)], "mark-line"))
            parts.append(svg.tag("circle", css="mark-dot", cx=x_mark, cy=10, r=8.5))
            parts.append(svg.text(str(number), x_mark, 14, anchor="middle"))
        return parts

    def _mark_places(self, frame: Frame, step: float) -> Iterator[tuple[float, float]]:
        """Where the line of each note stands, and its number, moved aside where another is in the way."""
        free_from = -math.inf
        for note in self.notes:
            x = frame.left + 8 + note.at * step
            x_mark = max(x, free_from)
            free_from = x_mark + 19
            yield x, x_mark

    def _note_boxes(self, frame: Frame, step: float) -> list[svg.Box]:
        return [svg.Box(x - 9, 1, x + 9, 19) for _line, x in self._mark_places(frame, step)]

    def _tips(self, frame: Frame, places: Places, step: float) -> list[str]:
        parts = []
        for point, (x, y) in zip(self.points, places, strict=True):
            if math.isnan(y):
                continue
            lines = [f"{point.name}: {point.text}", *([point.detail] if point.detail else [])]
            zone = (x - step / 2, frame.top, step, frame.bottom - frame.top)
            mark = svg.tag("circle", css="open", cx=x, cy=y, r=5)
            parts.append(tip(lines, x, y, zone, frame, mark))
        return parts
