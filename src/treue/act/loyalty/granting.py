"""Tiers by hand: a colleague or a program gives a member one until a day, and can end it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from treue.act.loyalty import families, membership, tiering
from treue.act.loyalty.days import ONE_DAY, day_of, end_of
from treue.act.loyalty.errors import GrantHasEnded, GrantTooLong, KeyReused, NotInForce, UnknownTier
from treue.act.loyalty.models import Member, TierGrant
from treue.core.staff import audit
from treue.core.staff.models import User

LONGEST_DAYS = 2 * 366
NEWEST_FIRST = ("-valid_from", "-pk")


def grant(
    *, member: Member, level: str, last_day: date, reason: str, key: str, at: datetime, by: User | None = None
) -> TierGrant:
    """Give a tier from a moment on until the end of a day of the shop; the higher of it and what is earned counts.

    key: the same for the same form or request, however often it is sent. Raises NotInForce, UnknownTier, GrantTooLong,
    KeyReused.
    """
    with transaction.atomic():
        held = membership.hold(member.pk)
        zone = held.programme.shop.tz
        until = end_of(last_day, zone) if last_day < date.max else None
        former = of(held).filter(key=key).first()
        if former is not None:
            if (former.level, former.valid_until, former.reason) != (level, until, reason):
                raise KeyReused
            return former
        today = day_of(at, zone)
        if held.left_at is not None:
            raise NotInForce(held.pk)
        if level not in levels_on(held, today):
            raise UnknownTier(level)
        if not today <= last_day <= today + LONGEST_DAYS * ONE_DAY:
            raise GrantTooLong(last_day)
        made = TierGrant.objects.create(
            member=held, level=level, valid_from=at, valid_until=until, reason=reason, key=key, given_by=by
        )
        tiering.refresh(held, now=at)
        _record("tier.granted", made, by, until=last_day.isoformat())
    return made


def end(*, grant: TierGrant, at: datetime, by: User | None = None) -> TierGrant:
    """From now on the tier is what was earned, or given otherwise. Raises GrantHasEnded."""
    with transaction.atomic():
        held = membership.hold(grant.member_id)
        found = TierGrant.objects.select_for_update().get(pk=grant.pk)
        if found.ended_at is not None or found.valid_until <= at:
            raise GrantHasEnded(found.pk)
        found.ended_at, found.ended_by = max(at, found.valid_from), by
        found.save(update_fields=["ended_at", "ended_by"])
        tiering.refresh(held, now=at)
        _record("tier.grant_ended", found, by)
    return found


def of(member: Member) -> QuerySet[TierGrant]:
    """All that were ever given to a member, and to memberships that were merged into theirs; the newest first."""
    rows = TierGrant.objects.filter(member__in=families.numbers_of([member.pk]))
    return rows.select_related("member__programme__shop", "given_by", "ended_by").order_by(*NEWEST_FIRST)


def in_family(family: Sequence[Member]) -> list[TierGrant]:
    """The same where all memberships are at hand."""
    theirs = {each.pk: each for each in family}
    rows = TierGrant.objects.filter(member__in=theirs).prefetch_related("given_by", "ended_by")
    found = list(rows.order_by(*NEWEST_FIRST))
    for each in found:
        each.member = theirs[each.member_id]
    return found


def in_force(member: Member, at: datetime) -> list[TierGrant]:
    return list(of(member).filter(valid_from__lte=at, valid_until__gt=at, ended_at=None))


def levels_on(member: Member, day: date) -> dict[str, str]:
    """The tiers of the rules in force, each code with its English name; {} while there are none."""
    rules = tiering.rules_of(member.programme)
    version = rules.on(day) if rules else None
    return {each.code: each.name_en for each in version.levels} if version else {}


def _record(action: str, grant: TierGrant, by: User | None, **facts: object) -> None:
    about = {"tier": grant.level, "reason": grant.reason}
    audit.record(action, who=by, subject=f"member {grant.member_id}", **about, **facts)
