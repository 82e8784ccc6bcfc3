"""Which column of a file is what: shown row by row, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.listen.imports.columns import Mapping as Columns
from treue.listen.imports.columns import Unread
from treue.listen.imports.forms import ColumnsForm
from treue.listen.imports.models import Import, SetAside
from treue.listen.imports.sentences import count
from treue.listen.imports.wording import field_label, needed, not_read


@dataclass(frozen=True)
class Row:
    """A column of the file with an example, the choice of what it is, and how that stands."""

    column: str
    example: str
    field: BoundField
    state: str
    badge: str
    hint: str = ""


@transaction.atomic
def assign(*, task: Import, columns: Mapping[str, str]) -> None:
    """Keep what a person decided. What a dry run found before holds no longer."""
    if dict(columns) == task.columns:
        return
    task.columns, task.probe = dict(columns), None
    task.save(update_fields=["columns", "probe"])
    SetAside.objects.filter(of=task)._raw_delete(SetAside.objects.db)


def rows(task: Import, form: ColumnsForm) -> list[Row]:
    return [_row(task, form, place, column) for place, column in enumerate(form.columns)]


def _row(task: Import, form: ColumnsForm, place: int, column: str) -> Row:
    bound = form[f"c{place}"]
    examples = (row[place] for row in task.preview.get("rows", []) if row[place].strip())
    hint = "" if form.is_bound else _doubt(task, column)
    state, badge = _state(bound, hint)
    return Row(column, next(examples, _("(empty)")), bound, state, badge, hint)


def _state(bound: BoundField, hint: str) -> tuple[str, str]:
    if bound.errors:
        return "✕ " + _("twice"), "bad"
    if hint:
        return "! " + _("please check"), "warn"
    if bound.value():
        return "✓ " + _("assigned"), "good"
    return _("left out"), ""


def _doubt(task: Import, column: str) -> str:
    """Several columns fitted a field equally well."""
    for field, columns in task.preview.get("doubts", {}).items():
        others = [other for other in columns if other != column]
        if column in columns and others:
            return _("“%(field)s” could also be %(others)s.") % {
                "field": field_label(field, task.what),
                "others": ", ".join(_("“%(name)s”") % {"name": other} for other in others),
            }
    return ""


def missing(task: Import) -> list[str]:
    """What the file needs and no column was found for; where one is called so, that it holds something else."""
    unread = tuple(Unread(field, *found) for field, found in task.preview.get("unread", {}).items())
    mapping = Columns(task.what, task.columns, unread=unread)
    named = {field: mapping.called_so(field) for field in mapping.missing}
    return [
        not_read(one.field, one.column, one.values, task.what) if one else needed(field, task.what)
        for field, one in named.items()
    ]


def in_short(task: Import, form: ColumnsForm) -> str:
    """ "6 assigned, 2 left out"."""
    chosen = sum(1 for place, _column in enumerate(form.columns) if form[f"c{place}"].value())
    left = len(form.columns) - chosen
    return ", ".join(
        (
            ngettext("%(count)s column assigned", "%(count)s columns assigned", chosen) % {"count": count(chosen)},
            ngettext("%(count)s left out", "%(count)s left out", left) % {"count": count(left)},
        )
    )
