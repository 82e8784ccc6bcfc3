"""Points for what members did, by the programme's rules, through the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Status

from treue.act.loyalty import deeds, membership
from treue.act.loyalty.api import member_of
from treue.act.loyalty.deeds import Given, Why
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.errors import DeedTakenBack, NoSuchMember
from treue.act.loyalty.models import Member, RewardedDeed
from treue.act.loyalty.models.deeds import LONGEST_REFERENCE
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, INVALID, NOT_FOUND, REFUSED, Problem, fault
from treue.core.api.values import Code, DryRun, GivenMoment, Id, Moment, PathId, Taken, Told, shown_as

router = Router(tags=["Loyalty"])

WHYS = tuple(Why)  # a new one goes to the end: answers are kept by its place
Kind = Literal["review", "survey", "profile_completed", "visit", "event", "birthday", "referral"]
DEED = {
    "id": 31,
    "member": 17,
    "kind": "review",
    "event": None,
    "reference": "R-4711",
    "happened_at": "2026-11-28T11:00:00Z",
    "points": 20,
    "qualifying": 20,
    "transaction": 90210,
    "reason": None,
    "taken_back_at": None,
}


class DeedIn(Taken):
    kind: Annotated[
        Kind, Field(description="What they did. What members write and photograph earns once Treue publishes it.")
    ]
    event: Annotated[
        Code | None,
        Field(max_length=120, description="The name of an event of your own, as a rule says it; of this kind alone."),
    ] = None
    reference: Annotated[
        Code | None,
        Field(
            max_length=LONGEST_REFERENCE,
            description="Your own number of the deed, once for a member and a kind. An event that tells of the same "
            "one has it as its property `reference`: the deed earns once, whichever comes first.",
        ),
    ] = None
    happened_at: Annotated[
        Moment | None, Field(description="Not in the future. The rules of that moment hold; null: now.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"kind": "review", "reference": "R-4711"}, {"kind": "event", "event": "Cup Returned"})


class TakeBackIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class DeedOut(Told):
    id: Id | None = Field(description="Null where it earned nothing, and in a dry run.")
    member: Id
    kind: str
    event: str | None
    reference: str | None
    happened_at: GivenMoment | None = Field(description="Null where it earned nothing.")
    points: int = Field(description="What it earned; 0 where it earned nothing that can be spent.")
    qualifying: int
    transaction: Id | None = Field(description="That gave the points; null where none did, and in a dry run.")
    reason: str | None = Field(description=f"Why it earned nothing: one of {', '.join(Why)}; null where it did.")
    taken_back_at: GivenMoment | None = Field(description="When all that it earned was taken back.")

    model_config = shown_as(DEED)


@writes(
    router.post,
    "/loyalty/members/{member_id}/deeds",
    answers={201: DeedOut, 200: DeedOut},
    summary="Give points for what a member did",
)
def reward_deed(request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: DeedIn) -> Status:
    """As the programme's rules say, within their caps and budgets. 200 for a dry run, and where it earns nothing:
    `reason` says why; 200 with the deed as it is where one of the same `reference` earned before. Tell of a deed by
    this or by an event of a server, or by both with one `reference`."""
    member, now = member_of(request.auth.shop, member_id), timezone.now()
    deed = _deed(body, now)

    def write(key: str) -> Given:
        held, reference = membership.hold(member.pk), body.reference or ""
        return deeds.give(member=held, deed=deed, key=key, reference=reference, now=now)

    key = f"api {request.auth.key_id} {idempotency_key}"
    if body.dry_run:
        return Status(200, _refusing(lambda: undone(lambda: _given_out(write(key), member, body, is_dry=True))))
    done = _refusing(lambda: once(request, idempotency_key, lambda: _done(write(key))))
    if "why" in done.facts:
        return Status(done.status, _given_out(Given(why=WHYS[done.facts["why"]]), member, body))
    return Status(done.status, _kept(done.facts["id"]))


@writes(
    router.post,
    "/loyalty/deeds/{deed_id}/take-back",
    answers={201: DeedOut, 200: DeedOut},
    summary="Take the points of a deed back",
)
def take_deed_back(request: HttpRequest, deed_id: PathId, idempotency_key: IdempotencyKey, body: TakeBackIn) -> Status:
    """All of them, once: a review that was deleted, a visit that was none. Budgets have them again, caps go on
    counting them. May go below zero, as far as the programme lets it. 409 where they are back. 200 for a dry run."""
    found = RewardedDeed.objects.filter(pk=deed_id, programme__shop=request.auth.shop)
    deed = found.exclude(kind=DeedKind.CONTENT).first()
    if deed is None:
        raise Problem(NOT_FOUND, "The shop gave no points for such a deed.")

    def write() -> RewardedDeed:
        return deeds.take_back(deed=deed, at=timezone.now())

    if body.dry_run:
        return Status(200, _refusing(lambda: undone(lambda: _out(write()))))
    done = _refusing(lambda: once(request, idempotency_key, lambda: Done(201, {"id": write().pk})))
    return Status(done.status, _kept(done.facts["id"]))


def _deed(body: DeedIn, now: datetime) -> Deed:
    if (body.kind == DeedKind.EVENT) != (body.event is not None):
        raise _wrong("body/event", "An event of your own has a name, and no other kind has one")
    if body.happened_at is not None and body.happened_at > now:
        raise _wrong("body/happened_at", "That is in the future")
    return Deed(DeedKind(body.kind), body.happened_at or now, body.event or "")


def _done(given: Given) -> Done:
    if given.deed is None:
        return Done(200, {"why": WHYS.index(given.why)})
    return Done(200 if given.is_known else 201, {"id": given.deed.pk})


def _kept(deed_id: int) -> DeedOut:
    found = RewardedDeed.objects.select_related("member").filter(pk=deed_id).first()
    if found is None:
        raise Problem(ERASED)
    return _out(found)


def _given_out(given: Given, member: Member, body: DeedIn, *, is_dry: bool = False) -> DeedOut:
    if given.deed is not None:
        return _out(given.deed, is_dry=is_dry and not given.is_known)
    return DeedOut(
        id=None,
        member=member.pk,
        kind=body.kind,
        event=body.event,
        reference=body.reference,
        happened_at=None,
        points=0,
        qualifying=0,
        transaction=None,
        reason=given.why,
        taken_back_at=None,
    )


def _out(deed: RewardedDeed, *, is_dry: bool = False) -> DeedOut:
    return DeedOut(
        id=None if is_dry else deed.pk,
        member=deed.member.merged_into_id or deed.member_id,
        kind=deed.kind,
        event=deed.event or None,
        reference=deed.reference or None,
        happened_at=deed.happened_at,
        points=deed.points,
        qualifying=deed.qualifying,
        transaction=None if is_dry else deed.journal,
        reason=None,
        taken_back_at=deed.taken_back_at,
    )


def _refusing(write: Callable[[], object]) -> object:
    try:
        return write()
    except DeedTakenBack as error:
        detail = "Its points were taken back before."
        raise Problem(REFUSED, detail, errors=[fault("path/deed_id", detail, reason="taken-back")]) from error
    except NoSuchMember as error:
        raise Problem(ERASED) from error


def _wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])
