"""A member's way through the tiers, and tiers given by hand, through the API."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Status
from pydantic import BeforeValidator

from treue.act.loyalty import granting, qualifying, tiering
from treue.act.loyalty.api import member_of
from treue.act.loyalty.api_tiers import TIER, TierOut, tier_out
from treue.act.loyalty.api_writes import Reason
from treue.act.loyalty.days import day_of, last_day_before
from treue.act.loyalty.errors import GrantHasEnded, GrantTooLong, KeyReused, NotInForce, UnknownTier
from treue.act.loyalty.models import TierGrant
from treue.act.loyalty.qualifying import Counting
from treue.act.loyalty.tiers import Measure, Missing
from treue.act.loyalty.tiers.rules import Amount
from treue.core.api import keyset
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads, writes
from treue.core.api.problems import ERASED, INVALID, KEY_REUSED, NOT_FOUND, REFUSED, Problem, fault
from treue.core.api.values import Code, DryRun, GivenMoment, Id, PathId, Taken, Told, plain, shown_as
from treue.core.shop.models import Shop

router = Router(tags=["Loyalty"])

DAY = re.compile(r"(19|20|21)\d\d-\d\d-\d\d", re.ASCII)
GRANT = {
    "id": 12,
    "member": 17,
    "tier": "gold",
    "reason": "goodwill",
    "valid_from": "2026-11-28T11:00:00Z",
    "last_day": "2027-03-31",
    "ended_at": None,
}
WAY = {"tier": "gold", "missing": "120.00", "last_day": "2027-03-31"}
COUNTED = {"at": "2026-11-28T11:00:00Z", "amount": "24.90", "order": 8123, "transaction": None}
STANDING = {
    "member": 17,
    "tier": TIER,
    "since": "2026-11-28T11:00:00Z",
    "reason": "reached",
    "is_granted": False,
    "last_day": "2027-12-31",
    "is_in_grace": False,
    "measure": "spend",
    "currency": "EUR",
    "window_from": "2026-01-01",
    "counted": "1024.90",
    "next_tier": None,
    "keep": WAY,
    "grants": [GRANT],
    "data": [COUNTED],
    "next": None,
}


def _written_day(value: object) -> object:
    """A day is written, never a count of seconds."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("Write a day between the years 1900 and 2199 as 2026-11-28")
    return value


Day = Annotated[date, BeforeValidator(_written_day)]


class TierGrantOut(Told):
    id: Id
    member: Id
    tier: str = Field(description="Its code.")
    reason: str
    valid_from: GivenMoment
    last_day: date = Field(description="Of the shop's calendar.")
    ended_at: GivenMoment | None = Field(description="When it was ended before its time.")

    model_config = shown_as(GRANT)


class WayOut(Told):
    tier: str = Field(description="Its code.")
    missing: str = Field(description="So much more of what is counted.")
    last_day: date | None = Field(description="On which so much is enough for the last time; null: on any.")

    model_config = shown_as(WAY)


class CountedOut(Told):
    at: GivenMoment
    amount: str = Field(description="Of the order what is left, or the points; below zero where they were taken back.")
    order: Id | None = Field(description="The order that counts; null where points are counted.")
    transaction: Id | None = Field(description="Of the points that count; null where orders are counted.")

    model_config = shown_as(COUNTED)


class QualificationsOut(Told):
    member: Id
    tier: TierOut | None
    since: GivenMoment | None
    reason: str | None = Field(
        description="Why they came to the tier: joined, reached, not_reached, rules, granted, grant_over."
    )
    is_granted: bool = Field(description="They have it by hand alone.")
    last_day: date | None = Field(description="Of the tier, if nothing more happens; null: it has none.")
    is_in_grace: bool
    measure: str | None = Field(description="What is counted: points, spend, orders; null while there are no tiers.")
    currency: str | None = Field(description="Of amounts, where spending is counted.")
    window_from: date | None = Field(description="The first day that counts today.")
    counted: str = Field(description="What the window holds.")
    next_tier: WayOut | None = Field(description="The way to the next; null on the highest.")
    keep: WayOut | None = Field(description="What is missing to keep this one.")
    grants: list[TierGrantOut] = Field(description="In force now.")
    data: list[CountedOut] = Field(description="What counts in the window, the newest first.")
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as(STANDING)


class TierGrantIn(Taken):
    tier: Annotated[Code, Field(max_length=40, description="Its code.")]
    last_day: Annotated[
        Day, Field(description="Of the shop's calendar, today at the earliest, in two years at the latest.")
    ]
    reason: Reason = "goodwill"
    dry_run: DryRun = False

    model_config = shown_as({"tier": "gold", "last_day": "2027-03-31", "reason": "status match"})


class EndTierGrantIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


