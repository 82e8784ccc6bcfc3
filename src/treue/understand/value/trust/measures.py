"""The four measures of the verdict as cards, each with its formula and from where on it counts."""

from django.utils.translation import gettext as _

from treue.design import formats
from treue.design.figures import Figure, How
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.trust import verdict
from treue.understand.value.trust.checked import Checked


def cards(checked: Checked) -> list[Figure]:
    return [_total(checked), _order(checked), _first_tenth(checked), _single(checked)]


def _total(checked: Checked) -> Figure:
    expected, came = _number(checked.expected), _number(checked.purchases)
    limits = {"close": _share(verdict.CLOSE), "rough": _share(verdict.ROUGH)}
    return Figure(
        _("Total, expected against what came"),
        formats.signed(checked.chosen.total_bias * 100, active_language(), 1) if checked.purchases else formats.NOTHING,
        "%" if checked.purchases else "",
        sentence=_("±%(chance)s may be chance alone.") % {"chance": _share(verdict.chance(checked))},
        how=How(
            f"{expected} ÷ {came} − 1",
            _("Purchases that the model expected of the customers it knew, over those that they made."),
            _("Off by no more than %(close)s is close, %(rough)s is rough; chance counts as well.") % limits,
        ),
        span=_span(checked),
    )


def _order(checked: Checked) -> Figure:
    return Figure(
        _("Order of customers"),
        _number(checked.chosen.rank_correlation, 2),
        sentence=_("1 is the right order, 0 one drawn by lot."),
        how=How(
            _("Correlation of ranks (Spearman): purchases expected, purchases that came"),
            _("Over all customers known before. Where most buy nothing, a good model too stays far from 1."),
            _("An order counts from %(least)s on.") % {"least": _number(verdict.CORRELATED, 1)},
        ),
        span=_span(checked),
    )


def _first_tenth(checked: Checked) -> Figure:
    chosen = checked.chosen
    here, most = _number(chosen.top_tenth * 100), _number(chosen.top_possible * 100)
    captured = _share(verdict.captured(chosen))
    return Figure(
        _("Revenue of the tenth put first"),
        here,
        "%",
        sentence=_("%(share)s of the way from a tenth drawn by lot to the best one.") % {"share": captured},
        how=How(
            f"({here} − 10) ÷ ({most} − 10) = {captured}",
            _("Revenue of the tenth of customers of whom most purchases were expected, over that of all."),
            _("An order counts from %(least)s of the way on.") % {"least": _share(verdict.WELL_RANKED)},
        ),
        span=_span(checked),
    )


def _single(checked: Checked) -> Figure:
    error = _number(checked.chosen.mae, 2)
    return Figure(
        _("Single customers, foreseen"),
        _number(checked.explained * 100),
        "%",
        sentence=_("A customer's purchases are off by %(error)s on the average.") % {"error": error},
        how=How(
            _("1 − mean squared error ÷ variance of the purchases (R²), at least 0"),
            _("How much of what tells one customer's purchases from another's was expected."),
            _("Single customers count from %(least)s on.") % {"least": _share(verdict.FORESEEN)},
        ),
        span=_span(checked),
    )


def _span(checked: Checked) -> str:
    language = active_language()
    return formats.span(formats.day(checked.first, language), formats.day(checked.last, language), language)


def _number(value: float, decimals: int = 0) -> str:
    return formats.number(value, active_language(), decimals)


def _share(share: float) -> str:
    return formats.share(share, active_language())
