"""A programme of two years, a thousand points a month: what is left of them after each month is written here."""

from datetime import UTC, datetime
from itertools import pairwise

from members import Members

from treue.act.loyalty import ledger
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Programme

POINTS = 1_000
LEFT = (900, 750, 700, 650)  # of a thousand at the end of each month of age; the rest expires in the next
MONTHS = 12


def moment(month: int, day: int = 10) -> datetime:
    """Of a month counted from January 2025."""
    return datetime(2025 + month // 12, month % 12 + 1, day, 12, tzinfo=UTC)


def written(members: Members, months: int = MONTHS) -> None:
    """A member for each month of issue, so that it is known whose points go."""
    programme: Programme = members.programme
    programme.expiry = {"kind": "after_months", "months": 4, "notice_days": []}
    programme.return_days = 0
    programme.save()
    who = [members.add(f"of month {month}") for month in range(months)]
    for now in range(months):
        while ledger.expire(programme, at=moment(now, 20), most=1000):
            pass
        given = {"key": f"earn {now}", "at": moment(now), "reason": "order", "expires_at": moment(now + 4, 15)}
        ledger.earn(programme, [Earning(who[now], POINTS, **given)])
        for age, (before, after) in enumerate(pairwise((POINTS, *LEFT))):
            if now >= age:
                given = {"key": f"burn {now} {age}", "at": moment(now, 21), "reason": "cup"}
                ledger.burn(programme, who[now - age], before - after, **given)
