"""The liability in figures, each with how it was computed and beside that of the month before."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.loyalty.books.cohorts import Expected
from treue.act.loyalty.books.statement import Statement
from treue.act.loyalty.books.valuation import Valued
from treue.act.loyalty.wording import number
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Change, Figure, How, Link, change
from treue.science.liability import Interval
from treue.science.liability.breakage import FEW_COHORTS, FEWEST_COHORTS, NOTHING_REDEEMED
from treue.understand.metrics.scope.basis import active_language


def figures(found: Statement, shop: Shop) -> list[Figure]:
    made = [_outstanding(found), _owed(found)]
    if found.now is None or found.before is None:
        link = Link(_("Say what a point is worth"), reverse("liability_terms"))
        sentence = _("It needs the value of a point.")
        return [*made, Figure(_("Liability"), formats.NOTHING, sentence=sentence, next_step=link)]
    return [made[0], _breakage(found, found.now), _liability(found, found.now, shop), *made[1:]]


def breakage_of(found: Statement) -> Interval | None:
    """The share of the points outstanding that will not be redeemed; None while nothing tells it."""
    outstanding = found.position.outstanding
    if found.now is None or not outstanding:
        return None
    if found.closed:
        closed = found.closed
        return Interval(
            *(float(1 - each) for each in (closed.redemption, closed.redemption_high, closed.redemption_low))
        )
    if is_unknown(found):
        return None
    points = found.now.expected.points
    ends = (points.expected, points.high, points.low)
    return Interval(*(1 - min(each / outstanding, 1.0) for each in ends))


def is_unknown(found: Statement) -> bool:
    """Whether neither the cohorts nor the shop say how many points will be redeemed."""
    return (
        found.now is not None
        and found.now.expected.is_assumed
        and found.terms is not None
        and found.terms.assumed_redemption is None
    )


def why_unknown(expected: Expected) -> str:
    """Why the cohorts do not tell, and when they will."""
    if expected.found.reason == FEW_COHORTS:
        few = _("Points were issued in %(cohorts)s months so far; it takes %(fewest)s that are over.") % {
            "cohorts": number(len(expected.found.cohorts)),
            "fewest": number(FEWEST_COHORTS),
        }
    elif expected.found.reason == NOTHING_REDEEMED:
        few = _("No points were redeemed yet.")
    else:
        few = _("No month of issue is old enough to have seen its points redeemed or expired to the end.")
    if expected.known_from:
        return (
            few
            + " "
            + _("It can be told from %(day)s on.") % {"day": formats.day_long(expected.known_from, active_language())}
        )
    return few


def money(amount: Decimal, shop: Shop) -> str:
    return formats.money(amount, active_language(), shop.currency)


def day(found: Statement) -> str:
    return formats.day_long(found.day, active_language())


def _against(found: Statement, printed: str) -> str:
    return _("against %(day)s (%(value)s)") % {
        "day": formats.day(found.day_before, active_language()),
        "value": printed,
    }


def _change(now: int, before: int, found: Statement, *, better: str = "") -> Change:
    return change(now - before, text=number(abs(now - before)), against=_against(found, number(before)), better=better)


def _outstanding(found: Statement) -> Figure:
    position = found.position
    parts = {name: number(getattr(position, name)) for name in ("active", "pending", "held", "outstanding")}
    return Figure(
        _("Outstanding points"),
        number(position.outstanding),
        change=_change(position.outstanding, found.position_before.outstanding, found),
        how=How(
            _("%(active)s active + %(pending)s pending + %(held)s held = %(outstanding)s") % parts,
            _(
                "By the day on which it happened, at the end of the day in the shop's zone. What members owe is not "
                "set off against what others can spend."
            ),
        ),
    )


def _owed(found: Statement) -> Figure:
    owed, before = found.position.owed, found.position_before.owed
    return Figure(
        _("Points that members owe"),
        number(owed),
        change=_change(owed, before, found),
        how=How(
            _("Points in lots − balances of all members = %(owed)s") % {"owed": number(owed)},
            _("Points of returned orders that had been redeemed already. The next ones that are earned pay them."),
        ),
    )


def _breakage(found: Statement, now: Valued) -> Figure:
    label, share = _("Expected breakage"), breakage_of(found)
    if share is None:
        if not found.position.outstanding:
            return Figure(label, formats.NOTHING, sentence=_("There are no points outstanding."))
        return Figure(label, formats.few(active_language()), sentence=why_unknown(now.expected))
    language = active_language()
    ends = formats.span(*(formats.share(each, language, 1) for each in (share.low, share.high)), language)
    sentence = _("%(ends)s of the points outstanding, with a probability of 80 percent.") % {"ends": ends}
    if found.closed is None and now.expected.is_assumed:
        sentence = _("Assumed, not seen.") + " " + why_unknown(now.expected)
    to_come = formats.number(found.position.outstanding * (1 - share.expected), language)
    return Figure(
        label,
        formats.number(share.expected * 100, language, 1),
        "%",
        sentence=sentence,
        how=How(
            _("1 − %(redeemed)s ÷ %(outstanding)s")
            % {"redeemed": to_come, "outstanding": number(found.position.outstanding)},
            _(
                "How many of the points outstanding will be redeemed, by what became of those of earlier months of "
                "issue at the same age (chain ladder, Mack 1993)."
            ),
        ),
    )


def _liability(found: Statement, now: Valued, shop: Shop) -> Figure:
    language = active_language()
    total = found.closed.liability if found.closed else now.total
    value = found.closed.value_per_point if found.closed else found.terms.value_per_point
    ends = formats.span(*(formats.money_short(each, language, shop.currency) for each in (now.low, now.high)), language)
    before = found.closed_before.liability if found.closed_before else found.before.total
    facts = {
        "points": number(found.position.outstanding),
        "share": formats.share(now.expected.points.expected / max(now.books.position.outstanding, 1), language, 1),
        "value": formats.money(value, language, shop.currency, decimals=max(2, -value.normalize().as_tuple().exponent)),
        "total": money(total, shop),
    }
    if found.closed:
        facts["share"] = formats.share(found.closed.redemption, language, 1)
    return Figure(
        _("Liability"),
        money(total, shop),
        change=change(
            total - before, text=money(abs(total - before), shop), against=_against(found, money(before, shop))
        ),
        sentence="" if found.closed or now.expected.is_assumed else _("%(ends)s (80%%)") % {"ends": ends},
        how=How(
            _("%(points)s points × %(share)s redeemed × %(value)s = %(total)s") % facts,
            _("What the points outstanding buy that are expected to be redeemed, month of issue by month of issue."),
        ),
    )
