"""What partners did in a month, and what is open with them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from treue.act.partners import unsettled
from treue.act.partners.models import Kind, Leg, Partner, Share, Statement

SIGNS = {Kind.ISSUE: 1, Kind.RETURN: -1, Kind.REDEEM: 1, Kind.ROLL_BACK: -1}
ISSUING = (Kind.ISSUE, Kind.RETURN)


@dataclass(frozen=True)
class Month:
    """Points issued less those taken back, and redeemed less those rolled back."""

    issued: int = 0
    redeemed: int = 0


def before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def months(partners: Collection[Partner], since: date) -> dict[int, Mapping[date, Month]]:
    """By partner and month, from a month on; a month without anything is missing nowhere."""
    rows = Leg.objects.filter(partner__in=partners, month__gte=since).order_by()
    found: dict[int, dict[date, Month]] = {each.pk: defaultdict(Month) for each in partners}
    for row in rows.values("partner", "month", "kind").annotate(points=Sum("points")):
        had, points = found[row["partner"]][row["month"]], row["points"] * SIGNS[row["kind"]]
        made = Month(had.issued + points, had.redeemed)
        if row["kind"] not in ISSUING:
            made = Month(had.issued, had.redeemed + points)
        found[row["partner"]][row["month"]] = made
    return found


def open_amounts(partners: Collection[Partner], running: date) -> dict[int, Decimal]:
    """By partner what is in no closed statement, up to now; the fee of the running month among it."""
    return {number: found.amount(running) for number, found in unsettled.of_all(partners, running).items()}


def last_closed(partner: Partner) -> Statement | None:
    return Statement.objects.filter(partner=partner, state=Statement.State.CLOSED).order_by("month").last()


def issuers_of(statement: Statement) -> dict[int, int]:
    """Who had issued what was redeemed, less what was rolled back: points by issuer, of a closed statement."""
    rows = Share.objects.filter(leg__settled__line__statement=statement).order_by()
    found: dict[int, int] = defaultdict(int)
    for row in rows.values("issuer", "leg__kind").annotate(sum=Sum("points")):
        found[row["issuer"]] += row["sum"] * SIGNS[row["leg__kind"]]
    return dict(found)
