"""Points for many members in one request: for all of them or for none."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.loyalty import ledger
from treue.act.loyalty.api import TRANSACTION, TransactionOut, router, transactions_out
from treue.act.loyalty.api_writes import GivenIn, earning_of, refusing
from treue.act.loyalty.models import Member
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import INVALID, Problem, fault
from treue.core.api.values import DryRun, Id, Taken, Told, shown_as
from treue.core.shop.models import Shop

MOST = 500
EXAMPLE = {"member": 4711, "points": 50, "reason": "review"}


class MemberGivenIn(GivenIn):
    member: Id

    model_config = shown_as(EXAMPLE)


class BatchEarnIn(Taken):
    points: Annotated[list[MemberGivenIn], Field(min_length=1, max_length=MOST)]
    dry_run: DryRun = False

    model_config = shown_as({"points": [EXAMPLE]})


class BatchEarnOut(Told):
    data: Annotated[list[TransactionOut], Field(description="In the order of the request.")]

    model_config = shown_as({"data": [TRANSACTION]})


@writes(
    router.post,
    "/loyalty/points",
    answers={201: BatchEarnOut, 200: BatchEarnOut},
    summary="Give points to many members",
)
def give_points_to_many(request: HttpRequest, idempotency_key: IdempotencyKey, body: BatchEarnIn) -> Status:
    """What a till collected, or a day brought. Where one cannot be given, none is. 200 for a dry run."""
    key = f"api {request.auth.key_id} {idempotency_key}"

    def write(key: str) -> list[int]:
        return _written(_members(request.auth.shop, body.points), body.points, key)

    if body.dry_run:
        return Status(200, refusing(lambda: undone(lambda: _said(write(f"dry {key}")))))
    done = refusing(lambda: once(request, idempotency_key, lambda: _done(write(key))))
    return Status(done.status, _said([done.facts[str(place)] for place in range(len(body.points))]))


def _members(shop: Shop, given: Sequence[MemberGivenIn]) -> list[Member]:
    """Raises Problem where the shop does not have one of them."""
    everyone = Member.everyone.select_related("programme__shop", "merged_into__programme__shop")
    known = everyone.filter(programme__shop=shop).in_bulk({each.member for each in given})
    unknown = [place for place, each in enumerate(given) if each.member not in known]
    if unknown:
        said = "The shop has no such member"
        raise Problem(INVALID, f"{said}.", errors=[fault(f"body/points/{place}/member", said) for place in unknown])
    found = [known[each.member] for each in given]
    return [each.merged_into or each for each in found]


def _written(members: Sequence[Member], given: Sequence[MemberGivenIn], key: str) -> list[int]:
    """The journals, in the order of the request."""
    now = timezone.now()
    earnings = [
        earning_of(member.programme, member.pk, each, key=f"{key} {place}", now=now, place=f"body/points/{place}")
        for place, (member, each) in enumerate(zip(members, given, strict=True))
    ]
    return [each.journal for each in ledger.earn(members[0].programme, earnings)]


def _done(journals: Sequence[int]) -> Done:
    return Done(201, {str(place): journal for place, journal in enumerate(journals)})


def _said(journals: Sequence[int]) -> BatchEarnOut:
    return BatchEarnOut(data=transactions_out(journals))
