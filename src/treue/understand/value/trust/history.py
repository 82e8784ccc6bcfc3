"""The fits before the one in force: what was learned when, and which parameters moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core import paging
from treue.core.shop import clock
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.charts import Point, line
from treue.design.tables import Cell, Column, Pager, Table
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.models import Fit
from treue.understand.value.trust import facts, names

FITS_PER_PAGE = 20
WARNED_DAYS = 30  # the fit after a drift is compared with the one that drifted, and so does not drift itself
FEWEST_ON_A_LINE, MOST_ON_A_LINE = 3, 60


@dataclass(frozen=True)
class Fitted:
    """What a chart needs of one fit."""

    until: date
    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    drift: dict[str, dict]


def fits(shop: Shop) -> QuerySet[Fit]:
    """All that ever were in force, without what is only shown of the one that is."""
    return Fit.objects.filter(shop=shop, in_force_at__isnull=False).defer("validation")


def page(request: HttpRequest, shop: Shop, csv_url: str) -> tuple[Table, Pager | None]:
    rows, pager = paging.newest_first(request, fits(shop), size=FITS_PER_PAGE)
    columns = [
        Column(_("Fitted")),
        Column(_("Model")),
        Column(_("State")),
        Column(_("Orders up to")),
        Column(_("Customers"), numeric=True),
        Column(_("bought again"), numeric=True),
        Column(_("Moved"), full=True),
    ]
    zone = clock.zone()
    body = [[_name(fit, clock.printed(fit.fitted_at, zone)), *_cells(fit)] for fit in rows]
    table = Table(_("Fits so far"), columns, body, caption=_("Newest first."), stack=True, csv_url=csv_url)
    return table, _at_the_list(pager) if pager.previous_url or pager.next_url else None


def _at_the_list(pager: Pager) -> Pager:
    """Its links lead to the list, which stands far down the page."""
    ends = {name: f"{url}#history" for name in ("previous_url", "next_url") if (url := getattr(pager, name))}
    return replace(pager, **ends)


def _name(fit: Fit, when: str) -> Cell:
    return Cell(when, sub=_("in force") if fit.is_current else "")


def _cells(fit: Fit) -> list[str | Cell]:
    language = active_language()
    return [
        names.of_model(fit.model),
        names.of_status(fit),
        formats.day(fit.until, language),
        formats.number(fit.customers, language),
        formats.number(fit.repeat_buyers, language),
        ", ".join(moved(fit.drift)) or formats.NOTHING,
    ]


def moved(drift: dict[str, dict]) -> list[str]:
    """ "α +12%" for each parameter that left its earlier range."""
    language = active_language()
    return [
        f"{names.of_parameter(name)}{formats.SPACE}"
        + formats.with_unit(formats.signed(each["change"] * 100, language), "%", language)
        for name, each in drift.get("parameters", {}).items()
    ]


def warning(fit: Fit) -> str:
    """What to know where a fit of the last weeks left an earlier one; "" where none did."""
    lately = fits(fit.shop).filter(model=fit.model, until__gt=fit.until - timedelta(days=WARNED_DAYS))
    drifted = lately.exclude(drift={}).order_by("-pk").first()
    if drifted is None:
        return ""
    day = formats.day(date.fromisoformat(drifted.drift["since"]), active_language())
    say = _("Customers buy by other rules than in the orders up to %(day)s: %(moved)s, more than chance does.")
    return say % {"day": day, "moved": ", ".join(moved(drifted.drift))}


# Each parameter over the fits


def courses(shop: Shop, fit: Fit) -> list[Chart]:
    """A chart for each estimated parameter of the model in force, from three fits of it on."""
    same = fits(shop).filter(model=fit.model, unit=fit.unit).order_by("-pk")
    values = same.values_list("until", "model", "parameters", "standard_errors", "drift")[:MOST_ON_A_LINE]
    shown = [Fitted(*row) for row in values][::-1]
    estimated = {name: [each for each in shown if name in each.standard_errors] for name in names.PARAMETERS}
    return [
        _course(name, estimated[name])
        for name in names.PARAMETERS
        if name in fit.standard_errors and len(estimated[name]) >= FEWEST_ON_A_LINE
    ]


def _course(name: str, shown: Sequence[Fitted]) -> Chart:
    language, symbol = active_language(), names.of_parameter(name)
    points = [_point(name, each) for each in shown]
    title = _course_title(name, shown)
    span = formats.span(formats.day(shown[0].until, language), formats.day(shown[-1].until, language), language)
    count = ngettext("%(count)s fit", "%(count)s fits", len(shown)) % {"count": len(shown)}
    sub = _("%(symbol)s of %(model)s, %(count)s, orders up to %(span)s.") % {
        "symbol": symbol,
        "model": names.of_model(shown[-1].model),
        "count": count,
        "span": span,
    }
    drawing = line(points, title=title, language=language, ceiling=None)
    if drawing.axis_from:
        sub = _("%(what)s The axis begins at %(value)s.") % {"what": sub, "value": drawing.axis_from}
    return Chart(title, sub, drawing, _values(name, shown))


def _point(name: str, fitted: Fitted) -> Point:
    day, value = formats.day(fitted.until, active_language()), fitted.parameters[name]
    return Point(tick=day, name=day, value=value, text=facts.significant(value))


def _course_title(name: str, shown: Sequence[Fitted]) -> str:
    symbol = names.of_parameter(name)
    drifted = [each for each in shown if name in each.drift.get("parameters", {})]
    if not drifted:
        return _("%(symbol)s stays within what chance does") % {"symbol": symbol}
    day = formats.day(drifted[-1].until, active_language())
    return _("%(symbol)s left its range with the orders up to %(day)s") % {"symbol": symbol, "day": day}


def _values(name: str, shown: Sequence[Fitted]) -> Table:
    language = active_language()
    columns = [Column(_("Orders up to")), Column(names.of_parameter(name), numeric=True)]
    rows = [[formats.day(each.until, language), facts.significant(each.parameters[name])] for each in reversed(shown)]
    label = _("Values of %(symbol)s by fit") % {"symbol": names.of_parameter(name)}
    return Table(label, columns, rows)
