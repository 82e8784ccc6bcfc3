"""The morning sentence, and findings as the titles of charts.

A difference inside its margin of error is never claimed. Where nothing can be claimed, a title falls back to the
neutral name of what is drawn.
"""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts import cohorts
from treue.understand.metrics.counts.cohorts import CohortLike
from treue.understand.metrics.drawing import trends
from treue.understand.metrics.drawing.trends import Course, Extreme
from treue.understand.metrics.figures import margins
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice

Timeline = Sequence[PeriodFigures]


# The morning sentence


def morning(choice: Choice, basis: Basis) -> SafeString:
    """What the data say, in one sentence, its number in <em>."""
    period = choice.current
    if period is None:
        return mark_safe(_no_period_yet(basis))  # noqa: S308 - our own words
    if period.retention_rate is None or period.customers_start < margins.FEWEST_CASES:
        return _who_ordered(period, basis)
    course = retention_course(choice.history)
    extreme = course.extreme if choice.previous == _before(choice) else None
    facts = {
        "during": basis.during(period.start),
        "rate": _("%(number)s percent") % {"number": basis.number(period.retention_rate, 1)},
        "since": basis.since(extreme.since) if extreme and extreme.since else "",
        "than": basis.within(choice.previous.start) if choice.previous else "",
        "points": _points(choice, basis),
        "which": basis.which,
    }
    return format_html(_stayed(choice, extreme), **facts)


def _stayed(choice: Choice, extreme: Extreme | None) -> str:
    if extreme:
        return {
            (True, True): _("{during}, <em>{rate}</em> of your customers{which} stayed, the highest share {since}."),
            (True, False): _("{during}, <em>{rate}</em> of your customers{which} stayed, the highest share so far."),
            (False, True): _("{during}, <em>{rate}</em> of your customers{which} stayed, the lowest share {since}."),
            (False, False): _("{during}, <em>{rate}</em> of your customers{which} stayed, the lowest share so far."),
        }[extreme.highest, extreme.since is not None]
    difference = _difference(choice)
    if difference is None:
        return _("{during}, <em>{rate}</em> of your customers{which} stayed.")
    if difference == 0:
        return _(
            "{during}, <em>{rate}</em> of your customers{which} stayed, no certain difference from the share {than}."
        )
    if difference > 0:
        return _("{during}, <em>{rate}</em> of your customers{which} stayed, {points} more than {than}.")
    return _("{during}, <em>{rate}</em> of your customers{which} stayed, {points} less than {than}.")


def _before(choice: Choice) -> PeriodFigures | None:
    return choice.history[-2] if len(choice.history) > 1 else None


def _difference(choice: Choice) -> float | None:
    """Of the two retention rates; 0 inside the margin of error, None where they cannot be compared."""
    current, previous = choice.current, choice.previous
    if current is None or previous is None or current.retention_rate is None or previous.retention_rate is None:
        return None
    if min(current.customers_start, previous.customers_start) < margins.FEWEST_CASES:
        return None
    margin = margins.of_rates(
        current.retention_rate, current.customers_start, previous.retention_rate, previous.customers_start
    )
    if abs(current.retention_rate - previous.retention_rate) <= margin:
        return 0.0
    return float(formats.difference(current.retention_rate, previous.retention_rate, 1))


def _points(choice: Choice, basis: Basis) -> str:
    difference = _difference(choice)
    return formats.points(abs(difference), basis.language).removeprefix("+") if difference else ""


def _who_ordered(period: PeriodFigures, basis: Basis) -> SafeString:
    if not period.buyers:
        nobody = _("{during}, <em>none</em> of your customers{which} ordered.")
        return format_html(nobody, during=basis.during(period.start), which=basis.which)
    sentence = ngettext(
        "{during}, <em>{buyers} customer</em>{which} ordered, {first} for the first time.",
        "{during}, <em>{buyers} customers</em>{which} ordered, {first} of them for the first time.",
        period.buyers,
    )
    return format_html(
        sentence,
        during=basis.during(period.start),
        buyers=basis.number(period.buyers),
        first=basis.number(period.first_buyers),
        which=basis.which,
    )


