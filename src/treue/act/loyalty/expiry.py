"""When points expire, and when members are told of it beforehand.

Points expire at the end of a local day: `expires_at` is the midnight after it, half-open, so that a sentence may name
the day itself as the last one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import begin_of, day_of, end_of, in_month, in_utc, last_day_before, later
from treue.act.loyalty.fields import WrongValue, count, fields_of, list_of

NOTICE_DAYS = (60, 14)
LONGEST_MONTHS, LONGEST_DAYS, LONGEST_YEARS = 240, 7_300, 20
LONGEST_NOTICE_DAYS = 366
DAYS_OF_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """notice_days: how many days before the last day members are told. Raises WrongValue."""

    notice_days: tuple[int, ...] = NOTICE_DAYS

    def __post_init__(self) -> None:
        for days in self.notice_days:
            count("notice_days", days, 0, LONGEST_NOTICE_DAYS)
        if len(set(self.notice_days)) < len(self.notice_days):
            raise WrongValue("notice_days", self.notice_days, "numbers, each once")


@dataclass(frozen=True)
class Never(Policy):
    """Points stay until they are used."""


@dataclass(frozen=True)
class OnDayOfYear(Policy):
    """With a day of the year, so many years after the one in which they became active.

    With years 0 the day may be over already: then the one of the next year. 29 February is the 28th in other years.
    """

    month: int = 12
    day: int = 31
    years: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        count("month", self.month, 1, 12)
        count("day", self.day, 1, DAYS_OF_MONTHS[self.month - 1])
        count("years", self.years, 0, LONGEST_YEARS)


@dataclass(frozen=True)
class After(Policy):
    """So many months or days after they became active: one of the two."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.months and self.days:
            raise WrongValue("days", self.days, "0 beside months")
        if self.days:
            count("days", self.days, 1, LONGEST_DAYS)
        else:
            count("months", self.months, 1, LONGEST_MONTHS)


@dataclass(frozen=True)
class AfterInactivity(Policy):
    """So many months after the member was last active; every activity puts it off for all points."""

    months: int = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        count("months", self.months, 1, LONGEST_MONTHS)


@dataclass(frozen=True, order=True)
class Notice:
    """at: in UTC, when the local day begins that lies `days` before the last day of the points."""

    at: datetime
    days: int


def expires_at(
    policy: Policy, active_at: datetime, last_activity_at: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """The first moment, in UTC, at which points can no longer be used; None: never.

    active_at: when the points became redeemable. last_activity_at: of the member; None: none since.
    Raises MomentWithoutZone.
    """
    last_activity_on = day_of(in_utc(last_activity_at), zone) if last_activity_at else None
    day = last_day(policy, day_of(in_utc(active_at), zone), last_activity_on)
    return end_of(day, zone) if day else None


def last_day(policy: Policy, active_on: date, last_activity_on: date | None = None) -> date | None:
    """The last day on which points can be used; None: no last one."""
    if isinstance(policy, OnDayOfYear):
        return _day_of_year(policy, active_on)
    if isinstance(policy, After):
        return later(active_on, policy.months) if policy.months else active_on + timedelta(days=policy.days)
    if isinstance(policy, AfterInactivity):
        return later(max(active_on, last_activity_on or active_on), policy.months)
    return None


def notices(policy: Policy, expires_at: datetime | None, zone: ZoneInfo) -> tuple[Notice, ...]:
    """Every notice of points that expire then, the first one first. Raises MomentWithoutZone."""
    if expires_at is None:
        return ()
    last = last_day_before(expires_at, zone)
    return tuple(sorted(Notice(begin_of(last - timedelta(days=days), zone), days) for days in policy.notice_days))


def notices_due(
    policy: Policy,
    expires_at: datetime | None,
    zone: ZoneInfo,
    *,
    active_at: datetime,
    since: datetime,
    until: datetime,
) -> Iterator[Notice]:
    """The notices from `since` up to, not including, `until`: in spans that meet, each comes up once.

    None from before the points were active: who gets points for ten days is not told of 60.
    """
    for notice in notices(policy, expires_at, zone):
        if max(since, active_at) <= notice.at < until:
            yield notice


def _day_of_year(policy: OnDayOfYear, active_on: date) -> date:
    day = in_month(active_on.year + policy.years, policy.month, policy.day)
    return day if day >= active_on else in_month(active_on.year + 1, policy.month, policy.day)


# As JSON


def written(policy: Policy) -> dict[str, object]:
    """{"kind": "after_months", "months": 12, "notice_days": [60, 14]}; `read` makes the same of it again."""
    kind = _kind(policy)
    own = {name: getattr(policy, name) for name in FIELDS[kind]}
    return {"kind": kind, **own, "notice_days": list(policy.notice_days)}


def read(value: object) -> Policy:
    """Raises MissingField, UnknownField, WrongValue."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        raise WrongValue("kind", kind, "one of " + ", ".join(FIELDS))
    fields = fields_of("policy", value, ("kind", *FIELDS[kind], "notice_days"), prefix="")
    own = {name: count(name, fields[name], 0 if name == "years" else 1) for name in FIELDS[kind]}
    days = tuple(count("notice_days", each) for each in list_of("notice_days", fields["notice_days"]))
    return POLICIES[kind](**own, notice_days=days)


FIELDS: dict[str, tuple[str, ...]] = {
    "never": (),
    "on_day_of_year": ("month", "day", "years"),
    "after_months": ("months",),
    "after_days": ("days",),
    "after_inactivity": ("months",),
}
POLICIES: dict[str, Callable[..., Policy]] = {
    "never": Never,
    "on_day_of_year": OnDayOfYear,
    "after_months": After,
    "after_days": After,
    "after_inactivity": AfterInactivity,
}


def _kind(policy: Policy) -> str:
    if isinstance(policy, After):
        return "after_days" if policy.days else "after_months"
    return next(kind for kind, made in POLICIES.items() if type(policy) is made)
