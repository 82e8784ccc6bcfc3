"""Do not keep what was rejected: for as long as its author may ask why, and no longer."""

from datetime import datetime, timedelta

from django.db import transaction

from treue.act.content.models import Photo, Report, Submission

KEPT = timedelta(days=180)  # the six months within which a decision can be complained about (DSA Art. 20)
AT_ONCE = 200


def forget_rejected(*, now: datetime) -> int:
    """Returns how many. Whom a moderator decides on anew at the moment stays whole, and is looked at the next night."""
    forgotten = 0
    while deleted := _forget_some(now - KEPT):
        forgotten += deleted
    return forgotten


@transaction.atomic
def _forget_some(before: datetime) -> int:
    over = Submission.objects.filter(state=Submission.State.REJECTED, decided_at__lt=before).order_by("pk")
    numbers = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    for table in (Photo, Report):
        table.objects.filter(submission__in=numbers).delete()
    return Submission.objects.filter(pk__in=numbers).delete()[0]
