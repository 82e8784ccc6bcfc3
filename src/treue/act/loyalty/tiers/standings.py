"""Where a member stands: the tier now, how long it lasts, and what is missing for the next and to keep this one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import ONE_DAY, begin_of, end_of, last_day_before
from treue.act.loyalty.tiers.facts import Facts, Grant
from treue.act.loyalty.tiers.moves import active, grants_in_utc, highest, moves
from treue.act.loyalty.tiers.rules import Amount, CalendarYear, Downgrade, Level, Measure, Rules, RuleVersion
from treue.act.loyalty.tiers.walking import Reason, Walk


@dataclass(frozen=True)
class Missing:
    """amount: how much more of the measure; 0: nothing. last_day: the last on which so much is enough; None: any.

    kept_until: to keep a tier, the last day of the term that follows.
    """

    level: Level
    measure: Measure
    amount: Amount
    last_day: date | None
    kept_until: date | None = None


@dataclass(frozen=True)
class Standing:
    """Moments in UTC. since, reason: of the move to this level. is_granted: it rests on a grant alone,
    granted_for: whose reason this is.

    valid_until: the midnight after the last day, half-open; None: no end. grace_until: how long it is kept after
    that. counted: what the window holds now.
    """

    level: Level | None = None
    since: datetime | None = None
    reason: Reason | None = None
    is_granted: bool = False
    granted_for: str = ""
    valid_until: datetime | None = None
    grace_until: datetime | None = None
    is_in_grace: bool = False
    counted: Amount = 0
    next: Missing | None = None
    keep: Missing | None = None


@dataclass(frozen=True)
class _Ending:
    """How a level ends if nothing more happens."""

    valid_until: datetime | None = None
    grace_until: datetime | None = None
    is_in_grace: bool = False
    keep: Missing | None = None


def standing(facts: Facts, rules: Rules, as_of: datetime, zone: ZoneInfo) -> Standing:
    """As of a moment, that moment included; as the facts and rules say it today. Raises MomentWithoutZone."""
    walk = Walk(facts, rules, as_of, zone)
    if not walk.stretches:
        return Standing()
    grants = grants_in_utc(facts)
    held = active(grants, walk.until)
    version = walk.version
    code = highest(version, walk.level, held)
    level = version.level(version.index(code))
    changes = [move for move in moves(walk, grants) if move.before != move.level]
    is_granted = code != walk.level
    at_level = [each for each in held if each.level == code]
    ending = _grant_ending(walk, at_level) if is_granted else _earned_ending(walk, rules, at_level)
    return Standing(
        level=level,
        since=changes[-1].at if changes else None,
        reason=changes[-1].reason if changes else None,
        is_granted=is_granted,
        granted_for=max(at_level, key=lambda each: each.until).reason if is_granted else "",
        valid_until=ending.valid_until,
        grace_until=ending.grace_until,
        is_in_grace=ending.is_in_grace,
        counted=_counted(walk),
        next=_next(walk, rules, version.index(code)),
        keep=ending.keep,
    )


def _counted(walk: Walk) -> Amount:
    return walk.counted.until_moment(walk.version.window.begin(walk.today), walk.until)


def _next(walk: Walk, rules: Rules, index: int) -> Missing | None:
    version = walk.version
    if index + 1 == len(version.levels):
        return None
    level = version.levels[index + 1]
    coming = [each.valid_from - ONE_DAY for each in rules.after(walk.today)[:1]]
    return Missing(level, version.measure, level.threshold - _counted(walk), _earliest(_fall(walk), *coming))


def _fall(walk: Walk) -> date | None:
    """The last day on which the window still holds what it holds now."""
    window = walk.version.window
    if isinstance(window, CalendarYear):
        return window.first_day_without(walk.today) - ONE_DAY
    return walk.counted.fall_of(window, walk.today)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


def _grant_ending(walk: Walk, grants: list[Grant]) -> _Ending:
    valid_until = max(each.until for each in grants)
    level = walk.version.levels[walk.version.index(grants[0].level)]
    last_day = _earliest(_fall(walk), last_day_before(valid_until, walk.zone))
    keep = Missing(level, walk.version.measure, level.threshold - _counted(walk), last_day)
    return _Ending(valid_until, keep=keep)


def _earned_ending(walk: Walk, rules: Rules, grants: list[Grant]) -> _Ending:
    """By the rules of the day on which the level will be judged, as far as they are known today."""
    gone, last_day = _gone(walk, rules), walk.last_day
    without_term = _Ending(begin_of(gone, walk.zone) if gone else None)
    if last_day is None:
        return without_term
    judged_on = max(last_day, walk.today)
    if gone and gone <= judged_on:
        return without_term
    deciding = rules.on(judged_on) or walk.version
    if deciding.downgrade is Downgrade.NEVER or deciding.is_for_good(deciding.index(walk.level)):
        return without_term
    valid_until = max([end_of(last_day, walk.zone), *(each.until for each in grants)])
    final_day = last_day + timedelta(days=deciding.grace_days)
    final = end_of(final_day, walk.zone)
    return _Ending(
        valid_until=valid_until,
        grace_until=final if final > valid_until else None,
        is_in_grace=walk.today > last_day and not grants,
        keep=_keep(walk, deciding, last_day, final_day),
    )


def _gone(walk: Walk, rules: Rules) -> date | None:
    """The day of the first coming version, if any, that does not have the level any more."""
    if walk.level is None:
        return None
    return next((each.valid_from for each in rules.after(walk.today) if each.index(walk.level) < 0), None)


def _keep(walk: Walk, deciding: RuleVersion, last_day: date, final_day: date) -> Missing:
    """What the window of the last day lacks, which stays open while grace runs."""
    level = deciding.levels[deciding.index(walk.level)]
    value = walk.measured(deciding.measure).until_day(deciding.window.begin(last_day), walk.today)
    return Missing(
        level=level,
        measure=deciding.measure,
        amount=max(level.threshold - value, 0),
        last_day=last_day if walk.today <= last_day else final_day,
        kept_until=deciding.term_after(last_day, max(last_day, walk.today)),
    )
