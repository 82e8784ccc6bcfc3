"""Form fields that read what people write: amounts with comma or point, percentages, months, zones, currencies."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from treue.design import amounts, formats

MONTH = re.compile(r"^(?:(?P<year>\d{4})-(?P<month>\d{1,2})|(?P<month2>\d{1,2})[./](?P<year2>\d{4}))$")
EARLIEST, LATEST = 1970, 9998


class Amount(forms.DecimalField):
    """A number as written in either language; 1.284 is read by the page's own (`amounts`)."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("Enter a number, such as %(example)s")

    def to_python(self, value: object) -> Decimal | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        number = amounts.read(value, _language())
        if number is None:
            example = formats.number(Decimal("1284.10"), _language(), 2)
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"example": example})
        return number

    def prepare_value(self, value: object) -> object:
        """What stands in the box: the number in the reader's own writing, without groups."""
        return amounts.typed(value, _language()) if isinstance(value, Decimal) else value


class Percent(Amount):
    """A share, written in percent: 30 is 0.30."""

    def to_python(self, value: object) -> Decimal | None:
        number = super().to_python(value.replace("%", "") if isinstance(value, str) else value)
        return number if number is None else number / 100

    def prepare_value(self, value: object) -> object:
        return super().prepare_value(value * 100) if isinstance(value, Decimal) else value


class Month(forms.CharField):
    """A month as its first day: 2026-11 (what browsers send), 11.2026 or 11/2026."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> date | None:
        text = super().to_python(value)
        if not text:
            return None
        match = MONTH.match(text)
        if match:
            year, month = int(match["year"] or match["year2"]), int(match["month"] or match["month2"])
            if EARLIEST <= year <= LATEST and 1 <= month <= 12:
                return date(year, month, 1)
        raise ValidationError(_("Enter a month, such as 2026-11"), code="invalid")

    def prepare_value(self, value: object) -> object:
        return value.strftime("%Y-%m") if isinstance(value, date) else value


class Zone(forms.CharField):
    """One of the world's time zones, by its name."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: object) -> str:
        name = super().clean(value)
        if name not in zones():
            raise ValidationError(_("Choose a zone from the list, such as Europe/Berlin"), code="unknown")
        return name


class Currency(forms.CharField):
    """A currency by its three letters."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"list": "currencies", "autocomplete": "off", "size": 3}))
        super().__init__(max_length=3, **kwargs)

    def clean(self, value: object) -> str:
        code = super().clean(value.strip().upper() if isinstance(value, str) else value)
        if code not in in_use():
            raise ValidationError(_("Enter the three letters of a currency, such as EUR"), code="unknown")
        return code


def zones() -> list[str]:
    """Places and UTC; not the abbreviations that mean several things, nor what only machines use."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [*sorted(places), "UTC"]


def currencies() -> list[tuple[str, str]]:
    """Codes with their names in the active language, for suggestions."""
    names = Locale(_language()).currencies
    return sorted((code, names.get(code, code)) for code in in_use())


@cache
def in_use() -> frozenset[str]:
    """The currencies that are money somewhere today: no Mark, no gold, no unit of account."""
    by_country = get_global("territory_currencies").values()
    return frozenset(code for known in by_country for code, _since, until, tender in known if tender and not until)


def _language() -> str:
    return "de" if (get_language() or "en").startswith("de") else "en"
