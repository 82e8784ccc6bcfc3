"""The tier of a member the slow way: every day from the first to the last, every sum anew from all facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from treue.act.loyalty.tiers import (
    CalendarYear,
    Downgrade,
    Facts,
    Measure,
    Move,
    Reason,
    RuleVersion,
    UntilNextYearEnds,
)

DAY = timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def last_day_of_term(version: RuleVersion, day: date) -> date:
    if isinstance(version.term, UntilNextYearEnds):
        return date(day.year + 1, 12, 31)
    return day + relativedelta(months=version.term.months)


def counts(version: RuleVersion, happened: date, day: date) -> bool:
    if happened > day:
        return False
    if isinstance(version.window, CalendarYear):
        return happened.year == day.year
    return day < happened + relativedelta(months=version.window.months)


def amounts(facts: Facts, measure: Measure) -> list[tuple]:
    if measure is Measure.POINTS:
        return [(each.at, each.points) for each in facts.points]
    if measure is Measure.SPEND:
        return [(each.at, each.amount) for each in facts.orders]
    return [(each.at, 1) for each in facts.orders if each.amount > 0]


@dataclass
class Twin:
    facts: Facts
    versions: Sequence[RuleVersion]
    zone: ZoneInfo
    level: str | None = None
    last_day: date | None = None
    held: str | None = None
    has_begun: bool = False
    reason: Reason | None = None
    found: list[Move] = field(default_factory=list)

    def run(self, as_of: datetime) -> "Twin":
        self.as_of = as_of
        day = min(version.valid_from for version in self.versions)
        while midnight(day, self.zone) <= as_of:
            self._live(day)
            day += DAY
        return self

    def _live(self, day: date) -> None:
        version = self.version_on(day)
        morning, night = midnight(day, self.zone), midnight(day + DAY, self.zone)
        bounds = [moment for each in self.facts.grants for moment in (each.at, each.until)]
        happened = [each.at for each in (*self.facts.points, *self.facts.orders)]
        joined_at = self.facts.joined_at or datetime.min.replace(tzinfo=UTC)
        for moment in sorted({morning, *(m for m in (*bounds, *happened, joined_at) if morning < m < night)}):
            if moment > self.as_of:
                break
            self.reason = None
            if moment == morning and self.has_begun:
                self._end(day - DAY)
            is_new = moment == morning and version.valid_from == day
            if joined_at <= moment:
                self._be(version, moment, day, is_new or not self.has_begun)
                self._note(version, moment, is_first=not self.has_begun)
                self.has_begun = True

    def _be(self, version: RuleVersion, moment: datetime, day: date, begins: bool) -> None:
        codes = [level.code for level in version.levels]
        reason = Reason.REACHED
        if begins:
            joins = not self.has_begun and self.facts.joined_at and midnight(day, self.zone) <= self.facts.joined_at
            joins = joins and (self.facts.joined_at == moment)
            reason = Reason.JOINED if joins else Reason.RULES
        rank = codes.index(self.level) if self.level in codes else -1
        reached = self._reached(version, day, moment)
        is_lost = self.level is not None and rank < 0
        if reached > rank or is_lost:
            self.level = codes[reached] if reached >= 0 else None
            self.last_day = last_day_of_term(version, day)
            self.reason = reason
        if self.level is None or version.levels[codes.index(self.level)].threshold == 0:
            self.last_day = None
        elif self.last_day is None:
            self.last_day = last_day_of_term(version, day)

    def _end(self, day: date) -> None:
        """What becomes of the tier at the end of `day`."""
        version = self.version_on(day)
        if self.last_day is None or day < self.last_day:
            return
        following = last_day_of_term(version, self.last_day)
        if following <= day:
            following = last_day_of_term(version, day)
        if version.downgrade is Downgrade.NEVER:
            self.last_day = following
            return
        codes = [level.code for level in version.levels]
        rank = codes.index(self.level)
        reached = self._reached_open(version, day)
        if reached >= rank:
            self.reason, self.last_day = Reason.KEPT, following
        elif day >= self.last_day + timedelta(days=version.grace_days):
            rank = rank - 1 if version.downgrade is Downgrade.ONE_STEP else reached
            self.level = codes[rank] if rank >= 0 else None
            self.reason, self.last_day = Reason.NOT_REACHED, following
            if rank < 0 or version.levels[rank].threshold == 0:
                self.last_day = None

    def version_on(self, day: date) -> RuleVersion | None:
        begun = [version for version in self.versions if version.valid_from <= day]
        return max(begun, key=lambda version: version.valid_from, default=None)

    def value(self, version: RuleVersion, day: date, moment: datetime) -> object:
        found = amounts(self.facts, version.measure)
        return sum(
            amount for at, amount in found if at <= moment and counts(version, at.astimezone(self.zone).date(), day)
        )

    def _reached(self, version: RuleVersion, day: date, moment: datetime) -> int:
        return self._rank(version, self.value(version, day, moment))

    def _reached_open(self, version: RuleVersion, day: date) -> int:
        total = 0
        for at, amount in amounts(self.facts, version.measure):
            happened = at.astimezone(self.zone).date()
            if happened <= day and (counts(version, happened, self.last_day) or happened > self.last_day):
                total += amount
        return self._rank(version, total)

    @staticmethod
    def _rank(version: RuleVersion, value: object) -> int:
        enough = [level for level in version.levels if level.threshold == 0 or value >= level.threshold]
        return len(enough) - 1

    def _note(self, version: RuleVersion, moment: datetime, is_first: bool) -> None:
        codes = [level.code for level in version.levels]
        grants = [each for each in self.facts.grants if each.at <= moment < each.until and each.level in codes]
        given = max((codes.index(each.level) for each in grants), default=-1)
        earned = codes.index(self.level) if self.level is not None else -1
        level = codes[max(given, earned)] if max(given, earned) >= 0 else None
        is_earned = level == self.level
        last_day = self.last_day if is_earned and version.downgrade is not Downgrade.NEVER else None
        if level != self.held:
            reason = self.reason if is_earned and self.reason else self._by_hand(moment, level, is_first)
            self.found.append(Move(moment, self.held, level, reason, last_day))
        elif is_earned and self.reason is Reason.KEPT:
            self.found.append(Move(moment, level, level, Reason.KEPT, last_day))
        self.held = level

    def _by_hand(self, moment: datetime, level: str | None, is_first: bool) -> Reason:
        grants = [each for each in self.facts.grants if each.at < each.until]
        if any(each.level == level and (each.at == moment or (is_first and each.at < moment)) for each in grants):
            return Reason.GRANTED
        if any(each.until == moment for each in grants):
            return Reason.GRANT_OVER
        return self.reason or Reason.RULES
