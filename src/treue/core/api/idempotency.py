"""A write that is sent again is done once: the same key and request give the first answer again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Header
from psycopg.errors import LockNotAvailable

from treue.core import prepared
from treue.core.api.models import Answer
from treue.core.api.problems import IN_PROGRESS, KEY_REUSED, Problem

KEPT = timedelta(hours=48)
PATIENCE_SECONDS = 5
LONGEST_KEY = 200
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        pattern=r"^[!-~]+$",
        description="Any text that is new for each write, such as a UUID; the same to send a write again.",
        example="7c1f6f0e-3f0c-4f0e-9a55-0d6f2a3a1b11",
    ),
]
Hashes = tuple[UUID, UUID]  # of a key, and of the request by which it is known again

# Who comes second waits here for the first one's transaction, and then finds the row, or does the work.
CLAIM = """
insert into api_answer (key_id, idempotency_hash, request_hash, facts, created_at)
values (%s, %s, %s, '{}', %s) on conflict (key_id, idempotency_hash) do nothing"""
# The same of many that have been done: whoever meets another's of them waits in one order.
KEEP_MANY = """
insert into api_answer (key_id, idempotency_hash, request_hash, status, facts, created_at)
select %s, given.key, given.request, %s, given.facts, %s
from json_to_recordset(%s::json) given (key uuid, request uuid, facts jsonb) order by 2
on conflict (key_id, idempotency_hash) do nothing"""
_encoded = msgspec.json.Encoder().encode


KNOWN = """
select known.key from unnest(%s::uuid[]) known (key)
where exists (select from api_answer a where a.key_id = %s and a.idempotency_hash = known.key)"""


class AnsweredBefore(Exception):
    """The idempotency key of a write has come before, with whatever request."""


@dataclass(frozen=True)
class Done:
    """What a write came to. status: of HTTP. facts: opaque numbers, never what names a person: they are stored."""

    status: int
    facts: dict[str, int] = field(default_factory=dict)


def once(request: HttpRequest, idempotency_key: str, write: Callable[[], Done]) -> Done:
    """Do it and keep what it came to, in one transaction; or say what it came to the first time.

    What raises is not kept: sent again, it is tried again. Raises Problem where the key came with another request, and
    where the first one has not ended after some patience.
    """
    hashes = hashes_of(idempotency_key, request.method, request.path, request.body)
    answers = Answer.objects.filter(key=request.auth.key_id, idempotency_hash=hashes[0])
    with transaction.atomic():
        if not _claim(request.auth.key_id, *hashes):
            return _former(answers.get(), hashes[1])
        done = write()
        answers.update(status=done.status, facts=done.facts)
    return done


def hashes_of(idempotency_key: str, method: str, path: str, body: bytes) -> Hashes:
    return _hash(idempotency_key.encode()), _hash(method.encode(), path.encode(), body)


def _hash(*parts: bytes) -> UUID:
    """The first half: 128 bits are beyond chance, and nobody can try without the installation's secret."""
    made = salted_hmac("treue.api.answer", b"\0".join(parts), algorithm="sha256")
    return UUID(bytes=made.digest()[:16])


def keep_many(key_id: int, done: Sequence[tuple[Hashes, Mapping[str, int]]], *, status: int) -> None:
    """Keep what writes came to, at the end of the transaction in which they were done. done: hashes and facts of each.

    It waits for other transactions as long as the caller lets statements wait for locks. Raises AnsweredBefore where
    one of the keys was used already: then nothing of that transaction may stand.
    """
    given = [{"key": key, "request": request, "facts": facts} for (key, request), facts in done]
    with prepared.cursor() as cursor:
        cursor.execute(KEEP_MANY, [key_id, status, timezone.now(), _encoded(given).decode()])
        if cursor.rowcount < len(done):
            raise AnsweredBefore


def answered_before(key_id: int, hashes: Sequence[UUID]) -> set[UUID]:
    """Those of some idempotency keys that were used already, by whatever was asked."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(hashes), key_id])
        return {key for (key,) in cursor.fetchall()}


def _claim(key_id: int, idempotency_hash: UUID, request_hash: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{PATIENCE_SECONDS}s"])
        try:
            cursor.execute(CLAIM, [key_id, idempotency_hash, request_hash, timezone.now()])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Problem(IN_PROGRESS, headers={"Retry-After": "5"}) from error
            raise
        is_first = cursor.rowcount == 1
        cursor.execute("select set_config('lock_timeout', '0', true)")
    return is_first


def _former(answer: Answer, request_hash: UUID) -> Done:
    if answer.request_hash != request_hash:
        raise Problem(KEY_REUSED)
    return Done(answer.status, answer.facts)


def forget(*, now: datetime) -> int:
    """Delete answers that nobody will ask for again. Returns how many."""
    deleted, _by_table = Answer.objects.filter(created_at__lt=now - KEPT).delete()
    return deleted
