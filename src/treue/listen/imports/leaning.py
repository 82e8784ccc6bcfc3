"""Imports that lean on an earlier one: what they found known already goes when the earlier one is undone."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from treue.listen.imports.models import Import
from treue.listen.imports.sentences import amounts

State = Import.State


def before_undoing(task: Import) -> list[str]:
    """What whoever undoes this import should know of later ones, a sentence for each."""
    alike = Import.objects.filter(shop=task.shop_id, what=task.what, state=State.DONE)
    later = alike.filter(finished_at__gt=task.finished_at) if task.finished_at and _brought(task) else alike.none()
    return [
        _(
            "The later import %(number)s, “%(file)s”, found %(what)s known already. What of that this import brought "
            "is removed, too; upload that file again afterwards to have it back."
        )
        % {"number": each.pk, "file": each.file_name, "what": known}
        for each, known in _knowing(later.exclude(pk=task.pk).order_by("pk"))
    ]


def since_importing(task: Import) -> list[str]:
    """Earlier imports undone since this one ran, a sentence for each, where this one found things known already."""
    if task.state != State.DONE or not task.finished_at or not amounts(task.summary, "same")[1]:
        return []
    alike = Import.objects.filter(shop=task.shop_id, what=task.what, state=State.UNDONE)
    undone = alike.filter(created_at__lt=task.finished_at, finished_at__gt=task.finished_at).order_by("pk")
    return [
        _(
            "The import %(number)s, “%(file)s”, was undone since. What this file had found known from there is gone; "
            "upload this file again to have it back."
        )
        % {"number": each.pk, "file": each.file_name}
        for each in undone
        if _brought(each)
    ]


def is_gone(task: Import) -> bool:
    """It brought nothing itself, and what it found known was undone since."""
    return not _brought(task) and bool(since_importing(task))


def _brought(task: Import) -> bool:
    return any(amounts(task.summary, how)[1] for how in ("new", "changed")) or bool(task.summary.get("refunds_waiting"))


def _knowing(tasks: Iterable[Import]) -> list[tuple[Import, str]]:
    """Those that found something known already, and how much."""
    found = [(task, *amounts(task.summary, "same")) for task in tasks]
    return [(task, said) for task, said, many in found if many]
