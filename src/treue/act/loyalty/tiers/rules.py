"""The rules of tiers: levels, what qualifies for them, how long they last. Versions of them, by day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

from treue.act.loyalty.days import ONE_DAY, later
from treue.act.loyalty.fields import WrongValue, count
from treue.act.loyalty.tiers.benefits import Benefit, require_few
from treue.act.loyalty.tiers.errors import NoLevels, NotRising, NoVersions, RepeatedDay, RepeatedLevel

Amount = int | Decimal

LONGEST_GRACE_DAYS = 366
MOST_MONTHS = 120


class Measure(StrEnum):
    """What is counted: qualifying points, what orders are worth, or orders of which something is left."""

    POINTS = "points"
    SPEND = "spend"
    ORDERS = "orders"


class Downgrade(StrEnum):
    """What becomes of a tier that was not reached again.

    AT_ONCE: the level that was reached. ONE_STEP: one level down, and again after another term. NEVER: it stays.
    """

    AT_ONCE = "at_once"
    ONE_STEP = "one_step"
    NEVER = "never"


@dataclass(frozen=True)
class Level:
    """threshold: from how much on; 0: everybody has it. benefits: all that who has it gets, those of lower levels among
    them. Raises WrongValue, RepeatedBenefit.
    """

    code: str
    name_en: str
    name_de: str
    threshold: Amount
    benefits: tuple[Benefit, ...] = ()

    def __post_init__(self) -> None:
        require_few(self.benefits)

    def name(self, language: str) -> str:
        return self.name_de if language == "de" else self.name_en


@dataclass(frozen=True)
class CalendarYear:
    """What counts: the days of the same year."""

    def begin(self, day: date) -> date:
        """The first day of the window that has `day` last."""
        return date(day.year, 1, 1)

    def first_day_without(self, day: date) -> date:
        """From when on what happened on `day` counts no more."""
        return date(day.year + 1, 1, 1)


@dataclass(frozen=True)
class RollingMonths:
    """What counts: what happened less than so many months ago."""

    months: int

    def __post_init__(self) -> None:
        count("window.months", self.months, 1, MOST_MONTHS)

    def begin(self, day: date) -> date:
        """The first day of the window that has `day` last."""
        return _begin_of_window(day, self.months)

    def first_day_without(self, day: date) -> date:
        """From when on what happened on `day` counts no more."""
        return later(day, self.months)


@dataclass(frozen=True)
class UntilNextYearEnds:
    def last_day(self, day: date) -> date:
        """The last day of a term that begins on `day`."""
        return date(day.year + 1, 12, 31)


@dataclass(frozen=True)
class ForMonths:
    months: int

    def __post_init__(self) -> None:
        count("term.months", self.months, 1, MOST_MONTHS)

    def last_day(self, day: date) -> date:
        """The last day of a term that begins on `day`."""
        return later(day, self.months)


Window = CalendarYear | RollingMonths
Term = UntilNextYearEnds | ForMonths


@dataclass(frozen=True)
class RuleVersion:
    """Rules in force from a day on.

    levels: in rising order. grace_days: how long a tier is kept after its last day for want of what is missing.
    Raises NoLevels, RepeatedLevel, NotRising, WrongValue.
    """

    valid_from: date
    levels: tuple[Level, ...]
    measure: Measure
    window: Window
    term: Term
    grace_days: int = 0
    downgrade: Downgrade = Downgrade.AT_ONCE

    def __post_init__(self) -> None:
        if not self.levels:
            raise NoLevels
        count("grace_days", self.grace_days, 0, LONGEST_GRACE_DAYS)
        if self.levels[0].threshold < 0:
            raise WrongValue("levels.0.threshold", self.levels[0].threshold, "0 or more")
        for below, level in pairwise(self.levels):
            if level.threshold <= below.threshold:
                raise NotRising(level.code, level.threshold, below.threshold)
        if len(self._indices) < len(self.levels):
            codes = [level.code for level in self.levels]
            raise RepeatedLevel(next(code for code in codes if codes.count(code) > 1))

    def index(self, code: str | None) -> int:
        """The number of a level from 0; -1 where these rules do not have it."""
        return -1 if code is None else self._indices.get(code, -1)

    def level(self, index: int) -> Level | None:
        return None if index < 0 else self.levels[index]

    def reached(self, value: Amount) -> int:
        """The number of the highest level that so much is enough for; -1 for none."""
        return bisect_right(self._thresholds, max(value, 0)) - 1

    def is_for_good(self, index: int) -> bool:
        """No level, or one that asks for nothing: it cannot be lost."""
        return index < 0 or self.levels[index].threshold == 0

    def term_after(self, last_day: date, decided_on: date) -> date:
        """The last day of a term that follows on one, also where a long grace has used it up."""
        following = self.term.last_day(last_day)
        return following if following > decided_on else self.term.last_day(decided_on)

    @cached_property
    def _thresholds(self) -> tuple[Amount, ...]:
        return tuple(level.threshold for level in self.levels)

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {level.code: index for index, level in enumerate(self.levels)}


@dataclass(frozen=True)
class Rules:
    """Versions by the day from which they are in force, given in any order. Raises NoVersions, RepeatedDay."""

    versions: Sequence[RuleVersion]

    def __post_init__(self) -> None:
        if not self.versions:
            raise NoVersions
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=lambda version: version.valid_from)))
        for before, day in pairwise(self._days):
            if before == day:
                raise RepeatedDay(day)

    def on(self, day: date) -> RuleVersion | None:
        """The version in force; None before the first."""
        index = bisect_right(self._days, day) - 1
        return self.versions[index] if index >= 0 else None

    def after(self, day: date) -> Sequence[RuleVersion]:
        """The versions that begin later than `day`."""
        return self.versions[bisect_right(self._days, day) :]

    @cached_property
    def _days(self) -> tuple[date, ...]:
        return tuple(version.valid_from for version in self.versions)


@lru_cache(maxsize=2**15)
def _begin_of_window(day: date, months: int) -> date:
    begin = later(day, -months)
    while later(begin, months) <= day:
        begin += ONE_DAY
    return begin
