"""A write of the API: done once, or tried and undone."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema, Status

from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, once
from treue.core.api.problems import ERASED, Problem

Row = TypeVar("Row", bound=Model)


def written(
    request: HttpRequest,
    idempotency_key: str,
    deed: Callable[[str], Row],
    *,
    rows: QuerySet[Row],
    out: Callable[..., Schema],
    said: Callable[[Callable[[], object]], object],
    status: int = 201,
    is_dry: bool,
) -> Status:
    """Do it and say what it came to; sent again, what it came to the first time.

    deed: given a key for the room's own books; returns the row. rows: where that is found again. out: how it is said,
    with `is_dry` where a new row would have no number yet. said: makes a Problem of what the room refuses. Raises
    Problem: ERASED where what was made is gone by now.
    """
    key = f"api {request.auth.key_id} {idempotency_key}"
    if is_dry:
        return Status(200, said(lambda: undone(lambda: out(deed(f"dry {key}"), is_dry=status == 201))))
    done = said(lambda: once(request, idempotency_key, lambda: Done(status, {"id": deed(key).pk})))
    found = rows.filter(pk=done.facts["id"]).first()
    if found is None:
        raise Problem(ERASED)
    return Status(done.status, out(found))
