"""Writing SVG: elements, coordinates, and how much room a text takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

LINE_HEIGHT = 15
_NARROW = set("ijl.,:;|!'()[]/ftr -–·\u00a0")
_WIDE = set("mwMWQOGDHNU%€@+−")


def tag(name: str, content: str | None = None, /, **attributes: object) -> str:
    """One element; attribute names take _ for -, and `css` for class. Values are escaped, content is not."""
    given = ((key.replace("css", "class").replace("_", "-"), value) for key, value in attributes.items())
    text = "".join(f' {key}="{_value(value)}"' for key, value in given if value is not None and value != "")
    return f"<{name}{text}/>" if content is None else f"<{name}{text}>{content}</{name}>"


def text(content: str, x: float, y: float, css: str = "", anchor: str = "") -> str:
    """A line of text with its baseline at y; content is escaped."""
    return tag("text", escape(content), css=css, x=x, y=y, text_anchor=anchor)


def path(points: Iterable[tuple[float, float]], css: str) -> str:
    return tag("path", d="M" + " ".join(f"{_value(x)} {_value(y)}" for x, y in points), css=css)


def segments(lines: Iterable[tuple[float, float, float, float]], css: str) -> str:
    """Separate straight strokes in one path."""
    strokes = (f"M{_value(a)} {_value(b)}L{_value(c)} {_value(d)}" for a, b, c, d in lines)
    return tag("path", d="".join(strokes), css=css)


def hatch(x: float, y: float, width: float, height: float, css: str, gap: float = 7) -> str:
    """Strokes at 45 degrees inside a rectangle: hatching without a pattern, which would need an id."""
    lines = []
    offset = gap
    while offset < width + height:
        x1, y1 = (x + offset, y) if offset <= width else (x + width, y + offset - width)
        x2, y2 = (x, y + offset) if offset <= height else (x + offset - height, y + height)
        lines.append((x1, y1, x2, y2))
        offset += gap
    return segments(lines, css)


def picture(width: float, height: float, label: str, body: Iterable[str], css: str) -> str:
    """The whole drawing. Its name is an attribute: a <title> would pop up over the chart's own hover text."""
    return tag(
        "svg",
        "".join(body),
        css=f"drawing {css}",
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        role="img",
        aria_label=label,
    )


def text_width(content: str, *, bold: bool = False) -> float:
    """About how wide a text is at 12 px, in px; on the safe side for the fonts in tokens.css."""
    width = sum(3.6 if c in _NARROW else 9.6 if c in _WIDE else 8.2 if c.isupper() else 7.0 for c in content)
    return width * (1.1 if bold else 1)


def wrapped(content: str, width: float) -> list[str]:
    """The words of a text in lines of at most `width` px; a longer word stands alone."""
    lines: list[str] = []
    for word in content.split(" "):
        if lines and text_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Box:
    """A rectangle that a text would cover."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of_text(cls, content: str, x: float, y: float, anchor: str = "") -> "Box":
        width = text_width(content)
        left = x - width / 2 if anchor == "middle" else x - width if anchor == "end" else x
        return cls(left - 2, y - 12, left + width + 2, y + 4)

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def crossed_by(self, line: list[tuple[float, float]]) -> bool:
        """Whether a polyline runs through this box."""
        return any(self._crossed_by_stroke(*a, *b) for a, b in pairwise(line))

    def _crossed_by_stroke(self, x1: float, y1: float, x2: float, y2: float) -> bool:
        left, right = max(self.left, min(x1, x2)), min(self.right, max(x1, x2))
        if left > right:
            return False
        slope = (y2 - y1) / (x2 - x1) if x2 != x1 else 0.0
        at_left, at_right = y1 + slope * (left - x1), y1 + slope * (right - x1)
        return min(at_left, at_right) < self.bottom and max(at_left, at_right) > self.top


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else _short(value)
    return escape(str(value))


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
