"""Breakage by the engine and arrays equals breakage by slow plain Python, written down from Mack's formulas."""

from collections import defaultdict
from math import exp, log, sqrt

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.stats import t

from tests.science.liability.programmes import Row, last_day, month, table_of
from treue.science.liability import Assumption, breakage, cohorts

# Explaining a failure traces every line of Ibis and takes longer than finding it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
MONTHS = 11


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Eight months or more with points among eleven; some rows lie after the day looked at, and of some
    months all is gone early."""
    rows: list[Row] = []
    for number in sorted(draw(st.sets(st.integers(0, MONTHS - 1), min_size=8))):
        granted = draw(st.integers(20, 400))
        back = draw(st.integers(0, 5))
        left = granted - back
        rows.append((month(number), 0, granted, 0, 0, 0))
        rows.append((month(number), 0, 0, 0, 0, back))
        for age in range(draw(st.integers(0, 12)) + 1):
            redeemed, expired = draw(st.integers(0, left // 3)), draw(st.integers(0, left // 30))
            left -= redeemed + expired
            rows.append((month(number), age, 0, redeemed, expired, 0))
        if draw(st.integers(0, 4)) == 0:
            rows.append((month(number), age, 0, 0, left, 0))
    return rows


class Twin:
    """What is left unredeemed of each month, by age, and what becomes of it."""

    def __init__(self, rows: list[Row], until: int, expires_after: int | None, tail: Assumption, level: float) -> None:
        self.tail, self.level = tail, level
        issued, expired = defaultdict(int), defaultdict(int)
        redeemed = defaultdict(lambda: defaultdict(int))
        for first, age, granted, burned, gone, back in rows:
            number = first.year * 12 + first.month - 2022 * 12 - 1
            if number + age <= until:
                issued[number] += granted - back
                expired[number] += gone
                redeemed[number][age] += burned
        self.months = sorted(number for number in issued if issued[number] > 0)
        self.issued, self.expired = issued, expired
        self.redeemed = {number: sum(redeemed[number].values()) for number in self.months}
        oldest = until - self.months[0]
        self.end = oldest if expires_after is None else min(oldest, expires_after)
        self.left: dict[int, list[float]] = {
            number: [
                issued[number] - sum(redeemed[number][each] for each in range(age + 1))
                for age in range(min(until - number, self.end) + 1)
            ]
            for number in self.months
        }
        self.can = {
            number: 0
            if expires_after is not None and until - number >= expires_after
            else issued[number] - self.redeemed[number] - expired[number]
            for number in self.months
        }
        self.seen = {number: len(self.left[number]) - 1 for number in self.months}
        self.steps = range(self.end)
        self.f = [self.factor(age) for age in self.steps]
        self.s2: list[float] = []
        for age in self.steps:
            self.s2.append(self.sigma_squared(age))
        for number in self.months:
            for age in range(self.seen[number], self.end):
                self.left[number].append(self.left[number][age] * self.f[age])

    def beside(self, age: int) -> list[int]:
        return [number for number in self.months if self.seen[number] > age]

    def volume(self, age: int) -> float:
        return sum(self.left[number][age] for number in self.beside(age))

    def factor(self, age: int) -> float:
        volume = self.volume(age)
        return sum(self.left[number][age + 1] for number in self.beside(age)) / volume if volume else 1.0

    def sigma_squared(self, age: int) -> float:
        some = [number for number in self.beside(age) if self.left[number][age]]
        if len(some) > 1:
            own = [(self.left[n][age], self.left[n][age + 1] / self.left[n][age]) for n in some]
            return sum(amount * (ratio - self.f[age]) ** 2 for amount, ratio in own) / (len(some) - 1)
        if age < 2 or not self.s2[age - 2]:
            return self.s2[-1] if self.s2 else 0.0
        return min(self.s2[age - 1] ** 2 / self.s2[age - 2], self.s2[age - 1], self.s2[age - 2])

    def to_come(self, number: int) -> float:
        if not self.can[number]:
            return 0.0
        now, end = self.left[number][self.seen[number]], self.left[number][-1]
        return min(now - end * (1 - self.tail.share), self.can[number])

    def share_of(self, number: int, age: int) -> float:
        return self.s2[age] / self.f[age] ** 2 if self.f[age] else 0.0

    def process(self, number: int) -> float:
        ahead = [age for age in range(self.seen[number], self.end) if self.left[number][age]]
        return self.left[number][-1] ** 2 * sum(self.share_of(number, age) / self.left[number][age] for age in ahead)

    def parameter(self, one: int, other: int) -> float:
        """Covariance of two months' ultimates, which err together from the age on that both have before them."""
        ahead = [age for age in range(max(self.seen[one], self.seen[other]), self.end) if self.volume(age)]
        both = self.left[one][-1] * self.left[other][-1]
        return both * sum(self.share_of(one, age) / self.volume(age) for age in ahead)

    def effect(self, weight) -> float:
        by_month, alone = defaultdict(float), 0.0
        for age in self.steps:
            beside = self.beside(age)
            for number in beside if len(beside) > 1 else []:
                found = self.left[number][age + 1] - self.f[age] * self.left[number][age]
                found *= weight(age) * sqrt(len(beside) / (len(beside) - 1))
                by_month[number + age] += found
                alone += found**2
        self.calendar = len(by_month)
        if not alone or self.calendar < 2:
            return 1.0
        scale = self.calendar / (self.calendar - 1)
        return max(1.0, sum(each**2 for each in by_month.values()) / alone * scale)

    def of_process(self) -> float:
        def weight(age: int) -> float:
            found = 1.0
            for later in range(age + 1, self.end):
                found *= self.f[later]
            return found

        return self.effect(weight)

    def of_parameters(self) -> float:
        def weight(age: int) -> float:
            ahead = sum(self.left[number][-1] for number in self.months if self.seen[number] <= age)
            return ahead / (self.f[age] * self.volume(age)) if self.f[age] * self.volume(age) else 0.0

        return self.effect(weight)

    def errors(self) -> tuple[dict[int, float], float]:
        living = [number for number in self.months if self.can[number]]
        process, parameters = self.of_process(), self.of_parameters()
        low, high = self.tail.bounds
        of_tail = (high - low) / 2 / t.ppf((1 + self.level) / 2, float("inf"))
        share = (1 - self.tail.share) ** 2

        def error(variance: float, ultimate: float) -> float:
            return sqrt(share * variance + (of_tail * ultimate) ** 2)

        each = {
            number: error(
                self.process(number) + parameters * self.parameter(number, number),
                self.left[number][-1],
            )
            for number in living
        }
        total = process * sum(map(self.process, living))
        total += parameters * sum(self.parameter(one, other) for one in living for other in living)
        return each, error(total, sum(self.left[number][-1] for number in living))

    def ends(self, to_come: float, can: float, error: float) -> tuple[float, float]:
        if not can or not 0 < to_come / can < 1:
            return to_come, to_come
        share = to_come / can
        off = t.ppf((1 + self.level) / 2, max(self.calendar - 1, 1)) * error / can / (share * (1 - share))
        return tuple(can / (1 + exp(-(log(share / (1 - share)) + sign * off))) for sign in (-1, 1))


