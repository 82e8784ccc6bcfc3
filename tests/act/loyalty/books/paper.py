"""A small ledger whose figures were reckoned by hand. Day 0 is 1 June 2026, day 30 is 1 July."""

from members import Members, day

from treue.act.loyalty import ledger


def written(members: Members) -> None:
    """Every kind of journal: pending, redeemed, held, captured in part, taken back from lots and below zero, given back
    into a debt, a debt that is paid, expired, corrected."""
    anna, ben = members.add("anna"), members.add("ben")
    first = members.earn(anna, 100, at=0, lasts=60)
    members.earn(ben, 40, at=3, lasts=30)
    second = members.earn(anna, 200, at=5, pending=20)
    members.burn(anna, 60, at=10)
    held = members.hold(anna, 30, at=12, lasts=5)
    ledger.capture(members.programme, held, 20, key=members.key(), at=day(14), reason="reward")
    ledger.adjust(members.programme, ben, 5, key=members.key(), at=day(20), reason="goodwill")
    members.activate(at=25)
    members.take_back(first, 100, at=30)
    members.expire(at=34)
    spent = members.burn(anna, 120, at=35)
    members.hold(ben, 5, at=36, lasts=100)
    members.take_back(second, 200, at=40)
    members.earn(anna, 50, at=45)
    members.give_back(spent, 120, at=50)
    members.earn(anna, 100, at=55, lasts=35)


# day: active, pending, held, owed
POSITIONS = {
    -1: (0, 0, 0, 0),
    0: (100, 0, 0, 0),
    4: (140, 0, 0, 0),
    6: (140, 200, 0, 0),
    10: (80, 200, 0, 0),
    13: (50, 200, 30, 0),
    14: (60, 200, 0, 0),
    20: (65, 200, 0, 0),
    25: (265, 0, 0, 0),
    29: (265, 0, 0, 0),
    30: (165, 0, 0, 0),
    34: (125, 0, 0, 0),
    35: (5, 0, 0, 0),
    36: (0, 0, 5, 0),
    40: (0, 0, 5, 200),
    45: (0, 0, 5, 150),
    50: (0, 0, 5, 30),
    55: (70, 0, 5, 0),
    300: (70, 0, 5, 0),
}
