"""What the models say of one customer, in words and cards; where they say nothing, why."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.customers.models import Customer
from treue.design import formats
from treue.design.figures import Figure, How
from treue.science import spend
from treue.understand.metrics.figures import kinds
from treue.understand.metrics.scope.basis import Basis, active_language
from treue.understand.value import reading
from treue.understand.value.models import HOW_SURE, Fit, Score


@dataclass(frozen=True)
class Outlook:
    """note: by which model and as of which day. nothing: why there are no figures. caution: what keeps one from
    believing them as they stand. Each may be empty."""

    figures: list[Figure]
    note: str = ""
    nothing: str = ""
    caution: str = ""


def of(customer: Customer, *, with_money: bool) -> Outlook:
    """with_money: whether the reader may see the shop's figures; the value tells its margin."""
    fit, score = reading.of(customer)
    if fit is None or score is None:
        return Outlook([], nothing=why_nothing(fit, is_wanted=reading.is_wanted(customer)))
    note = _("By the model %(model)s, as of %(day)s") % {"model": fit.get_model_display(), "day": _day(fit.until)}
    value = [_value(fit, score)] if with_money else []
    return Outlook([_alive(fit, score), _purchases(score), *value, _next(fit, score)], note, "", caution(fit))


def why_nothing(fit: Fit | None, *, is_wanted: bool) -> str:
    if not is_wanted:
        return _("This person does not want to be evaluated personally. So nothing is worked out about them.")
    if fit is None:
        return _("What customers will be worth is worked out each night. This was not done yet.")
    if fit.status == Fit.Status.TOO_FEW:
        return _("Fewer than five customers ever paid on a second day. From so few nothing can be said ahead.")
    facts = {"day": _day(fit.until)}
    return _("No purchase counted up to %(day)s, when the models last looked; without one they say nothing.") % facts


def caution(fit: Fit) -> str:
    if fit.margin <= 0:
        return _("By your costs and margin the goods bring in no more than they cost. So nobody is worth anything.")
    if fit.status == Fit.Status.NOT_IDENTIFIED:
        return _("Your orders do not tell whether anybody leaves at all. So the model takes everybody for staying.")
    if fit.choice == Fit.Choice.TOO_SHORT:
        return _("The history is too short to check the model on purchases which it had not seen.")
    if fit.choice == Fit.Choice.TOO_FEW_BEFORE:
        return _(
            "Too few customers had bought again early enough to check the model on purchases which it had not seen."
        )
    if fit.spend.get("status") == spend.NOT_IDENTIFIED:
        return _("Spends differ so much that no mean can be told. Who bought once is given that of all who came back.")
    return ""


def _alive(fit: Fit, score: Score) -> Figure:
    label = _("Still a customer, by the model")
    if not fit.tells_of_leaving:
        return Figure(label, formats.NOTHING, sentence=_("Your orders do not tell whether anybody leaves."))
    if not fit.tells_whether_left(score):
        return Figure(
            label,
            formats.NOTHING,
            sentence=_("They bought on one day only, and this model cannot tell whether such customers have left."),
        )
    value, unit = _percent(score.probability_alive)
    return Figure(
        label,
        value,
        unit,
        sentence=_("Probability that they have not left already, without a word."),
        how=How(
            _("%(model)s, %(since)s to %(until)s")
            % {"model": fit.get_model_display(), "since": _day(fit.since), "until": _day(fit.until)},
            _("From how often, when last and since when they bought, beside how all customers buy and leave."),
        ),
    )


def _purchases(score: Score) -> Figure:
    language = active_language()
    soon, year = (formats.number(each, language, 1) for each in (score.purchases_90_days, score.purchases_12_months))
    alive = score.probability_alive
    facts = {
        "alive": formats.share(alive, language),
        "pace": formats.number(score.purchases_12_months / alive if alive else None, language, 1),
        "purchases": year,
    }
    return Figure(
        _("Purchases of the next 12 months"),
        year,
        sentence=_("%(count)s of them within 90 days.") % {"count": soon},
        how=How(
            _("%(alive)s × %(pace)s = %(purchases)s") % facts,
            _("Probability of being a customer still × days with a purchase of those who are, and may leave later."),
        ),
    )


def _value(fit: Fit, score: Score) -> Figure:
    language = active_language()
    facts = {
        "purchases": formats.number(score.purchases_12_months, language, 2),
        "spend": formats.money(score.spend, language, fit.currency),
        "margin": formats.share(fit.margin, language),
        "rate": formats.share(fit.discount_rate, language),
    }
    value, unit = kinds.price(score.lifetime_value, Basis("month", fit.shop.window_days, fit.until, fit.currency))
    return Figure(
        _("Value of the next 12 months"),
        value,
        unit,
        sentence=_range(fit, score) or _("What these purchases leave, at today's worth."),
        how=How(
            _("%(purchases)s purchases × %(spend)s × %(margin)s, less %(rate)s a year") % facts,
            _(
                "The spend is what was seen of them, drawn towards that of all the more, the less was seen. "
                "The range is that of their own purchases and amounts, if the model is right."
            ),
            _("Margin and discount rate are those of the night in which the model was made."),
        ),
    )


def _range(fit: Fit, score: Score) -> str:
    """Between which amounts it will lie; empty where that was not worked out."""
    if score.value_low is None or score.value_high is None:
        return ""
    language = active_language()
    if not score.value_high:
        return _("Probably nothing: the chance of a purchase is below %(share)s.") % {
            "share": formats.share((1 - HOW_SURE) / 2, language)
        }
    ends = (formats.money(each, language, fit.currency) for each in (score.value_low, score.value_high))
    facts = {"span": formats.span(*ends, language), "share": formats.share(HOW_SURE, language)}
    return _("%(span)s with a probability of %(share)s, at today's worth.") % facts


def _next(fit: Fit, score: Score) -> Figure:
    label = _("Next purchase")
    if score.wait_days is None or score.next_purchase_on is None:
        return Figure(label, formats.NOTHING, sentence=_("Rather not within ten years."))
    days = (score.next_purchase_on - fit.until).days
    return Figure(
        label,
        formats.number(days, active_language()),
        ngettext("day", "days", days),
        sentence=_("With a probability of %(half)s they buy by %(day)s, if they are still a customer.")
        % {"half": formats.share(0.5, active_language()), "day": _day(score.next_purchase_on)},
        how=How(
            f"{_day(fit.until)} + {formats.days(days, active_language())}",
            _("Half of those who bought like this and stay buy by then: the median, as the mean may be infinite."),
        ),
    )


def _percent(share: float) -> tuple[str, str]:
    return formats.number(share * 100, active_language()), "%"


def _day(day: date | None) -> str:
    return formats.day(day, active_language())
