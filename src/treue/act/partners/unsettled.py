"""What no closed statement of a partner has: from it follow the drafts, and what is open. Asked for many at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from treue.act.partners import settlement
from treue.act.partners.models import Agreement, Dispute, Kind, Partner, Statement
from treue.act.partners.settlement import Correction, Movement, Reckoned, Terms, after
from treue.design.formats import precision

NOTHING_CLOSED = (date.min, 0)

# Of legs of months that are closed, those up to the last one that there was then are settled: numbers are drawn in the
# order in which legs are written, and none is written while a statement is closed.
MOVED = """
select p.partner, g.kind, g.month, g.agreement_id, sum(g.points)::bigint
from unnest(%(partners)s::bigint[], %(months)s::date[], %(last_legs)s::bigint[]) p (partner, month, last_leg)
cross join lateral (
    select * from partners_leg where partner_id = p.partner and month > p.month and month <= %(until)s
    union all
    select * from partners_leg where partner_id = p.partner and month <= least(p.month, %(until)s) and id > p.last_leg
) g
where not exists (select from partners_settled s where s.leg_id = g.id)
group by 1, 2, 3, 4"""


@dataclass(frozen=True)
class Unsettled:
    """Of one partner. month, last_leg: the last month that is closed, and the last leg there was then. first: the month
    of the first statement that is open; None where nothing was agreed yet. agreements: as one replaces the other."""

    month: date
    last_leg: int
    first: date | None
    agreements: Sequence[Agreement]
    movements: Sequence[Movement]
    corrections: Sequence[Correction]
    decimals: int

    def lines(self, month: date) -> list[Reckoned]:
        """What a month's statement would have. What was recorded late, and what disputes put right, is in the first
        that is open."""
        is_first = self.first is None or month <= self.first
        movements = [each for each in self.movements if each.month == month or (is_first and each.month < month)]
        return settlement.lines(
            month,
            movements,
            {each.pk: _terms(each) for each in self.agreements},
            standing=self._standing(month),
            corrections=self.corrections if is_first else (),
            decimals=self.decimals,
        )

    def amount(self, until: date) -> Decimal:
        """Of all months up to one, that one's fee among it."""
        amount, month = Decimal(0), self.first
        while month is not None and month <= until:
            amount += settlement.net(self.lines(month))
            month = after(month)
        return amount

    def _standing(self, month: date) -> int | None:
        """The agreement that holds on the last day."""
        held = [each.pk for each in self.agreements if each.valid_from < after(month)]
        return held[-1] if held else None


def of(partner: Partner, until: date) -> Unsettled:
    return of_all([partner], until)[partner.pk]


def of_all(partners: Collection[Partner], until: date) -> dict[int, Unsettled]:
    """By partner, with what happened up to the end of a month. partners: with `programme.shop`."""
    numbers = [each.pk for each in partners]
    closed, agreements, corrections = _closed(numbers), _agreements(numbers), _corrections(numbers)
    ends = {each: closed.get(each, NOTHING_CLOSED) for each in numbers}
    movements = _movements(ends, until)
    return {
        each.pk: Unsettled(
            *ends[each.pk],
            first=_first(closed.get(each.pk), agreements[each.pk]),
            agreements=agreements[each.pk],
            movements=movements[each.pk],
            corrections=corrections[each.pk],
            decimals=precision(each.programme.shop.currency),
        )
        for each in partners
    }


def _first(closed: tuple[date, int] | None, agreements: Sequence[Agreement]) -> date | None:
    """Before the first statement it is the month in which the first agreement begins."""
    if closed is not None:
        return after(closed[0])
    return agreements[0].valid_from.replace(day=1) if agreements else None


def _closed(partners: Collection[int]) -> dict[int, tuple[date, int]]:
    rows = Statement.objects.filter(partner__in=partners, state=Statement.State.CLOSED)
    last = rows.order_by("partner", "-month").distinct("partner").values_list("partner", "month", "last_leg")
    return {partner: (month, last_leg) for partner, month, last_leg in last}


def _agreements(partners: Collection[int]) -> dict[int, list[Agreement]]:
    found: dict[int, list[Agreement]] = {each: [] for each in partners}
    for each in Agreement.objects.filter(partner__in=partners).order_by("valid_from", "pk"):
        found[each.partner_id].append(each)
    return found


def _movements(ends: dict[int, tuple[date, int]], until: date) -> dict[int, list[Movement]]:
    found: dict[int, list[Movement]] = {each: [] for each in ends}
    months, last_legs = [month for month, _leg in ends.values()], [leg for _month, leg in ends.values()]
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"partners": list(ends), "months": months, "last_legs": last_legs, "until": until})
        for partner, kind, month, agreement, points in cursor.fetchall():
            found[partner].append(Movement(Kind(kind), month, agreement, points))
    return found


def _corrections(partners: Collection[int]) -> dict[int, list[Correction]]:
    found: dict[int, list[Correction]] = {each: [] for each in partners}
    accepted = Dispute.objects.filter(state=Dispute.State.ACCEPTED, correction=None).exclude(difference=0)
    rows = accepted.filter(line__statement__partner__in=partners).order_by("pk")
    for partner, *facts in rows.values_list("line__statement__partner", "pk", "line", "line__month", "difference"):
        found[partner].append(Correction(*facts))
    return found


def _terms(agreement: Agreement) -> Terms:
    return Terms(agreement.issue_price, agreement.redemption_price, agreement.monthly_fee, agreement.fee_rate)
