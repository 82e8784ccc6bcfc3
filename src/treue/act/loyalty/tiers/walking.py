"""The tier that a member has earned, step by step through time.

A level is reached at the moment at which the window gives it. It lasts for a term. At the end of the term's last
day the window of that day decides; while grace runs, the same window stays open and decides at the end of every day.
What was kept or lowered has its next term counted from the last day, so that grace lends no time. A new version of
the rules holds from its first midnight on: what was reached keeps its last day, and is judged by the rules of the
day on which it is judged.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from heapq import merge
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import ONE_DAY, begin_of, day_of, end_of, in_utc
from treue.act.loyalty.tiers.facts import Facts
from treue.act.loyalty.tiers.measuring import Measured, measured
from treue.act.loyalty.tiers.rules import Downgrade, Measure, Rules, RuleVersion


class Reason(StrEnum):
    """Why a tier begins or ends: joined, reached, kept for another term, not reached again, other rules, by hand."""

    JOINED = "joined"
    REACHED = "reached"
    KEPT = "kept"
    NOT_REACHED = "not_reached"
    RULES = "rules"
    GRANTED = "granted"
    GRANT_OVER = "grant_over"


@dataclass(frozen=True)
class Step:
    """at: in UTC. last_day: of the term that begins; None: no end. reason None: nothing but the term is another."""

    at: datetime
    level: str | None
    reason: Reason | None
    last_day: date | None


@dataclass(frozen=True)
class Stretch:
    """Time under one version, from a moment up to, not including, a day."""

    version: RuleVersion
    begins_at: datetime
    first_day: date
    end: date
    reason: Reason


class Walk:
    """A member's way until a moment, that moment included. Raises MomentWithoutZone."""

    def __init__(self, facts: Facts, rules: Rules, until: datetime, zone: ZoneInfo) -> None:
        self.zone = zone
        self.facts = facts
        self.until = in_utc(until)
        self.today = day_of(until, zone)
        self.stretches = list(_stretches(facts, rules, self.until, zone))
        self.steps: list[Step] = []
        self.index = -1
        self.level: str | None = None
        self.last_day: date | None = None
        self._counted: dict[Measure, Measured] = {}
        for stretch in self.stretches:
            self._go(stretch)

    def measured(self, measure: Measure) -> Measured:
        if measure not in self._counted:
            self._counted[measure] = measured(self.facts, measure, self.until, self.zone)
        return self._counted[measure]

    def _go(self, stretch: Stretch) -> None:
        self.version = stretch.version
        self.counted = self.measured(stretch.version.measure)
        self.undecided, self.end = stretch.first_day, stretch.end
        self._enter(stretch)
        top = len(stretch.version.levels) - 1
        for at, day in self._checks(stretch):
            if self.last_day is not None and self.last_day < day:
                self._decide(day)
            if self.index < top:
                self._rise(at, day, Reason.REACHED)
        self._decide(min(stretch.end, self.today))

    def _enter(self, stretch: Stretch) -> None:
        """Take the tier over into other rules: a level that they do not have is lost for what was reached."""
        self.index = self.version.index(self.level)
        if self.level is not None and self.index < 0:
            reached = self._reached(stretch.begins_at, stretch.first_day)
            self._step(stretch.begins_at, reached, stretch.reason, self.version.term.last_day(stretch.first_day))
            return
        self._rise(stretch.begins_at, stretch.first_day, stretch.reason)
        is_for_good = self.version.is_for_good(self.index)
        if is_for_good != (self.last_day is None):
            last_day = None if is_for_good else self.version.term.last_day(stretch.first_day)
            self._step(stretch.begins_at, self.index, None, last_day)

    def _checks(self, stretch: Stretch) -> Iterator[tuple[datetime, date]]:
        """The moments at which the window can give more than before."""
        moments, days = self.counted.moments, self.counted.days
        begin, end = bisect_right(moments, stretch.begins_at), bisect_left(days, stretch.end)
        happened = zip(moments[begin:end], days[begin:end], strict=True)
        left = [
            (begin_of(day, self.zone), day)
            for day in self.counted.gains_by_leaving(self.version.window)
            if stretch.first_day < day < stretch.end
        ]
        return merge(happened, left) if left else happened

    def _reached(self, at: datetime, day: date) -> int:
        return self.version.reached(self.counted.until_moment(self.version.window.begin(day), at))

    def _rise(self, at: datetime, day: date, reason: Reason) -> None:
        reached = self._reached(at, day)
        if reached > self.index:
            self._step(at, reached, reason, self.version.term.last_day(day))

    def _step(self, at: datetime, index: int, reason: Reason | None, last_day: date | None) -> None:
        level = self.version.level(index)
        self.index, self.level = index, level.code if level else None
        self.last_day = None if self.version.is_for_good(index) else last_day
        self.steps.append(Step(at, self.level, reason, self.last_day))

    def _decide(self, before: date) -> None:
        """Judge the tier at the end of every day before this one on which its term or its grace is over."""
        while self.last_day is not None:
            first = max(self.last_day, self.undecided)
            if first >= before or not self._judge(self.last_day, first, before):
                break
        self.undecided = max(self.undecided, before)

    def _judge(self, last_day: date, first: date, before: date) -> bool:
        """Whether it was decided at the end of a day from `first` on; else its grace goes on."""
        if self.version.downgrade is Downgrade.NEVER:
            following = self.version.term_after(last_day, first)
            self._step(end_of(first, self.zone), self.index, None, following)
            return True
        final = max(last_day + self.version.grace_days * ONE_DAY, first)
        begin = self.version.window.begin(last_day)
        kept = self._kept_on(begin, first, min(final, before - ONE_DAY))
        if kept is None and final >= before:
            return False
        day = kept or final
        reached = self.version.reached(self.counted.until_day(begin, day))
        lowest = self.index - 1 if self.version.downgrade is Downgrade.ONE_STEP else -1
        index = min(self.index, max(reached, lowest))
        reason = Reason.KEPT if kept else Reason.NOT_REACHED
        at, tomorrow = end_of(day, self.zone), day + ONE_DAY
        self._step(at, index, reason, self.version.term_after(last_day, day))
        if tomorrow < self.end:
            self._rise(at, tomorrow, Reason.REACHED)
        return True

    def _kept_on(self, begin: date, first: date, last: date) -> date | None:
        """The first day by whose end the open window gives the tier again."""
        for day in (first, *self.counted.days_between(first, last)):
            if self.version.reached(self.counted.until_day(begin, day)) >= self.index:
                return day
        return None


def _stretches(facts: Facts, rules: Rules, until: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    joined_at = in_utc(facts.joined_at) if facts.joined_at else None
    after_today = day_of(until, zone) + ONE_DAY
    ends = [version.valid_from for version in rules.versions[1:]] + [after_today]
    for version, end in zip(rules.versions, ends, strict=True):
        begins_at, reason = begin_of(version.valid_from, zone), Reason.RULES
        if joined_at and joined_at >= begins_at:
            begins_at, reason = joined_at, Reason.JOINED
        if begins_at <= until and day_of(begins_at, zone) < end:
            yield Stretch(version, begins_at, day_of(begins_at, zone), min(end, after_today), reason)
