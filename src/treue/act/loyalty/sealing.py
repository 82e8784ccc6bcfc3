"""Seal the chains: one hash over the ends of all accounts that grew, and over the seal before.

Whoever keeps a root elsewhere (the command prints it, and the job of each hour says it) can tell later whether anything
before it was changed, also by somebody who rewrote a whole chain with its hashes. The tree is that of RFC 6962: leaves
begin with a byte 0 and nodes with a byte 1, so that neither passes for the other.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from treue.act.loyalty.models import Programme, Seal

RULE = "the seals hold"
PATIENCE = "5s"

# Whoever writes a journal holds this lock until they commit: once we have it, every number given out is written or will
# never be.
SETTLED = "lock table loyalty_journal in share mode"
LAST = "select coalesce(max(id), 0) from loyalty_journal where programme_id = %s"
ENDS = """
select distinct on (e.member_id, e.wallet) e.member_id, e.wallet, e.journal_id, e.hash
from loyalty_entry e join loyalty_journal j on j.id = e.journal_id
where j.programme_id = %s and j.id > %s and j.id <= %s and e.member_id > 0
order by e.member_id, e.wallet, e.journal_id desc"""

End = tuple[int, int, int, bytes]


def seal(programme: Programme, *, now: datetime) -> Seal | None:
    """Seal what was written since the last time. None where nothing was.

    Raises OperationalError where a writer does not end within some seconds; the next time will do.
    """
    through = _settled(programme)
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # one seal at a time
        former = Seal.objects.filter(programme=programme).order_by("through").last()
        if through <= (former.through if former else 0):
            return None
        ends = _ends(programme.pk, former.through if former else 0, through)
        root = rooted(ends, bytes(former.root) if former else b"")
        return Seal.objects.create(programme=programme, through=through, accounts=len(ends), root=root, sealed_at=now)


def _settled(programme: Programme) -> int:
    """The last journal up to which nothing is written any more; 0 where there is none. Writers wait for this alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(SETTLED)
        cursor.execute(LAST, [programme.pk])
        return cursor.fetchone()[0]


def broken() -> Iterator[int]:
    """The last journals of seals that do not fit what stands in the ledger today."""
    for programme in Programme.objects.order_by("pk"):
        since, before = 0, b""
        for each in Seal.objects.filter(programme=programme).order_by("through"):
            if rooted(_ends(programme.pk, since, each.through), before) != bytes(each.root):
                yield each.through
            since, before = each.through, bytes(each.root)


def rooted(ends: Iterable[End], before: bytes) -> bytes:
    """The root over some ends of accounts and the root before it; 32 bytes."""
    return _sha256(before + merkle([_leaf(*each) for each in ends]))


def merkle(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves: neighbours in pairs, a last one alone goes up as it is. 32 bytes.

    Source: RFC 6962, 2.1, whose tree this is.
    """
    level = list(leaves)
    while len(level) > 1:
        pairs = [_sha256(b"\x01" + left + right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else _sha256(b"")


def _ends(programme: int, since: int, through: int) -> list[End]:
    with connection.cursor() as cursor:
        cursor.execute(ENDS, [programme, since, through])
        return [(member, wallet, journal, bytes(end)) for member, wallet, journal, end in cursor.fetchall()]


def _leaf(member: int, wallet: int, journal: int, end: bytes) -> bytes:
    return _sha256(b"\x00" + member.to_bytes(8) + wallet.to_bytes(2) + journal.to_bytes(8) + end)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
