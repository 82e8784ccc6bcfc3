"""What a person does about a failed event: try it again, or leave it out. Both stand in the audit log."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from treue.core.events import parking
from treue.core.events.models import Parked
from treue.core.staff import audit
from treue.core.staff.audit_wording import name_actions
from treue.core.staff.models import User

name_actions({"event.tried_again": _("Tried a failed event again"), "event.left_out": _("Left a failed event out")})


def try_again(*, parked: Parked, by: User) -> Parked | None:
    """Right away, also what was given up. Returns what is still parked of it, None where it succeeded.

    In one transaction: the worker, which may find it due at the same time, waits and does not try it twice.
    """
    with transaction.atomic():
        audit.record("event.tried_again", who=by, subject=f"event {parked.seq}", reaction=parked.reaction)
        parking.try_again(parked)
        return Parked.objects.filter(pk=parked.pk).first()


def leave_out(*, parked: Parked, by: User) -> bool:
    """Give it up for good. False where it was dealt with meanwhile: then there is nothing to leave out."""
    with transaction.atomic():
        parking.hold(parked)
        current = Parked.objects.filter(pk=parked.pk).first()
        if current is None:
            return False
        facts = {"reaction": current.reaction, "error": current.error}
        audit.record("event.left_out", who=by, subject=f"event {current.seq}", **facts)
        parking.leave_out(current)
    return True
