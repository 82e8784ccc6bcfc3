"""How far the data reach: from which day, up to which, and when that was computed."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from treue.core.shop.models import Shop
from treue.design import formats
from treue.science.figures import PeriodFigures
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope.basis import Basis, active_language
from treue.understand.metrics.scope.comparison import Choice


def reach(last_whole: PeriodFigures | None, first_order: date | None, basis: Basis) -> str:
    """Up to which day orders count, and which is the last period that they cover whole."""
    text = _("Orders up to %(day)s.") % {"day": formats.weekday_long(basis.as_of, basis.language)}
    if last_whole is None or _begins_before(first_order, last_whole):
        return text
    last = {
        "month": _("Last whole month: %(period)s."),
        "quarter": _("Last whole quarter: %(period)s."),
        "year": _("Last whole year: %(period)s."),
    }[basis.unit]
    return f"{text} {last % {'period': basis.name(last_whole.start)}}"


def remark(choice: Choice, first_order: date | None, basis: Basis) -> str:
    """That the data cover the chosen period, or the one it is compared with, in part only; else ""."""
    day = {"day": basis.day(first_order)}
    if _begins_before(first_order, choice.current):
        return _("The data begin on %(day)s; this period is not wholly covered.") % day
    if _begins_before(first_order, choice.previous):
        return _("The data begin on %(day)s; the period that this one is compared with is not wholly covered.") % day
    return ""


def _begins_before(first_order: date | None, period: PeriodFigures | None) -> bool:
    return first_order is not None and period is not None and period.start < first_order


def freshness(shop: Shop, snapshot: Snapshot) -> str:
    """Up to which day the figures are, and when they were computed."""
    language = active_language()
    return _("Figures up to %(day)s, computed %(moment)s.") % {
        "day": formats.day(snapshot.as_of, language),
        "moment": formats.moment(timezone.localtime(snapshot.computed_at, shop.tz), language),
    }


def last_order(snapshot: Snapshot) -> str:
    """When the data end, where that is earlier than the figures do; else ""."""
    if snapshot.last_order is None or snapshot.last_order >= snapshot.as_of:
        return ""
    return _("The last order came on %(day)s.") % {"day": formats.day(snapshot.last_order, active_language())}
