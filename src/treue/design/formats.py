"""Numbers, money, dates and spans as people read them, in German and English.

Every function takes the value and the language ("de" or "en") and returns text ready to print. No value
(None) is "–". Numbers and their units never break apart: they are joined by a no-break space. A negative
number carries the minus sign U+2212, not a hyphen.
"""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from babel.numbers import get_currency_precision, get_currency_symbol

Number = int | float | Decimal

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
FEWEST_CASES = 30

_WORDS = {
    "de": {
        "points": "Prozentpunkte",
        "few": "zu wenige",
        "to": "bis",
        "clock": "Uhr",
        "quarter": "{number}. Quartal",
        "hours": "h",
        "minutes": "min",
        "seconds": "s",
        "days": ("Tag", "Tage"),
        "years": ("Jahr", "Jahre"),
        "risk": ("gering", "mittel", "hoch", "sehr hoch"),
    },
    "en": {
        "points": "percentage points",
        "few": "too few",
        "to": "to",
        "clock": "",
        "quarter": "Q{number}",
        "hours": "h",
        "minutes": "min",
        "seconds": "s",
        "days": ("day", "days"),
        "years": ("year", "years"),
        "risk": ("low", "medium", "high", "very high"),
    },
}
_GERMAN_SEPARATORS = str.maketrans(",.", ".,")
_DAY = {"de": "dd.MM.y", "en": "d MMM y"}
_DAY_LONG = {"de": "d. MMMM y", "en": "d MMMM y"}
_DAY_IN_YEAR = {"de": "d. MMMM", "en": "d MMMM"}


# Numbers