def nobody(basis: Basis) -> SafeString:
    """Instead of the morning sentence, where the filters leave no customer."""
    return format_html(_("<em>Nobody</em> matches the selection: {customers}."), customers=basis.customers)


def _no_period_yet(basis: Basis) -> str:
    return {
        "month": _("These data hold <em>no complete month</em> yet."),
        "quarter": _("These data hold <em>no complete quarter</em> yet."),
        "year": _("These data hold <em>no complete year</em> yet."),
    }[basis.unit]


# Titles of charts


def retention_course(timeline: Timeline) -> Course:
    return trends.of_rates(timeline, lambda p: p.retention_rate, lambda p: p.customers_start)


def churn_course(timeline: Timeline) -> Course:
    return trends.of_rates(timeline, lambda p: p.churn_rate, lambda p: p.customers_start)


def retention_name(basis: Basis) -> str:
    return {
        "month": _("Customer retention rate by month"),
        "quarter": _("Customer retention rate by quarter"),
        "year": _("Customer retention rate by year"),
    }[basis.unit]


def churn_name(basis: Basis) -> str:
    return {
        "month": _("Churn rate by month"),
        "quarter": _("Churn rate by quarter"),
        "year": _("Churn rate by year"),
    }[basis.unit]


def movement_name(basis: Basis) -> str:
    return {
        "month": _("New, won-back and lost customers by month"),
        "quarter": _("New, won-back and lost customers by quarter"),
        "year": _("New, won-back and lost customers by year"),
    }[basis.unit]


def retention_title(timeline: Timeline, basis: Basis) -> str:
    """What the course of the retention rate says, else its name."""
    course = retention_course(timeline)
    facts = _facts(course, basis)
    if course.run:
        rose = _("Retention%(of_customers)s has risen by %(run)s %(run_since)s, to %(rate)s")
        fell = _("Retention%(of_customers)s has fallen by %(run)s %(run_since)s, to %(rate)s")
        return (rose if course.run.difference > 0 else fell) % facts
    if extreme := course.extreme:
        return {
            (True, True): _("%(during)s, retention%(of_customers)s was at %(rate)s, the highest %(since)s"),
            (True, False): _("%(during)s, retention%(of_customers)s was at %(rate)s, the highest so far"),
            (False, True): _("%(during)s, retention%(of_customers)s was at %(rate)s, the lowest %(since)s"),
            (False, False): _("%(during)s, retention%(of_customers)s was at %(rate)s, the lowest so far"),
        }[extreme.highest, extreme.since is not None] % facts
    if course.step:
        rose = _("%(during)s, retention%(of_customers)s rose by %(points)s to %(rate)s")
        fell = _("%(during)s, retention%(of_customers)s fell by %(points)s to %(rate)s")
        return (rose if course.step > 0 else fell) % facts
    return basis.named(retention_name(basis))


def churn_title(timeline: Timeline, basis: Basis) -> str:
    """What the course of the churn rate says, else its name."""
    course = churn_course(timeline)
    facts = _facts(course, basis)
    if course.run:
        rose = _("Churn%(of_customers)s has risen by %(run)s %(run_since)s, to %(rate)s")
        fell = _("Churn%(of_customers)s has fallen by %(run)s %(run_since)s, to %(rate)s")
        return (rose if course.run.difference > 0 else fell) % facts
    if extreme := course.extreme:
        return {
            (True, True): _("%(during)s, churn%(of_customers)s was at %(rate)s, the highest %(since)s"),
            (True, False): _("%(during)s, churn%(of_customers)s was at %(rate)s, the highest so far"),
            (False, True): _("%(during)s, churn%(of_customers)s was at %(rate)s, the lowest %(since)s"),
            (False, False): _("%(during)s, churn%(of_customers)s was at %(rate)s, the lowest so far"),
        }[extreme.highest, extreme.since is not None] % facts
    if course.step:
        rose = _("%(during)s, churn%(of_customers)s rose by %(points)s to %(rate)s")
        fell = _("%(during)s, churn%(of_customers)s fell by %(points)s to %(rate)s")
        return (rose if course.step > 0 else fell) % facts
    return basis.named(churn_name(basis))


