"""Deeds in the log, worked off by many workers at once, and people who are erased meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.at_once import at_once

if TYPE_CHECKING:
    from members import Members

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


@pytest.fixture
def log(programme: "Programme", monkeypatch: pytest.MonkeyPatch) -> None:
    """A log to which the reaction to deeds listens alone, from its beginning."""
    from dataclasses import replace

    from django.db import connection
    from telling_deeds import with_sources

    from treue.core.events import reading, registry

    with_sources(programme)
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")
    ours = registry.named("loyalty.deeds")
    monkeypatch.setattr(registry, "REACTIONS", {ours.name: replace(ours, starts=registry.BEGINNING)})
    reading.begin()
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")


def record(member: int, message: str, source: str = "server") -> None:
    from members import day

    from treue.act.loyalty.models import Member
    from treue.core.events.log import Happening
    from treue.core.events.log import record as append

    by = Member.objects.select_related("programme__shop").get(pk=member)
    append(by.programme.shop, [Happening(message, "Product Reviewed", by.customer_id, source, day(0))])


def test_events_of_the_log_earn_once_within_the_budget(programme: "Programme", members: "Members", log: None) -> None:
    from telling_deeds import publish, rule

    from treue.act.loyalty import verifying
    from treue.act.loyalty.models import Budget, RewardedDeed
    from treue.core.events import reacting

    publish(programme, rule("review", 20, budget=250, caps={"day": 60}))
    them = [members.add(f"m{number}") for number in range(6)]
    for member in them:
        for number in (*range(4), 0):
            record(member, f"{member} {number}")
        record(member, f"{member} from a page", source="browser")
    at_once(lambda _number: reacting.drain(), WORKERS, refused=())
    reacting.drain()
    given = RewardedDeed.objects.values_list("member", "points")
    by_member = {member: sum(points for each, points in given if each == member) for member in them}
    assert sum(by_member.values()) == 250 == Budget.objects.get().given
    assert max(by_member.values()) == 60
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_a_budget_holds_while_orders_come_back_and_others_come(programme: "Programme", members: "Members") -> None:
    """Orders and deeds of many members, bought, told, sent back and taken back at once."""
    from members import day
    from telling_deeds import publish, reward, rule, told, with_sources

    from tests.core.lake import buying
    from treue.act.loyalty import awarding, deeds, verifying
    from treue.act.loyalty.models import Award, Budget, Member, RewardedDeed
    from treue.core.commerce.models import Order

    with_sources(programme)
    euro = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00", "budget": 100}
    publish(programme, euro, rule("review", 20, budget=50))
    them = [members.add(f"m{number}") for number in range(WORKERS)]

    def work(number: int) -> None:
        member = Member.objects.select_related("programme__shop", "customer").get(pk=them[number])
        for turn in range(3):
            order = buying.order(member.customer, "2026-06-02 12:00", 30, number=f"{number} {turn}")
            awarding.reckon(member, now=day(3))
            reward(told(member.pk, "Product Reviewed", message=f"{number} {turn}"))
            if turn < 2:
                order.lines.update(amount=20 - 10 * turn)
                Order.objects.filter(pk=order.pk).update(amount=20 - 10 * turn)
                for deed in RewardedDeed.objects.filter(member=member, taken_back_at=None):
                    deeds.take_back(deed=deed, at=day(3))
            awarding.reckon(member, now=day(3))

    at_once(work, WORKERS, refused=())
    given = dict(Budget.objects.values_list("rule", "given"))
    lasting = RewardedDeed.objects.filter(taken_back_at=None)
    assert 0 < given["euro"] == sum(each.points for each in Award.objects.all()) <= 100
    assert 0 < given["review"] == sum(each.points for each in lasting) <= 50
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_deeds_of_one_member_at_once_stay_within_a_cap(programme: "Programme", members: "Members", log: None) -> None:
    from members import has
    from telling_deeds import publish, reward, rule, told

    publish(programme, rule("review", 20, caps={"day": 50}))
    anna = members.add("anna")
    at_once(lambda number: reward(told(anna, "Product Reviewed", message=f"m{number}")), WORKERS, refused=())
    assert has(anna)["points"] == 50


def test_a_deed_told_in_two_ways_at_once_earns_once(programme: "Programme", members: "Members", log: None) -> None:
    from django.db import IntegrityError, transaction
    from members import day, has
    from telling_deeds import publish, reward, rule, told

    from treue.act.loyalty import deeds, membership
    from treue.act.loyalty.earning.purchases import Deed
    from treue.act.loyalty.earning.rules import DeedKind
    from treue.act.loyalty.models import RewardedDeed

    publish(programme, rule("review", 20))
    anna = members.add("anna")

    def tell(number: int) -> None:
        """By the API and by an event in turns, of three deeds."""
        reference = f"R-{number // 2 % 3}"
        if number % 2:
            reward(told(anna, "Product Reviewed", message=f"m{number}", reference=reference))
            return
        about = {"deed": Deed(DeedKind.REVIEW, day(0)), "key": f"api {number}", "reference": reference, "now": day(0)}
        with transaction.atomic():
            deeds.give(member=membership.hold(anna), **about)

    at_once(tell, 2 * WORKERS, refused=())
    assert (has(anna)["points"], RewardedDeed.objects.count()) == (60, 3)
    twin = RewardedDeed.objects.first()
    twin.pk, twin.key_hash, twin.journal = None, "another", 0
    with pytest.raises(IntegrityError, match="loyalty_deed_reference_once"):
        twin.save(force_insert=True)


def test_an_event_that_fails_is_kept_with_its_error(programme: "Programme", members: "Members", log: None) -> None:
    import threading

    from django.utils import timezone
    from members import has
    from telling_deeds import publish, rule

    from treue.act.loyalty.models import RuleVersion
    from treue.core.events import parking, reacting
    from treue.core.events.models import Parked

    publish(programme, rule("review", 20))
    version = RuleVersion.objects.get()
    RuleVersion.objects.update(document=version.document | {"currency": "euro"})
    anna = members.add("anna")
    record(anna, "m1")
    reacting.drain()
    assert Parked.objects.get().error
    RuleVersion.objects.update(document=version.document)
    Parked.objects.update(next_try_at=timezone.now())
    parking.try_due(threading.Event())
    assert (has(anna)["points"], Parked.objects.exists()) == (20, False)


def test_nothing_stays_of_who_is_erased_while_points_are_given(
    programme: "Programme", members: "Members", log: None
) -> None:
    from django.db import connection, transaction
    from telling_deeds import publish, reward, rule, told

    from treue.act.loyalty.models import RewardedDeed
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer

    def erase() -> None:
        try:
            erasure.erase(customer=Customer.objects.get(number="anna"), by=None)
        finally:
            connection.close()

    publish(programme, rule("review", 20))
    event = told(members.add("anna"), "Product Reviewed")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            reward(event)
            erased = pool.submit(erase)
            time.sleep(0.5)
        erased.result(60)
    assert not RewardedDeed.objects.exists()
