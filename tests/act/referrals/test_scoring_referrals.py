"""What makes a referral look like one of somebody to themselves."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from treue.act.referrals.scoring import Bought, Facts, Person, root, score

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def facts(anna: dict[str, object] | None = None, ben: dict[str, object] | None = None, **more: object) -> Facts:
    given = [
        {name: frozenset(value) if isinstance(value, list) else value for name, value in (each or {}).items()}
        for each in (anna, ben)
    ]
    return Facts(Person(1, **given[0]), Person(**{"customer": 2} | given[1]), **more)


def minutes(*those: float) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in those]


def orders(*those: tuple[object, object], minimum: object = 20) -> list[Bought]:
    return [Bought(Decimal(str(amount)), Decimal(str(back)), Decimal(str(minimum))) for amount, back in those]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (facts(), []),
        (facts(ben={"customer": 1}), [("same_customer", 100, 0)]),
        (facts({"emails": ["anna@x.de"]}, {"emails": ["anna+tea@x.de"]}), [("same_email", 60, 0)]),
        (facts({"emails": ["an.na@gmail.com"]}, {"emails": ["anna@googlemail.com"]}), [("same_email", 60, 0)]),
        (facts({"emails": ["an.na@x.de"]}, {"emails": ["anna@x.de"]}), []),
        (facts({"phones": ["+49301"]}, {"phones": ["+49301", "+49302"]}), [("same_phone", 50, 0)]),
        (facts({"cards": ["A1"]}, {"cards": ["A1"]}), [("same_card", 60, 0)]),
        (facts({"devices": ["d"]}, {"devices": ["d"]}), [("same_device", 50, 0)]),
        (facts({"surname": "may", "city": "bonn"}, {"surname": "may", "city": "bonn"}), [("same_household", 20, 0)]),
        (facts({"surname": "may"}, {"surname": "may"}), []),
        (facts({"surname": "may", "city": "bonn"}, {"surname": "may", "city": "köln"}), []),
        (facts(came_by=[2]), [("ring", 50, 2)]),
        (facts(came_by=[7, 8, 2]), [("ring", 50, 4)]),
        (facts(came_by=[7, 8]), []),
        (facts(bound_at=NOON, others=minutes(-59, -1, 1, 59)), [("burst", 30, 5)]),
        (facts(bound_at=NOON, others=minutes(-60, -1, 1, 59)), []),
        (facts(orders=orders((20, 0), (21, 0), (20.5, 0))), [("at_minimum", 20, 3)]),
        (facts(orders=orders((20, 0), (21.01, 0), (20.5, 0))), []),
        (facts(orders=orders((20, 0), (21, 0))), []),
        (facts(orders=orders((5, 0), (5, 0), (5, 0), minimum=0)), []),
        (facts(orders=orders((100, 100), (100, 20), (100, 0))), [("returns", 30, 40)]),
        (facts(orders=orders((100, 100), (100, 19), (100, 0))), []),
    ],
)
def test_each_signal_has_its_weight(given: Facts, found: list[tuple[str, int, int]]) -> None:
    said = score(given)
    assert [(each.signal, each.weight, each.count) for each in said.reasons] == found
    assert said.points == sum(weight for _signal, weight, _count in found)


def test_the_sum_is_100_at_most_and_the_heaviest_reason_comes_first() -> None:
    alike = {"phones": ["+49301"], "cards": ["A1"], "surname": "may", "city": "bonn"}
    said = score(facts(alike, alike, came_by=[2]))
    assert said.points == 100
    assert [each.signal for each in said.reasons] == ["same_card", "ring", "same_phone", "same_household"]


@pytest.mark.parametrize(
    ("email", "same"),
    [
        ("Anna@X.de", "anna@x.de"),
        (" anna+a+b@x.de ", "anna@x.de"),
        ("a.n.n.a+x@GMail.com", "anna@gmail.com"),
        ("anna@sub.gmail.com", "anna@sub.gmail.com"),
        ("", "@"),
    ],
)
def test_the_root_of_an_address_is_who_gets_the_mail(email: str, same: str) -> None:
    assert root(email) == same
