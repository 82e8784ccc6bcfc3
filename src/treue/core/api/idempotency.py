"""A write that is sent again is done once: the same key and request give the first answer again."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Header
from psycopg.errors import LockNotAvailable

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

# Who comes second waits here for the first one's transaction, and then finds the row, or does the work.
CLAIM = """
insert into api_answer (key_id, idempotency_hash, request_hash, facts, created_at)
values (%s, %s, %s, '{}', %s) on conflict on constraint api_answer_once do nothing"""
# The same of many: whoever meets another's of them waits in one order.
CLAIM_MANY = """
insert into api_answer (key_id, idempotency_hash, request_hash, facts, created_at)
select %s, given.key, given.request, '{}', %s from unnest(%s::text[], %s::text[]) given (key, request) order by 1, 2
on conflict on constraint api_answer_once do nothing returning id, idempotency_hash"""
KEEP_MANY = """
update api_answer a set status = %s, facts = given.facts
from unnest(%s::bigint[], %s::jsonb[]) given (id, facts) where a.id = given.id"""


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


def hashes_of(idempotency_key: str, method: str, path: str, body: bytes) -> tuple[str, str]:
    """Of the key, and of the request by which it is known again."""
    return _hash(idempotency_key.encode()), _hash(method.encode(), path.encode(), body)


def _hash(*parts: bytes) -> str:
    return salted_hmac("treue.api.answer", b"\0".join(parts), algorithm="sha256").hexdigest()


def claim_many(key_id: int, hashes: Collection[tuple[str, str]]) -> dict[str, int]:
    """What is new of keys and their requests: the number of the place for its answer, by the key's hash.

    In a transaction, at whose end the places are open to others, with their answers. It waits for other transactions as
    long as the caller lets statements wait for locks.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_MANY, [key_id, timezone.now(), *map(list, zip(*hashes, strict=True))])
        return {of_key: place for place, of_key in cursor.fetchall()}


def keep_many(done: Mapping[int, Done], *, status: int) -> None:
    """The first answers of those that were claimed."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_MANY, [status, list(done), [json.dumps(each.facts) for each in done.values()]])


def _claim(key_id: int, idempotency_hash: str, request_hash: str) -> bool:
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


def _former(answer: Answer, request_hash: str) -> Done:
    if answer.request_hash != request_hash:
        raise Problem(KEY_REUSED)
    return Done(answer.status, answer.facts)


def forget(*, now: datetime) -> int:
    """Delete answers that nobody will ask for again. Returns how many."""
    deleted, _by_table = Answer.objects.filter(created_at__lt=now - KEPT).delete()
    return deleted
