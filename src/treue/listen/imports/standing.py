"""How an import stands, and what can be done with it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from treue.core.commerce.models import Order, Refund
from treue.core.jobs.models import Job
from treue.listen.imports.models import Import, Replaced, Trace
from treue.listen.imports.sentences import amounts

MOVING = (Job.State.WAITING, Job.State.RUNNING)
BEFORE_ITS_TURN = ("", "waiting")  # steps of a job that has not begun to change anything
State = Import.State
BADGES = {
    State.MAPPING: "plain",
    State.RUNNING: "info",
    State.DONE: "good",
    State.FAILED: "bad",
    State.CANCELLED: "plain",
    State.UNDOING: "info",
    State.UNDONE: "plain",
}


@dataclass(frozen=True)
class Standing:
    """state: what is true now; moves: a job of this import waits or runs; may_assign: its columns may be changed."""

    state: Import.State
    label: str
    badge: str
    moves: bool
    may_assign: bool
    may_start: bool
    may_undo: bool


def standing(task: Import) -> Standing:
    """An import says what it is in; its job says whether that is still going on."""
    moves = task.job is not None and task.job.state in MOVING
    state = _state(task, moves=moves)
    left = state == State.FAILED and _has_left(task)
    may_start = bool(task.stored_as) and not moves and state not in (State.RUNNING, State.DONE, State.UNDOING)
    return Standing(
        state=state,
        label=_("Dry run") if moves and state == State.MAPPING else State(state).label,
        badge="info" if moves else BADGES[state],
        moves=moves,
        may_assign=may_start and not left,
        may_start=may_start,
        may_undo=not moves and (left or (state == State.DONE and _did_something(task))),
    )


def held(task: Import) -> Standing:
    """How it stands, and nobody else can change that before the surrounding transaction ends."""
    Import.objects.select_for_update().get(pk=task.pk)
    task.refresh_from_db()
    return standing(task)


def may_cancel(task: Import) -> bool:
    """An import that is cancelled is taken back; one that is half taken back can only be taken back whole."""
    return task.state != State.UNDOING or (task.job is not None and task.job.step in BEFORE_ITS_TURN)


def _state(task: Import, *, moves: bool) -> Import.State:
    """A job may have ended without its import hearing of it: cancelled while it waited, or its worker died."""
    state = State(task.state)
    if moves or state not in (State.RUNNING, State.UNDOING):
        return state
    if state == State.UNDOING:
        untouched = task.job is not None and task.job.step in BEFORE_ITS_TURN
        return State.DONE if untouched and task.summary else State.FAILED
    cancelled = task.job is not None and task.job.state == Job.State.CANCELLED
    return State.CANCELLED if cancelled else State.FAILED


def _did_something(task: Import) -> bool:
    """Not so where all was known already; what its summary says mostly saves the look at what is there."""
    return any(amounts(task.summary, how)[1] for how in ("new", "changed")) or _has_left(task)


def _has_left(task: Import) -> bool:
    """Something that it wrote is still there, because taking it back failed too, or nobody came to do so."""
    written = (
        Order.objects.filter(batch=task.batch_id),
        Refund.objects.filter(batch=task.batch_id),
        Replaced.objects.filter(of=task),
        Trace.objects.filter(of=task).exclude(what=Trace.What.TOUCHED),
    )
    return task.batch_id is not None and any(rows.exists() for rows in written)
