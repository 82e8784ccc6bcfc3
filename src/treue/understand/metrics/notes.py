"""Notes on the charts: what a manager remembers about a day."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.audit_wording import name_actions
from treue.core.staff.models import User
from treue.science.simulate import Story
from treue.understand.metrics.models import Note

name_actions(
    {
        "note.written": gettext_lazy("Wrote a note on the charts"),
        "note.removed": gettext_lazy("Removed a note from the charts"),
    }
)


def write(*, shop: Shop, day: date, text: str, by: User | None) -> Note:
    with transaction.atomic():
        note = Note.objects.create(shop=shop, day=day, text=text, written_by=by)
        audit.record("note.written", who=by, subject=f"note {note.pk}")
    return note


def remove(*, note: Note, by: User) -> None:
    with transaction.atomic():
        audit.record("note.removed", who=by, subject=f"note {note.pk}")
        note.delete()


def of_story(story: Story) -> Iterator[tuple[date, str]]:
    """What the manager of the demo shop would have written down."""
    yield story.price_rise.since, _("Price rise for coffee")
    yield story.app_launch.since, _("App launched")
    yield story.tv_spot.since, _("TV spot")
    yield story.welcome.since, _("Welcome campaign begins")
