"""What else is worth knowing: sentences that the figures support, each with its proof."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.html import format_html
from django.utils.translation import gettext as _

from treue.design.figures import Finding
from treue.science.figures import PeriodFigures
from treue.understand.metrics.drawing import trends
from treue.understand.metrics.figures import margins
from treue.understand.metrics.groups import slices
from treue.understand.metrics.groups.slices import SliceLike
from treue.understand.metrics.scope import whose
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import latest

MOST_FINDINGS = 4


def findings(timeline: Sequence[PeriodFigures], by: Mapping[str, Sequence[SliceLike]], basis: Basis) -> list[Finding]:
    """At most four, the strongest first; none where nothing holds."""
    period = latest(timeline).current
    if period is None:
        return []
    found = [
        *(slice_loses(loss, basis) for loss in slices.doubled_losses(by)),
        *(slice_stays_less(gap, basis) for gap in slices.falls_behind(by)),
        new_customers(timeline, basis),
        repeat_step(timeline, basis),
        bought_once(period, basis),
    ]
    return [finding for finding in found if finding][:MOST_FINDINGS]


def slice_loses(loss: slices.Loss, basis: Basis) -> Finding:
    """A channel, country or category that lost at least twice as many as in the period before."""
    more = _("{name} lost <b>{count} customers</b>{which} {within}, more than twice as many as {before}.")
    twice = _("{name} lost <b>{count} customers</b>{which} {within}, twice as many as {before}.")
    say = format_html(
        more if loss.current.lost > 2.2 * loss.previous.lost else twice,
        name=loss.value,
        count=basis.number(loss.current.lost),
        within=basis.within(loss.current.start),
        before=basis.within(loss.previous.start),
        which=basis.which,
    )
    proof = _("%(before)s then. Churn rate %(rate)s after %(rate_before)s.") % {
        "before": basis.number(loss.previous.lost),
        "rate": basis.rate(loss.current.churn_rate),
        "rate_before": basis.rate(loss.previous.churn_rate),
    }
    return Finding(say, proof)


def slice_stays_less(gap: slices.Gap, basis: Basis) -> Finding:
    """The slice whose customers stay least, against all others."""
    sentence = {
        "channel": _(
            "Customers{which} who came by {name} stay less often: <b>{rate}</b> {within}, all others{which} {others}."
        ),
        "country": _("Customers{from_there} stay less often: <b>{rate}</b> {within}, all others{which} {others}."),
        "category": _(
            "Customers{which} who began with {name} stay less often: <b>{rate}</b> {within}, "
            "all others{which} {others}."
        ),
    }[gap.dimension]
    say = format_html(
        sentence,
        name=gap.value,
        rate=basis.rate(gap.current.retention_rate),
        within=basis.within(gap.current.start),
        others=basis.rate(gap.others),
        which=basis.which,
        from_there=whose.which(basis.filters.but(country=gap.value), basis.language),
    )
    proof = _("%(lost)s of %(start)s left.") % {
        "lost": basis.number(gap.current.lost),
        "start": basis.number(gap.current.customers_start),
    }
    return Finding(say, proof)


def new_customers(timeline: Sequence[PeriodFigures], basis: Basis) -> Finding | None:
    """More or fewer new customers than in any period for a while."""
    course = trends.of_counts(timeline, lambda period: period.new)
    extreme = course.extreme
    if extreme is None:
        return None
    sentence = {
        (True, True): _("<b>{count} new customers</b>{which} came {within}, the most {since}."),
        (True, False): _("<b>{count} new customers</b>{which} came {within}, the most so far."),
        (False, True): _("<b>{count} new customers</b>{which} came {within}, the fewest {since}."),
        (False, False): _("<b>{count} new customers</b>{which} came {within}, the fewest so far."),
    }[extreme.highest, extreme.since is not None]
    last, before = course.places[-1], course.places[-2]
    say = format_html(
        sentence,
        count=basis.number(last.value),
        within=basis.within(last.start),
        since=basis.since(extreme.since) if extreme.since else "",
        which=basis.which,
    )
    return Finding(say, _compared(basis.number(before.value), before.start, basis))


def repeat_step(timeline: Sequence[PeriodFigures], basis: Basis) -> Finding | None:
    """More or fewer buyers with a second order inside the period than in the one before."""
    course = trends.of_rates(timeline, lambda p: p.repeat_purchase_rate, lambda p: p.buyers)
    if not course.step:
        return None
    last, before = course.places[-1], course.places[-2]
    say = format_html(
        _("<b>{rate}</b> of the buyers{which} ordered more than once {within}."),
        rate=basis.rate(last.value),
        within=basis.within(last.start),
        which=basis.which,
    )
    return Finding(say, _compared(basis.rate(before.value), before.start, basis))


def bought_once(period: PeriodFigures, basis: Basis) -> Finding | None:
    """How many customers never came back so far."""
    everyone, repeaters = period.customers_to_date, period.repeat_customers_to_date
    if everyone < margins.FEWEST_CASES:
        return None
    once = everyone - repeaters
    say = format_html(
        _("<b>{rate}</b> of all customers{which} have ordered only once so far."),
        rate=basis.rate(100 * once / everyone),
        which=basis.which,
    )
    proof = _("%(once)s of %(everyone)s, up to %(day)s.") % {
        "once": basis.number(once),
        "everyone": basis.number(everyone),
        "day": basis.last_day(period.end),
    }
    return Finding(say, proof)


def _compared(value: str, start: date, basis: Basis) -> str:
    return _("%(period)s: %(value)s.") % {"period": basis.name(start), "value": value}
