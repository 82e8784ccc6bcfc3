"""Whatever happens in whatever order, the ledger says what the one on paper says, and every rule holds."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from members import Members, day, has
from plain_ledger import PlainLot, PlainMember, PlainSpending

from treue.act.loyalty import ledger, verifying
from treue.act.loyalty.errors import HoldHasEnded, InsufficientPoints
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Journal, Programme

POINTS = st.integers(1, 200)
GIVEN = {
    "who": st.integers(0, 1),
    "points": POINTS,
    "qualifying": st.integers(0, 200),
    "pending": st.sampled_from([0, 0, 3, 14]),
    "lasts": st.sampled_from([None, 20, 40]),
}
Earned = tuple[int, int, PlainLot]
Spent = tuple[int, int, PlainSpending]


def number(moment: datetime | None) -> int | None:
    """Of a day, as `members.day` counts."""
    return None if moment is None else (moment - day(0)).days


class LedgerMachine(RuleBasedStateMachine):
    earned, spent, held = Bundle("earned"), Bundle("spent"), Bundle("held")
    programme: Programme

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.members = Members(self.programme)
        self.numbers = [self.members.add(name) for name in ("anna", "ben")]
        self.plain = [PlainMember(), PlainMember()]
        self.today = 0
        self.repeat: Callable[[], object] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def call(self, function: Callable[..., object], *args: object, **more: object) -> object:
        """Do it with a key of its own, and remember how to do the same again."""
        given = {"key": self.members.key(), "at": day(self.today), "reason": "trial"} | more
        done = function(self.programme, *args, **given)
        self.repeat = lambda: (function(self.programme, *args, **given), done)
        return done

    @initialize(limit=st.sampled_from([None, None, 0, 30]))
    def may_owe(self, limit: int | None) -> None:
        Programme.objects.filter(pk=self.programme.pk).update(debt_limit=limit)
        for each in self.plain:
            each.debt_limit = limit

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.today += days

    @rule(target=earned, **GIVEN)
    def earn(self, **given: int | None) -> Earned:
        """One alone."""
        return self.known([self.asked(**given)])[0]

    @rule(target=earned, given=st.lists(st.fixed_dictionaries(GIVEN), min_size=2, max_size=4))
    def earn_together(self, given: list[dict[str, int | None]]) -> object:
        """Some at once, also of the same member: in the database that is another way."""
        return multiple(*self.known([self.asked(**each) for each in given]))

    def asked(self, who: int, points: int, qualifying: int, pending: int, lasts: int | None) -> tuple[Earning, int]:
        expires = None if lasts is None else pending + lasts
        about = {"at": self.today, "qualifying": qualifying, "pending": pending, "lasts": expires}
        return self.members.earning(self.numbers[who], points, **about), who

    def known(self, asked: list[tuple[Earning, int]]) -> list[Earned]:
        """Earn them, in the ledger and on paper."""

        def earn() -> list[int]:
            return [each.journal for each in ledger.earn(self.programme, [earning for earning, _who in asked])]

        journals = earn()
        self.repeat = lambda: (earn(), journals)
        lots = [
            self.plain[who].earn(
                each.points, each.qualifying, self.today, number(each.available_from), number(each.expires_at)
            )
            for each, who in asked
        ]
        return [(who, journal, lot) for (_each, who), journal, lot in zip(asked, journals, lots, strict=True)]

    @rule(target=spent, who=st.integers(0, 1), points=POINTS)
    def burn(self, who: int, points: int) -> object:
        spending = self.plain[who].spend(points, self.today)
        if spending is None:
            with pytest.raises(InsufficientPoints):
                self.call(ledger.burn, self.numbers[who], points)
            return multiple()
        return who, self.call(ledger.burn, self.numbers[who], points), spending

    @rule(target=held, who=st.integers(0, 1), points=POINTS, lasts=st.integers(1, 30))
    def hold(self, who: int, points: int, lasts: int) -> object:
        until = self.today + lasts
        spending = self.plain[who].spend(points, self.today, until)
        if spending is None:
            with pytest.raises(InsufficientPoints):
                self.call(ledger.hold, self.numbers[who], points, until=day(until))
            return multiple()
        return who, self.call(ledger.hold, self.numbers[who], points, until=day(until)), spending

    @rule(target=spent, hold=consumes(held), share=st.floats(0, 1))
    def capture(self, hold: Spent, share: float) -> object:
        who, journal, spending = hold
        points = round(spending.amount * share)
        if not spending.is_held:
            with pytest.raises(HoldHasEnded):
                self.call(ledger.release, journal)
            return multiple()
        if points and spending.until <= self.today:
            with pytest.raises(HoldHasEnded):
                self.call(ledger.capture, journal, points)
            return multiple()
        if points:
            self.call(ledger.capture, journal, points)
        else:
            self.call(ledger.release, journal)
        self.plain[who].capture(spending, points)
        return (who, journal, spending) if points else multiple()

    @rule(order=earned, share=st.floats(0, 1))
    def take_back(self, order: Earned, share: float) -> None:
        who, journal, lot = order
        total, qualifying = round(lot.granted * share), round(lot.qualifying * share)
        self.call(ledger.take_back, journal, total=total, qualifying_total=qualifying)
        self.plain[who].take_back(lot, total, qualifying)

    @rule(spending=spent, share=st.floats(0, 1))
    def give_back(self, spending: Spent, share: float) -> None:
        who, journal, plain = spending
        total = round(plain.amount * share)
        self.call(ledger.give_back, journal, total=total)
        self.plain[who].give_back(plain, total, self.today)

    @rule()
    def the_night_comes(self) -> None:
        self.members.activate(at=self.today)
        self.members.expire(at=self.today)
        while ledger.release_due(self.programme, at=day(self.today), most=100):
            pass
        for each in self.plain:
            each.activate(self.today)
            each.expire(self.today)
            for spending in each.spendings:
                if spending.is_held and spending.until <= self.today:
                    each.capture(spending, 0)

    @rule(points=POINTS, giver=st.integers(0, 1))
    def transfer(self, points: int, giver: int) -> None:
        taker = 1 - giver
        spending = self.plain[giver].spend(points, self.today, home=self.plain[taker])
        if spending is None:
            with pytest.raises(InsufficientPoints):
                self.call(ledger.transfer, self.numbers[giver], self.numbers[taker], points)
            return
        self.plain[giver].spendings.remove(spending)
        self.call(ledger.transfer, self.numbers[giver], self.numbers[taker], points)
        for lot, part in sorted(spending.parts, key=lambda each: (each[0].expires is None, each[0].expires or 0)):
            self.plain[taker].earn(part, 0, self.today, self.today, lot.expires, lot.issued)

    @rule()
    def retry(self) -> None:
        """The answer was lost: the same again is answered the same, and does nothing."""
        if self.repeat is not None:
            before = Journal.objects.count()
            again, first = self.repeat()
            assert (again, Journal.objects.count()) == (first, before)
            self.repeat = None

    @invariant()
    def as_on_paper(self) -> None:
        assert [has(each) for each in self.numbers] == [each.has() for each in self.plain]

    @invariant()
    def every_rule_holds(self) -> None:
        assert [broken for _rule, broken in verifying.verify() if broken] == []


def play(programme: Programme, examples: int, steps: int) -> None:
    machine = type("Machine", (LedgerMachine,), {"programme": programme})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("examples", "steps"), [(12, 25), pytest.param(150, 50, marks=pytest.mark.long)])
@pytest.mark.timeout(1500)
def test_the_ledger_does_what_the_one_on_paper_does(programme: Programme, examples: int, steps: int) -> None:
    play(programme, examples, steps)
