"""The rows set aside from a file, as a table for who mends them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from treue.listen.imports.models import Import, SetAside
from treue.listen.imports.wording import Reason, reason


def head() -> list[str]:
    return [_("Line"), _("Reason"), _("Column"), _("Value"), _("What it means"), _("What helps")]


def rows(task: Import) -> Iterator[list[str | int]]:
    """In the order of the file, each with its reason in words."""
    words: dict[str, Reason] = {}
    for row in SetAside.objects.filter(of=task).iterator(chunk_size=2000):
        said = words.setdefault(row.reason, reason(row.reason))
        yield [row.line_no, said.name, row.column, row.value, said.meaning, said.remedy]
