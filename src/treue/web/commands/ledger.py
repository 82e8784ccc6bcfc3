"""`treue ledger …`: check the books of the loyalty programme, and seal them."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from treue.core import postgres
from treue.web.commands import folder, output
from treue.web.commands.failing import FAILED
from treue.web.commands.speaking import spoken

if TYPE_CHECKING:
    from treue.act.loyalty.verifying import Broken

ledger = typer.Typer(help="Check the books of the loyalty programme, and seal them.", no_args_is_help=True)
Language = Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")]


@ledger.callback()
def about() -> None:
    """Check the books of the loyalty programme, and seal them."""


@ledger.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Write what was found as JSON to standard output.")] = False,
    language: Language = None,
) -> None:
    """Reckon every balance anew and check every rule; say which journal breaks it.

    Nothing is changed. 0: all is well. 1: something is broken.
    """
    folder.prepare(language)
    with spoken(language), postgres.running(), output.printed():
        from treue.act.loyalty import verifying, wording

        found = []
        for rule, broken in verifying.verify():
            found.append((rule, broken))
            if not as_json:
                _show(wording.rule(rule), broken)
        if as_json:
            told = [{"rule": rule, "journals": list(broken.journals) if broken else []} for rule, broken in found]
            typer.echo(json.dumps({"well": not any(broken for _rule, broken in found), "rules": told}, indent=2))
    if any(broken for _rule, broken in found):
        raise SystemExit(FAILED)


@ledger.command()
def seal(language: Language = None) -> None:
    """Seal the chains of all accounts and print the root: kept elsewhere, it proves later that nothing was changed."""
    folder.prepare(language)
    with spoken(language), postgres.running():
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from treue.act.loyalty import sealing
        from treue.act.loyalty.models import Programme, Seal

        for programme in Programme.objects.order_by("pk"):
            made = sealing.seal(programme, now=timezone.now())
            last = made or Seal.objects.filter(programme=programme).order_by("through").last()
            if last is not None:
                typer.echo(f"{bytes(last.root).hex()}  {last.through}")
        if not Seal.objects.exists():
            Console(stderr=True).print(_("There is nothing to seal yet."))


def _show(rule: str, broken: "Broken | None") -> None:
    from django.utils.translation import gettext as _

    console = Console(highlight=False, markup=False, soft_wrap=True)
    if broken is None:
        console.print(f"✓ {rule}")
        return
    journals = ", ".join(str(each) for each in broken.journals)
    console.print(_("✕ %(rule)s: not so in journals %(journals)s") % {"rule": rule, "journals": journals})
