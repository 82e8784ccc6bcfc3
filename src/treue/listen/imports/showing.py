"""Imports as pages show them: texts and tables ready to print."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.jobs import watching, wording
from treue.core.jobs.models import Job
from treue.core.shop import clock
from treue.core.staff.models import User
from treue.design import formats
from treue.design.progress import Progress
from treue.design.tables import Cell, Column, Table
from treue.listen.imports import leaving_out, sentences
from treue.listen.imports.failures import FileGone
from treue.listen.imports.models import Import, SetAside
from treue.listen.imports.sentences import count, language
from treue.listen.imports.standing import MOVING, Standing, State, may_cancel, standing
from treue.listen.imports.wording import field_label, reason

FIGURES = "metrics.refresh"  # the room above that computes them calls its work so
MOST_NAMED = 5
UNBROKEN = 24  # characters of a cell that stay on one line
Pairs = list[tuple[str, str]]


def list_of(tasks: Sequence[Import]) -> Table:
    zone = clock.zone()
    columns = [
        Column(_("File")),
        Column(_("Holds")),
        Column(_("State"), full=True),
        Column(_("Rows"), numeric=True),
        Column(_("Set aside"), numeric=True),
        Column(_("When")),
        Column(_("Who")),
    ]
    rows = [_row(task, zone) for task in tasks]
    return Table(_("Imports"), columns, rows, caption=_("Newest first."), stack=True)


def _row(task: Import, zone: ZoneInfo) -> list[str | Cell]:
    stands = standing(task)
    found = task.summary or task.probe or {}
    return [
        Cell(task.file_name, url=page_of(task)),
        task.get_what_display(),
        Cell(stands.label, badge=stands.badge),
        count(found["rows_read"]) if found else formats.NOTHING,
        count(set_aside_of(found)) if found else formats.NOTHING,
        clock.printed(task.moment, zone),
        str(task.started_by or _("Command line")),
    ]


def page_of(task: Import) -> str:
    """Where somebody goes on with an import."""
    if task.state != State.MAPPING or not task.stored_as:
        return reverse("import_result", args=[task.pk])
    return reverse("import_check" if task.job_id else "import_columns", args=[task.pk])


def set_aside_of(summary: dict[str, object]) -> int:
    return sum(summary.get("set_aside", {}).values())


def card(task: Import, user: User) -> Progress:
    """The card of the import's job; what it can do stands in this room's addresses."""
    shown = watching.card(task.job, user)
    address = {"poll_url": "import_card"} if shown.moves else {}
    if shown.moves and may_cancel(task):
        address["cancel_url"] = "import_cancel"
    urls = {name: reverse(page, args=[task.pk]) for name, page in address.items()}
    names = {"imports.run": _("Import"), "imports.probe": _("Dry run"), "imports.undo": _("Undoing")}
    return Progress(
        name=f"{names[task.job.kind]}: {task.file_name}",
        percent=shown.percent,
        detail=shown.detail,
        state=shown.state,
        message=shown.message,
        **urls,
    )


def about_file(task: Import, *, named: bool = True) -> str:
    """ "bestellungen.csv · 3,4 MB · 8 columns · semicolon, UTF-8"."""
    preview = task.preview
    parts = [task.file_name if named else task.get_what_display(), formats.filesize(task.size, language())]
    if preview:
        parts.append(_("%(count)s columns") % {"count": count(len(preview["columns"]))})
        parts.append(_written(preview))
    return " · ".join(filter(None, parts))


def _written(preview: dict[str, object]) -> str:
    if preview["format"] == "csv":
        delimiters = {";": _("semicolon"), ",": _("comma"), "\t": _("tab"), "|": _("vertical bar")}
        delimiter = delimiters.get(preview["delimiter"], preview["delimiter"])
        return f"{delimiter}, {str(preview['encoding']).upper()}"
    if preview["format"] == "excel":
        return _("sheet “%(sheet)s”") % {"sheet": preview["sheet"]}
    return "Parquet"


def preview_of(task: Import) -> Table | None:
    rows = task.preview.get("rows")
    if not rows:
        return None
    columns = [Column(name) for name in task.preview["columns"]]
    cells = [[_as_written(value) for value in row] for row in rows]
    caption = ngettext("The first row.", "The first %(count)s rows.", len(rows)) % {"count": count(len(rows))}
    return Table(_("First rows of the file"), columns, cells, caption=caption)


def _as_written(value: str) -> Cell:
    short = len(value) <= UNBROKEN
    return Cell(value or formats.NOTHING, kind="mono nowrap" if short else "mono")


def facts_of(summary: dict[str, object]) -> Pairs:
    """What became of the rows."""
    facts = [
        (_("Read"), count(summary["rows_read"])),
        (_("Used"), count(summary["rows_used"])),
        (_("Set aside"), count(set_aside_of(summary))),
    ]
    if summary.get("revenue_without_customer"):
        money = formats.money(summary["revenue_without_customer"], language(), summary["currency"] or "")
        facts.append((_("Revenue without a customer"), money))
    return facts


def done_by(task: Import) -> str:
    """Who imported it, when, and how long that took."""
    if not task.finished_at or task.summary.get("seconds") is None:
        return ""
    return _("Imported on %(moment)s by %(who)s, in %(duration)s.") % {
        "moment": clock.printed(task.finished_at, clock.zone()),
        "who": str(task.started_by or _("Command line")),
        "duration": formats.duration(task.summary["seconds"], language()),
    }


def currencies_without_rate(task: Import, found: dict[str, object]) -> str:
    """Which currencies keep rows from being used, and how many."""
    rows = found["set_aside"].get("currency_without_rate", 0)
    if not rows:
        return ""
    aside = SetAside.objects.filter(of=task, reason="currency_without_rate").order_by("value")
    names = aside.values_list("value", flat=True).distinct()[:MOST_NAMED]
    return ngettext(
        "%(count)s row is set aside because there is no rate for its currency (%(names)s).",
        "%(count)s rows are set aside because there is no rate for their currency (%(names)s).",
        rows,
    ) % {"count": count(rows), "names": ", ".join(names) or formats.NOTHING}


def reasons_of(task: Import, summary: dict[str, object]) -> Table | None:
    """Rows set aside by reason, most first, each with its meaning, what helps and a way to the rows."""
    if not summary["set_aside"]:
        return None
    columns = [Column(_("Reason")), Column(_("Rows"), numeric=True, corner=True), Column(_("What helps"), full=True)]
    listed = SetAside.objects.filter(of=task).exists()
    rows = []
    for code, number in sorted(summary["set_aside"].items(), key=lambda item: -item[1]):
        said = reason(code)
        url = f"{reverse('import_rows', args=[task.pk])}?reason={code}" if listed else ""
        rows.append([Cell(said.name, url=url, sub=said.meaning), count(number), said.remedy])
    return Table(
        _("Rows set aside by reason"),
        columns,
        rows,
        stack=True,
        csv_url=reverse("import_rows_csv", args=[task.pk]) if listed else "",
    )


def rows_of(rows: Sequence[SetAside], *, of_one_reason: bool) -> Table:
    """Where each row stands and what it says there; its reason, unless it is the same for all."""
    columns = [Column(_("Reason")), Column(_("Line"), numeric=True), Column(_("Column")), Column(_("Value"))]
    cells = [
        [
            reason(row.reason).name,
            count(row.line_no),
            row.column or formats.NOTHING,
            Cell(row.value or formats.NOTHING, kind="mono"),
        ]
        for row in rows
    ]
    if of_one_reason:
        del columns[0]
        cells = [rest for _reason, *rest in cells]
    return Table(_("Rows set aside"), columns, cells, stack=not of_one_reason)


def doubts_about(task: Import, summary: dict[str, object]) -> list[str]:
    """What was read one way and could have been meant another."""
    said = {
        "assumed": _("“%(column)s” (%(field)s) is read as %(layout)s. Nothing in the file decides that; please check."),
        "mixed": _("“%(column)s” (%(field)s) is written in several ways; %(rows)s rows are read as %(layout)s."),
    }
    return [
        said[found["certainty"]]
        % {
            "column": found["column"],
            "field": field_label(found["field"], task.what),
            "layout": found["layout"],
            "rows": count(found["rows"]),
        }
        for found in summary.get("formats", [])
        if found["certainty"] in said
    ]


def candidates_of(summary: dict[str, object]) -> list[dict[str, str]]:
    """Item codes that may be no products, with what leaving each out would change."""
    why = {
        "no_digit": _("The product code has no digit."),
        "negative_price": _("There are lines with a negative price."),
    }
    return [
        {
            "code": found["code"],
            "name": found["name"] or "",
            "why": why.get(found["why"], ""),
            "change": _what_goes(found, str(summary.get("currency") or "")),
        }
        for found in summary.get("candidates", [])
    ]


def orders_that_count(summary: dict[str, object]) -> str:
    """Why the candidates' sentences speak of fewer orders than the file brings; "" where they do not."""
    now = next(
        (
            found["now"]["orders"]
            for found in summary.get("candidates", [])
            if "now" in found and found["now"]["orders"] != found["without"]["orders"]
        ),
        None,
    )
    brought = sum(summary["orders"].values()) if now is not None else 0
    if now is None or now >= brought:
        return ""
    return _(
        "Of the %(brought)s orders of this file %(valid)s count as purchases; the others are refunded in full or "
        "without revenue."
    ) % {"brought": count(brought), "valid": count(now)}


