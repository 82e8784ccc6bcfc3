"""What a return could not get, because a reward had it, is taken once the reward is rolled back: also where the points
had gone to another membership by a merge."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations, product

import pytest
from django.db import connection, transaction
from members import Members, day, has

from treue.act.loyalty import families, ledger, verifying
from treue.act.loyalty.models import Due, Journal, Lot, Member, Programme
from treue.core.customers import merging
from treue.core.customers.models import Customer, Merge

LATER = 4_000  # a merge has the moment of the clock on the wall


class Pair:
    """Two memberships, and what is done to them as a shop does it: who redeems is whoever stands."""

    def __init__(self, members: Members, kept: str = "kept", double: str = "double") -> None:
        self.members, self.programme = members, members.programme
        self.kept, self.double = members.add(kept), members.add(double)
        self.customers = [Customer.objects.get(number=each) for each in (kept, double)]
        for each in Member.everyone.filter(pk__in=[self.kept, self.double]):
            Member.everyone.filter(pk=each.pk).update(joined_as=each.customer_id)
        self.merged: Merge | None = None

    def merge(self) -> None:
        kept, double = self.customers
        self.merged = merging.merge(kept=kept, absorbed=double, by=None)

    def undo(self) -> None:
        merging.undo(merge=self.merged, by=None)
        self.merged = None

    def take_back(self, order: int, total: int) -> None:
        families.fetch(order, total, now=day(LATER))
        self.members.take_back(order, total, at=LATER)
        self.level()

    def level(self) -> None:
        for each in Member.everyone.select_related("programme__shop").filter(pk__in=[self.kept, self.double]):
            families.level(each, now=day(LATER))

    def points(self) -> list[int]:
        return [points_of(self.kept), points_of(self.double)]


def points_of(*members: int) -> int:
    return sum(has(each).get("points", 0) for each in members)


@pytest.fixture
def pair(members: Members, programme: Programme) -> Pair:
    Programme.objects.update(debt_limit=0)
    programme.refresh_from_db()
    return Pair(members)


def verified() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def lot_of(order: int) -> tuple[int, int]:
    """What is taken back of it, and what could not be."""
    return Lot.objects.values_list("taken_back", "forgone").get(journal=order)


@pytest.mark.parametrize("limit", [0, 30])
@pytest.mark.parametrize("parts", [[60], [25, 60], [25, 45, 60]])
def test_no_point_stays_of_a_merged_ones_returned_order(
    pair: Pair, members: Members, limit: int, parts: list[int]
) -> None:
    Programme.objects.update(debt_limit=limit)
    order = members.earn(pair.double, 100, order_id=7)
    pair.merge()
    reward = members.burn(pair.kept, 60)
    pair.take_back(order, 100)
    assert (sum(pair.points()), lot_of(order)) == (-limit, (40 + limit, 60 - limit))
    for total in parts:
        members.give_back(reward, total)
        assert sum(pair.points()) == min(0, total - limit)
    assert (pair.points(), lot_of(order)) == ([0, 0], (100, 0))
    taken = Journal.objects.filter(reason="returned before").order_by("pk").first()
    assert (taken.member_id, taken.original_id, taken.order_id) == (pair.double, order, 7)
    verified()


@pytest.mark.parametrize("captured", [0, 20])
def test_held_points_of_a_merged_ones_returned_order_go_back_when_they_are_released(
    pair: Pair, members: Members, programme: Programme, captured: int
) -> None:
    order = members.earn(pair.double, 100)
    pair.merge()
    hold = members.hold(pair.kept, 60, lasts=LATER + 1)
    pair.take_back(order, 100)
    about = {"key": "end", "at": day(1), "reason": "reward"}
    if captured:
        ledger.capture(programme, hold, captured, **about)
    else:
        ledger.release(programme, hold, **about)
    assert (pair.points(), lot_of(order)) == ([0, 0], (100 - captured, captured))
    verified()


def test_a_hold_that_is_over_is_collected_when_its_member_is_settled(
    pair: Pair, members: Members, programme: Programme
) -> None:
    order = members.earn(pair.double, 100)
    pair.merge()
    members.hold(pair.kept, 60, lasts=LATER + 1)
    pair.take_back(order, 100)
    ledger.settle(programme, pair.kept, at=day(LATER + 1))
    assert (pair.points(), has(pair.kept), lot_of(order)) == ([0, 0], {}, (100, 0))
    verified()


@pytest.mark.parametrize("steps", ["merge redeem return undo", "merge redeem undo return", "redeem merge return undo"])
def test_no_point_stays_where_the_merge_was_undone_meanwhile(pair: Pair, members: Members, steps: str) -> None:
    order, rewards = members.earn(pair.double, 100), []
    do: dict[str, Callable[[], object]] = {
        "merge": pair.merge,
        "undo": pair.undo,
        "return": lambda: pair.take_back(order, 100),
        "redeem": lambda: rewards.append(members.burn(pair.kept if pair.merged else pair.double, 60)),
    }
    for step in steps.split():
        do[step]()
    assert lot_of(order) == (40, 60)
    members.give_back(rewards[0], 60)
    assert (pair.points(), lot_of(order)) == ([0, 0], (100, 0))
    verified()


def test_points_of_others_come_back_after_those_of_a_merged_ones_returned_order(pair: Pair, members: Members) -> None:
    order = members.earn(pair.double, 100, lasts=LATER + 10)
    members.earn(pair.kept, 100, lasts=LATER + 20)
    pair.merge()
    reward = members.burn(pair.kept, 150)
    pair.take_back(order, 100)
    members.give_back(reward, 50)
    assert (pair.points(), lot_of(order)) == ([0, 0], (100, 0))
    members.give_back(reward, 150)
    assert pair.points() == [100, 0]
    verified()


def test_what_pays_the_debt_of_a_merged_one_pays_nothing_else(pair: Pair, members: Members) -> None:
    """Of the 100 that come back 30 are owed there, and 40 more are missing there: 30 are left for the other order."""
    Programme.objects.update(debt_limit=30)
    one, two = members.earn(pair.double, 100), members.earn(pair.kept, 50)
    pair.merge()
    reward = members.burn(pair.kept, 150)
    pair.take_back(one, 100)
    pair.take_back(two, 50)
    members.give_back(reward, 100)
    members.give_back(reward, 150)
    assert (sum(pair.points()), lot_of(one), lot_of(two)) == (0, (100, 0), (50, 0))
    verified()


def test_a_return_takes_the_orders_own_points_from_where_a_merge_brought_them(pair: Pair, members: Members) -> None:
    """As without a merge: else a reward would have them, and nobody would find them when it is rolled back."""
    first, second = (members.earn(pair.double, 50, lasts=LATER + days) for days in (10, 20))
    pair.merge()
    pair.take_back(second, 50)
    reward = members.burn(pair.kept, 30)
    pair.take_back(first, 50)
    members.give_back(reward, 30)
    assert (pair.points(), lot_of(first)) == ([0, 0], (50, 0))
    verified()


def test_each_has_their_own_points_after_a_merge_is_undone(pair: Pair, members: Members) -> None:
    """Those that go back are those that came, not the first to expire of the other."""
    members.earn(pair.kept, 100, lasts=LATER + 10)
    order = members.earn(pair.double, 100, lasts=LATER + 20)
    pair.merge()
    pair.undo()
    reward = members.burn(pair.double, 60)
    pair.take_back(order, 100)
    members.give_back(reward, 60)
    assert (pair.points(), lot_of(order)) == ([100, 0], (100, 0))
    verified()


def test_nobody_pays_for_a_return_of_somebody_else_with_points_of_their_own(pair: Pair, members: Members) -> None:
    """The kept one paid with theirs what the other returned, so what came by the merge is theirs by now."""
    order = members.earn(pair.double, 100, lasts=LATER + 10)
    members.earn(pair.kept, 100, lasts=LATER + 20)
    pair.merge()
    reward = members.burn(pair.kept, 100)
    pair.take_back(order, 50)
    members.give_back(reward, 100)
    assert pair.points() == [150, 0]
    pair.undo()
    assert pair.points() == [100, 50]
    members.burn(pair.double, 50)
    pair.take_back(order, 100)
    assert lot_of(order) == (50, 50)
    members.give_back(members.burn(pair.kept, 100), 100)
    assert pair.points() == [100, 0]
    verified()


@pytest.mark.parametrize(("own", "redeemed", "brought_home"), [(30, 100, 30), (15, 60, 5)])
def test_of_somebody_else_no_more_is_taken_than_they_still_have(
    pair: Pair, members: Members, own: int, redeemed: int, brought_home: int
) -> None:
    """The kept one paid 50 of theirs for what the other returned, gave some back when the merge was undone, and what
    was not redeemed has expired: less is left that was the other's than comes back. A third one stays merged."""
    order = members.earn(pair.double, 100, lasts=LATER + 10)
    members.earn(pair.kept, own)
    third = Pair(members, "a third", "its double")
    members.earn(third.kept, 40)
    merging.merge(kept=pair.customers[0], absorbed=third.customers[0], by=None)
    pair.merge()
    reward = members.burn(pair.kept, redeemed)
    members.expire(at=LATER + 15)
    pair.take_back(order, 50)
    pair.undo()
    members.burn(pair.double, points_of(pair.double))
    pair.take_back(order, 100)
    assert lot_of(order) == (50, 50)
    members.give_back(reward, redeemed)
    assert (pair.points(), lot_of(order)) == ([own + 40, 0], (50 + brought_home, 50 - brought_home))
    verified()


