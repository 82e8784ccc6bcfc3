"""The small line beside a number: twelve complete periods, the last one marked."""

from collections.abc import Sequence
from functools import lru_cache

from django.utils.safestring import SafeString

from treue.design.charts import svg
from treue.design.charts.drawing import trusted

WIDTH, HEIGHT, EDGE = 104, 36, 3


def sparkline(values: Sequence[float | None]) -> SafeString:
    """The course of a figure without axis or text; decoration, so it is hidden from screen readers. Fewer than
    three known values have no course: "" then."""
    return _drawn(tuple(values))


@lru_cache(maxsize=512)
def _drawn(values: tuple[float | None, ...]) -> SafeString:
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return SafeString()
    low, high = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    places = [(EDGE + n * step, _height(value, low, high)) for n, value in enumerate(values) if value is not None]
    last = svg.tag("circle", cx=places[-1][0], cy=places[-1][1], r=3)
    return trusted(
        svg.tag(
            "svg",
            svg.path(places, "") + last,
            css="spark",
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            aria_hidden="true",
        )
    )


def _height(value: float, low: float, high: float) -> float:
    return HEIGHT / 2 if high == low else HEIGHT - EDGE - (value - low) / (high - low) * (HEIGHT - 2 * EDGE)
