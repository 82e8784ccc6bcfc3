"""Close a month: its figures stay as they are known at that moment, and what is recorded for it later shows up in the
month that is open.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from treue.act.loyalty import sealing
from treue.act.loyalty.books import errors, outstanding, posting, standing, statement
from treue.act.loyalty.models import BookMonth, BookTerms, Programme, Seal
from treue.core.staff import audit
from treue.core.staff.models import User


def to_close(programme: Programme, today: date) -> date | None:
    """The first of the next month that can be closed: over, and after the last that was. None where there is none."""
    last = BookMonth.objects.filter(programme=programme).order_by("month").values_list("month", flat=True).last()
    if last is None:
        months = outstanding.books(programme, today).months
        found = months[0].month if months else None
    else:
        found = after(last)
    return found if found and after(found) <= today else None


def after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def close(*, programme: Programme, month: date, by: User | None, now: datetime) -> BookMonth:
    """Raises MonthNotClosable for another month than the next, TermsMissing where nobody said what a point is worth,
    and OperationalError where a writer of the ledger does not end within some seconds; the next time will do.
    """
    sealing.seal(programme, now=now)
    with transaction.atomic():
        posting.held(programme)
        terms = BookTerms.objects.filter(programme=programme).first()
        if terms is None:
            raise errors.TermsMissing
        if month != to_close(programme, now.astimezone(programme.shop.tz).date()):
            raise errors.MonthNotClosable(month)
        while posting.post(programme):
            pass
        through = Seal.objects.filter(programme=programme).order_by("through").values_list("through", flat=True).last()
        day = after(month) - timedelta(days=1)
        made = BookMonth(programme=programme, month=month, through=through or 0, closed_at=now, closed_by=by)
        _fill(made, statement.statement(programme, day, as_known=through or 0))
        made.save()
        standing.keep(programme, day)
        audit.record("books.closed", who=by, subject=f"programme {programme.pk}", month=month.isoformat())
    return made


def _fill(made: BookMonth, found: statement.Statement) -> None:
    position, now = found.position, found.now
    made.active, made.pending, made.held, made.owed = position.active, position.pending, position.held, position.owed
    ends = now.expected.points.expected, now.expected.points.low, now.expected.points.high
    made.redemption, made.redemption_low, made.redemption_high = (
        statement.share(each, position.outstanding) for each in ends
    )
    made.value_per_point, made.cost_per_point = found.terms.value_per_point, found.terms.cost
    made.liability, made.contract_liability, made.provision = now.total, now.contract_liability, now.provision
