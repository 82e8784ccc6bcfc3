"""What became of an import, or would, in a few lines for the terminal: as much as its page says."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.table import Table

from treue.design import formats
from treue.listen.imports import leaving_out, sentences, showing, wording
from treue.listen.imports.sentences import count, language

if TYPE_CHECKING:
    from treue.listen.imports.models import Import

Summary = dict[str, object]
NAMED_CODES = 5


def print_result(task: "Import", summary: Summary, *, dry_run: bool) -> None:
    """What is new, the rows, what to check, why rows were set aside, what may be no product. Standard output."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(sentences.foreseen(summary) if dry_run else sentences.outcome(summary), style="bold")
    console.print(_rows(summary), style="dim")
    without_rate = showing.currencies_without_rate(task, summary)
    for sentence in [*showing.doubts_about(task, summary), *filter(None, [without_rate])]:
        console.print(sentence)
    if summary["set_aside"]:
        console.print(_set_aside(summary))
    if dry_run:
        _print_candidates(console, summary)
    elif codes := [found["code"] for found in summary.get("candidates", []) if found["lines"]]:
        console.print(_candidates_in_short(codes))


def _rows(summary: Summary) -> str:
    pairs = [
        (_("Rows read"), count(summary["rows_read"])),
        (_("Rows used"), count(summary["rows_used"])),
        (_("Rows set aside"), count(showing.set_aside_of(summary))),
    ]
    if summary.get("revenue_without_customer"):
        money = formats.money(summary["revenue_without_customer"], language(), summary["currency"] or "")
        pairs.append((_("Revenue without a customer"), money))
    return " · ".join(f"{name}: {value}" for name, value in pairs)


def _set_aside(summary: Summary) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), title=_("Rows set aside by reason"), title_justify="left")
    for label in (_("Reason"), _("Rows"), _("What helps")):
        table.add_column(label, justify="right" if label == _("Rows") else "left")
    for code, rows in sorted(summary["set_aside"].items(), key=lambda item: -item[1]):
        said = wording.reason(code)
        table.add_row(said.name, count(rows), said.remedy)
    return table


def _print_candidates(console: Console, summary: Summary) -> None:
    found = showing.candidates_of(summary)
    if not found:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, title_justify="left")
    table.title = _("Perhaps no products")
    for candidate in found[: leaving_out.MOST]:
        words = f"{candidate['why']} {candidate['change']}".strip()
        table.add_row(candidate["code"], candidate["name"], words)
    console.print(table)
    more = len(found) - leaving_out.MOST
    if more > 0:
        further = ngettext("%(count)s further code is not shown.", "%(count)s further codes are not shown.", more)
        console.print(further % {"count": count(more)})
    console.print(_("What is no product can be left out of every file under Settings."))


def _candidates_in_short(codes: list[str]) -> str:
    sentence = ngettext(
        "%(count)s item code may be no product (%(codes)s); --dry-run says what leaving it out would change.",
        "%(count)s item codes may be no products (%(codes)s); --dry-run says what leaving them out would change.",
        len(codes),
    )
    named = ", ".join(codes[:NAMED_CODES]) + (", …" if len(codes) > NAMED_CODES else "")
    return sentence % {"count": count(len(codes)), "codes": named}
