"""The tier that a member has: what was earned, or a level given by hand where that is higher."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import in_utc
from treue.act.loyalty.tiers.facts import Facts, Grant
from treue.act.loyalty.tiers.rules import Downgrade, Rules, RuleVersion
from treue.act.loyalty.tiers.walking import Reason, Walk


@dataclass(frozen=True)
class Move:
    """From one level to another, or the same kept for another term. None is no level.

    at: in UTC. last_day: of the term that begins with it; None where it has no end or rests on a grant.
    """

    at: datetime
    before: str | None
    level: str | None
    reason: Reason
    last_day: date | None = None


def history(facts: Facts, rules: Rules, until: datetime, zone: ZoneInfo) -> tuple[Move, ...]:
    """Every move up to and at a moment, as the facts and rules say it today. Raises MomentWithoutZone."""
    walk = Walk(facts, rules, until, zone)
    return tuple(moves(walk, grants_in_utc(facts)))


def moves(walk: Walk, grants: Sequence[Grant]) -> Iterator[Move]:
    steps, last, held = deque(walk.steps), None, None
    for at in _moments(walk, grants):
        reason = None
        while steps and steps[0].at == at:
            last = steps.popleft()
            reason = last.reason or reason
        version = walk.stretches[bisect_right(walk.stretches, at, key=attrgetter("begins_at")) - 1].version
        earned = last.level if last else None
        level = highest(version, earned, active(grants, at))
        last_day = last.last_day if last and level == earned and version.downgrade is not Downgrade.NEVER else None
        if level != held:
            by_hand = None if reason and level == earned else _by_hand(walk, at, level, grants)
            yield Move(at, held, level, by_hand or reason or Reason.RULES, last_day)
        elif reason is Reason.KEPT and level == earned:
            yield Move(at, held, level, reason, last_day)
        held = level


def grants_in_utc(facts: Facts) -> list[Grant]:
    grants = (Grant(each.level, in_utc(each.at), in_utc(each.until), each.reason) for each in facts.grants)
    return [each for each in grants if each.at < each.until]


def active(grants: Sequence[Grant], at: datetime) -> list[Grant]:
    return [each for each in grants if each.at <= at < each.until]


def highest(version: RuleVersion, earned: str | None, grants: Sequence[Grant]) -> str | None:
    """The highest of these levels; what the rules in force do not have counts for none."""
    level = version.level(max(version.index(code) for code in (earned, *(each.level for each in grants))))
    return level.code if level else None


def _moments(walk: Walk, grants: Sequence[Grant]) -> list[datetime]:
    if not walk.stretches:
        return []
    begins = {stretch.begins_at for stretch in walk.stretches}
    bounds = {moment for each in grants for moment in (each.at, each.until) if min(begins) <= moment <= walk.until}
    return sorted(begins | bounds | {step.at for step in walk.steps})


def _by_hand(walk: Walk, at: datetime, level: str | None, grants: Sequence[Grant]) -> Reason | None:
    """Whether a level begins at this moment because a grant does, or because one is over."""
    begun = walk.stretches[0].begins_at
    if any(each.level == level and max(each.at, begun) == at for each in grants):
        return Reason.GRANTED
    return Reason.GRANT_OVER if any(each.until == at for each in grants) else None
