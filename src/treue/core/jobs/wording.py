"""What jobs are called, and how their steps, results and failures read. Each room brings its own words:

    describe(
        "imports.orders",
        name=_("Import of orders"),
        steps={"reading": _("Reading the file")},
        errors={UnreadableFile: _("The file %(name)s cannot be read.")},
        outcome=lambda result: _("%(rows)s rows") % {...},
        leads_to=lambda job: Link(_("To the import"), reverse(...)),
    )

Sentences are lazy translations with named placeholders for the error's facts, or functions of these facts.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from treue.core.jobs.errors import JobError
from treue.core.jobs.models import Job
from treue.core.staff.audit_facts import word_values
from treue.design import formats
from treue.design.figures import Link

Facts = dict[str, object]
Sentence = Promise | str | Callable[[Facts], str]
SMALLEST_GROUPED = 10_000  # 1999 may be a year or a line; 525461 is a count


@dataclass(frozen=True)
class Wording:
    name: Promise | str
    steps: Mapping[str, Promise | str] = field(default_factory=dict)
    outcome: Callable[[Facts], str] | None = None
    leads_to: Callable[[Job], Link | None] | None = None
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    uncounted: Collection[str] = ()


KINDS: dict[str, Wording] = {}
ERRORS: dict[str, Sentence] = {
    "Unexpected": _("Something unexpected happened (%(type)s). The worker's log says more."),
    "WorkerDied": _(
        "The worker died %(starts)s times at this work. The machine may be short of memory; the system's log says more."
    ),
    "UnknownKind": _("This version of Treue does not know how to do this work (%(kind)s)."),
}


def describe(
    kind: str,
    *,
    name: Promise | str,
    steps: Mapping[str, Promise | str] | None = None,
    errors: Mapping[type[JobError], Sentence] | None = None,
    outcome: Callable[[Facts], str] | None = None,
    leads_to: Callable[[Job], Link | None] | None = None,
    spans: Mapping[str, tuple[int, int]] | None = None,
    uncounted: Collection[str] = (),
) -> None:
    """Give a kind of work its words. Steps are those named by `Progress.step`.

    spans: from and to which percent of the whole work a step leads, where that is known; then the bar of the whole is
    shown; otherwise the bar is that of the step. uncounted: steps whose numbers count nothing that a person knows.
    """
    KINDS[kind] = Wording(name, steps or {}, outcome, leads_to, spans or {}, uncounted)
    ERRORS.update({error.__name__: sentence for error, sentence in (errors or {}).items()})


def name_of(job: Job) -> str:
    return str(_of(job).name)


def step_of(job: Job) -> str:
    return str(_of(job).steps.get(job.step, "")) if job.step else ""


def failure_of(job: Job) -> str:
    """Why it failed, as a sentence; the error's own name where nobody has worded it."""
    if not job.error:
        return ""
    return worded(ERRORS.get(job.error, job.error), job.error_facts)


def span_of(job: Job) -> tuple[int, int] | None:
    """From and to which percent of the whole work the job's step leads; None where nobody said so."""
    return _of(job).spans.get(job.step)


def is_counted(job: Job) -> bool:
    return job.step not in _of(job).uncounted


def outcome_of(job: Job) -> str:
    outcome = _of(job).outcome
    return outcome(job.result) if outcome and job.state == Job.State.DONE else ""


def link_of(job: Job) -> Link | None:
    leads_to = _of(job).leads_to
    return leads_to(job) if leads_to else None


def worded(sentence: Sentence, facts: Facts) -> str:
    """The sentence with its facts put in; a fact that is not there is "–"."""
    if callable(sentence) and not isinstance(sentence, Promise):
        return sentence(facts)
    return str(sentence) % _Printed({name: _printed(fact) for name, fact in facts.items()})


class _Printed(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return formats.NOTHING


def _printed(fact: object) -> str:
    if isinstance(fact, int) and not isinstance(fact, bool) and abs(fact) >= SMALLEST_GROUPED:
        return formats.number(fact, (get_language() or "en")[:2])
    return ", ".join(map(str, fact)) if isinstance(fact, list) else str(fact)


def _of(job: Job) -> Wording:
    return KINDS.get(job.kind, Wording(name=job.kind))


word_values("kind", lambda kind: KINDS[kind].name if kind in KINDS else kind)
