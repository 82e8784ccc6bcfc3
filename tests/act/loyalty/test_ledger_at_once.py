"""Sixty-four clients at once, and processes that are killed: real threads and real kills on real PostgreSQL."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests import killing

if TYPE_CHECKING:
    from members import Members

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

CLIENTS = 64
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


def at_once(work: Callable[[int], object], clients: int = CLIENTS) -> Counter[str]:
    """Let all begin at the same moment. Returns how many came to what, by result or name of the error."""
    gate = threading.Barrier(clients)

    def client(number: int) -> str:
        try:
            _connect_alone()
            gate.wait(60)
            return str(work(number))
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return Counter(pool.map(client, range(clients)))


def _connect_alone() -> None:
    """On a connection of this thread's own, not one of the twelve that a web process shares."""
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    connection.ensure_connection()


def broken() -> list[object]:
    from treue.act.loyalty import verifying

    return [found for _rule, found in verifying.verify() if found]


def test_the_last_points_are_spent_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger

    anna = members.add()
    members.earn(anna, 100)
    came = at_once(
        lambda number: ledger.burn(programme, anna, 100, key=f"{number}", at=day(0), reason="reward") and "spent"
    )
    assert came == {"spent": 1, "InsufficientPoints": CLIENTS - 1}
    assert (has(anna), broken()) == ({}, [])


def test_one_key_sent_by_all_is_done_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning

    anna = members.add()
    came = at_once(lambda _number: ledger.earn(programme, [Earning(anna, 7, "k", day(0), "order")])[0].is_new)
    assert came == {"True": 1, "False": CLIENTS - 1}
    assert (has(anna), broken()) == ({"points": 7}, [])


