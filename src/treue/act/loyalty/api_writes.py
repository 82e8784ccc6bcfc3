"""Points earned, redeemed and taken back through the API. Each write is a transaction of the ledger, or a dry run that
leaves nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.loyalty import errors, families, giving_back, ledger, membership, reading, taking_back
from treue.act.loyalty.api import (
    MemberOut,
    TransactionOut,
    member_of,
    member_out,
    router,
    transaction_out,
    transactions_out,
)
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Journal, Kind, Lot, Member, Programme, Spending
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, INVALID, KEY_REUSED, NOT_FOUND, REFUSED, Problem, fault
from treue.core.api.values import Code, DryRun, Moment, PathId, Taken, shown_as
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

MOST_POINTS = 10**9
LONGEST_REASON, REASON = 40, r"^[a-z0-9][a-z0-9 _.:-]*$"
LONGEST_HOLD = timedelta(days=30)
TAKEN = {201: TransactionOut, 200: TransactionOut}

Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Reason = Annotated[
    Code,
    Field(max_length=LONGEST_REASON, pattern=REASON, description="A short code, never words about a person."),
]


class JoinIn(Taken):
    customer: Annotated[Code, Field(max_length=120, description="The shop's number of the customer.")]
    dry_run: DryRun = False

    model_config = shown_as({"customer": "C-1017"})


class GivenIn(Taken):
    points: Annotated[Points, Field(description="For something else than an order: those earn by themselves.")]
    qualifying: Annotated[int, Field(ge=0, le=MOST_POINTS, description="Points that count for tiers.")] = 0
    reason: Reason
    available_from: Annotated[Moment | None, Field(description="Until then they are pending.")] = None
    expires_at: Annotated[Moment | None, Field(description="Null: as the programme says.")] = None


class EarnIn(GivenIn):
    dry_run: DryRun = False

    model_config = shown_as({"points": 50, "reason": "review"})


class RedeemIn(Taken):
    points: Points
    reason: Reason
    held_until: Annotated[
        Moment | None, Field(description="Hold them until then, to be captured or released; null: redeem at once.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"points": 500, "reason": "cup"})


class CaptureIn(Taken):
    points: Annotated[Points | None, Field(description="Null: all that is held. What is left is released.")] = None
    dry_run: DryRun = False

    model_config = shown_as({"points": 500})


class ReleaseIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class ReturnIn(Taken):
    points: Annotated[
        int | None,
        Field(ge=1, le=MOST_POINTS, description="How many in all, those that went back before among them; null: all."),
    ] = None
    reason: Reason = "returned"
    dry_run: DryRun = False

    model_config = shown_as({"points": 500, "reason": "returned"})


@writes(router.post, "/loyalty/members", answers={201: MemberOut, 200: MemberOut}, summary="Make a customer a member")
def join_programme(request: HttpRequest, idempotency_key: IdempotencyKey, body: JoinIn) -> Status:
    """Orders from then on earn points. 200 for a dry run, and where they are a member already."""
    shop = request.auth.shop
    programme, customer = _programme(shop), _customer(shop, body.customer)

    def write() -> Done:
        member, is_new = membership.join(programme=programme, customer=customer, at=timezone.now())
        return Done(201 if is_new else 200, {"id": member.pk})

    if body.dry_run:
        return Status(200, refusing(lambda: undone(lambda: _member_said(write()))))
    done = once(request, idempotency_key, write)
    return Status(done.status, _member_said(done))


@writes(router.post, "/loyalty/members/{member_id}/points", answers=TAKEN, summary="Give points")
def give_points(request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: EarnIn) -> Status:
    """For a review, a survey, a visit. 200 for a dry run."""

    def write(key: str) -> int:
        member = member_of(request.auth.shop, member_id)
        earning = earning_of(member.programme, member.pk, body, key=key, now=timezone.now(), place="body")
        return ledger.earn(member.programme, [earning])[0].journal

    return _written(request, idempotency_key, None, write, dry_run=body.dry_run)


@writes(router.post, "/loyalty/members/{member_id}/redemptions", answers=TAKEN, summary="Redeem or hold points")
def redeem_points(request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: RedeemIn) -> Status:
    """The first to expire go first. 409 where fewer are there. 200 for a dry run."""

    def write(key: str) -> int:
        member, now = member_of(request.auth.shop, member_id), timezone.now()
        if body.held_until is not None and not now < body.held_until <= now + LONGEST_HOLD:
            raise _wrong("body/held_until", "Points are held for 30 days at most, from now on")
        about = {"key": key, "at": now, "reason": body.reason}
        if body.held_until is not None:
            return ledger.hold(member.programme, member.pk, body.points, until=body.held_until, **about)
        return ledger.burn(member.programme, member.pk, body.points, **about)

    return _written(request, idempotency_key, None, write, dry_run=body.dry_run)


@writes(router.post, "/loyalty/redemptions/{redemption_id}/capture", answers=TAKEN, summary="Redeem held points")
def capture_points(
    request: HttpRequest, redemption_id: PathId, idempotency_key: IdempotencyKey, body: CaptureIn
) -> Status:
    """Once: a hold that ended is refused. 200 for a dry run."""
    spending = _spending(request.auth.shop, redemption_id)
    points = spending.amount if body.points is None else body.points
    if points > spending.amount:
        raise _wrong("body/points", "More cannot be captured than is held")

    def write(key: str) -> int:
        about = {"key": key, "at": timezone.now(), "reason": "captured"}
        giving_back.require(spending.pk)
        return _levelled(
            spending.member, lambda: ledger.capture(spending.member.programme, spending.pk, points, **about)
        )

    return _written(request, idempotency_key, spending.member, write, dry_run=body.dry_run)


@writes(router.post, "/loyalty/redemptions/{redemption_id}/release", answers=TAKEN, summary="Release held points")
def release_points(
    request: HttpRequest, redemption_id: PathId, idempotency_key: IdempotencyKey, body: ReleaseIn
) -> Status:
    """They go back to where they came from. 200 for a dry run."""
    spending = _spending(request.auth.shop, redemption_id)

    def write(key: str) -> int:
        about = {"key": key, "at": timezone.now(), "reason": "released"}
        giving_back.require(spending.pk)
        return _levelled(spending.member, lambda: ledger.release(spending.member.programme, spending.pk, **about))

    return _written(request, idempotency_key, spending.member, write, dry_run=body.dry_run)


@writes(router.post, "/loyalty/redemptions/{redemption_id}/roll-backs", answers=TAKEN, summary="Roll a redemption back")
def roll_redemption_back(
    request: HttpRequest, redemption_id: PathId, idempotency_key: IdempotencyKey, body: ReturnIn
) -> Status:
    """Whole or in part, and never more than was redeemed. 409 where as many are back already, and where they went for a
    reward: cancel its claim instead. 200 for a dry run."""
    spending = _spending(request.auth.shop, redemption_id)
    total = spending.amount if body.points is None else body.points

    def write(key: str) -> int:
        about = {"key": key, "at": timezone.now(), "reason": body.reason}
        giving_back.require(spending.pk)
        programme = spending.member.programme
        return _levelled(spending.member, lambda: _done(ledger.give_back(programme, spending.pk, total=total, **about)))

    return _written(request, idempotency_key, spending.member, write, dry_run=body.dry_run)


@writes(router.post, "/loyalty/transactions/{transaction_id}/returns", answers=TAKEN, summary="Take points back")
def take_points_back(
    request: HttpRequest, transaction_id: PathId, idempotency_key: IdempotencyKey, body: ReturnIn
) -> Status:
    """Of what was given by `points`; those of orders follow their orders. May go below zero, as far as the programme
    lets it. 409 where as many are back already, and where a deed, a gift or a referral gave them: `detail` says how
    those go back. 200 for a dry run."""
    lot = _lot(request.auth.shop, transaction_id)
    total = lot.granted if body.points is None else body.points
    share = lot.qualifying * min(total, lot.granted) // max(1, lot.granted)

    def write(key: str) -> int:
        about = {"key": key, "at": timezone.now(), "reason": body.reason}
        taking_back.require_free(lot.journal_id)
        return _levelled(lot.member, lambda: _taken_back(lot, total, share, **about))

    return _written(request, idempotency_key, lot.member, write, dry_run=body.dry_run)


# What is asked about


def _programme(shop: Shop) -> Programme:
    found = reading.programme_of(shop)
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no loyalty programme.")
    return found


def _customer(shop: Shop, number: str) -> Customer:
    found = Customer.everyone.select_related("merged_into").filter(shop=shop, number=number).first()
    if found is None:
        raise _wrong("body/customer", "The shop has no customer of this number")
    return found.merged_into or found


def _spending(shop: Shop, redemption_id: int) -> Spending:
    found = Spending.objects.select_related("member__programme").filter(
        pk=redemption_id, journal__programme__shop=shop, member__programme__shop=shop
    )
    spending = found.first()
    if spending is None:
        raise Problem(NOT_FOUND, "The shop has no such redemption.")
    return spending


def _lot(shop: Shop, transaction_id: int) -> Lot:
    """Of points that the shop gave by hand of a program; those of orders follow their orders alone, and those of a
    partner go back with what the partner owes for them."""
    found = Lot.objects.select_related("member__programme").filter(
        journal=transaction_id, journal__kind=Kind.EARN, journal__order_id=None, member__programme__shop=shop
    )
    lot = found.filter(issuer=None).first()
    if lot is None:
        raise Problem(NOT_FOUND, "The shop gave no points by such a transaction.")
    return lot


def earning_of(programme: Programme, member: int, body: GivenIn, *, key: str, now: datetime, place: str) -> Earning:
    """What a request asks for. place: where it stands in the request.

    Raises Problem where it makes no sense, which is asked of a new request alone: one that is sent again gets its first
    answer whatever the time.
    """
    since = max(now, body.available_from or now)
    if body.expires_at is not None and body.expires_at <= since:
        raise _wrong(f"{place}/expires_at", "Points cannot expire before they can be spent")
    return Earning(
        member=member,
        points=body.points,
        qualifying=body.qualifying,
        key=key,
        at=now,
        reason=body.reason,
        available_from=body.available_from,
        expires_at=body.expires_at or programme.expires_at(since),
        by_activity=body.expires_at is None and programme.waits_for_activity,
    )


# How it is written and said


def _written(
    request: HttpRequest,
    idempotency_key: str,
    member: Member | None,
    write: Callable[[str], int],
    *,
    dry_run: bool,
) -> Status:
    """member: whose points are told of; None for those of the one whom the journal names, also if they were erased
    since."""
    key = f"api {request.auth.key_id} {idempotency_key}"
    if dry_run:
        return Status(200, refusing(lambda: undone(lambda: _said(Done(200, {"id": write(f"dry {key}")}), member))))
    done = refusing(lambda: once(request, idempotency_key, lambda: Done(201, {"id": write(key)})))
    return Status(done.status, _said(done, member))


def refusing(deed: Callable[[], object]) -> object:
    """What the ledger refuses, as a Problem."""
    try:
        return deed()
    except errors.InsufficientPoints as error:
        facts = {"balance": error.balance, "asked": error.asked}
        raise _refused("body/points", "There are not as many points.", "not-enough-points", **facts) from error
    except errors.HoldHasEnded as error:
        detail = "The hold has ended: it was captured or released."
        raise _refused("path/redemption_id", detail, "hold-has-ended") from error
    except errors.BelongsToSomething as error:
        detail = f"The points went for something else that has to be undone first: {error.what}."
        raise _refused("path/redemption_id", detail, "belongs-to-something") from error
    except errors.GivenForSomething as error:
        facts = {error.what: error.number}
        raise _refused("path/transaction_id", error.way, "belongs-to-something", **facts) from error
    except errors.NothingLeft as error:
        raise _refused("body/points", "As many are back already.", "nothing-left") from error
    except errors.NothingToReverse as error:
        raise Problem(NOT_FOUND, "There is nothing that could go back.") from error
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error


def _levelled(member: Member, deed: Callable[[], int]) -> int:
    """Where a membership was merged into another, what the deed leaves in it goes there at once."""
    held = families.hold(member.pk)
    done = deed()
    if held is not None:
        families.level(held, now=timezone.now())
    return done


def _taken_back(lot: Lot, total: int, qualifying_total: int, **about: object) -> int:
    """From the membership into which theirs was merged, where that one has the points by now."""
    families.fetch(lot.journal_id, total, now=about["at"])
    about |= {"total": total, "qualifying_total": qualifying_total}
    return _done(ledger.take_back(lot.member.programme, lot.journal_id, **about))


def _done(journal: int | None) -> int:
    if journal is None:
        raise errors.NothingLeft
    return journal


def _said(done: Done, member: Member | None) -> TransactionOut:
    if member is None:
        return transactions_out([done.facts["id"]])[0]
    journal = Journal.objects.get(pk=done.facts["id"])
    return transaction_out(journal, reading.changes(member, [journal])[journal.pk], member.pk)


def _member_said(done: Done) -> MemberOut:
    member = Member.objects.filter(pk=done.facts["id"]).first()
    if member is None:
        raise Problem(ERASED)
    return member_out(member, reading.balances(member))


def _refused(place: str, detail: str, reason: str, **facts: int) -> Problem:
    return Problem(REFUSED, detail, errors=[fault(place, detail, reason=reason, facts=facts)])


def _wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])
