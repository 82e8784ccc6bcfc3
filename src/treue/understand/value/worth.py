"""What the customers are worth, made ready to print: the sentence, how sure it is, the figures."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.figures import Figure, How
from treue.understand.metrics.figures import kinds
from treue.understand.metrics.scope.basis import Basis, active_language
from treue.understand.value.models import Fit, Worth
from treue.understand.value.scoring import SHORT_DAYS
from treue.understand.value.trust import checked

SMALL_SHARE = Decimal("0.01")


def sentence(worth: Worth) -> SafeString:
    """What all are worth and how much of it is at stake, the sum in <em>."""
    fit = worth.fit
    value, stake = (basis(fit).money_short(each) for each in (worth.value, worth.at_stake))
    if not worth.value:
        return mark_safe(_("In the next 12 months, your customers will bring in <em>next to nothing</em>."))  # noqa: S308
    if not fit.tells_of_leaving:
        text = _(
            "In the next 12 months, your customers will bring in about <em>{value}</em> after the cost of the goods."
        )
        return format_html(text, value=value)
    text = _(
        "In the next 12 months, your customers will bring in about <em>{value}</em> after the cost of the goods; "
        "{stake} of it is at stake."
    )
    return format_html(text, value=value, stake=stake)


def sureness(fit: Fit) -> str:
    """By which model and up to which day; how wrong it was in sum on purchases which it had not seen."""
    by = _("By the model %(model)s, as of %(day)s, with a margin of %(margin)s.") % {
        "model": fit.get_model_display(),
        "day": basis(fit).day(fit.until),
        "margin": formats.share(fit.margin, active_language()),
    }
    found = checked.of(fit)
    if found is None:
        return by
    off = found.chosen.total_bias
    facts = {"share": formats.share(abs(off), active_language()), "day": basis(fit).day(found.until)}
    if not found.purchases:
        return by + " " + _("After %(day)s, which it had not seen, nothing was bought by those whom it knew.") % facts
    if formats.rounded(abs(off) * 100, 0) == 0:
        return by + " " + _("Of the purchases after %(day)s, which it had not seen, it foretold the number.") % facts
    text = (
        _("Of the purchases after %(day)s, which it had not seen, it expected %(share)s too many.")
        if off > 0
        else _("Of the purchases after %(day)s, which it had not seen, it expected %(share)s too few.")
    )
    return f"{by} {text % facts}"


def figures(worth: Worth) -> list[Figure]:
    return [_value(worth), _buyers(worth), _stake(worth)]


def _value(worth: Worth) -> Figure:
    fit, language = worth.fit, active_language()
    value, unit = kinds.money(worth.value, basis(fit))
    average = worth.value / worth.customers if worth.customers else Decimal(0)
    facts = {
        "customers": formats.number(worth.customers, language),
        "average": basis(fit).money(average),
        "value": basis(fit).money(worth.value),
        "margin": formats.share(fit.margin, language),
        "rate": formats.share(fit.discount_rate, language),
    }
    said = ngettext(
        "Of %(customers)s customer.", "Of %(customers)s customers, %(average)s each on average.", worth.customers
    )
    return Figure(
        _("Value of the next 12 months"),
        value,
        unit,
        sentence=said % facts,
        how=How(
            _("%(value)s ÷ %(customers)s = %(average)s") % facts,
            _(
                "What each customer's expected purchases will leave, added up: purchases × spend × margin of "
                "%(margin)s, less %(rate)s a year."
            )
            % facts,
            _("The sum comes without a range: how the model did on purchases which it had not seen tells more."),
        ),
    )


def _buyers(worth: Worth) -> Figure:
    language = active_language()
    low = max(worth.buyers_90_days - worth.buyers_error, 0)
    high = min(worth.buyers_90_days + worth.buyers_error, worth.customers)
    span = formats.span(*(formats.number(each, language) for each in (low, high)), language)
    facts = {
        "days": SHORT_DAYS,
        "customers": formats.number(worth.customers, language),
        "buyers": formats.number(worth.buyers_90_days, language),
        "mean": formats.share(worth.buyers_90_days / worth.customers if worth.customers else 0, language, 1),
        "span": span,
    }
    return Figure(
        _("Customers who will buy within %(days)s days") % facts,
        facts["buyers"],
        sentence=_("%(span)s of %(customers)s, if the model is right.") % facts,
        how=How(
            _("%(customers)s × %(mean)s = %(buyers)s") % facts,
            _("Each customer's probability of at least one purchase, added up."),
            _("The range of 95 percent is that of chance alone: it takes what the model learned for true."),
        ),
    )


def _stake(worth: Worth) -> Figure:
    fit, label = worth.fit, _("Value at stake")
    if not fit.tells_of_leaving:
        why = _("Your orders do not tell whether anybody leaves, so it is not known what is at stake.")
        return Figure(label, formats.NOTHING, sentence=why)
    value, unit = kinds.money(worth.at_stake, basis(fit))
    part = worth.at_stake / worth.value if worth.value else None
    share = formats.share(part, active_language(), 1 if part and part < SMALL_SHARE else 0)
    facts = {
        "value": basis(fit).money(worth.value),
        "kept": basis(fit).money(worth.value - worth.at_stake),
        "stake": basis(fit).money(worth.at_stake),
    }
    return Figure(
        label,
        value,
        unit,
        sentence=_("%(share)s of the value: of customers who may have left without a word.") % {"share": share},
        how=How(
            _("%(value)s − %(kept)s = %(stake)s") % facts,
            _(
                "Each customer's value × (1 − probability that they are a customer still), added up. What is taken off "
                "is value × that probability."
            ),
        ),
    )


def untold(worth: Worth) -> str:
    """Who is not in the value at stake; "" where nobody is left out, or nothing is known of anybody."""
    if not worth.untold or not worth.fit.tells_of_leaving:
        return ""
    return ngettext(
        "%(count)s customer bought on one day only, and this model cannot tell whether such customers have left. "
        "Their value, %(value)s, is not in the value at stake.",
        "%(count)s customers bought on one day only, and this model cannot tell whether such customers have left. "
        "Their value, %(value)s, is not in the value at stake.",
        worth.untold,
    ) % {
        "count": formats.number(worth.untold, active_language()),
        "value": basis(worth.fit).money_short(worth.untold_value),
    }


def left_out(worth: Worth) -> str:
    """Who bought and is in no sum; "" where nobody is."""
    if not worth.left_out:
        return ""
    return ngettext(
        "%(count)s customer does not want to be evaluated and is in none of this.",
        "%(count)s customers do not want to be evaluated and are in none of this.",
        worth.left_out,
    ) % {"count": formats.number(worth.left_out, active_language())}


def basis(fit: Fit) -> Basis:
    return Basis("month", fit.shop.window_days, fit.until, fit.currency)