@reads(
    router,
    "/loyalty/members/{member_id}/qualifications",
    answer=QualificationsOut,
    summary="Read a member's tier and what counts for it",
)
def read_qualifications(request: HttpRequest, member_id: PathId, query: Query[Paged]) -> QualificationsOut:
    """As orders, points, rules and grants say it now. `data` is paged; all else is the same on every page."""
    member, now = member_of(request.auth.shop, member_id), timezone.now()
    after = None
    if query.after is not None:
        micros, key = keyset.key_in(query.after, of="qualifications", size=2)
        after = keyset.moment(micros), key
    zone, rules = member.programme.shop.tz, tiering.rules_of(member.programme)
    version = rules.on(day_of(now, zone)) if rules else None
    takes_part = version is not None and member.left_at is None
    found = tiering.standing_of(member, rules, now)
    rows = qualifying.counting(member, version, now, after=after, most=query.limit + 1) if takes_part else []
    page, more = rows[: query.limit], rows[query.limit :]
    measure = version.measure if takes_part else None
    return QualificationsOut(
        member=member.pk,
        tier=tier_out(found.level),
        since=found.since if found.level else None,
        reason=found.reason.value if found.reason else None,
        is_granted=found.is_granted,
        last_day=last_day_before(found.valid_until, zone) if found.level and found.valid_until else None,
        is_in_grace=found.is_in_grace,
        measure=measure.value if measure else None,
        currency=member.programme.shop.currency if measure is Measure.SPEND else None,
        window_from=version.window.begin(day_of(now, zone)) if takes_part else None,
        counted=_amount(found.counted, measure),
        next_tier=_way(found.next),
        keep=_way(found.keep),
        grants=[grant_out(each) for each in granting.in_force(member, now)],
        data=[_counted(each, measure) for each in page],
        next=keyset.cursor("qualifications", keyset.micros(page[-1].at), page[-1].key) if more else None,
    )


@writes(
    router.post,
    "/loyalty/members/{member_id}/tier-grants",
    answers={201: TierGrantOut, 200: TierGrantOut},
    summary="Give a tier by hand",
)
def grant_tier(request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: TierGrantIn) -> Status:
    """The higher of it and what is earned counts until the end of its last day. 200 for a dry run."""
    member = member_of(request.auth.shop, member_id)
    about = {"level": body.tier, "last_day": body.last_day, "reason": body.reason}

    def write(key: str) -> TierGrant:
        return granting.grant(member=member, at=timezone.now(), key=key, **about)

    return _written(request, idempotency_key, write, status=201, is_dry=body.dry_run)


@writes(
    router.post,
    "/loyalty/tier-grants/{grant_id}/end",
    answers={200: TierGrantOut},
    summary="End a tier given by hand",
)
def end_tier_grant(
    request: HttpRequest, grant_id: PathId, idempotency_key: IdempotencyKey, body: EndTierGrantIn
) -> Status:
    """From now on the tier is what was earned. 409 where it has ended."""
    grant = _grant_of(request.auth.shop, grant_id)

    def write(_key: str) -> TierGrant:
        return granting.end(grant=grant, at=timezone.now())

    return _written(request, idempotency_key, write, status=200, is_dry=body.dry_run)


def grant_out(grant: TierGrant) -> TierGrantOut:
    member = grant.member
    return TierGrantOut(
        id=grant.pk,
        member=member.merged_into_id or member.pk,
        tier=grant.level,
        reason=grant.reason,
        valid_from=grant.valid_from,
        last_day=last_day_before(grant.valid_until, member.programme.shop.tz),
        ended_at=grant.ended_at,
    )


def _written(
    request: HttpRequest, idempotency_key: str, write: Callable[[str], TierGrant], *, status: int, is_dry: bool
) -> Status:
    key = f"api {request.auth.key_id} {idempotency_key}"
    if is_dry:
        return Status(200, _refusing(lambda: undone(lambda: grant_out(write(f"dry {key}")))))
    done = _refusing(lambda: once(request, idempotency_key, lambda: Done(status, {"id": write(key).pk})))
    found = _grants().filter(pk=done.facts["id"]).first()
    if found is None:
        raise Problem(ERASED)
    return Status(done.status, grant_out(found))


def _refusing(deed: Callable[[], object]) -> object:
    try:
        return deed()
    except UnknownTier as error:
        raise _wrong("body/tier", "The tiers in force have none of this code") from error
    except GrantTooLong as error:
        raise _wrong("body/last_day", "A tier is given until today at the earliest, for two years at most") from error
    except NotInForce as error:
        raise _refused("path/member_id", "The membership has ended.", "membership-ended") from error
    except GrantHasEnded as error:
        raise _refused("path/grant_id", "It has ended already.", "grant-has-ended") from error
    except KeyReused as error:
        raise Problem(KEY_REUSED) from error


def _grant_of(shop: Shop, grant_id: int) -> TierGrant:
    found = _grants().filter(pk=grant_id, member__programme__shop=shop).first()
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no such grant.")
    return found


def _grants() -> QuerySet[TierGrant]:
    return TierGrant.objects.select_related("member__programme__shop")


def _way(missing: Missing | None) -> WayOut | None:
    if missing is None:
        return None
    amount = _amount(missing.amount, missing.measure)
    return WayOut(tier=missing.level.code, missing=amount, last_day=missing.last_day)


def _counted(each: Counting, measure: Measure | None) -> CountedOut:
    amount = _amount(each.amount, Measure.SPEND if each.order else measure)
    return CountedOut(at=each.at, amount=amount, order=each.order, transaction=each.journal)


def _amount(amount: Amount, measure: Measure | None) -> str:
    return plain(Decimal(amount), decimals=2) if measure is Measure.SPEND else str(int(amount))


def _wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])


def _refused(place: str, detail: str, reason: str) -> Problem:
    return Problem(REFUSED, detail, errors=[fault(place, detail, reason=reason)])
