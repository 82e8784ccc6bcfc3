"""A plan in sentences: who gets what, when, and how much of it there is; and why somebody gets none."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.act.gifts import errors
from treue.act.gifts.expecting import DAYS, Expected
from treue.act.gifts.models import Gift, Plan
from treue.act.gifts.plans import Terms
from treue.act.loyalty.days import last_day_before
from treue.act.loyalty.wording import number, points
from treue.act.rewards.sentences import named, tiers_of
from treue.act.vouchers.sentences import benefit, money
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments.wording import GROUPS, name_of

__all__ = ["expected", "groups", "of", "refusal", "tiers_of", "what", "what_they_got"]
Occasion = Plan.Occasion
Tiers = Mapping[str, str]


def groups() -> list[tuple[str, str]]:
    """Of customers, by code."""
    return [(code, name_of(code)) for code in GROUPS]


def of(plan: Plan | Terms, tiers: Tiers) -> str:
    """The whole, as somebody would say it: "On their birthday each member gets 100 points. Once a year, …"."""
    return " ".join(
        [_gets(plan), *_for_whom(plan, tiers), *_rhythm(plan), *_once(plan), *_limits(plan), *_period(plan)]
    )


def _gets(plan: Plan | Terms) -> str:
    given = what(plan)
    if plan.campaign is not None:
        given = pgettext("somebody gets", "a voucher of “%(campaign)s”") % {"campaign": plan.campaign.name}
    facts = {"what": given, "days": number(plan.days_before), "count": number(plan.winners or 0)}
    if plan.occasion == Occasion.SURPRISE:
        words = ngettext(
            "%(count)s member, chosen by chance, gets %(what)s.",
            "%(count)s members, chosen by chance, get %(what)s each.",
            plan.winners or 0,
        )
        return words % facts
    if plan.occasion == Occasion.BIRTHDAY:
        if not plan.days_before:
            return _("On their birthday each member gets %(what)s.") % facts
        words = ngettext(
            "%(days)s day before their birthday each member gets %(what)s.",
            "%(days)s days before their birthday each member gets %(what)s.",
            plan.days_before,
        )
        return words % facts
    if not plan.days_before:
        return _("On each anniversary of joining the programme a member gets %(what)s.") % facts
    words = ngettext(
        "%(days)s day before each anniversary of joining the programme a member gets %(what)s.",
        "%(days)s days before each anniversary of joining the programme a member gets %(what)s.",
        plan.days_before,
    )
    return words % facts


def what(plan: Plan | Terms) -> str:
    """ "100 points, to be spent for 30 days"."""
    if plan.reward is not None:
        return named(plan.reward)
    if plan.campaign is not None:
        return _("a voucher of “%(campaign)s”") % {"campaign": plan.campaign.name}
    given = points(plan.points or 0)
    if plan.lasts_days is None:
        return given
    words = ngettext(
        "%(points)s, to be spent for %(days)s day after it",
        "%(points)s, to be spent for %(days)s days after it",
        plan.lasts_days,
    )
    return words % {"points": given, "days": number(plan.lasts_days)}


def what_they_got(gift: Gift) -> str:
    """For the member: "100 points, to be spent until 28.12.2026"."""
    given = _it(gift)
    if gift.expires_at is None:
        return given
    day = formats.day(last_day_before(gift.expires_at, gift.plan.programme.shop.tz), active_language())
    return _("%(gift)s, until %(day)s") % {"gift": given, "day": day}


def _it(gift: Gift) -> str:
    if gift.claim is not None:
        return _("“%(name)s”") % {"name": gift.claim.reward.name}
    if gift.points is not None:
        return points(gift.points)
    campaign = gift.code.campaign if gift.code is not None else gift.plan.campaign
    return _("a voucher: %(benefit)s") % {"benefit": benefit(campaign).rstrip(".")}


def _for_whom(plan: Plan | Terms, tiers: Tiers) -> Iterator[str]:
    if plan.lowest_tier and plan.lowest_tier in tiers:
        yield _("For members from %(tier)s on.") % {"tier": tiers[plan.lowest_tier]}
    elif plan.lowest_tier:
        yield _("For members of a tier that does not exist any more: nobody.")
    if plan.group:
        yield _("For members of the group “%(group)s”.") % {"group": name_of(plan.group)}


def _rhythm(plan: Plan | Terms) -> Iterator[str]:
    if plan.first_draw is None:
        return
    day = formats.day(plan.first_draw, active_language())
    if plan.is_monthly:
        yield _("Drawn on %(day)s and then each month on this day.") % {"day": day}
    else:
        yield _("Drawn once, on %(day)s.") % {"day": day}


def _once(plan: Plan | Terms) -> Iterator[str]:
    if plan.occasion == Occasion.SURPRISE:
        if plan.months_apart:
            words = ngettext(
                "Nobody gets it twice within %(count)s month.",
                "Nobody gets it twice within %(count)s months.",
                plan.months_apart,
            )
            yield words % {"count": number(plan.months_apart)}
        return
    yield _("Once a year, also where the day is changed.")


def _limits(plan: Plan | Terms) -> Iterator[str]:
    yield _("One costs %(amount)s at most.") % {"amount": money(plan.cost, plan.currency)}
    if plan.most_gifts is not None:
        words = ngettext("There is %(count)s in all.", "There are %(count)s in all.", plan.most_gifts)
        yield words % {"count": number(plan.most_gifts)}
    if plan.budget is not None:
        yield _("No more than %(amount)s in all.") % {"amount": money(plan.budget, plan.currency)}


def _period(plan: Plan | Terms) -> Iterator[str]:
    yield _("From %(day)s on.") % {"day": _day(plan.valid_from)}
    if plan.valid_until is not None:
        yield _("Up to and including %(day)s.") % {"day": _day(plan.valid_until)}


def _day(day: date) -> str:
    return formats.day(day, active_language())


def expected(found: Expected, currency: str) -> str:
    """ "Today 12 members would get one; in the next 30 days 340, at most €1,700.00."."""
    facts = {
        "today": number(found.today),
        "soon": number(found.soon),
        "days": number(DAYS),
        "amount": money(found.cost, currency),
    }
    words = ngettext(
        "Today %(today)s member would get one; in the next %(days)s days %(soon)s, at most %(amount)s.",
        "Today %(today)s members would get one; in the next %(days)s days %(soon)s, at most %(amount)s.",
        found.today,
    )
    return words % facts


def refusal(error: errors.Refusal) -> str:
    """Why a member cannot have it, for colleagues."""
    if isinstance(error, errors.GivenLately):
        facts = {"day": _day(error.given_on), "count": number(error.months)}
        words = ngettext(
            "They had one on %(day)s; %(count)s month has to be over before the next.",
            "They had one on %(day)s; %(count)s months have to be over before the next.",
            error.months,
        )
        return words % facts
    return {
        errors.PlanStopped: _("This plan gives nothing now."),
        errors.OnlySurprises: _("These gifts come by the day alone."),
        errors.UsedUp: _("The limit of the plan is reached."),
        errors.VoucherOver: _("The campaign of its vouchers has ended or is used up."),
        errors.RewardOver: _("The reward has ended or not begun, or its vouchers are used up."),
        errors.OutOfStock: _("The last one of the reward is gone."),
        errors.HasLeft: _("They have left the programme, or do not want to take part in it."),
    }[type(error)]