def rounded(value: Number, decimals: int) -> Decimal:
    """Half up, as people round; of the shortest decimal that means this float."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def difference(value: Number, before: Number, decimals: int) -> Decimal:
    """What lies between two values as they are printed, so that a reader who subtracts them gets the same."""
    return rounded(value, decimals) - rounded(before, decimals)


def number(value: Number | None, language: str, decimals: int = 0) -> str:
    """18.420 / 18,420."""
    return NOTHING if value is None else _decimal(value, language, decimals)


def signed(value: Number | None, language: str, decimals: int = 0) -> str:
    """+41, −104, 0: a change or a score that can be negative."""
    if value is None:
        return NOTHING
    text = _decimal(value, language, decimals)
    return f"+{text}" if rounded(value, decimals) > 0 else text


def rate(value: Number | None, language: str, decimals: int = 1, cases: int | None = None) -> str:
    """96,2 % / 96.2%: a rate in percent; "zu wenige" when it rests on fewer than 30 `cases`."""
    if value is None:
        return NOTHING
    if cases is not None and cases < FEWEST_CASES:
        return few(language)
    return with_unit(_decimal(value, language, decimals), "%", language)


def with_unit(value: str, unit: str, language: str) -> str:
    """96,2 % / 96.2%, but 5,2 Jahre / 5.2 years."""
    gap = "" if unit == "%" and language != "de" else SPACE
    return f"{value}{gap}{unit}" if unit else value


def share(value: Number | None, language: str, decimals: int = 0) -> str:
    """57 % / 57%: a probability or share given from 0 to 1."""
    return NOTHING if value is None else rate(Decimal(str(value)) * 100, language, decimals)


def points(difference: Number | None, language: str, decimals: int = 1) -> str:
    """+0,5 Prozentpunkte: how two percentages differ."""
    if difference is None:
        return NOTHING
    return signed(difference, language, decimals) + SPACE + _words(language)["points"]


def few(language: str) -> str:
    """What stands instead of a rate that rests on fewer than 30 cases."""
    return _words(language)["few"]


# Money


@cache
def precision(currency: str | None) -> int:
    """How many decimals a price in this currency has."""
    return get_currency_precision(currency) if currency else 2


def money(value: Number | None, language: str, currency: str | None = None, decimals: int | None = None) -> str:
    """1.284,10 € / €1,284.10; without a known currency just the number with two decimals."""
    if value is None:
        return NOTHING
    places = decimals if decimals is not None else precision(currency)
    text = _decimal(abs(value), language, places)
    minus = MINUS if rounded(value, places) < 0 else ""
    sign = unit_of(currency, language)
    if not sign:
        return minus + text
    if language == "de":
        return f"{minus}{text}{SPACE}{sign}"
    return f"{minus}{sign}{SPACE}{text}" if sign[-1].isalpha() else f"{minus}{sign}{text}"


def money_short(value: Number | None, language: str, currency: str | None = None) -> str:
    """For sentences: from 1,000 on without cents."""
    return money(value, language, currency, decimals=0 if value is not None and abs(value) >= 1000 else None)


def unit_of(currency: str | None, language: str) -> str:
    """The sign of a currency as it stands beside a number, "" where none is known."""
    return get_currency_symbol(currency, locale=_locale(language)) if currency else ""


# Days and periods


def day(value: date | None, language: str) -> str:
    """22.11.2026 / 22 Nov 2026."""
    return NOTHING if value is None else _date(value, _DAY[language], language)


def day_long(value: date | None, language: str) -> str:
    """22. November 2026 / 22 November 2026."""
    return NOTHING if value is None else _date(value, _DAY_LONG[language], language)


def day_in_year(value: date | None, language: str) -> str:
    """22. November / 22 November: a day whose year is clear from the context."""
    return NOTHING if value is None else _date(value, _DAY_IN_YEAR[language], language)


def weekday_long(value: date | None, language: str) -> str:
    """Sonntag, 22. November 2026 / Sunday, 22 November 2026."""
    return NOTHING if value is None else _date(value, "EEEE, " + _DAY_LONG[language], language)


def clock(value: datetime | time | None, language: str) -> str:
    """6:00 Uhr / 6:00."""
    if value is None:
        return NOTHING
    text = format_time(value.time() if isinstance(value, datetime) else value, "H:mm", locale=_locale(language))
    return f"{text}{SPACE}{_words(language)['clock']}" if _words(language)["clock"] else text


def clock_span(first: datetime, last: datetime, language: str) -> str:
    """10:02–10:14 Uhr / 10:02–10:14; one clock time where both are the same."""
    begun, ended = (clock(each, language) for each in (first, last))
    return ended if begun == ended else f"{begun.partition(SPACE)[0]}–{ended}"


def hour(value: int | None, language: str) -> str:
    """18:00 Uhr / 18:00; 24 ends the day."""
    if value is None:
        return NOTHING
    text = f"{value}:00"
    return f"{text}{SPACE}{_words(language)['clock']}" if _words(language)["clock"] else text


def weekday(number: int, language: str) -> str:
    """Montag / Monday for 0."""
    return get_day_names("wide", "stand-alone", _locale(language))[number]


def moment(value: datetime | None, language: str) -> str:
    """22.11.2026, 6:00 Uhr / 22 Nov 2026, 6:00; in the zone the value is in."""
    return NOTHING if value is None else f"{day(value, language)}, {clock(value, language)}"


def period(start: date | None, language: str, unit: str = "month") -> str:
    """Oktober 2026, 3. Quartal 2026 / Q3 2026, 2026: the period of that `unit` which begins at `start`."""
    if start is None:
        return NOTHING
    if unit == "year":
        return str(start.year)
    return f"{period_name(start, language, unit)}{SPACE if unit == 'quarter' else ' '}{start.year}"


def period_name(start: date | None, language: str, unit: str = "month") -> str:
    """Oktober, 3. Quartal / Q3, 2026: a period whose year is clear from the context."""
    if start is None:
        return NOTHING
    if unit == "year":
        return str(start.year)
    if unit == "quarter":
        return _words(language)["quarter"].format(number=_quarter(start)).replace(" ", SPACE)
    return _date(start, "LLLL", language)


def period_short(start: date | None, language: str, unit: str = "month") -> str:
    """Okt, Q3, 2026: under an axis."""
    if start is None:
        return NOTHING
    if unit == "year":
        return str(start.year)
    return f"Q{_quarter(start)}" if unit == "quarter" else _date(start, "LLL", language)


def period_tick(start: date | None, language: str, unit: str = "month") -> str:
    """Okt 26, Q3 26, 2026: in the head of a row."""
    if start is None or unit == "year":
        return period_short(start, language, unit)
    return f"{period_short(start, language, unit)}{SPACE}{start.year % 100:02d}"


# Spans


def span(low: str, high: str, language: str) -> str:
    """8 bis 154 / 8 to 154, and 8 where both ends are 8; takes texts ready to print."""
    return low if low == high else f"{low} {_words(language)['to']} {high}"


def duration(seconds: Number | None, language: str) -> str:
    """3 h 10 min; from two days on 142 Tage / 142 days; below a minute 12 s."""
    if seconds is None:
        return NOTHING
    total = int(rounded(seconds, 0))
    if total >= 2 * 86_400:
        return days(total / 86_400, language)
    words = _words(language)
    if total < 60:
        return f"{total}{SPACE}{words['seconds']}"
    hours, minutes = divmod(int(rounded(total / 60, 0)), 60)
    parts = [f"{hours}{SPACE}{words['hours']}"] if hours else []
    if minutes:
        parts.append(f"{minutes}{SPACE}{words['minutes']}")
    return SPACE.join(parts)


def days(value: Number | None, language: str) -> str:
    """142 Tage / 142 days."""
    return _counted(value, language, "days", 0)


def years(value: Number | None, language: str) -> str:
    """2,7 Jahre / 2.7 years."""
    return _counted(value, language, "years", 1)


def filesize(size_bytes: int | None, language: str) -> str:
    """48,2 MB, in powers of ten as file managers show them."""
    if size_bytes is None:
        return NOTHING
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return _decimal(size, language, 0 if unit == "B" else 1) + SPACE + unit


def country(value: str, language: str) -> str:
    """DE -> Deutschland / Germany; what is no code of two letters stays as it came."""
    return _locale(language).territories.get(value.upper(), value) if len(value) == 2 else value


def risk_step(share: Number) -> int:
    """1 (below 25 %) to 4 (75 % and more): the step of a risk given as a share from 0 to 1."""
    return min(int(share * 4), 3) + 1


def risk(share: Number | None, language: str) -> str:
    """gering, mittel, hoch, sehr hoch / low, medium, high, very high."""
    return NOTHING if share is None else _words(language)["risk"][risk_step(share) - 1]


# How it is done


def _words(language: str) -> dict:
    return _WORDS["de" if language == "de" else "en"]


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("de" if language == "de" else "en")


def _decimal(value: Number, language: str, decimals: int) -> str:
    exact = rounded(value, decimals)
    text = f"{abs(exact):,}"
    if language == "de":
        text = text.translate(_GERMAN_SEPARATORS)
    return f"{MINUS}{text}" if exact < 0 else text


def _date(value: date, pattern: str, language: str) -> str:
    return format_date(value, pattern, locale=_locale(language))


def _quarter(start: date) -> int:
    return (start.month - 1) // 3 + 1


def _counted(value: Number | None, language: str, word: str, decimals: int) -> str:
    if value is None:
        return NOTHING
    one, many = _words(language)[word]
    return _decimal(value, language, decimals) + SPACE + (one if rounded(value, decimals) == 1 else many)
