"""The funnel as its page shows it."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from treue.act.loyalty.funnel.reading import FEWEST, STEPS, Cohort, Funnel
from treue.act.loyalty.wording import number, points
from treue.design import formats
from treue.design.figures import Change, Figure, How, change
from treue.design.spreadsheet import Value
from treue.design.tables import Column, Table
from treue.understand.metrics.scope.basis import active_language

NAMES = {
    "enrolled": gettext_lazy("Joined"),
    "earned": gettext_lazy("Earned points"),
    "could_redeem": gettext_lazy("Could redeem"),
    "redeemed": gettext_lazy("Redeemed"),
    "redeemed_again": gettext_lazy("Redeemed again"),
}
MONTHS_IN_FIRST_PLACE = 24
HEAD = (
    *("month", "customers", "enrolled", "earned", "could_redeem", "redeemed", "redeemed_again"),
    *("median_days_to_earn", "median_days_to_could_redeem", "median_days_to_redeem", "median_days_to_redeem_again"),
)


def sentence(funnel: Funnel) -> str:
    """What stands out: the step at which most members of those who came to it go no further."""
    lost = [
        (1 - share, step)
        for step in STEPS[1:]
        if (share := funnel.whole.share(step)) is not None and funnel.whole.is_enough(step)
    ]
    if not lost:
        return ngettext(
            "%(count)s member so far: too few to say where they stop.",
            "%(count)s members so far: too few to say where they stop.",
            funnel.whole.counts["enrolled"],
        ) % {"count": number(funnel.whole.counts["enrolled"])}
    share, step = max(lost)
    return {
        "earned": _("%(share)s of the members who joined have earned no points yet: this is where most of them stop."),
        "could_redeem": _(
            "%(share)s of the members with points never had enough to redeem: this is where most of them stop."
        ),
        "redeemed": _("%(share)s of the members who could redeem have not done so: this is where most of them stop."),
        "redeemed_again": _(
            "%(share)s of the members who redeemed have not done so again: this is where most of them stop."
        ),
    }[step] % {"share": formats.share(share, active_language(), 1)}


def figures(funnel: Funnel) -> list[Figure]:
    """Each step with its share of the one before, beside the last whole cohort's."""
    return [_figure(funnel, step) for step in STEPS]


def _figure(funnel: Funnel, step: str) -> Figure:
    whole, language = funnel.whole, active_language()
    place = STEPS.index(step)
    before = whole.customers if not place else whole.counts[STEPS[place - 1]]
    formula = _("%(some)s ÷ %(all)s = %(share)s") % {
        "some": number(whole.counts[step]),
        "all": number(before or 0),
        "share": formats.share(whole.share(step), language, 1),
    }
    return Figure(
        str(NAMES[step]),
        number(whole.counts[step]),
        change=_against(funnel, step),
        sentence=_share_of(whole, step),
        how=How(formula, how_of(step, funnel.least)),
    )


def how_of(step: str, least: int) -> str:
    return {
        "enrolled": _("Everybody who ever joined, of all customers. Who left counts on; merged ones count once."),
        "earned": _("Members whose first order or deed gave points, be they pending."),
        "could_redeem": _("Members who at some time had %(points)s or more that could be spent: the cheapest reward.")
        % {"points": points(least)},
        "redeemed": _("Members with a redemption that was not given back in full."),
        "redeemed_again": _("Members with a second one."),
    }[step]


def _share_of(cohort: Cohort, step: str) -> str:
    share = cohort.share(step)
    shown = formats.share(share, active_language(), 1)
    if step == "enrolled":
        return _("%(share)s of all customers") % {"share": shown}
    told = _("%(share)s of those before") % {"share": shown}
    days = cohort.days[step]
    if days is None:
        return told
    if not round(days):
        return _("%(share)s, half of them on the day of joining") % {"share": told}
    return _("%(share)s, half of them within %(days)s of joining") % {
        "share": told,
        "days": formats.days(round(days), active_language()),
    }


