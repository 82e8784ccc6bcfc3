"""Who is at risk and whose next purchase is due, page by page."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from scored import fitted, scored

from tests.core.lake.buying import customer
from treue.core.customers import consent
from treue.core.customers.models import Channel, Purpose
from treue.core.shop.models import Shop
from treue.understand.value import lists
from treue.understand.value.lists import Position, Ranking
from treue.understand.value.models import Fit, Score

TODAY = date(2026, 7, 1)
SIZE = 4


@pytest.fixture
def fit(shop: Shop) -> Fit:
    """Thirty customers, many of them alike; and a fit before, whose scores are in no list."""
    chance = random.Random(3)
    fit, former = fitted(shop), fitted(shop, is_current=False)
    for number in range(30):
        one = customer(shop, f"K{number}")
        values = {
            "probability_alive": chance.choice([0.0, 0.5, 0.9, 1.0]),
            "lifetime_value": Decimal(chance.choice([0, 40, 80])),
            "next_purchase_on": chance.choice([None, *(TODAY + timedelta(days=days) for days in (-1, 0, 6, 7))]),
        }
        scored(fit, one, **values)
        scored(former, one, **values)
    return fit


def objects(fit: Fit, *scores: Score) -> None:
    for each in scores:
        consent.withdraw(
            customer=each.customer,
            purpose=Purpose.PROFILING,
            channel=Channel.NONE,
            source="phone",
            happened_at=timezone.now(),
        )


def numbers(ranking: Ranking) -> list[int]:
    return [each.customer_id for each in ranking.chain(at_once=SIZE)]


def rankings(fit: Fit) -> list[Ranking]:
    return [lists.at_risk(fit), lists.due(fit)]


def test_at_risk_are_those_of_no_small_risk_who_have_something_at_stake_the_most_first(fit: Fit):
    def stake(each: Score) -> float:
        return float(each.lifetime_value) * (1 - each.probability_alive)

    known = [each for each in Score.objects.filter(fit=fit) if stake(each) > 0 and each.probability_alive <= 0.75]
    assert 5 < len(known) < 30
    known.sort(key=lambda each: (stake(each), each.customer_id), reverse=True)
    assert numbers(lists.at_risk(fit)) == [each.customer_id for each in known]
    assert all(each.rank == each.at_stake for each in lists.at_risk(fit).chain(at_once=9))


def test_due_is_whose_day_lies_within_the_week_after_the_orders_the_most_valuable_first(fit: Fit):
    week = {TODAY, TODAY + timedelta(days=6)}
    known = [each for each in Score.objects.filter(fit=fit) if each.next_purchase_on in week]
    assert 5 < len(known) < 30
    known.sort(key=lambda each: (each.lifetime_value, each.customer_id), reverse=True)
    assert numbers(lists.due(fit)) == [each.customer_id for each in known]
    assert lists.due(fit).count() == len(known)


@pytest.mark.parametrize("which", [0, 1])
def test_paging_forth_and_back_shows_everybody_once(fit: Fit, which: int):
    ranking = rankings(fit)[which]
    everybody, pages, position = numbers(ranking), [], Position()
    while True:
        page = ranking.page(position, SIZE)
        pages.append([each.customer_id for each in page.scores])
        assert page.has_previous == (len(pages) > 1)
        if not page.has_more:
            break
        position = Position(after=pages[-1][-1])
    assert [each for page in pages for each in page] == everybody
    for here, before in zip(reversed(pages), reversed(pages[:-1]), strict=False):
        page = ranking.page(Position(before=here[0]), SIZE)
        assert [each.customer_id for each in page.scores] == before
        assert page.has_more


@pytest.mark.parametrize("which", [0, 1])
def test_who_objects_stands_in_no_list_from_that_moment_on_and_leaves_no_gap(fit: Fit, which: int):
    ranking = rankings(fit)[which]
    everybody = list(ranking.chain(at_once=50))
    objects(fit, *everybody[:3], everybody[5])
    left = [each.customer_id for each in everybody[3:5] + everybody[6:]]
    assert numbers(ranking) == left
    page = ranking.page(size=SIZE)
    assert [each.customer_id for each in page.scores] == left[:SIZE]
    assert page.has_more == (len(left) > SIZE)


def test_a_place_that_is_gone_leads_to_the_beginning(fit: Fit):
    ranking = lists.at_risk(fit)
    first = ranking.page(size=SIZE)
    for position in (Position(after=999_999), Position(before=999_999)):
        page = ranking.page(position, SIZE)
        assert [each.customer_id for each in page.scores] == [each.customer_id for each in first.scores]
        assert not page.has_previous


@pytest.mark.parametrize(("which", "index"), [(0, "value_score_at_stake"), (1, "value_score_due")])
def test_an_index_answers(fit: Fit, which: int, index: str):
    """Which PostgreSQL prefers as soon as there are more than a few: the one has the order of the list, the other all
    that is asked."""
    scores = rankings(fit)[which].scores.order_by("-rank", "-customer_id").values_list("rank", "customer_id")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("analyze value_score")
        for name in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            cursor.execute(f"set local {name} = off")
        plan = scores[:SIZE].explain()
    assert index in plan
