"""Work of this room that waits, and what it is called."""

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from treue.core.customers.erasure import followed_by
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.staff.audit_facts import word_values
from treue.core.staff.audit_wording import name_actions
from treue.design.figures import Link
from treue.listen.imports import forgetting, importing, probing, sentences, turns, undoing, uploads
from treue.listen.imports.models import Import


@kind("imports.run")
def run(progress: Progress, *, import_id: int) -> dict[str, object]:
    return importing.run(import_id, progress)


@kind("imports.probe")
def probe(progress: Progress, *, import_id: int) -> dict[str, object]:
    return probing.run(import_id, progress)


@kind("imports.undo")
def undo(progress: Progress, *, import_id: int) -> dict[str, object]:
    return undoing.run(import_id, progress)


@kind("imports.forget", must_end=True)
def forget(progress: Progress, *, shop_id: int, customer_id: int, erasure_id: int) -> dict[str, object]:
    return forgetting.run(erasure_id, progress)


@app.periodic(cron="17 3 * * *")
@app.task(name="imports.discard_old", queueing_lock="imports.discard_old")
def discard_old(timestamp: int) -> None:
    uploads.discard_old()
    forgetting.let_go_of_abandoned(timezone.now())


def _page(name: str) -> Callable[[Job], Link]:
    return lambda job: Link(_("To the import"), reverse(name, args=[job.arguments["import_id"]]))


describe(
    "imports.run",
    name=gettext_lazy("Import of a file"),
    steps=sentences.STEPS,
    errors=sentences.FAILURES,
    outcome=sentences.outcome,
    leads_to=_page("import_result"),
    spans=sentences.SPANS,
    uncounted=sentences.UNCOUNTED,
)
describe(
    "imports.probe",
    name=gettext_lazy("Dry run of an import"),
    steps=sentences.STEPS,
    outcome=sentences.foreseen,
    leads_to=_page("import_check"),
    spans=sentences.SPANS,
    uncounted=sentences.UNCOUNTED,
)
describe(
    "imports.undo",
    name=gettext_lazy("Undoing of an import"),
    steps=sentences.STEPS,
    outcome=lambda result: _("Everything is as it was before the import."),
    leads_to=_page("import_result"),
    uncounted=sentences.UNCOUNTED,
)
followed_by("imports.forget", lock=turns.queue_lock)
describe("imports.forget", name=gettext_lazy("Erasure of a customer from the uploaded files"))
name_actions({"import.started": gettext_lazy("Started an import"), "import.undone": gettext_lazy("Undid an import")})
word_values("what", lambda what: dict(Import.What.choices).get(what, what))