def _against(funnel: Funnel, step: str) -> Change | None:
    """The two last cohorts whose month is over, each as far as it came by now; None where they are too few."""
    over = [each for each in funnel.cohorts if each.month < _this_month(funnel)][:2]
    if step == "enrolled" or len(over) < 2 or not all(each.is_enough(step) for each in over):
        return None
    language = active_language()
    now, then = (100 * (each.share(step) or 0) for each in over)
    difference = formats.difference(now, then, 1)
    facts = {
        "month": formats.period(over[1].month, language),
        "share": formats.share(then / 100, language, 1),
        "last": formats.period(over[0].month, language),
    }
    against = _("%(last)s against %(month)s (%(share)s)") % facts
    size = formats.points(abs(difference), language).removeprefix("+")
    return change(difference, text=size, against=against, better="up")


def cohorts(funnel: Funnel) -> Table:
    """Counts and shares of the step before, month by month, the latest first."""
    language, this_month = active_language(), _this_month(funnel)
    columns = [Column(_("Joined in")), Column(_("Members"), numeric=True)]
    columns += [Column(str(NAMES[step]), numeric=True) for step in STEPS[1:]]
    rows = []
    for each in funnel.cohorts[:MONTHS_IN_FIRST_PLACE]:
        name = formats.period(each.month, language)
        if each.month == this_month:
            name = _("%(month)s, still running") % {"month": name}
        rows.append([name, number(each.counts["enrolled"]), *(_cell(funnel, each, step) for step in STEPS[1:])])
    return Table(
        _("By month of joining"),
        columns,
        rows,
        caption=_how_many(len(funnel.cohorts)),
        csv_url=reverse("programme_funnel_csv"),
    )


def _how_many(months: int) -> str:
    if months == 1:
        return _("The only month so far; beside each number its share of the step before.")
    return _("%(shown)s of %(all)s months, the latest first; beside each number its share of the step before.") % {
        "shown": number(min(months, MONTHS_IN_FIRST_PLACE)),
        "all": number(months),
    }


def _cell(funnel: Funnel, cohort: Cohort, step: str) -> str:
    """ "120 · 80% (+2)": with the change against the cohort before, where both are enough and its month is over."""
    language, count = active_language(), number(cohort.counts[step])
    if not cohort.is_enough(step):
        return count
    share, before = cohort.share(step) or 0, funnel.before(cohort)
    shown = f"{count} · {formats.share(share, language)}"
    if before is None or not before.is_enough(step) or cohort.month == _this_month(funnel):
        return shown
    difference = formats.difference(100 * share, 100 * (before.share(step) or 0), 0)
    return f"{shown} ({formats.signed(difference, language)})"


def times(funnel: Funnel) -> Table:
    """How long half of those who came to a step took, month by month."""
    language = active_language()
    columns = [Column(_("Joined in")), *(Column(str(NAMES[step]), numeric=True) for step in STEPS[1:])]
    rows = [
        [formats.period(each.month, language), *(_days(each.days[step]) for step in STEPS[1:])]
        for each in funnel.cohorts[:MONTHS_IN_FIRST_PLACE]
    ]
    caption = _("Median days since joining, of those who came to the step by now. Later ones still come.")
    return Table(_("Time to each step"), columns, rows, caption=caption)


def _days(days: float | None) -> str:
    return formats.NOTHING if days is None else formats.number(days, active_language())


def computed(funnel: Funnel, zone: object) -> str:
    moment = formats.moment(funnel.kept_at.astimezone(zone), active_language())
    return _(
        "As of %(moment)s; reckoned from the ledger once a day. Months of fewer than %(fewest)s members at a step show "
        "no share. In brackets: percentage points against the month before."
    ) % {"moment": moment, "fewest": number(FEWEST)}


def rows(funnel: Funnel) -> tuple[Sequence[str], Iterable[Sequence[Value]]]:
    """For a spreadsheet: every month, and all members together without one."""
    everything = [*reversed(funnel.cohorts), funnel.whole]
    return HEAD, (
        [each.month, each.customers, *each.counts.values(), *(each.days[step] for step in STEPS[1:])]
        for each in everything
    )


def _this_month(funnel: Funnel) -> date:
    return funnel.kept_at.date().replace(day=1)
