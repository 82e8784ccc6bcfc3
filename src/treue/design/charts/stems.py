"""Single events on a line of time, each as tall as it was large: one customer's orders up to today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from treue.design import formats
from treue.design.charts import svg
from treue.design.charts.drawing import MID, NARROW, WIDE, Drawing, Frame, Scale, Tick, time_axis, tip, trusted

HIGH, BASE = 152, 118
SHORTEST = 0.15  # of the highest, so that the smallest order still stands


@dataclass(frozen=True)
class Stem:
    """text "88 €" stands above it where there is room; name "03.07.2026" begins its hover text."""

    on: date
    value: float
    text: str
    name: str


def stems(events: Sequence[Stem], *, title: str, language: str, today: date, today_label: str) -> Drawing:
    """Draw events, the oldest first, at their place in time.

    title: what a person who cannot see it is told. today: where time has come to; its label stands above that line.
    """
    return _drawn(tuple(events), title, language, today, today_label)


@lru_cache(maxsize=128)
def _drawn(events: tuple[Stem, ...], title: str, language: str, today: date, today_label: str) -> Drawing:
    chart = _Stems(events, language, today, today_label)
    wide, mid, narrow = (
        trusted(svg.picture(width, HIGH + (svg.LINE_HEIGHT if chart.years else 0), title, chart.parts(width), form))
        for width, form in ((WIDE, "wide"), (MID, "mid"), (NARROW, "narrow"))
    )
    return Drawing(wide, mid, narrow)


@dataclass(frozen=True)
class _Stems:
    events: Sequence[Stem]
    language: str
    today: date
    today_label: str

    @property
    def first(self) -> date:
        """The month of the first event begins the axis."""
        return min(self.events[0].on, self.today).replace(day=1)

    @property
    def years(self) -> bool:
        return self.first.year != self.today.year

    @property
    def days(self) -> int:
        return max((self.today - self.first).days, 28)

    def parts(self, width: float) -> list[str]:
        frame = self._frame(width)
        places = [(self._x(frame, event.on), frame.y(event.value)) for event in self.events]
        ticks = self._ticks(frame)
        room = (frame.right - frame.left) / max(self.days / 30.4, 1)
        now = self._x(frame, self.today)
        return [
            svg.segments([(frame.left, BASE, frame.right, BASE)], "axis"),
            svg.segments([(now, 16, now, BASE)], "mark-line"),
            svg.text(self.today_label, frame.right, 10, "strong", "end"),
            svg.segments(((x, BASE, x, y) for x, y in places), "stem"),
            *(svg.tag("circle", css="d1", cx=x, cy=y, r=4.5) for x, y in places),
            *self._labels(frame, places),
            *time_axis(ticks, room, BASE + 20),
            *(self._tips(frame, places) if width > NARROW else ()),
        ]

    def _frame(self, width: float) -> Frame:
        highest = max(event.value for event in self.events)
        low = -highest * SHORTEST / (1 - SHORTEST)
        return Frame(width, HIGH, 10, width - 12, 44, BASE, Scale(low, highest or 1, ()))

    def _x(self, frame: Frame, day: date) -> float:
        return frame.left + min((day - self.first).days / self.days, 1) * (frame.right - frame.left)

    def _ticks(self, frame: Frame) -> list[Tick]:
        return [
            Tick(
                self._x(frame, month),
                formats.period_short(month, self.language),
                str(month.year) if self.years else "",
            )
            for month in _months(self.first, self.today)
        ]

    def _labels(self, frame: Frame, places: Sequence[tuple[float, float]]) -> Iterator[str]:
        """The latest value and the highest, across other stems if need be; then the others where they have room."""
        taken = [svg.Box.of_text(self.today_label, frame.right, 10, "end")]
        highest = max(range(len(places)), key=lambda n: (self.events[n].value, n))
        first = {len(places) - 1, highest}
        order = dict.fromkeys((len(places) - 1, highest, *reversed(range(len(places)))))
        stroke = [svg.Box(x - 5, y - 5, x + 5, BASE) for x, y in places]
        for n in order:
            x, y = places[n]
            half = svg.text_width(self.events[n].text) / 2
            x_text = min(max(x, frame.left + half), frame.right - half)
            box = svg.Box.of_text(self.events[n].text, x_text, y - 11, "middle")
            others = () if n in first else (each for place, each in enumerate(stroke) if place != n)
            if any(box.meets(other) for other in (*taken, *others)):
                continue
            taken.append(box)
            yield svg.text(self.events[n].text, x_text, y - 11, "halo", "middle")

    def _tips(self, frame: Frame, places: Sequence[tuple[float, float]]) -> Iterator[str]:
        edges = [frame.left, *((a[0] + b[0]) / 2 for a, b in pairwise(places)), frame.right]
        for event, (x, y), (left, right) in zip(self.events, places, pairwise(edges), strict=True):
            mark = svg.tag("circle", css="open", cx=x, cy=y, r=5)
            yield tip(
                [f"{event.name}: {event.text}"], x, y, (left, frame.top, right - left, BASE - frame.top), frame, mark
            )


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
