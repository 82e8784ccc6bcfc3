"""When points expire by each policy, and the notices before it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.act.loyalty.tier_cases import BERLIN, at
from treue.act.loyalty.days import MomentWithoutZone
from treue.act.loyalty.expiry import (
    After,
    AfterInactivity,
    Never,
    Notice,
    OnDayOfYear,
    expires_at,
    last_day,
    notices,
    notices_due,
    read,
    written,
)
from treue.act.loyalty.fields import MissingField, UnknownField, WrongValue

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("policy", "active_on", "last_activity_on", "last"),
    [
        (OnDayOfYear(), "2026-01-01", None, "2027-12-31"),
        (OnDayOfYear(), "2026-12-31", None, "2027-12-31"),
        (OnDayOfYear(years=3), "2026-12-31", None, "2029-12-31"),
        (OnDayOfYear(years=0), "2026-12-31", None, "2026-12-31"),
        (OnDayOfYear(month=6, day=30), "2026-08-15", None, "2027-06-30"),
        (OnDayOfYear(month=6, day=30, years=0), "2026-06-30", None, "2026-06-30"),
        (OnDayOfYear(month=6, day=30, years=0), "2026-07-01", None, "2027-06-30"),
        (OnDayOfYear(month=2, day=29), "2026-08-15", None, "2027-02-28"),
        (OnDayOfYear(month=2, day=29), "2027-08-15", None, "2028-02-29"),
        (OnDayOfYear(month=2, day=29, years=0), "2027-03-01", None, "2028-02-29"),
        (After(months=12), "2026-03-15", None, "2027-03-15"),
        (After(months=1), "2026-01-31", None, "2026-02-28"),
        (After(months=1), "2028-01-31", None, "2028-02-29"),
        (After(months=12), "2028-02-29", None, "2029-02-28"),
        (After(months=48), "2028-02-29", None, "2032-02-29"),
        (After(months=13), "2026-12-31", None, "2028-01-31"),
        (After(days=1), "2026-12-31", None, "2027-01-01"),
        (After(days=365), "2028-02-29", None, "2029-02-28"),
        (After(months=12), "2026-03-15", "2026-09-01", "2027-03-15"),
        (AfterInactivity(months=12), "2026-03-15", None, "2027-03-15"),
        (AfterInactivity(months=12), "2026-03-15", "2026-08-31", "2027-08-31"),
        (AfterInactivity(months=6), "2026-03-15", "2026-08-31", "2027-02-28"),
        (AfterInactivity(months=12), "2026-03-15", "2026-03-01", "2027-03-15"),
        (Never(), "2026-03-15", "2026-08-31", None),
    ],
)
def test_the_last_day_of_points(policy: object, active_on: str, last_activity_on: str | None, last: str | None) -> None:
    assert last_day(policy, day(active_on), day(last_activity_on)) == day(last)


@pytest.mark.parametrize(
    ("zone", "active_at", "moment"),
    [
        (BERLIN, datetime(2026, 2, 28, 11, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (BERLIN, datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 4, 1, 22, tzinfo=UTC)),
        (BERLIN, datetime(2026, 9, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (BERLIN, datetime(2026, 9, 24, 21, 59, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (SAO_PAULO, datetime(2018, 10, 3, 15, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        (SAO_PAULO, datetime(2018, 1, 17, 15, tzinfo=UTC), datetime(2018, 2, 18, 3, tzinfo=UTC)),
    ],
)
def test_points_expire_with_the_local_day_also_where_clocks_change(
    zone: ZoneInfo, active_at: datetime, moment: datetime
) -> None:
    assert expires_at(After(months=1), active_at, None, zone) == moment


def test_days_of_23_and_of_25_hours_count_as_days() -> None:
    assert expires_at(After(days=1), at("2026-03-28"), None, BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert expires_at(After(days=1), at("2026-10-24"), None, BERLIN) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_activity_puts_the_end_off_and_never_is_never() -> None:
    assert expires_at(AfterInactivity(months=1), at("2026-01-05"), at("2026-01-31 23:59"), BERLIN) == at(
        "2026-03-01 00:00"
    )
    assert expires_at(Never(), at("2026-01-05"), None, BERLIN) is None


@given(st.dates(date(1999, 1, 1), date(2099, 1, 1)), st.integers(1, 240), st.sampled_from([BERLIN, SAO_PAULO]))
def test_months_are_counted_as_by_another_calendar(active_on: date, months: int, zone: ZoneInfo) -> None:
    noon = datetime(active_on.year, active_on.month, active_on.day, 12, tzinfo=zone)
    last = active_on + relativedelta(months=months)
    end = expires_at(After(months=months), noon, None, zone)
    assert (end - timedelta.resolution).astimezone(zone).date() == last
    assert end.astimezone(zone).date() == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: OnDayOfYear(month=13), "month"),
        (lambda: OnDayOfYear(month=2, day=30), "day"),
        (lambda: OnDayOfYear(years=-1), "years"),
        (lambda: After(), "months"),
        (lambda: After(months=241), "months"),
        (lambda: After(days=-3), "days"),
        (lambda: After(months=1, days=1), "days"),
        (lambda: AfterInactivity(months=0), "months"),
        (lambda: AfterInactivity(months=True), "months"),
        (lambda: Never(notice_days=(14, 14)), "notice_days"),
        (lambda: After(days=30, notice_days=(-1,)), "notice_days"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(make: object, field: str) -> None:
    with pytest.raises(WrongValue) as refused:
        make()
    assert refused.value.place == field


def test_a_moment_that_could_be_anywhere_is_refused() -> None:
    with pytest.raises(MomentWithoutZone):
        expires_at(After(days=3), datetime(2026, 1, 1), None, BERLIN)  # noqa: DTZ001
    with pytest.raises(MomentWithoutZone):
        notices(After(days=3), datetime(2026, 1, 1), BERLIN)  # noqa: DTZ001


# Notices


def test_notices_come_60_and_14_days_before_the_last_day() -> None:
    end = at("2027-01-01 00:00")
    assert notices(OnDayOfYear(), end, BERLIN) == (
        Notice(at("2026-11-01 00:00"), 60),
        Notice(at("2026-12-17 00:00"), 14),
    )
    assert notices(OnDayOfYear(notice_days=(3,)), end, BERLIN) == (Notice(at("2026-12-28 00:00"), 3),)
    assert notices(OnDayOfYear(notice_days=()), end, BERLIN) == ()
    assert notices(Never(), None, BERLIN) == ()


def test_notices_are_days_and_no_hours_apart_where_clocks_change() -> None:
    end = expires_at(After(months=1), at("2026-03-10"), None, BERLIN)
    assert notices(After(months=1, notice_days=(14,)), end, BERLIN) == (Notice(at("2026-03-27 00:00"), 14),)
    assert end - at("2026-03-27 00:00") == timedelta(days=15) - timedelta(hours=1)


def test_each_notice_comes_up_once_in_spans_that_meet() -> None:
    policy, active_at = OnDayOfYear(), at("2025-05-01")
    end = expires_at(policy, active_at, None, BERLIN)
    bounds = [at("2026-10-01"), at("2026-11-01 00:00"), at("2026-11-01 00:00"), at("2026-12-17"), at("2027-03-01")]
    found = [
        [notice.days for notice in notices_due(policy, end, BERLIN, active_at=active_at, since=since, until=until)]
        for since, until in pairwise(bounds)
    ]
    assert found == [[], [], [60, 14], []]


def test_points_of_a_few_days_are_not_announced_before_they_are_there() -> None:
    policy, active_at = After(days=20), at("2026-05-01")
    end = expires_at(policy, active_at, None, BERLIN)
    found = notices_due(policy, end, BERLIN, active_at=active_at, since=at("2026-01-01"), until=at("2027-01-01"))
    assert list(found) == [Notice(at("2026-05-07 00:00"), 14)]


# As JSON


@pytest.mark.parametrize(
    ("policy", "json"),
    [
        (Never(notice_days=()), {"kind": "never", "notice_days": []}),
        (
            OnDayOfYear(month=6, day=30),
            {"kind": "on_day_of_year", "month": 6, "day": 30, "years": 1, "notice_days": [60, 14]},
        ),
        (After(months=12), {"kind": "after_months", "months": 12, "notice_days": [60, 14]}),
        (After(days=90, notice_days=(7,)), {"kind": "after_days", "days": 90, "notice_days": [7]}),
        (AfterInactivity(months=9), {"kind": "after_inactivity", "months": 9, "notice_days": [60, 14]}),
    ],
)
def test_a_policy_is_written_as_json_and_read_again(policy: object, json: dict) -> None:
    assert written(policy) == json
    assert read(json) == policy


@pytest.mark.parametrize(
    ("json", "error", "place"),
    [
        ([], WrongValue, "kind"),
        ({"kind": "someday"}, WrongValue, "kind"),
        ({"kind": ["never"]}, WrongValue, "kind"),
        ({"kind": "never"}, MissingField, "notice_days"),
        ({"kind": "never", "months": 3, "notice_days": []}, UnknownField, "months"),
        ({"kind": "after_days", "days": 0, "notice_days": []}, WrongValue, "days"),
        ({"kind": "after_months", "months": "12", "notice_days": []}, WrongValue, "months"),
        ({"kind": "after_months", "months": 12, "notice_days": "60"}, WrongValue, "notice_days"),
        ({"kind": "after_months", "months": 12, "notice_days": [400]}, WrongValue, "notice_days"),
    ],
)
def test_json_that_is_no_policy_is_refused_with_its_place(json: object, error: type[Exception], place: str) -> None:
    with pytest.raises(error) as refused:
        read(json)
    assert refused.value.place == place
