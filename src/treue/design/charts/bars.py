"""What came above a line and what went below it, period by period."""

from collections.abc import Sequence
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
    Scale,
    Tick,
    grid,
    scale,
    time_axis,
    tip,
    trusted,
)

# By meaning, on every page: new = 1, lost = 2, won back = 3.
UP, DOWN = (1, 3), 2
GAP = 1.5


@dataclass(frozen=True)
class Bar:
    """One period: what came (new, won back) and what went (lost), as counts; None where nothing can be said."""

    tick: str
    name: str
    up: tuple[float | None, float | None]
    down: float | None
    complete: bool = True
    group: str = ""


def bars_up_down(
    bars: Sequence[Bar],
    *,
    title: str,
    labels: tuple[str, str, str],
    language: str,
    open_label: str = "",
) -> Drawing:
    """Draw new and won back above the line, lost below it.

    labels: the series in words ("neu", "zurück", "verloren"), printed beside the last complete bar with its counts.
    open_label: the name of an incomplete last period ("November läuft noch"), whose bar is hatched.
    """
    return _drawn(tuple(bars), title, labels, language, open_label)


@lru_cache(maxsize=128)
def _drawn(bars: tuple[Bar, ...], title: str, labels: tuple[str, str, str], language: str, open_label: str) -> Drawing:
    chart = _Bars(bars, labels, language, open_label)
    wide, mid, narrow = (
        trusted(svg.picture(width, chart.height(height), title, chart.parts(width, height), form))
        for width, height, form in ((WIDE, 300, "wide"), (MID, 335, "mid"), (NARROW, 240, "narrow"))
    )
    return Drawing(wide, mid, narrow)


def _lines(text: str, width: float) -> list[str]:
    """A label beside the bars: where there is little room, the words stand below the count."""
    return text.split(" ", 1) if width <= NARROW else [text]


@dataclass(frozen=True)
class _Bars:
    bars: Sequence[Bar]
    labels: tuple[str, str, str]
    language: str
    open_label: str

    @property
    def years(self) -> bool:
        return len({bar.group for bar in self.bars}) > 1

    @property
    def running(self) -> bool:
        return bool(self.bars) and not self.bars[-1].complete

    @property
    def last(self) -> Bar | None:
        return next((bar for bar in reversed(self.bars) if bar.complete), None)

    def height(self, height: float) -> float:
        return height + (14 if self.years else 0) + (16 if self.running and self.open_label else 0)

    def parts(self, width: float, height: float) -> list[str]:
        frame = self._frame(width, height)
        step = (frame.right - frame.left) / max(len(self.bars), 1)
        centres = [frame.left + (n + 0.5) * step for n in range(len(self.bars))]
        places = [Tick(x, bar.tick, bar.group if self.years else "") for bar, x in zip(self.bars, centres, strict=True)]
        drawn = zip(self.bars, centres, strict=True)
        return [
            *grid(frame, lambda v: formats.number(abs(v), self.language)),
            *(part for bar, x in drawn for part in self._bar(bar, x, step * 0.66, frame)),
            svg.segments([(frame.left, frame.y(0), frame.right, frame.y(0))], "axis"),
            *time_axis(places, step, frame.bottom + 20),
            *self._end_labels(frame),
            *self._open_name(frame),
            *(self._tip(bar, x, step, frame) for bar, x in zip(self.bars, centres, strict=True) if width > NARROW),
        ]

    def _scale(self) -> Scale:
        highest = max((sum(v or 0 for v in bar.up) for bar in self.bars), default=0)
        lowest = max((bar.down or 0 for bar in self.bars), default=0)
        return scale(-lowest, highest or (0 if lowest else 1), whole=True)

    def _frame(self, width: float, height: float) -> Frame:
        span = self._scale()
        left = max(svg.text_width(formats.number(abs(v), self.language)) for v in span.ticks) + 10
        beside = [line for text, *_ in self._end_texts() for line in _lines(text, width)]
        right_room = max((svg.text_width(text, bold=True) for text in beside), default=0) + 12
        return Frame(width, height, left, width - right_room, 16, height - 30, span)

    def _segments(self, bar: Bar, frame: Frame) -> list[tuple[int, float, float]]:
        """(series, top, bottom) of each part of a bar, in px."""
        zero = frame.y(0)
        base, parts = 0.0, []
        for series, value in zip(UP, bar.up, strict=True):
            if value:
                parts.append((series, frame.y(base + value), frame.y(base) - GAP))
                base += value
        if bar.down:
            parts.append((DOWN, zero + GAP, frame.y(-bar.down)))
        return [(series, top, max(bottom, top + 1)) for series, top, bottom in parts]

    def _bar(self, bar: Bar, x: float, width: float, frame: Frame) -> list[str]:
        parts = []
        for series, top, bottom in self._segments(bar, frame):
            shape = {"x": x - width / 2, "y": top, "width": width, "height": bottom - top}
            if bar.complete:
                parts.append(svg.tag("rect", css=f"d{series}", **shape))
            else:
                parts.append(svg.hatch(x - width / 2, top, width, bottom - top, f"h{series}", gap=6))
                parts.append(svg.tag("rect", css=f"outline{series}", **shape))
        return parts

    def _end_texts(self) -> list[tuple[str, int, float]]:
        """(text, series, value in the middle of its part) beside the last complete bar."""
        bar = self.last
        if bar is None:
            return []
        new, back = (value or 0 for value in bar.up)
        lost = bar.down or 0
        rows = [(back, 1, 3, new + back / 2), (new, 0, 1, new / 2), (lost, 2, 2, -lost / 2)]
        known = {1: bar.up[0], 3: bar.up[1], 2: bar.down}
        return [
            (f"{formats.number(value, self.language)} {self.labels[label]}", series, middle)
            for value, label, series, middle in rows
            if known[series] is not None
        ]

    def _end_labels(self, frame: Frame) -> list[str]:
        texts = [(_lines(text, frame.width), series, middle) for text, series, middle in self._end_texts()]
        heights: list[float] = []
        free = 0.0
        for lines, _, middle in texts:
            heights.append(max(frame.y(middle) + 4 - (len(lines) - 1) * svg.LINE_HEIGHT / 2, free))
            free = heights[-1] + len(lines) * svg.LINE_HEIGHT + 2
        parts = [
            svg.text(line, frame.right + 8, y + place * svg.LINE_HEIGHT, f"t{series}")
            for (lines, series, _), y in zip(texts, heights, strict=True)
            for place, line in enumerate(lines)
        ]
        if self.last and heights and self.running:
            parts.append(svg.text(f"{self.last.tick}:", frame.right + 8, heights[0] - 18))
        return parts

    def _open_name(self, frame: Frame) -> list[str]:
        if not (self.running and self.open_label):
            return []
        y = frame.height + (14 if self.years else 0) + 8
        return [svg.text(self.open_label, frame.right, y, anchor="end")]

    def _tip(self, bar: Bar, x: float, step: float, frame: Frame) -> str:
        values = ((bar.up[0], self.labels[0]), (bar.up[1], self.labels[1]), (bar.down, self.labels[2]))
        lines = [bar.name, *(f"{formats.number(v, self.language)} {label}" for v, label in values if v is not None)]
        zone = (x - step / 2, frame.top, step, frame.bottom - frame.top)
        return tip(lines, x, frame.y(0) - 20, zone, frame)
