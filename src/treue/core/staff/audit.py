"""The audit trail."""

from treue.core.staff.models import AuditEntry, User


def record(action: str, *, who: User | None, subject: str = "", **facts: object) -> None:
    """Write one line of the trail; call it inside the transaction of what it describes.

    action: a dotted name such as "import.undone". subject: what it was done to, as an id, never as personal data.
    who: None where the system itself or the command line acted.
    """
    AuditEntry.objects.create(action=action, who=who, subject=subject, facts=facts)
