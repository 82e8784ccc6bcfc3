"""Small rules and facts: a silver from 500 and a gold from 1,000, in Berlin."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from treue.act.loyalty.tiers import (
    CalendarYear,
    Downgrade,
    Facts,
    ForMonths,
    Level,
    Measure,
    Move,
    Order,
    Points,
    RollingMonths,
    Rules,
    RuleVersion,
    UntilNextYearEnds,
    history,
)

BERLIN = ZoneInfo("Europe/Berlin")
YEAR, ROLLING = CalendarYear(), RollingMonths(12)
NEXT_YEAR, TWELVE_MONTHS = UntilNextYearEnds(), ForMonths(12)
AT_ONCE, ONE_STEP, NEVER = Downgrade


def levels(**thresholds: int) -> tuple[Level, ...]:
    return tuple(Level(code, code.title(), code.title(), each) for code, each in thresholds.items())


def version(**changes: object) -> RuleVersion:
    fields = {
        "valid_from": date(2024, 1, 1),
        "levels": levels(basic=0, silver=500, gold=1000),
        "measure": Measure.SPEND,
        "window": ROLLING,
        "term": TWELVE_MONTHS,
    }
    return RuleVersion(**{**fields, **changes})


def at(text: str) -> datetime:
    """A moment by the clocks of Berlin; a day alone is its noon."""
    moment = datetime.fromisoformat(text if " " in text else f"{text} 12:00")
    return moment.replace(tzinfo=BERLIN).astimezone(UTC)


def spent(*orders: tuple[str, object], **more: object) -> Facts:
    return Facts(orders=[Order(at(when), Decimal(amount)) for when, amount in orders], **more)


def collected(*entries: tuple[str, int], **more: object) -> Facts:
    return Facts(points=[Points(at(when), points) for when, points in entries], **more)


def told(facts: Facts, until: str, *versions: RuleVersion) -> list[str]:
    """The moves as text, without the first at the beginning of the rules."""
    found = history(facts, Rules(versions or [version()]), at(until), BERLIN)
    return [_said(move) for move in found if move.before is not None or move.level != "basic"]


def _said(move: Move) -> str:
    clock = f"{move.at.astimezone(BERLIN):%Y-%m-%d %H:%M}"
    until = f" until {move.last_day}" if move.last_day else ""
    return f"{clock} {move.before} > {move.level}, {move.reason}{until}"