@SOME
@given(
    rows=histories(),
    until=st.integers(8, 12),
    expires_after=st.one_of(st.none(), st.integers(2, 14)),
    tail=st.sampled_from(
        [Assumption(share=0.0), Assumption(share=0.3, months=5), Assumption(share=0.2, low=0.1, high=0.4)]
    ),
    level=st.sampled_from([0.5, 0.8, 0.95]),
)
def test_breakage_equals_its_twin(rows, until, expires_after, tail, level):
    own = cohorts(table_of(rows), as_of=last_day(until))
    if len(own) < 6 or not own.redeemed.any():
        return
    found = breakage(own, expires_after=expires_after, tail=tail, level=level)
    unseen = expires_after is None or until - min(row[0].month - 1 for row in rows) < expires_after
    twin = Twin(rows, until, expires_after, tail if unseen else Assumption(share=0.0), level)
    each, total = twin.errors()
    to_come = {number: twin.to_come(number) for number in twin.months}

    assert found.cohorts.issue_month.tolist() == [month(number) for number in twin.months]
    for number, row in zip(twin.months, found.cohorts.to_dict("records"), strict=True):
        low, high = twin.ends(to_come[number], twin.can[number], each.get(number, 0.0))
        issued, so_far = twin.issued[number], twin.redeemed[number]
        assert (row["issued"], row["redeemed"], row["expired"]) == (issued, so_far, twin.expired[number])
        assert row["outstanding"] == issued - so_far - twin.expired[number]
        assert row["to_be_redeemed"] == pytest.approx(to_come[number])
        assert row["redemption"] == pytest.approx((so_far + to_come[number]) / issued)
        assert row["standard_error"] == pytest.approx(each.get(number, 0.0) / issued, abs=1e-12)
        assert (row["low"], row["high"]) == pytest.approx(((so_far + low) / issued, (so_far + high) / issued))

    issued, so_far = (sum(which[number] for number in twin.months) for which in (twin.issued, twin.redeemed))
    ahead = sum(to_come.values())
    low, high = twin.ends(ahead, sum(twin.can.values()), total)
    assert found.redemption.expected == pytest.approx((so_far + ahead) / issued)
    assert found.redemption.standard_error == pytest.approx(total / issued, abs=1e-12)
    assert (found.redemption.low, found.redemption.high) == pytest.approx(
        ((so_far + low) / issued, (so_far + high) / issued)
    )
    assert found.ahead.sum() == pytest.approx(ahead)
