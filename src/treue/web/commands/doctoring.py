"""`treue doctor`: look at everything, say what is wrong and what mends it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from treue.core import postgres
from treue.web.commands import folder, output
from treue.web.commands.failing import FAILED, WrongUse
from treue.web.commands.speaking import spoken

if TYPE_CHECKING:
    from treue.web.doctor.examining import Examined


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Write what was found as JSON to standard output.")] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Leave a check out, such as backup. Can be given several times."),
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")] = None,
) -> None:
    """Look at database, lake, log, work, disk, clocks and backups; say what is wrong and what mends it.

    Nothing is changed. 0: all is well. 1: something is to be mended.
    """
    folder.prepare(language)
    with spoken(language), postgres.running():
        from django.utils import timezone

        from treue.web.doctor.examining import examine

        left_out = without or []
        _require_known(left_out)
        with output.printed():
            examined = []
            for each in examine(timezone.now, without=left_out):
                examined.append(each)
                if not as_json:
                    _show(each)
            _end(examined, as_json=as_json)
    if not all(each.is_well for each in examined):
        raise SystemExit(FAILED)


def _require_known(checks: list[str]) -> None:
    from django.utils.translation import gettext as _

    from treue.web.doctor.examining import CHECKS

    for name in checks:
        if name not in CHECKS:
            sentence = _("There is no check “%(name)s”. There are: %(names)s.")
            raise WrongUse(sentence % {"name": name, "names": ", ".join(CHECKS)})


def _show(each: "Examined") -> None:
    from django.utils.translation import gettext as _

    console = Console(highlight=False, markup=False, soft_wrap=True)
    if each.findings is None:
        console.print(Text.assemble(("–", "dim"), f" {each.check}: ", (_("not looked at"), "dim")))
    elif not each.findings:
        console.print(Text.assemble(("✓", "green"), f" {each.check}"))
    for finding in each.findings or []:
        console.print(Text.assemble(("✕", "bold red"), f" {each.check}: {finding.fault}"))
        console.print(Text.assemble("  → ", finding.remedy))


def _end(examined: "list[Examined]", *, as_json: bool) -> None:
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    found = [(each.check, finding) for each in examined for finding in each.findings or []]
    if as_json:
        told = {
            "well": not found,
            "checked": [each.check for each in examined if each.findings is not None],
            "not_checked": [each.check for each in examined if each.findings is None],
            "findings": [{"check": name, "fault": one.fault, "remedy": one.remedy} for name, one in found],
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    sentence = (
        ngettext("%(count)s thing is to be mended.", "%(count)s things are to be mended.", len(found))
        if found
        else _("All is well.")
    )
    typer.echo(sentence % {"count": len(found)})