def test_one_key_for_many_members_stands_for_one(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning

    them = [members.add(f"{number}") for number in range(8)]
    came = at_once(
        lambda number: ledger.earn(programme, [Earning(them[number], 7, "k", day(0), "order")]) and "earned", 8
    )
    assert came == {"earned": 1, "KeyReused": 7}
    assert (sorted(has(each).get("points", 0) for each in them), broken()) == ([0] * 7 + [7], [])


def test_a_hold_ends_once_whoever_ends_it(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger

    anna = members.add()
    members.earn(anna, 100)
    held = members.hold(anna, 100)

    def end(number: int) -> str:
        given = {"key": f"{number}", "at": day(0), "reason": "reward"}
        if number % 2:
            ledger.release(programme, held, **given)
            return "ended"
        ledger.capture(programme, held, 100, **given)
        return "ended"

    assert at_once(end) == {"ended": 1, "HoldHasEnded": CLIENTS - 1}
    assert has(anna) in ({}, {"points": 100})
    assert broken() == []


def test_a_redemption_comes_back_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger

    anna = members.add()
    members.earn(anna, 100)
    burned = members.burn(anna, 100)
    came = at_once(
        lambda number: (
            ledger.give_back(programme, burned, total=100, key=f"{number}", at=day(0), reason="undone") and "back"
        )
    )
    assert came == {"back": 1, "None": CLIENTS - 1}
    assert (has(anna), broken()) == ({"points": 100}, [])


def test_an_order_is_taken_back_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger

    anna = members.add()
    order = members.earn(anna, 100)
    members.earn(anna, 30)
    came = at_once(
        lambda number: (
            ledger.take_back(programme, order, total=100, key=f"{number}", at=day(0), reason="refund") and "taken"
        )
    )
    assert came == {"taken": 1, "None": CLIENTS - 1}
    assert (has(anna), broken()) == ({"points": 30}, [])


def test_a_debt_is_paid_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning

    anna = members.add()
    order = members.earn(anna, 100)
    members.burn(anna, 100)
    members.take_back(order, 100)
    came = at_once(
        lambda number: ledger.earn(programme, [Earning(anna, 10, f"{number}", day(0), "visit")]) and "earned"
    )
    assert came == {"earned": CLIENTS}
    assert (has(anna), broken()) == ({"points": 10 * CLIENTS - 100}, [])


def test_pending_points_become_active_once(members: "Members", programme: "Programme") -> None:
    from members import day, has

    from treue.act.loyalty import ledger

    them = [members.add(f"member {number}") for number in range(20)]
    for each in them:
        members.earn(each, 50, pending=1)
    came = at_once(lambda _number: ledger.activate(programme, at=day(1), most=100) or "none")
    assert sum(int(count) * times for count, times in came.items() if count != "none") == len(them)
    assert ([has(each) for each in them], broken()) == ([{"points": 50}] * len(them), [])


def test_everything_at_once_between_a_few_members(members: "Members", programme: "Programme") -> None:
    """Transfers crosswise, batches in every order, nights in between: no deadlock, and every rule holds."""
    from members import day, has

    from treue.act.loyalty import ledger
    from treue.act.loyalty.errors import InsufficientPoints
    from treue.act.loyalty.ledger import Earning

    them = [members.add(f"{number}") for number in range(4)]
    for each in them:
        members.earn(each, 1_000)

    def some(number: int) -> str:
        dice = random.Random(number)
        for turn in range(5):
            key, giver, taker = f"{number} {turn}", *dice.sample(them, 2)
            earnings = [
                Earning(each, 10, f"{key} {each}", day(0), "order", available_from=day(dice.choice([0, 1])))
                for each in dice.sample(them, 3)
            ]
            ledger.earn(programme, earnings)
            with suppress(InsufficientPoints):
                ledger.transfer(programme, giver, taker, dice.randint(1, 500), key=key, at=day(0), reason="gift")
            ledger.activate(programme, at=day(1), most=3)
        return "done"

    assert at_once(some, 32) == {"done": 32}
    members.activate(at=1)
    assert sum(has(each)["points"] for each in them) == 4_000 + 32 * 5 * 3 * 10
    assert broken() == []


def life(programme: "Programme", member: int, number: int, said: int) -> None:
    """Earn, redeem and take back for ever, with numbers of its own, and say each round that is over into a pipe."""
    from members import day

    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning

    while True:
        number += 1
        order = ledger.earn(programme, [Earning(member, 10, f"earn {number}", day(0), "order")])[0].journal
        burned = ledger.burn(programme, member, 10, key=f"burn {number}", at=day(0), reason="reward")
        ledger.give_back(programme, burned, total=4, key=f"back {number}", at=day(0), reason="undone")
        ledger.take_back(programme, order, total=10, key=f"refund {number}", at=day(0), reason="refund")
        os.write(said, b".")


@pytest.mark.parametrize("rounds", [3, pytest.param(60, marks=pytest.mark.long)])
@pytest.mark.timeout(1500)
def test_a_kill_at_any_moment_leaves_nothing_half(members: "Members", programme: "Programme", rounds: int) -> None:
    """Each acknowledged round is there whole; what was cut off is there as far as it came, and every rule holds."""
    from members import has

    from treue.act.loyalty.models import Journal

    anna = members.add()
    said = 0
    for attempt in range(rounds):
        reader, writer = os.pipe()
        process = killing.begun(lambda number=1_000_000 * attempt, to=writer: life(programme, anna, number, to))
        os.close(writer)
        time.sleep(random.uniform(0.05, 0.5))
        killing.kill(process)
        with os.fdopen(reader, "rb") as pipe:
            said += len(pipe.read())
        _wait_for_the_dead()
        assert broken() == []
    assert said > 0
    rounds_whole = Journal.objects.filter(kind=7).count()
    assert said <= rounds_whole <= said + rounds
    assert Journal.objects.filter(kind=1).count() <= said + rounds
    assert set(has(anna)) <= {"points"}


def _wait_for_the_dead() -> None:
    """Until the server has noticed that its client is gone."""
    for _again in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle'"
            )
            if cursor.fetchone()[0] <= 1:
                return
        time.sleep(0.05)