def _facts(course: Course, basis: Basis) -> dict[str, str]:
    if not course.places:
        return {}
    last, extreme, run = course.places[-1], course.extreme, course.run
    return {
        "during": basis.during(last.start),
        "rate": basis.rate(last.value),
        "run": _size(run.difference if run else 0, basis),
        "run_since": basis.since(run.since) if run else "",
        "since": basis.since(extreme.since) if extreme and extreme.since else "",
        "points": _size(course.step or 0, basis),
        "of_customers": basis.of_customers,
    }


def _size(difference: float, basis: Basis) -> str:
    return formats.points(abs(difference), basis.language).removeprefix("+")


def span(count: int, basis: Basis) -> str:
    """ "4 months": a number of periods."""
    return {
        "month": ngettext("%(count)s month", "%(count)s months", count),
        "quarter": ngettext("%(count)s quarter", "%(count)s quarters", count),
        "year": ngettext("%(count)s year", "%(count)s years", count),
    }[basis.unit] % {"count": basis.number(count)}


def movement_title(timeline: Timeline, basis: Basis) -> str:
    """Whether more came than went, and since when, where the difference is beyond chance."""
    known = [period for period in timeline if period.complete and not period.warm_up]
    if not known:
        return basis.named(movement_name(basis))
    last, net = known[-1], _net(known[-1])
    if abs(net) <= margins.of_counts(last.new + (last.won_back or 0), last.lost or 0):
        return basis.named(movement_name(basis))
    signs = [_net(period) > 0 for period in known]
    alike = _run(signs, signs[-1])
    against = _run(signs[: len(signs) - alike], not signs[-1])
    since = known[-1 - alike - against] if alike + against < len(known) else None
    facts = {
        "during": basis.during(last.start),
        "within": basis.within(last.start),
        "count": basis.number(abs(net)),
        "span": span(alike, basis),
        "since": basis.since(since.start) if since else "",
        "which": basis.which,
    }
    return _movement_sentence(net > 0, alike, against, since is not None) % facts


def _net(period: PeriodFigures) -> int:
    return period.new + (period.won_back or 0) - (period.lost or 0)


def _run(signs: Sequence[bool], sign: bool) -> int:
    """How many of `sign` end the list."""
    return next((n for n, other in enumerate(reversed(signs)) if other != sign), len(signs))


def _movement_sentence(came: bool, alike: int, against: int, before: bool) -> str:
    if alike == 1 and against >= trends.SHORTEST_RUN and before:
        more = _("For the first time %(since)s more customers%(which)s came than left: %(count)s more")
        fewer = _("For the first time %(since)s more customers%(which)s left than came: %(count)s more")
    elif alike == 1 and against >= trends.SHORTEST_RUN:
        more = _("For the first time more customers%(which)s came than left: %(count)s more")
        fewer = _("For the first time more customers%(which)s left than came: %(count)s more")
    elif alike >= trends.SHORTEST_RUN:
        more = _("For %(span)s more customers%(which)s have come than left, %(count)s more %(within)s")
        fewer = _("For %(span)s more customers%(which)s have left than come, %(count)s more %(within)s")
    else:
        more = _("%(during)s, %(count)s more customers%(which)s came than left")
        fewer = _("%(during)s, %(count)s more customers%(which)s left than came")
    return more if came else fewer


def cohort_title(rows: Sequence[CohortLike], basis: Basis) -> str:
    """Since which month first-time buyers come back more often; else how many come back at all."""
    settled = cohorts.settled(rows, basis.window_days)
    turn = cohorts.turn(settled)
    if turn:
        more = _(
            "First-time buyers%(which)s since %(month)s come back more often: %(after)s in the month after, "
            "before %(before)s"
        )
        less = _(
            "First-time buyers%(which)s since %(month)s come back less often: %(after)s in the month after, "
            "before %(before)s"
        )
        return (more if turn.after > turn.before else less) % {
            "which": basis.which,
            "month": formats.period(turn.since, basis.language, "month"),
            "before": basis.rate(turn.before),
            "after": basis.rate(turn.after),
        }
    share, size = cohorts.next_month(settled) or (None, 0)
    if size < margins.FEWEST_CASES:
        return basis.named(_("Cohorts by month of the first order"))
    facts = {"which": basis.which, "rate": basis.rate(share)}
    return _("Of a month's first-time buyers%(which)s, %(rate)s come back in the month after") % facts
