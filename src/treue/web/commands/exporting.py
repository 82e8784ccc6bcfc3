"""`treue export`: everything in open formats."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from treue.core import postgres
from treue.web.commands import folder, output
from treue.web.commands.failing import Failure, WrongUse
from treue.web.commands.speaking import spoken


def export(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="A new folder.", readable=False)],
    language: Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")] = None,
) -> None:
    """Write everything into a folder of CSV files, with a description of every column, for other programs.

    Passwords, keys, sessions and links that sign in are left out. The files hold personal data.
    """
    folder.prepare(language)
    with spoken(language):
        from django.utils.translation import gettext as _

        place = out.expanduser().absolute()
        sentence = _("The export cannot be written to %(path)s: %(reason)s.")
        with output.named(place, sentence):
            _require_free(place)
            with postgres.running():
                rows = _write(place)
        typer.echo(_("%(rows)s rows are in %(path)s.") % {"rows": rows, "path": place})


def _require_free(place: Path) -> None:
    from django.utils.translation import gettext as _

    from treue.web.export import writing

    try:
        writing.require_free(place)
    except writing.FolderIsTaken as error:
        words = _("%(path)s is there already, and an export replaces nothing. Give the name of a new folder.")
        raise WrongUse(words % {"path": place}) from error
    output.require_file(place.with_name(f"{place.name}.csv"))


def _write(place: Path) -> int:
    import psycopg
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from treue.core.staff import audit
    from treue.web.export import writing

    with Console(stderr=True).status("…") as status:
        try:
            rows = writing.write(place, moment=timezone.now(), tell=status.update)
        except psycopg.Error as error:
            words = _("The database did not give everything out (%(error)s). treue doctor may say why.")
            raise Failure(words % {"error": type(error).__name__}) from error
    audit.record("installation.exported", who=None, subject="", rows=rows)
    return rows