def _what_goes(candidate: dict[str, object], currency: str) -> str:
    lines = int(candidate["lines"])
    if not lines:
        return _("Its lines are set aside anyway; nothing would change.")
    said = ngettext("It has %(count)s line.", "It has %(count)s lines.", lines) % {"count": count(lines)}
    if "without" not in candidate:
        return " ".join([said, _("What leaving it out would change is computed for those that move the most money.")])
    words = leaving_out.in_words(
        leaving_out.restored(candidate["now"]),
        leaving_out.restored(candidate["without"]),
        money=lambda amount: formats.money(amount, language(), currency),
        number=count,
    )
    return " ".join([said, _("Computed from this file alone:"), words])


def ending_of(task: Import, stands: Standing) -> tuple[str, str]:
    """How it ended where that was not simply well: the kind of notice and its text."""
    undoing, why = task.state == State.UNDOING, _why(task)
    if undoing and stands.state == State.DONE:
        return "warn", _("The import was not undone. %(why)s") % {"why": why}
    if undoing and stands.state == State.FAILED:
        return "bad", _("Undoing was interrupted, and part of the import is still here. %(why)s") % {"why": why}
    if stands.state == State.FAILED:
        return "bad", why or _("The work ended without a result.")
    if stands.state == State.MAPPING:
        return "", " ".join([_("The file was never imported."), sentences.failure(FileGone())])
    if stands.state == State.CANCELLED:
        return "", _("The import was cancelled. What it had written was taken back.")
    if stands.state == State.UNDONE:
        return "", _("The import was undone. Everything is as it was before.")
    return "", ""


def _why(task: Import) -> str:
    if task.job is None:
        return ""
    return _("It was cancelled.") if task.job.state == Job.State.CANCELLED else wording.failure_of(task.job)


def undo_question(task: Import) -> str:
    """What undoing would change, in numbers."""
    (new, many_new), (changed, many_changed) = (sentences.amounts(task.summary, how) for how in ("new", "changed"))
    parts = []
    if new:
        parts.append(ngettext("%(what)s will be removed.", "%(what)s will be removed.", many_new) % {"what": new})
    if changed:
        again = ngettext(
            "%(what)s will be what it was before.", "%(what)s will be what they were before.", many_changed
        )
        parts.append(again % {"what": changed})
    parts.append(_("Customers, products and channels that only this file brought go, too."))
    return " ".join(parts)


def figures_pending(task: Import) -> bool:
    """The figures that show what this import changed are still being computed."""
    return Job.objects.filter(kind=FIGURES, arguments__shop_id=task.shop_id, state__in=MOVING).exists()
