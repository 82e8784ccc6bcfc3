"""A line of a closed statement that somebody holds for wrong: the statement stays, and what it should have been comes
into the next one."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from treue.act.partners import happenings
from treue.act.partners.errors import DisputedAlready, DisputeDecided, NotClosedYet
from treue.act.partners.models import Dispute, Line, Partner, Statement
from treue.core.staff import audit
from treue.core.staff.models import User


def of(partner: Partner) -> QuerySet[Dispute]:
    """The latest first."""
    rows = Dispute.objects.filter(line__statement__partner=partner)
    return rows.select_related("line__statement__programme__shop", "opened_by", "decided_by").order_by("-pk")


def open_on(*, line: Line, reason: str, by: User | None, by_partner: bool, now: datetime) -> Dispute:
    """by_partner: with the partner's own key. Raises NotClosedYet, DisputedAlready."""
    if line.statement.state != Statement.State.CLOSED:
        raise NotClosedYet
    about = {"reason": reason, "by_partner": by_partner, "opened_by": by, "opened_at": now}
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Dispute.objects.create(line=line, **about)
        except IntegrityError as error:
            raise DisputedAlready from error
        happenings.tell_dispute(happenings.DISPUTED, made, now)
        audit.record("settlement.disputed", who=by, subject=f"statement {line.statement_id}", line=line.place)
    return made


def accept(*, dispute: Dispute, right_amount: Decimal, by: User | None, now: datetime) -> Dispute:
    """right_amount: what the line should have been; what differs comes into the next statement.

    Raises DisputeDecided.
    """
    with transaction.atomic():
        found = _open(dispute)
        line = found.line
        former = Dispute.objects.filter(line=line, state=Dispute.State.ACCEPTED).aggregate(sum=Sum("difference"))["sum"]
        found.state, found.right_amount = Dispute.State.ACCEPTED, right_amount
        found.difference = right_amount - line.amount - (former or 0)
        _decided(found, by, now)
        happenings.tell_dispute(happenings.ACCEPTED, found, now)
        audit.record("settlement.dispute_accepted", who=by, subject=f"statement {line.statement_id}", line=line.place)
    return found


def reject(*, dispute: Dispute, by: User | None, now: datetime) -> Dispute:
    """Raises DisputeDecided."""
    with transaction.atomic():
        found = _open(dispute)
        found.state = Dispute.State.REJECTED
        _decided(found, by, now)
        happenings.tell_dispute(happenings.REJECTED, found, now)
        about = {"subject": f"statement {found.line.statement_id}", "line": found.line.place}
        audit.record("settlement.dispute_rejected", who=by, **about)
    return found


def _open(dispute: Dispute) -> Dispute:
    """The line too: two disputes of it are decided one after the other."""
    rows = Dispute.objects.select_for_update(of=("self", "line"), no_key=True)
    found = rows.select_related("line__statement__partner__programme__shop").get(pk=dispute.pk)
    if found.state != Dispute.State.OPEN:
        raise DisputeDecided(found.state)
    return found


def _decided(dispute: Dispute, by: User | None, now: datetime) -> None:
    dispute.decided_at, dispute.decided_by = max(now, dispute.opened_at), by
    dispute.save()
