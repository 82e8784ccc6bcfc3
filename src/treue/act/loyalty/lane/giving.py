"""A group of plain requests, written: each as the long way writes it, all of a key in one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, OperationalError, connection, transaction
from django.db.utils import InterfaceError
from django.utils import timezone

from treue.act.loyalty import ledger, reading
from treue.act.loyalty.api import TransactionOut, transactions_out
from treue.act.loyalty.api_writes import earning_of
from treue.act.loyalty.errors import LedgerError
from treue.act.loyalty.lane.asking import Asked
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme
from treue.core.api.idempotency import AnsweredBefore, answered_before, hashes_of, keep_many
from treue.core.staff import keys
from treue.core.staff.keys import Caller
from treue.core.staff.roles import Scope

STATUS = 201
# Who waits for one member would keep the others of the group waiting. The long way takes the key first and then the
# member, this one the other way round: where both have the same request, this one gives way, before PostgreSQL (after
# its `deadlock_timeout`, a second) ends either.
PATIENCE_SECONDS = 0.5
NOT_NOW = (OperationalError, InterfaceError)
log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Waiting:
    """A request and, when its group is over, what it is answered with; None where it has to go the long way."""

    asked: Asked
    answer: TransactionOut | None = None
    caller: Caller | None = None


def give(group: Sequence[Waiting]) -> None:
    """In a thread of its own."""
    by_token: dict[str, list[Waiting]] = {}
    for each in group:
        by_token.setdefault(each.asked.token, []).append(each)
    for token, those in by_token.items():
        try:
            _with_key(token, those)
        except NOT_NOW as error:
            log.warning("Points take the long way: %s", type(error.__cause__ or error).__qualname__)
            connection.close()


def _with_key(token: str, group: Sequence[Waiting]) -> None:
    """What is not done is not counted here: it is where it goes next."""
    caller = keys.use(token, now=timezone.now(), times=len(group))
    if caller is None:
        return
    try:
        if _may_give(caller) and (programme := reading.programme_of(caller.shop)) is not None:
            _give(programme, caller, group)
    finally:
        undone = sum(each.answer is None for each in group)
        if undone:
            keys.unuse(caller, times=undone)


def _may_give(caller: Caller) -> bool:
    within = caller.used <= settings.API_REQUESTS_PER_MINUTE
    return within and Scope.WRITE in caller.scopes and caller.partner is None


def _give(programme: Programme, caller: Caller, group: Sequence[Waiting]) -> None:
    """Where one of them is refused, those whose keys were used before are left out, and others found by halves."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [f"{PATIENCE_SECONDS * 1000:.0f}ms"])
            done = _written(programme, caller, group)
    except NOT_NOW:
        raise
    except (LedgerError, AnsweredBefore, Error):
        for part in _parts(caller, group):
            _give(programme, caller, part)
        return
    for each, answer in done:
        each.answer, each.caller = answer, caller


def _parts(caller: Caller, group: Sequence[Waiting]) -> list[Sequence[Waiting]]:
    """What to try again of a group of which something was refused."""
    keys_of = {each: hashes_of(each.asked.key, *each.asked.request)[0] for each in group}
    before = answered_before(caller.key_id, list(keys_of.values()))
    new = [each for each in group if keys_of[each] not in before]
    half = len(new) // 2
    parts = [new] if len(new) < len(group) else [new[:half], new[half:]] if half else []
    return [each for each in parts if each]


def _written(
    programme: Programme, caller: Caller, group: Sequence[Waiting]
) -> Sequence[tuple[Waiting, TransactionOut]]:
    """Those that are new, and of members whom the shop has; of several with one key the first."""
    standing = _standing(programme, group)
    firsts: dict[str, Waiting] = {}
    for each in group:
        if each.asked.member in standing:
            firsts.setdefault(each.asked.key, each)
    earnings = [_earning(programme, caller, standing[each.asked.member], each.asked) for each in firsts.values()]
    earned = ledger.earn(programme, earnings, undone_alone=False)
    new = [(each, found.journal) for each, found in zip(firsts.values(), earned, strict=True) if found.is_new]
    if not new:
        return []
    done = [(hashes_of(each.asked.key, *each.asked.request), {"id": journal}) for each, journal in new]
    keep_many(caller.key_id, done, status=STATUS)
    answers = transactions_out([journal for _each, journal in new])
    return [(each, answer) for (each, _journal), answer in zip(new, answers, strict=True)]


def _standing(programme: Programme, group: Sequence[Waiting]) -> dict[int, int]:
    """The members, and those into which they were merged."""
    found = Member.everyone.filter(programme=programme, pk__in={each.asked.member for each in group})
    return {pk: merged_into or pk for pk, merged_into in found.values_list("pk", "merged_into")}


def _earning(programme: Programme, caller: Caller, member: int, asked: Asked) -> Earning:
    key = f"api {caller.key_id} {asked.key}"
    return earning_of(programme, member, asked.given, key=key, now=timezone.now(), place="body")
