"""What came beside what was expected: two lines over the same places, from zero on."""

from collections.abc import Iterator, Sequence
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
    Tick,
    decimals_of,
    grid,
    scale,
    time_axis,
    tip,
    trusted,
)

CAME, EXPECTED = 1, 0  # colours: that of what is counted, and grey
Places = list[tuple[float, float]]


@dataclass(frozen=True)
class Pair:
    """One place. tick "Okt", "" where nothing stands under the axis; group "2026"; name "Woche bis 4. Oktober";
    values: what came and what was expected, texts the same ready to print; detail: a last line of the hover text."""

    tick: str
    name: str
    values: tuple[float, float]
    texts: tuple[str, str]
    group: str = ""
    detail: str = ""


def compared(
    pairs: Sequence[Pair], *, title: str, labels: tuple[str, str], language: str, mark: Note | None = None
) -> Drawing:
    """Draw both, with their last values at the end of the lines.

    title: what a person who cannot see it is told. labels: of what came and what was expected. mark: a thin line with
    its text beside it, as where the time begins that was held out.
    """
    return _drawn(tuple(pairs), title, labels, language, mark)


@lru_cache(maxsize=64)
def _drawn(pairs: tuple[Pair, ...], title: str, labels: tuple[str, str], language: str, mark: Note | None) -> Drawing:
    chart = _Compared(pairs, labels, language, mark)
    more = svg.LINE_HEIGHT if chart.years else 0
    wide, mid, narrow = (
        trusted(svg.picture(width, height + more, title, chart.parts(width, height), form))
        for width, height, form in ((WIDE, 250, "wide"), (MID, 215, "mid"), (NARROW, 205, "narrow"))
    )
    return Drawing(wide, mid, narrow)


@dataclass(frozen=True)
class _Compared:
    pairs: Sequence[Pair]
    labels: tuple[str, str]
    language: str
    mark: Note | None

    @property
    def years(self) -> bool:
        return len({pair.group for pair in self.pairs}) > 1

    def parts(self, width: float, height: float) -> list[str]:
        frame = self._frame(width, height)
        came, expected = (self._places(frame, which) for which in (0, 1))
        return [
            *grid(frame, self._print_tick),
            *self._mark(frame),
            *_stroke(expected, EXPECTED),
            *_stroke(came, CAME),
            *self._ends(frame, came[-1], expected[-1]),
            *self._axis(frame),
            *(self._tips(frame, came, expected) if width > NARROW else ()),
        ]

    @property
    def _scale(self) -> Scale:
        highest = max(value for pair in self.pairs for value in pair.values)
        return scale(0, highest * 1.05 or 1)

    def _print_tick(self, value: float) -> str:
        return formats.number(value, self.language, decimals_of(self._scale.ticks))

    def _frame(self, width: float, height: float) -> Frame:
        span = self._scale
        left = max(svg.text_width(self._print_tick(value)) for value in span.ticks) + 10
        room = max(svg.text_width(text, bold=True) for text in self._end_texts()) + 14
        return Frame(width, height, left, width - room, 20, height - 30, span)

    def _x(self, frame: Frame, at: float) -> float:
        step = (frame.right - frame.left - 16) / max(len(self.pairs) - 1, 1)
        return frame.left + 8 + at * step

    def _places(self, frame: Frame, which: int) -> Places:
        return [(self._x(frame, n), frame.y(pair.values[which])) for n, pair in enumerate(self.pairs)]

    def _axis(self, frame: Frame) -> list[str]:
        ticks = [
            Tick(self._x(frame, n), pair.tick, pair.group if self.years else "")
            for n, pair in enumerate(self.pairs)
            if pair.tick
        ]
        return time_axis(ticks, (frame.right - frame.left) / max(len(ticks), 1), frame.bottom + 20)

    def _mark(self, frame: Frame) -> list[str]:
        """Its text stands on that side where it has room."""
        if self.mark is None:
            return []
        x, wide = self._x(frame, self.mark.at), svg.text_width(self.mark.text) + 6
        right = x + wide <= frame.right
        return [
            svg.segments([(x, 4, x, frame.bottom)], "mark-line"),
            svg.text(self.mark.text, x + 6 if right else x - 6, 13, "halo", "" if right else "end"),
        ]

    def _end_texts(self) -> tuple[str, str]:
        came, expected = (f"{text} {label}" for text, label in zip(self.pairs[-1].texts, self.labels, strict=True))
        return came, expected

    def _ends(self, frame: Frame, came: tuple[float, float], expected: tuple[float, float]) -> Iterator[str]:
        """Both labels at the height of their lines, and no nearer to each other than a line of text."""
        middle, apart = (came[1] + expected[1]) / 2, max(abs(came[1] - expected[1]), 16) / 2
        middle = min(max(middle, frame.top + apart), frame.bottom - apart)
        sides = (-apart, apart) if came[1] <= expected[1] else (apart, -apart)
        for text, side, css in zip(self._end_texts(), sides, ("t1", ""), strict=True):
            yield svg.text(text, frame.right + 8, middle + side + 4, css)

    def _tips(self, frame: Frame, came: Places, expected: Places) -> Iterator[str]:
        step = self._x(frame, 1) - self._x(frame, 0)
        for pair, (x, y), (_, y_expected) in zip(self.pairs, came, expected, strict=True):
            said = [f"{text} {label}" for text, label in zip(pair.texts, self.labels, strict=True)]
            zone = (x - step / 2, frame.top, step, frame.bottom - frame.top)
            mark = svg.tag("circle", css="open", cx=x, cy=y, r=5)
            lines = [pair.name, *said, *([pair.detail] if pair.detail else [])]
            yield tip(lines, x, min(y, y_expected), zone, frame, mark)


def _stroke(places: Places, series: int) -> list[str]:
    x, y = places[-1]
    line = [svg.path(places, f"l{series}")] if len(places) > 1 else []
    return [*line, svg.tag("circle", css=f"d{series}", cx=x, cy=y, r=4)]
