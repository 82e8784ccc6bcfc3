"""What is missing for a tier, in whole sentences of the reader's language. Days of another year carry it."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty.tiers.rules import Level, Measure
from treue.act.loyalty.tiers.standings import Missing
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


def progress_sentence(missing: Missing, *, today: date, currency: str | None) -> str:
    """€120 more by 31 March to reach Gold / Noch 120 € bis zum 31. März, um Gold zu erreichen."""
    sentences = TO_REACH if missing.last_day else TO_REACH_AT_ANY_TIME
    return sentences[missing.measure](missing.amount) % _facts(missing, today, currency)


def keeping_sentence(missing: Missing, *, today: date, currency: str | None) -> str:
    """€120 more by 31 March to keep Gold / Noch 120 € bis zum 31. März, um Gold zu behalten; or that it is kept."""
    if not missing.amount:
        facts = {"level": missing.level.name(active_language()), "day": _day(missing.kept_until, today)}
        return _("%(level)s is kept until %(day)s") % facts
    return TO_KEEP[missing.measure](missing.amount) % _facts(missing, today, currency)


def granted_sentence(level: Level, reason: str, last_day: date, *, today: date) -> str:
    """Gold as a courtesy until 31 March / Gold aus Kulanz bis zum 31. März."""
    words = GRANTED_FOR.get(reason, GRANTED_FOR[""])
    return words() % {"level": level.name(active_language()), "day": _day(last_day, today)}


GRANTED_FOR: dict[str, Callable[[], str]] = {
    "goodwill": lambda: _("%(level)s as a courtesy until %(day)s"),
    "status match": lambda: _("%(level)s as in another programme until %(day)s"),
    "correction": lambda: _("%(level)s as a correction until %(day)s"),
    "": lambda: _("%(level)s given by hand until %(day)s"),
}
TO_REACH: dict[Measure, Callable[..., str]] = {
    Measure.SPEND: lambda _amount: _("%(amount)s more by %(day)s to reach %(level)s"),
    Measure.POINTS: lambda amount: ngettext(
        "%(amount)s more qualifying point by %(day)s to reach %(level)s",
        "%(amount)s more qualifying points by %(day)s to reach %(level)s",
        amount,
    ),
    Measure.ORDERS: lambda amount: ngettext(
        "%(amount)s more order by %(day)s to reach %(level)s",
        "%(amount)s more orders by %(day)s to reach %(level)s",
        amount,
    ),
}
TO_REACH_AT_ANY_TIME: dict[Measure, Callable[..., str]] = {
    Measure.SPEND: lambda _amount: _("%(amount)s more to reach %(level)s"),
    Measure.POINTS: lambda amount: ngettext(
        "%(amount)s more qualifying point to reach %(level)s",
        "%(amount)s more qualifying points to reach %(level)s",
        amount,
    ),
    Measure.ORDERS: lambda amount: ngettext(
        "%(amount)s more order to reach %(level)s", "%(amount)s more orders to reach %(level)s", amount
    ),
}
TO_KEEP: dict[Measure, Callable[..., str]] = {
    Measure.SPEND: lambda _amount: _("%(amount)s more by %(day)s to keep %(level)s"),
    Measure.POINTS: lambda amount: ngettext(
        "%(amount)s more qualifying point by %(day)s to keep %(level)s",
        "%(amount)s more qualifying points by %(day)s to keep %(level)s",
        amount,
    ),
    Measure.ORDERS: lambda amount: ngettext(
        "%(amount)s more order by %(day)s to keep %(level)s",
        "%(amount)s more orders by %(day)s to keep %(level)s",
        amount,
    ),
}


def _facts(missing: Missing, today: date, currency: str | None) -> dict[str, str]:
    language = active_language()
    return {
        "amount": _amount(missing, language, currency),
        "level": missing.level.name(language),
        "day": _day(missing.last_day, today),
    }


def _amount(missing: Missing, language: str, currency: str | None) -> str:
    if missing.measure is not Measure.SPEND:
        return formats.number(missing.amount, language)
    is_whole = missing.amount == int(missing.amount)
    return formats.money(missing.amount, language, currency, decimals=0 if is_whole else None)


def _day(day: date | None, today: date) -> str:
    is_this_year = day is not None and day.year == today.year
    return formats.day_in_year(day, active_language()) if is_this_year else formats.day_long(day, active_language())
