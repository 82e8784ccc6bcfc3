"""One customer in words and cards: how often they come, how long it has been, what it came to."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.charts import Drawing, Stem, stems
from treue.design.figures import Figure, How
from treue.understand.metrics.figures import kinds
from treue.understand.metrics.scope.basis import Basis, active_language
from treue.understand.profile.person import Person, Purchase

VISITS_FOR_A_RHYTHM = 4
GAPS_SHOWN = 12
MONTHS_DRAWN, FEWEST_DRAWN, MOST_DRAWN = 24, 6, 40


def sentence(person: Person, today: date) -> str:
    """What stands first on the page. A rhythm is claimed from four visits on."""
    if not person.purchases:
        return _nothing_counts(person, today)
    if len(person.gaps) + 1 < VISITS_FOR_A_RHYTHM:
        return _few_orders(person)
    return " ".join([_rhythm(person), _silence(person)])


def _nothing_counts(person: Person, today: date) -> str:
    if not person.orders:
        return _("No order has come in from this customer yet.")
    if person.first_ahead == today:
        return _("The first order came today; it counts in the figures from tomorrow on.")
    if person.first_ahead:
        facts = {"first": _day(person.first_ahead), "day": _day(person.as_of)}
        return _("The first order came on %(first)s; the figures reach to %(day)s and do not count it yet.") % facts
    return _("None of the orders counts up to %(day)s: what came back whole or cost nothing is no purchase.") % {
        "day": _day(person.as_of)
    }


def _few_orders(person: Person) -> str:
    count = len(person.purchases)
    facts = {"count": formats.number(count, active_language()), "day": _day(person.last)}
    so_far = ngettext("One order so far, on %(day)s.", "%(count)s orders so far, the last on %(day)s.", count) % facts
    return f"{so_far} {_ago(person)}" if person.days_since else so_far


def _rhythm(person: Person) -> str:
    gap = round(person.usual_gap or 0)
    return ngettext("Orders about every day.", "Orders about every %(days)s days.", gap) % {"days": gap}


def _silence(person: Person) -> str:
    since = person.days_since or 0
    if since > max(person.gaps):
        text = ngettext(
            "The last order was %(days)s day ago: never before was the pause so long.",
            "The last order was %(days)s days ago: never before was the pause so long.",
            since,
        )
        return text % {"days": formats.number(since, active_language())}
    return _ago(person) if since else _("The last order came on %(day)s.") % {"day": _day(person.last)}


def _ago(person: Person) -> str:
    since = person.days_since or 0
    text = ngettext("That was %(days)s day ago.", "That was %(days)s days ago.", since)
    if len(person.gaps) + 1 >= VISITS_FOR_A_RHYTHM:
        text = ngettext("The last order was %(days)s day ago.", "The last order was %(days)s days ago.", since)
    return text % {"days": formats.number(since, active_language())}


# Cards


def _no_purchase(person: Person, today: date) -> str:
    """Why a card has no value."""
    if person.first_ahead is None:
        return _("There is no purchase yet.")
    return _("From tomorrow on.") if person.first_ahead == today else _("With the next figures.")


def figures(person: Person, currency: str, today: date) -> list[Figure]:
    if not person.purchases:
        why = _no_purchase(person, today)
        labels = (_("Revenue so far"), _("Last order"), _("Time between orders"), _("Still a customer"))
        return [Figure(label, formats.NOTHING, sentence=why) for label in labels]
    return [_revenue(person, currency), _last_order(person), _gap(person), _activity(person)]


def _revenue(person: Person, currency: str) -> Figure:
    language = active_language()
    count = len(person.purchases)
    number = formats.number(count, language)
    total, average = (formats.money(each, language, currency) for each in (person.revenue, person.average))
    facts = {"count": number, "average": average}
    said = ngettext("From one order.", "From %(count)s orders, %(average)s on average.", count) % facts
    value, unit = kinds.price(person.revenue, Basis("month", person.window_days, person.as_of, currency))
    return Figure(
        _("Revenue so far"),
        value,
        unit,
        sentence=said,
        how=How(
            f"{total} ÷ {number} = {average}",
            _("The orders' amounts less what came back, by the rule of all figures here."),
            _("Orders up to %(day)s count.") % {"day": _day(person.as_of)},
        ),
    )


def _last_order(person: Person) -> Figure:
    since = person.days_since or 0
    return Figure(
        _("Last order"),
        formats.number(since, active_language()),
        ngettext("day ago", "days ago", since),
        sentence=_("On %(day)s; the first was on %(first)s.") % {"day": _day(person.last), "first": _day(person.first)},
        how=How(
            f"{_day(person.as_of)} − {_day(person.last)}", _("Days from the last order to the last day of the figures.")
        ),
    )


def _gap(person: Person) -> Figure:
    gaps, language = person.gaps, active_language()
    if not gaps or person.usual_gap is None:
        return Figure(_("Time between orders"), formats.NOTHING, sentence=_("This needs orders on two days."))
    shown = ", ".join(formats.number(each, language) for each in gaps[-GAPS_SHOWN:])
    more = "… " if len(gaps) > GAPS_SHOWN else ""
    value = formats.number(person.usual_gap, language, 0 if float(person.usual_gap).is_integer() else 1)
    return Figure(
        _("Time between orders"),
        value,
        ngettext("day", "days", round(person.usual_gap)),
        sentence=_("Shortest %(least)s, longest %(most)s days.") % {"least": min(gaps), "most": max(gaps)},
        how=How(
            _("Median of %(gaps)s = %(value)s") % {"gaps": f"{more}{shown}", "value": value},
            _("Days from one day with an order to the next; half of the pauses were shorter, half longer."),
        ),
    )


def _activity(person: Person) -> Figure:
    until = _day(person.active_until)
    if person.is_active:
        value, said = _("active"), _("Until %(day)s, if no further order comes.") % {"day": until}
    else:
        value, said = _("lost"), _("The activity window ended on %(day)s.") % {"day": until}
    return Figure(
        _("Still a customer"),
        value,
        sentence=said,
        how=How(
            _("%(last)s + %(days)s days") % {"last": _day(person.last), "days": person.window_days},
            _("Whoever ordered within the activity window is a customer; all rates in the cockpit count so."),
        ),
    )


# The chart


def chart(person: Person, currency: str) -> tuple[str, Drawing] | None:
    """The latest purchases over time with a title; None where there are too few to show a course."""
    shown = _drawn(person)
    if len(shown) < 2:
        return None
    language = active_language()
    since = formats.period(shown[0].day, language)
    count = formats.number(len(shown), language)
    said = _("%(count)s orders since %(month)s")
    if len(shown) < len(person.purchases) and shown[0].day.replace(day=1) <= person.purchases[-len(shown) - 1].day:
        said = _("The latest %(count)s orders, since %(month)s")
    title = said % {"count": count, "month": since}
    told = _("%(title)s, the largest %(most)s, the latest on %(day)s over %(last)s.") % {
        "title": title,
        "most": formats.money(max(each.revenue for each in shown), language, currency),
        "day": _day(shown[-1].day),
        "last": formats.money(shown[-1].revenue, language, currency),
    }
    events = [
        Stem(each.day, float(each.revenue), _short(each, currency), formats.day(each.day, language)) for each in shown
    ]
    return title, stems(events, title=told, language=language, today=person.as_of, today_label=_day(person.as_of))


def _drawn(person: Person) -> tuple[Purchase, ...]:
    """Two years, but enough to see something and not more than one can tell apart."""
    recent = sum((person.as_of - each.day).days <= MONTHS_DRAWN * 30.5 for each in person.purchases)
    return person.purchases[-min(max(recent, FEWEST_DRAWN), MOST_DRAWN) :]


def _short(purchase: Purchase, currency: str) -> str:
    return formats.money(purchase.revenue, active_language(), currency, decimals=0)


def _day(day: date | None) -> str:
    return formats.day(day, active_language())
