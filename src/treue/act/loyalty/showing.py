"""The programme in figures and sentences."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import expiry, tiering
from treue.act.loyalty.earning import sentences
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.earning.when_and_whom import Called, as_it_stands
from treue.act.loyalty.member_list import WITHOUT_TIER
from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.reading import Totals
from treue.act.loyalty.tiers import Level, Measure
from treue.act.loyalty.wording import number, points
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Figure, How
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language


def figures(totals: Totals, joined: Sequence[tuple[date, int]]) -> list[Figure]:
    """joined: of the last two months that are over."""
    return [
        Figure(_("Members"), number(totals.members), sentence=_joined(joined), how=How(_("Members who have not left"))),
        Figure(
            _("Points that can be spent"),
            number(totals.points),
            how=How(
                _("Sum of all balances above zero"),
                _("Points that became active, less those that were redeemed, held, taken back or have expired."),
            ),
        ),
        Figure(
            _("Pending points"),
            number(totals.pending),
            how=How(
                _("Sum of all pending points"),
                _("Points of orders that can still be returned."),
            ),
        ),
        Figure(
            _("Points that members owe"),
            number(totals.owed),
            how=How(
                _("Sum of all balances below zero"),
                _("Points of returned orders that had been redeemed already. The next ones that are earned pay them."),
            ),
        ),
    ]


def _joined(joined: Sequence[tuple[date, int]]) -> str:
    (month, count), (before, former) = joined
    facts = {"month": _month(month), "count": number(count), "before": _month(before), "former": number(former)}
    return _("Joined in %(month)s: %(count)s (%(before)s: %(former)s)") % facts


def _month(first: date) -> str:
    return formats.period(first, active_language())


def rules(ruleset: RuleSet, called: Called = as_it_stands) -> list[str]:
    """Each rule, a sentence. called: what the things are called of which they speak."""
    return [sentences.sentence(each, ruleset.currency, called) for each in ruleset.rules]


def terms(ruleset: RuleSet, called: Called = as_it_stands) -> list[str]:
    return sentences.terms(ruleset, called)


def settings(programme: Programme) -> list[tuple[str, str]]:
    days, limit = programme.return_days, programme.debt_limit
    alone = programme.correction_limit
    pending = ngettext("%(count)s day after the order", "%(count)s days after the order", days) % {
        "count": number(days)
    }
    return [
        (_("Points can be spent"), pending if days else _("at once")),
        (_("Points expire"), expiring(programme)),
        (_("A return may take a balance below zero"), _("as far as it takes") if limit is None else _limit(limit)),
        (_("A colleague corrects alone"), _("without a limit") if alone is None else _a_day(alone)),
    ]


def _a_day(limit: int) -> str:
    return _("up to %(points)s a day") % {"points": points(limit)}


def _limit(limit: int) -> str:
    return _("by %(points)s at most") % {"points": points(limit)} if limit else _("never")


def expiring(programme: Programme) -> str:
    """When points expire that are earned now."""
    policy = expiry.read(programme.expiry)
    if isinstance(policy, expiry.After) and policy.months:
        months = policy.months
        shape = ngettext(
            "%(count)s month after they could be spent", "%(count)s months after they could be spent", months
        )
        return shape % {"count": number(months)}
    if isinstance(policy, expiry.AfterInactivity):
        shape = ngettext(
            "%(count)s month after the member last bought or redeemed",
            "%(count)s months after the member last bought or redeemed",
            policy.months,
        )
        return shape % {"count": number(policy.months)}
    if isinstance(policy, expiry.OnDayOfYear):
        return _("at the end of the next calendar year")
    return _("never")


def tiers(programme: Programme, shop: Shop, *, with_links: bool) -> Table | None:
    """The tiers that were published last, with how many members each has; None while there are none. with_links: to
    these members."""
    rules = tiering.rules_of(programme)
    if rules is None:
        return None
    version, language = rules.versions[-1], active_language()
    members = Member.objects.filter(programme=programme, left_at=None)
    counts = dict(members.values_list("tier").annotate(count=Count("pk")))
    columns = [
        Column(_("Tier")),
        Column(_("From"), numeric=True),
        Column(_("Members"), numeric=True),
        Column(_("Gives"), full=True),
    ]
    rows = [
        [
            level.name(language),
            threshold(level, version.measure, shop),
            _members(counts.pop(level.code, 0), level.code, with_links=with_links),
            " · ".join(each.text(language) for each in level.benefits) or formats.NOTHING,
        ]
        for level in reversed(version.levels)
    ]
    others = _members(sum(counts.values()), WITHOUT_TIER, with_links=with_links)
    without = [_("no tier"), formats.NOTHING, others, formats.NOTHING]
    return Table(_("Tiers"), columns, [*rows, without], stack=True)


def _members(count: int, tier: str, *, with_links: bool) -> Cell:
    url = f"{reverse('programme_members')}?{urlencode({'tier': tier})}" if with_links and count else ""
    return Cell(number(count), url=url)


def threshold(level: Level, measure: Measure, shop: Shop) -> str:
    if measure is Measure.SPEND:
        return formats.money(level.threshold, active_language(), shop.currency)
    least = int(level.threshold)
    if measure is Measure.POINTS:
        return points(least)
    return ngettext("%(count)s order", "%(count)s orders", least) % {"count": number(least)}
