"""How an import stands, and what can be done with it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from treue.core.jobs.models import Job
from treue.listen.imports.models import Import

MOVING = (Job.State.WAITING, Job.State.RUNNING)
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
    """state: what is true now; moves: a job of this import waits or runs."""

    state: Import.State
    label: str
    badge: str
    moves: bool
    may_start: bool
    may_undo: bool


def standing(task: Import) -> Standing:
    """An import says what it is in; its job says whether that is still going on."""
    moves = task.job is not None and task.job.state in MOVING
    state = _state(task, moves=moves)
    label = _("Dry run") if moves and state == State.MAPPING else State(state).label
    kept = bool(task.stored_as)
    return Standing(
        state=state,
        label=label,
        badge="info" if moves else BADGES[state],
        moves=moves,
        may_start=kept and not moves and state in (State.MAPPING, State.FAILED, State.CANCELLED, State.UNDONE),
        may_undo=not moves and (state == State.DONE or (state == State.FAILED and _has_written(task))),
    )


def _state(task: Import, *, moves: bool) -> Import.State:
    """A job may have ended without its import hearing of it: cancelled while it waited, or its worker died."""
    state = State(task.state)
    if moves or state not in (State.RUNNING, State.UNDOING):
        return state
    cancelled = task.job is not None and task.job.state == Job.State.CANCELLED
    if state == State.UNDOING:
        return State.DONE if cancelled else State.FAILED
    return State.CANCELLED if cancelled else State.FAILED


def _has_written(task: Import) -> bool:
    return task.batch_id is not None
