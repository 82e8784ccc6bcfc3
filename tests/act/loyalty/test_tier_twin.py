"""Every move by the quick way equals the same by the slow one, whatever the facts and the rules."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.act.loyalty.tier_strategies import MANY, SOME, cases
from tests.act.loyalty.tier_twin import Twin, midnight
from treue.act.loyalty.tiers import Facts, Measure, Order, Points, Rules, history, standing


@MANY
@given(cases())
def test_history_and_standing_equal_their_twin(case: tuple) -> None:
    facts, rules, as_of, zone = case
    twin = Twin(facts, rules, zone).run(as_of)
    assert list(history(facts, Rules(rules), as_of, zone)) == twin.found
    now = standing(facts, Rules(rules), as_of, zone)
    changes = [move for move in twin.found if move.before != move.level]
    assert (now.level.code if now.level else None) == twin.held
    assert (now.since, now.reason) == ((changes[-1].at, changes[-1].reason) if changes else (None, None))
    if twin.has_begun:
        day = as_of.astimezone(zone).date()
        assert now.counted == twin.value(twin.version_on(day), day, as_of)


@SOME
@given(cases(), st.integers(0, 1000))
def test_the_order_in_which_facts_are_known_changes_nothing(case: tuple, seed: int) -> None:
    facts, rules, as_of, zone = case
    shuffled = [random.Random(seed).sample(each, len(each)) for each in (facts.points, facts.orders, facts.grants)]
    other = Facts(*shuffled, joined_at=facts.joined_at)
    assert history(other, Rules(rules[::-1]), as_of, zone) == history(facts, Rules(rules), as_of, zone)
    assert standing(other, Rules(rules[::-1]), as_of, zone) == standing(facts, Rules(rules), as_of, zone)


@SOME
@given(cases(), st.data(), st.sampled_from([0, 1, 12 * 3600, 40 * 86_400]))
def test_the_past_is_the_same_whenever_it_is_asked(case: tuple, data: st.DataObject, seconds: int) -> None:
    facts, rules, as_of, zone = case
    whole = history(facts, Rules(rules), as_of, zone)
    moment = data.draw(st.sampled_from([move.at for move in whole] or [as_of]))
    before = moment - timedelta(seconds=seconds)
    assert history(facts, Rules(rules), before, zone) == tuple(move for move in whole if move.at <= before)


def known_at(facts: Facts, as_of: datetime) -> Facts:
    """What has happened; who joins later has joined already, and nothing was given by hand."""
    points = [each for each in facts.points if each.at <= as_of]
    orders = [each for each in facts.orders if each.at <= as_of]
    return Facts(points, orders, (), min(facts.joined_at, as_of) if facts.joined_at else None)


@SOME
@given(cases(most_versions=1))
def test_a_tier_ends_when_it_was_said_to_and_not_before(case: tuple) -> None:
    facts, (version,), as_of, zone = case
    as_of = max(as_of, midnight(version.valid_from, zone))
    facts, rules = known_at(facts, as_of), Rules([version])
    facts = Facts([each for each in facts.points if each.points > 0], facts.orders, (), facts.joined_at)
    now = standing(facts, rules, as_of, zone)
    end = now.grace_until or now.valid_until
    if now.keep is None:
        assert standing(facts, rules, as_of + timedelta(days=1200), zone).level == now.level
    else:
        assert standing(facts, rules, end - timedelta.resolution, zone).level == now.level
        assert (standing(facts, rules, end, zone).level == now.level) == (now.keep.amount == 0)


@SOME
@given(cases(most_versions=1))
def test_what_is_missing_is_enough_on_the_last_day_and_no_less(case: tuple) -> None:
    facts, (version,), as_of, zone = case
    known = known_at(facts, as_of)
    missing = standing(known, Rules([version]), as_of, zone).next
    if missing is None or missing.measure is Measure.ORDERS:
        return
    day = missing.last_day or as_of.astimezone(zone).date() + timedelta(days=3)
    noon = max(as_of, midnight(day, zone) + timedelta(hours=12))

    def rank_after(amount: object) -> int:
        points = [Points(noon, amount)] if missing.measure is Measure.POINTS else []
        orders = [Order(noon, amount)] if missing.measure is Measure.SPEND else []
        both = Facts([*known.points, *points], [*known.orders, *orders], (), known.joined_at)
        level = standing(both, Rules([version]), noon, zone).level
        return version.index(level.code if level else None)

    wanted = version.index(missing.level.code)
    assert rank_after(missing.amount) >= wanted
    if missing.last_day and not any(each.points < 0 for each in known.points):
        assert rank_after(missing.amount - (1 if missing.measure is Measure.POINTS else Decimal("0.01"))) < wanted