def test_points_that_somebody_was_given_are_not_taken_for_who_gave_them(
    members: Members, programme: Programme, pair: Pair
) -> None:
    order = members.earn(pair.double, 100)
    about = {"key": "gift", "at": day(0), "reason": "gift"}
    ledger.transfer(programme, pair.double, pair.kept, 60, **about)
    reward = members.burn(pair.kept, 60)
    pair.take_back(order, 100)
    members.give_back(reward, 60)
    assert (pair.points(), lot_of(order)) == ([60, 0], (40, 60))
    verified()


def test_who_reckons_is_told_of_what_was_taken_later(pair: Pair, members: Members) -> None:
    members.add("bystander")
    order = members.earn(pair.double, 100)
    pair.merge()
    reward = members.burn(pair.kept, 60)
    pair.take_back(order, 100)
    Due.objects.all().delete()
    members.give_back(reward, 60)
    assert list(Due.objects.values_list("customer", flat=True)) == [pair.customers[0].pk]


class Both:
    """The same happens to somebody alone, and to a pair in which one earned it and is merged, parted, merged again."""

    def __init__(self, programme: Programme, *, is_hold: bool) -> None:
        self.members, self.is_hold = Members(programme), is_hold
        self.alone, self.pair = self.members.add("alone"), Pair(self.members)
        self.orders = [self.members.earn(each, 100) for each in (self.alone, self.pair.double)]
        self.spent: list[int] = []
        self.returned, self.back = iter([100]), iter([0.4, 1])
        self.points = 0

    def play(self, steps: Sequence[str]) -> None:
        """M: merge or undo. S: redeem, then roll that back by and by. R: return, where it comes twice half before."""
        if steps.count("R") == 2:
            self.returned = iter([50, 100])
        do = {"M": self.merge_or_undo, "S": self.spend_or_roll_back, "R": self.take_back}
        for step in steps:
            do[step]()
            self.pair.level()
            assert sum(self.pair.points()) == points_of(self.alone)
            assert lot_of(self.orders[0]) == lot_of(self.orders[1])

    def merge_or_undo(self) -> None:
        if self.pair.merged:
            self.pair.undo()
        else:
            self.pair.merge()

    def spend_or_roll_back(self) -> None:
        if self.spent:
            self.roll_back()
            return
        who = max(self.pair.double, self.pair.kept, key=points_of)
        self.points = max(0, min(60, points_of(self.alone), points_of(who)))
        if self.points:
            how = partial(self.members.hold, lasts=LATER + 1) if self.is_hold else self.members.burn
            self.spent = [how(each, self.points) for each in (self.alone, who)]

    def roll_back(self) -> None:
        """Of a hold a part is redeemed, and the rest of it comes back at once, that part later."""
        total = round(self.points * next(self.back))
        for each in self.spent:
            if self.is_hold and total < self.points:
                about = {"key": self.members.key(), "at": day(1), "reason": "reward"}
                ledger.capture(self.members.programme, each, self.points - total, **about)
            else:
                self.members.give_back(each, total)

    def take_back(self) -> None:
        """Not where another person has the points by now: nobody takes them from there."""
        if self.pair.merged or points_of(self.pair.kept) <= 0:
            total = next(self.returned)
            alone, double = self.orders
            self.members.take_back(alone, total)
            self.pair.take_back(double, total)


@pytest.mark.parametrize(
    ("steps", "limit", "is_hold"),
    [
        ("MMSSSR", 0, False),
        ("MMSSSR", 30, True),
        *(pytest.param("MMMSSSRR", *each, marks=pytest.mark.long) for each in product([0, 30], [False, True])),
    ],
)
@pytest.mark.timeout(1500)
def test_in_whatever_order_it_happens_a_merged_one_ends_as_somebody_alone(
    programme: Programme, steps: str, limit: int, is_hold: bool
) -> None:
    Programme.objects.update(debt_limit=limit)
    programme.refresh_from_db()
    for order in sorted(set(permutations(steps))):
        with transaction.atomic():
            Both(programme, is_hold=is_hold).play(order)
            verified()
            transaction.set_rollback(True)
