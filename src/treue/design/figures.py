"""What the figure card, findings and small lists show: texts ready to print, chosen in Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treue.design import formats


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class How:
    """How a figure is computed: the formula with the numbers put in, one sentence, the settings used."""

    formula: str
    sentence: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Change:
    """A comparison: "▲ 0,5 Prozentpunkte" (in green) "gegen September (95,7 %)".

    direction: "up", "down" or "" without arrow. verdict: "good", "bad" or "" without colour.
    """

    text: str
    against: str = ""
    direction: str = ""
    verdict: str = ""

    @property
    def arrow(self) -> str:
        return {"up": "▲", "down": "▼"}.get(self.direction, "")

    @property
    def size(self) -> str:
        """With its direction, for where nothing else shows it."""
        return f"{self.arrow}\N{NO-BREAK SPACE}{self.text}" if self.arrow else self.text


def change(difference: Decimal | float, *, text: str, against: str, better: str = "", inside: bool = False) -> Change:
    """Compare two values.

    difference: of the values as they are printed, so that what looks alike is called unchanged.
    text: the size of the difference without sign, printed. better: "up", "down", or "" when neither is.
    inside: whether the difference lies inside its margin of error; then nothing is claimed.
    """
    if not difference:
        return Change(_("Unchanged"), against)
    if inside:
        return Change(_("No certain difference"), against)
    direction = "up" if difference > 0 else "down"
    verdict = ("good" if direction == better else "bad") if better else ""
    return Change(text, against, direction, verdict)


@dataclass(frozen=True)
class Figure:
    """A figure card. value: "96,2", or "–" and "zu wenige" where there is none; then `sentence` says why and
    `next_step` what helps. span: the time it speaks of. spark: the values of the last complete periods."""

    label: str
    value: str
    unit: str = ""
    spark: Sequence[float | None] = ()
    change: Change | None = None
    sentence: str | SafeString = ""
    how: How | None = None
    next_step: Link | None = None
    span: str = ""

    @property
    def is_words(self) -> bool:
        """Whether the value is said in words ("zu wenige") and so must not shout like a number."""
        return len(self.value) > 1 and not any(c.isdigit() for c in self.value)

    @property
    def printed(self) -> str:
        """Value and unit as plain text: 96,2 % and 96.2%."""
        return formats.with_unit(self.value, self.unit, (get_language() or "en")[:2])


@dataclass(frozen=True)
class Finding:
    """A sentence that the data support, with its proof and where to look further."""

    say: str | SafeString
    proof: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. on: the day or moment itself, for machines. kind: "buy", "alarm", "pts" or "".

    url: where the title leads. more: what else is known, as names and values; it is folded. mark: a badge beside the
    title, for what somebody should know before reading on. within: the lines that this one stands for; they are folded.
    """

    when: str
    on: date
    title: str
    text: str = ""
    kind: str = ""
    url: str = ""
    more: Sequence[tuple[str, str]] = ()
    mark: str = ""
    within: Sequence["Entry"] = ()


class Task(NamedTuple):
    """One line of "important today": how many, of what, and where it is done."""

    count: str
    text: str
    link: Link
    urgent: bool = False
