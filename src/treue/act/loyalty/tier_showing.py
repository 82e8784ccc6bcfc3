"""A member's tier in words: what it gives, who gave it by hand, and until when."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.loyalty.days import day_of, last_day_before
from treue.act.loyalty.models import Member, TierGrant
from treue.act.loyalty.tier_forms import GRANT_REASONS
from treue.act.loyalty.tiers import Level, RuleVersion, Standing
from treue.act.loyalty.tiers.benefits import added
from treue.act.loyalty.tiers.wording import granted_sentence, keeping_sentence, progress_sentence
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

MOST_GRANTS = 10


def ahead(found: Standing, now: datetime, shop: Shop) -> list[str]:
    """Sentences without a full stop: by whose word it is, what is missing for the next tier, and to keep this one."""
    about = {"today": day_of(now, shop.tz), "currency": shop.currency}
    sentences = [granted(found, now, shop)] if found.is_granted else []
    sentences += [progress_sentence(found.next, **about)] if found.next else []
    return sentences + ([keeping_sentence(found.keep, **about)] if found.keep else [])


def granted(found: Standing, now: datetime, shop: Shop) -> str:
    """ "Gold as a courtesy until 31 March"."""
    last_day = last_day_before(found.valid_until, shop.tz)
    return granted_sentence(found.level, found.granted_for, last_day, today=day_of(now, shop.tz))


def benefits(level: Level | None) -> list[str]:
    return [each.text(active_language()) for each in level.benefits] if level else []


def more_with(level: Level, now: Level | None) -> list[str]:
    """What a level gives that this one does not."""
    return [each.text(active_language()) for each in added(now.benefits if now else (), level.benefits)]


def names(version: RuleVersion | None) -> dict[str, str]:
    """What the tiers are called that there are, by code, the lowest first."""
    return {each.code: each.name(active_language()) for each in version.levels} if version else {}


def panel(member: Member, version: RuleVersion | None, given: Sequence[TierGrant], now: datetime) -> dict[str, object]:
    """Template context. version: of the rules, in force now. given: by hand, the newest first."""
    if version is None:
        return {"has_tiers": False}
    level = version.level(version.index(member.tier))
    return {
        "tier_name": level.name(active_language()) if level else "",
        "benefits": benefits(level),
        "grants": [_grant(each, member, version, now) for each in given[:MOST_GRANTS]],
        "has_tiers": True,
    }


def _grant(grant: TierGrant, member: Member, version: RuleVersion, now: datetime) -> dict[str, object]:
    zone = member.programme.shop.tz
    level = version.level(version.index(grant.level))
    last = formats.day(last_day_before(grant.valid_until, zone), active_language())
    facts = {
        "level": level.name(active_language()) if level else grant.level,
        "begin": formats.day(day_of(grant.valid_from, zone), active_language()),
        "last": last,
        "reason": dict(GRANT_REASONS).get(grant.reason, grant.reason),
        "who": str(grant.given_by) if grant.given_by else _("a program or somebody who is gone"),
    }
    is_open = grant.ended_at is None and grant.valid_until > now
    ended = formats.day(day_of(grant.ended_at, zone), active_language()) if grant.ended_at else ""
    return {
        "title": _("%(level)s, %(begin)s to %(last)s") % facts,
        "facts": _("%(reason)s, by %(who)s") % facts,
        "ended": _("ended on %(day)s") % {"day": ended} if ended else "",
        "end_url": reverse("customer_loyalty_tier_end", args=[member.customer_id, grant.pk]) if is_open else "",
    }
