"""Members, rules and moments as Hypothesis draws them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from treue.act.loyalty.tiers import (
    CalendarYear,
    Downgrade,
    Facts,
    ForMonths,
    Grant,
    Level,
    Measure,
    Order,
    Points,
    RollingMonths,
    RuleVersion,
    UntilNextYearEnds,
)

PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
MANY = settings(SOME, max_examples=250)
FIRST, LAST = date(2023, 12, 20), 560
ZONES = st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Pacific/Auckland")])
DAYS = st.integers(0, LAST).map(lambda day: FIRST + timedelta(days=day))
HOURS = st.sampled_from([time(0), time(0, 30), time(12), time(12), time(23, 59, 59)])


@st.composite
def moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    return datetime.combine(draw(DAYS), draw(HOURS), zone).astimezone(UTC)


@st.composite
def versions(draw: st.DrawFn, valid_from: date) -> RuleVersion:
    measure = draw(st.sampled_from(Measure))
    steps = [1, 2, 3, 5] if measure is Measure.ORDERS else [100, 250, 400, 900]
    codes = draw(st.permutations("abcd"))[: draw(st.integers(1, 3))]
    lowest = draw(st.sampled_from([0, steps[0]]))
    thresholds = [lowest, *steps[1:]][: len(codes)]
    return RuleVersion(
        valid_from=valid_from,
        levels=tuple(Level(code, code, code, each) for code, each in zip(sorted(codes), thresholds, strict=True)),
        measure=measure,
        window=draw(st.sampled_from([CalendarYear(), *map(RollingMonths, (1, 2, 6, 12))])),
        term=draw(st.sampled_from([UntilNextYearEnds(), *map(ForMonths, (1, 2, 3, 12))])),
        grace_days=draw(st.sampled_from([0, 0, 1, 14, 45])),
        downgrade=draw(st.sampled_from(Downgrade)),
    )


@st.composite
def members(draw: st.DrawFn, zone: ZoneInfo) -> Facts:
    when = moments(zone)
    points = st.builds(Points, when, st.sampled_from([-300, -100, 50, 100, 120, 250, 400]))
    orders = st.builds(Order, when, st.sampled_from([Decimal(text) for text in ("0", "50.50", "99.99", "100", "420")]))
    spans = st.tuples(when, when).map(sorted)
    grants = st.builds(lambda level, span: Grant(level, *span), st.sampled_from("abcd"), spans)
    return Facts(
        points=draw(st.lists(points, max_size=8)),
        orders=draw(st.lists(orders, max_size=8)),
        grants=draw(st.lists(grants, max_size=2)),
        joined_at=draw(st.none() | when),
    )


@st.composite
def cases(draw: st.DrawFn, most_versions: int = 3) -> tuple[Facts, list[RuleVersion], datetime, ZoneInfo]:
    zone = draw(ZONES)
    begins = draw(st.lists(DAYS, min_size=1, max_size=most_versions, unique=True))
    begins[0] = FIRST + timedelta(days=draw(st.integers(0, 30)))
    rules = [draw(versions(day)) for day in dict.fromkeys(begins)]
    end = datetime.combine(FIRST + timedelta(days=LAST), time(18), zone).astimezone(UTC)
    return draw(members(zone)), rules, draw(st.just(end) | moments(zone)), zone
