"""Where one customer stands, in words and cards: their group, and their rhythm."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Figure, How
from treue.science import rhythm
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments import reading
from treue.understand.segments.models import Segmentation, Standing
from treue.understand.segments.wording import GROUPS, STATES


@dataclass(frozen=True)
class Portrayal:
    """note: as of which day. nothing: why there are no figures. One of the two is empty."""

    figures: list[Figure]
    note: str = ""
    nothing: str = ""


def of(customer: Customer) -> Portrayal:
    standing = reading.of(customer)
    if standing is None:
        why = _why_nothing(reading.current(customer.shop), is_wanted=reading.is_wanted(customer))
        return Portrayal([], nothing=why)
    note = _("As of %(day)s") % {"day": formats.day(standing.segmentation.as_of, active_language())}
    last_day = yesterday(customer.shop)
    return Portrayal([_group(standing), _rhythm(standing, last_day), _expected(standing, last_day)], note)


def yesterday(shop: Shop) -> date:
    """The last whole day; what ends before it is not told as of now."""
    return timezone.localdate(timezone=shop.tz) - timedelta(days=1)


def paces(standing: Standing, last_day: date) -> str:
    """ "Usually buys every 34 days, now 71"; where no rhythm is known, how long ago the last purchase is. Where the
    groups end before the last whole day, as of when."""
    language, as_of = active_language(), standing.segmentation.as_of
    usual = 0 if standing.rhythm_days is None else int(formats.rounded(standing.rhythm_days, 0))
    facts = {
        "usual": formats.number(usual, language),
        "now": formats.number(standing.recency_days, language),
        "day": formats.day(as_of, language),
    }
    say = _pace if as_of >= last_day else _pace_by_a_day
    return say(standing, usual) % facts


def _pace(standing: Standing, usual: int) -> str:
    if standing.rhythm_days is None:
        return ngettext("Last purchase %(now)s day ago", "Last purchase %(now)s days ago", standing.recency_days)
    return ngettext("Usually buys every day, now %(now)s", "Usually buys every %(usual)s days, now %(now)s", usual)


def _pace_by_a_day(standing: Standing, usual: int) -> str:
    if standing.rhythm_days is None:
        return ngettext(
            "Last purchase %(now)s day before %(day)s",
            "Last purchase %(now)s days before %(day)s",
            standing.recency_days,
        )
    return ngettext(
        "Usually buys every day; %(now)s had passed by %(day)s",
        "Usually buys every %(usual)s days; %(now)s had passed by %(day)s",
        usual,
    )


def _why_nothing(segmentation: Segmentation | None, *, is_wanted: bool) -> str:
    if not is_wanted:
        return _("This person does not want to be evaluated personally. So nothing is worked out about them.")
    if segmentation is None:
        return _("Groups and rhythms are worked out each night. This was not done yet.")
    day = formats.day(segmentation.as_of, active_language())
    return _("No purchase counted up to %(day)s. Without one there is neither group nor rhythm.") % {"day": day}


def _group(standing: Standing) -> Figure:
    language, words = active_language(), GROUPS[standing.group]
    facts = {
        "recency": formats.number(standing.recency_days, language),
        "frequency": formats.number(standing.frequency, language),
        "monetary": formats.money(standing.monetary, language, standing.segmentation.currency),
        "recency_fifth": standing.recency_quintile,
        "frequency_fifth": standing.frequency_quintile,
        "monetary_fifth": standing.monetary_quintile,
    }
    return Figure(
        _("Group (RFM)"),
        str(words.name),
        sentence=str(words.meaning),
        how=How(
            _(
                "Days since the last purchase: %(recency)s → %(recency_fifth)s · Days with a purchase: %(frequency)s → "
                "%(frequency_fifth)s · Revenue so far: %(monetary)s → %(monetary_fifth)s"
            )
            % facts,
            _("Each is told in fifths of the shop's customers: 5 is better than at least four fifths of them."),
            _("The three fifths name the group."),
        ),
    )


def _rhythm(standing: Standing, last_day: date) -> Figure:
    language, label = active_language(), _("Rhythm")
    if standing.rhythm_days is None:
        return Figure(label, formats.NOTHING, sentence=_unknown(standing))
    facts = {
        "low": formats.number(standing.quartile_low_days, language),
        "high": formats.number(standing.quartile_high_days, language),
        "patience": formats.days(standing.patience_days, language),
        "late": formats.days((standing.patience_days or 0) * rhythm.LONG, language),
    }
    return Figure(
        label,
        str(STATES[standing.state]),
        sentence=f"{paces(standing, last_day)}.",
        how=How(
            _("Median of %(pauses)s pauses = %(usual)s")
            % {
                "pauses": formats.number(standing.frequency - 1, language),
                "usual": formats.days(standing.rhythm_days, language),
            },
            _("From one day with a purchase to the next; half of the pauses lie between %(low)s and %(high)s days.")
            % facts,
            _("Due up to %(patience)s, which is nothing unusual for them; overdue up to %(late)s, then long overdue.")
            % facts,
        ),
    )


def _unknown(standing: Standing) -> str:
    facts = {"fewest": rhythm.FEWEST_DAYS, "count": standing.frequency}
    return (
        ngettext(
            "A rhythm is told from %(fewest)s days with a purchase on. So far there is %(count)s.",
            "A rhythm is told from %(fewest)s days with a purchase on. So far there are %(count)s.",
            standing.frequency,
        )
        % facts
    )


def _expected(standing: Standing, last_day: date) -> Figure:
    language, label = active_language(), _("Next purchase by rhythm")
    if standing.expected_on is None:
        return Figure(label, formats.NOTHING, sentence=_("Without a rhythm no day can be named."))
    as_of = standing.segmentation.as_of
    last = as_of - timedelta(days=standing.recency_days)
    days = (standing.expected_on - as_of).days
    facts = {"count": formats.number(abs(days), language), "day": formats.day(as_of, language)}
    say = _distance if as_of >= last_day else _distance_from_a_day
    return Figure(
        label,
        formats.day(standing.expected_on, language),
        sentence=say(days) % facts,
        how=How(
            f"{formats.day(last, language)} + {formats.days(standing.rhythm_days, language)}",
            _("The day of the last purchase and one rhythm. It is a habit, not a forecast."),
        ),
    )


def _distance(days: int) -> str:
    """How far a day lies ahead of the last day that counts; below nothing, behind it."""
    if days == 0:
        return _("That is the last day that counts here.")
    if days < 0:
        return ngettext("That was %(count)s day ago.", "That was %(count)s days ago.", -days)
    return ngettext("That is %(count)s day ahead.", "That is %(count)s days ahead.", days)


def _distance_from_a_day(days: int) -> str:
    """The same where that last day is long gone."""
    if days == 0:
        return _("That is the last day that counts here.")
    if days < 0:
        return ngettext("That was %(count)s day before %(day)s.", "That was %(count)s days before %(day)s.", -days)
    return ngettext("That is %(count)s day after %(day)s.", "That is %(count)s days after %(day)s.", days)
