"""Statements by month of the shop's zone: drafted when a month is over, closed by a person, in order, once.

What a statement settles is what no other has: legs of its month, and those of earlier months that were recorded since
their own was closed. Whoever closes lets no leg be written meanwhile, for as long as the statement is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from treue.act.loyalty.models import Programme
from treue.act.partners import happenings, settlement, unsettled
from treue.act.partners.errors import ClosedAlready, MonthBeforeOpen, MonthNotOver, StatementChanged
from treue.act.partners.legs import month_of
from treue.act.partners.models import Agreement, Dispute, Leg, Line, Partner, Statement
from treue.act.partners.settlement import Reckoned, after
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('partners.settling ' || %s, 0))"
NO_LEGS_MEANWHILE = "lock table partners_leg in share mode"
SETTLE = """
insert into partners_settled (leg_id, line_id)
select g.id, l.id from partners_leg g
join partners_line l on l.statement_id = %(statement)s
    and (l.kind, l.month, l.agreement_id) = (g.kind, g.month, g.agreement_id)
where g.partner_id = %(partner)s and g.month <= %(month)s and (g.month > %(settled)s or g.id > %(last_leg)s)
    and not exists (select from partners_settled s where s.leg_id = g.id)"""


@dataclass(frozen=True)
class Account:
    """What a statement comes to: as it is kept, or as it would be if it were closed now."""

    lines: Sequence[Line]
    amount: Decimal


def draft_due(programme: Programme, *, now: datetime) -> int:
    """A draft for each partner and month that is over and has none. Returns how many are new.

    A partner's first month is the one in which its first agreement begins. Twice or two at once, it is done once.
    """
    running = month_of(now, programme.shop.tz)
    made = 0
    with transaction.atomic():
        _one_at_a_time(programme)
        for partner in Partner.objects.filter(programme=programme).order_by("pk"):
            month = next_month(partner)
            while month is not None and month < running:
                about = {"programme": programme, "partner": partner, "currency": programme.shop.currency}
                Statement.objects.create(month=month, drafted_at=now, **about)
                made += 1
                month = after(month)
    return made


def is_due(programme: Programme, *, now: datetime) -> bool:
    """Whether a draft is missing."""
    running = month_of(now, programme.shop.tz)
    months = (next_month(each) for each in Partner.objects.filter(programme=programme))
    return any(month is not None and month < running for month in months)


def next_month(partner: Partner) -> date | None:
    """The first that has no statement; None where nothing was agreed yet."""
    last = Statement.objects.filter(partner=partner).aggregate(month=Max("month"))["month"]
    if last is not None:
        return after(last)
    return _first_month(partner)


def _first_month(partner: Partner) -> date | None:
    """In which its first agreement begins."""
    first = Agreement.objects.filter(partner=partner).order_by("valid_from").values_list("valid_from", flat=True)
    return first[0].replace(day=1) if first else None


def of(shop: Shop) -> QuerySet[Statement]:
    return Statement.objects.filter(programme__shop=shop).select_related(
        "partner__programme__shop", "programme__shop", "closed_by"
    )


def account(statement: Statement) -> Account:
    """The lines of a draft are not stored and have no number."""
    if statement.state == Statement.State.CLOSED:
        rows = statement.lines.select_related("agreement", "corrects__statement").order_by("place")
        return Account(list(rows), statement.amount)
    found = unsettled.of(statement.partner, statement.month).lines(statement.month)
    return Account(_unsaved(statement, found), settlement.net(found))


def amounts(statements: Collection[Statement]) -> dict[int, Decimal]:
    """What each of them comes to: of a draft, if it were closed now."""
    drafts = [each for each in statements if each.state == Statement.State.DRAFT]
    if not drafts:
        return {each.pk: each.amount for each in statements}
    partners = {each.partner_id: each.partner for each in drafts}
    found = unsettled.of_all(partners.values(), max(each.month for each in drafts))
    as_now = {each.pk: settlement.net(found[each.partner_id].lines(each.month)) for each in drafts}
    return {each.pk: as_now.get(each.pk, each.amount) for each in statements}


def close(*, statement: Statement, seen: Decimal | None, by: User | None, now: datetime) -> Statement:
    """Let a statement stand as it is, with the next number. seen: the amount that somebody agreed to; None: any.

    Raises MonthNotOver, MonthBeforeOpen, ClosedAlready, StatementChanged; nothing is changed then.
    """
    with transaction.atomic():
        _one_at_a_time(statement.programme)
        with connection.cursor() as cursor:
            cursor.execute(NO_LEGS_MEANWHILE)
        found = of(statement.programme.shop).select_for_update(of=("self",)).get(pk=statement.pk)
        _require_closable(found, now)
        so_far = unsettled.of(found.partner, found.month)
        reckoned = so_far.lines(found.month)
        amount, last_leg = settlement.net(reckoned), Leg.objects.aggregate(last=Max("pk"))["last"] or 0
        if seen is not None and seen != amount:
            raise StatementChanged(amount)
        for line, each in zip(Line.objects.bulk_create(_unsaved(found, reckoned)), reckoned, strict=True):
            if each.dispute is not None:
                Dispute.objects.filter(pk=each.dispute).update(correction=line)
        with connection.cursor() as cursor:
            about = {"statement": found.pk, "partner": found.partner_id, "month": found.month}
            cursor.execute(SETTLE, {**about, "settled": so_far.month, "last_leg": so_far.last_leg})
        last = Statement.objects.filter(programme=found.programme).aggregate(number=Max("number"))["number"]
        found.state, found.number, found.amount = Statement.State.CLOSED, (last or 0) + 1, amount
        found.last_leg, found.closed_at, found.closed_by = last_leg, now, by
        found.save()
        happenings.tell_statement(found)
        about = {"number": found.number, "month": found.month.isoformat()}
        audit.record("settlement.closed", who=by, subject=f"statement {found.pk}", **about)
    return found


def _require_closable(statement: Statement, now: datetime) -> None:
    if statement.state == Statement.State.CLOSED:
        raise ClosedAlready
    if statement.month >= month_of(now, statement.programme.shop.tz):
        raise MonthNotOver(statement.month)
    before = Statement.objects.filter(partner=statement.partner, state=Statement.State.DRAFT)
    first = before.filter(month__lt=statement.month).order_by("month").first()
    if first is not None:
        raise MonthBeforeOpen(first.month)


def _one_at_a_time(programme: Programme) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [str(programme.pk)])


def _unsaved(statement: Statement, found: Sequence[Reckoned]) -> list[Line]:
    return [
        Line(
            statement=statement,
            place=place,
            kind=each.kind,
            month=each.month,
            agreement_id=each.agreement,
            points=each.points,
            price=each.price,
            amount=each.amount,
            corrects_id=each.corrects,
        )
        for place, each in enumerate(found, start=1)
    ]
