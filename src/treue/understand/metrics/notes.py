"""Notes on the charts: what a manager remembers about a day."""

from datetime import date

from django.db import transaction

from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.understand.metrics.models import Note


def write(*, shop: Shop, day: date, text: str, by: User) -> Note:
    with transaction.atomic():
        note = Note.objects.create(shop=shop, day=day, text=text, written_by=by)
        audit.record("note.written", who=by, subject=f"note {note.pk}")
    return note


def remove(*, note: Note, by: User) -> None:
    with transaction.atomic():
        audit.record("note.removed", who=by, subject=f"note {note.pk}")
        note.delete()
