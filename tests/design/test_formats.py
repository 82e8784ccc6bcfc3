"""What numbers, money and time look like in both languages; "·" in these tables stands for a no-break space."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from treue.design import formats

DAY = date(2026, 11, 22)
MINUS = "\N{MINUS SIGN}"


def told(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "·")


@pytest.mark.parametrize(
    ("value", "decimals", "german", "english"),
    [
        (0, 0, "0", "0"),
        (18420, 0, "18.420", "18,420"),
        (1_234_567.891, 2, "1.234.567,89", "1,234,567.89"),
        (-104, 0, f"{MINUS}104", f"{MINUS}104"),
        (-0.04, 1, "0,0", "0.0"),
        (2.5, 0, "3", "3"),
        (0.125, 2, "0,13", "0.13"),
        (Decimal("58.90"), 2, "58,90", "58.90"),
        (None, 0, "–", "–"),
    ],
)
def test_a_number_is_grouped_rounded_half_up_and_signed_with_a_real_minus(value, decimals, german, english):
    assert formats.number(value, "de", decimals) == german
    assert formats.number(value, "en", decimals) == english


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [(96.16, "96,2·%", "96.2%"), (100, "100,0·%", "100.0%"), (0.04, "0,0·%", "0.0%"), (None, "–", "–")],
)
def test_a_rate_in_percent_has_one_decimal(value, german, english):
    assert told(formats.rate(value, "de")) == german
    assert told(formats.rate(value, "en")) == english


def test_a_rate_of_fewer_than_thirty_cases_is_no_percentage():
    assert formats.rate(50, "de", cases=29) == "zu wenige"
    assert formats.rate(50, "en", cases=29) == "too few"
    assert told(formats.rate(50, "de", cases=30)) == "50,0·%"


def test_a_share_from_zero_to_one_is_printed_in_percent():
    assert told(formats.share(0.57, "de")) == "57·%"
    assert formats.share(0.57, "en") == "57%"
    assert formats.share(0.285, "en", 1) == "28.5%"


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (0.5, "+0,5·Prozentpunkte", "+0.5·percentage points"),
        (-0.72, f"{MINUS}0,7·Prozentpunkte", f"{MINUS}0.7·percentage points"),
        (0.04, "0,0·Prozentpunkte", "0.0·percentage points"),
    ],
)
def test_percentages_differ_in_percentage_points(value, german, english):
    assert told(formats.points(value, "de")) == german
    assert told(formats.points(value, "en")) == english


def test_a_signed_number_shows_its_plus_and_zero_has_no_sign():
    assert [formats.signed(v, "de") for v in (41, -104, 0, 0.3)] == ["+41", f"{MINUS}104", "0", "0"]


@pytest.mark.parametrize(
    ("value", "currency", "german", "english"),
    [
        (1284.1, "EUR", "1.284,10·€", "€1,284.10"),
        (Decimal("-5"), "GBP", f"{MINUS}5,00·£", f"{MINUS}£5.00"),
        (1284.1, "CHF", "1.284,10·CHF", "CHF·1,284.10"),
        (5000, "JPY", "5.000·¥", "¥5,000"),
        (3, None, "3,00", "3.00"),
        (3, "", "3,00", "3.00"),
        (None, "EUR", "–", "–"),
    ],
)
def test_money_stands_with_its_sign_where_the_language_puts_it(value, currency, german, english):
    assert told(formats.money(value, "de", currency)) == german
    assert told(formats.money(value, "en", currency)) == english


def test_sums_in_sentences_drop_the_cents_from_a_thousand_on():
    assert told(formats.money_short(9800.4, "de", "EUR")) == "9.800·€"
    assert told(formats.money_short(999.4, "de", "EUR")) == "999,40·€"


def test_a_day_and_a_moment_are_written_as_people_write_them():
    moment = datetime(2026, 11, 22, 6, 0)  # noqa: DTZ001 - shop-local
    assert formats.day(DAY, "de") == "22.11.2026"
    assert formats.day(DAY, "en") == "22 Nov 2026"
    assert formats.day_long(DAY, "de") == "22. November 2026"
    assert formats.day_long(DAY, "en") == "22 November 2026"
    assert formats.day_in_year(DAY, "de") == "22. November"
    assert formats.day_in_year(DAY, "en") == "22 November"
    assert formats.weekday_long(DAY, "de") == "Sonntag, 22. November 2026"
    assert formats.weekday_long(DAY, "en") == "Sunday, 22 November 2026"
    assert told(formats.moment(moment, "de")) == "22.11.2026, 6:00·Uhr"
    assert told(formats.moment(moment, "en")) == "22 Nov 2026, 6:00"
    assert told(formats.clock(time(18, 5), "de")) == "18:05·Uhr"


@pytest.mark.parametrize(
    ("unit", "language", "whole", "name", "short", "tick"),
    [
        ("month", "de", "Oktober 2026", "Oktober", "Okt", "Okt·26"),
        ("month", "en", "October 2026", "October", "Oct", "Oct·26"),
        ("quarter", "de", "4.·Quartal·2026", "4.·Quartal", "Q4", "Q4·26"),
        ("quarter", "en", "Q4·2026", "Q4", "Q4", "Q4·26"),
        ("year", "de", "2026", "2026", "2026", "2026"),
        ("year", "en", "2026", "2026", "2026", "2026"),
    ],
)
def test_a_period_has_a_whole_name_a_name_without_its_year_and_two_short_ones(unit, language, whole, name, short, tick):
    start = date(2026, 10, 1)
    assert told(formats.period(start, language, unit)) == whole
    assert told(formats.period_name(start, language, unit)) == name
    assert told(formats.period_short(start, language, unit)) == short
    assert told(formats.period_tick(start, language, unit)) == tick


def test_german_months_are_short_without_a_full_stop():
    short = [formats.period_short(date(2026, month, 1), "de") for month in range(1, 13)]
    assert short == ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]


@pytest.mark.parametrize(
    ("seconds", "german", "english"),
    [
        (0, "0·s", "0·s"),
        (59, "59·s", "59·s"),
        (60, "1·min", "1·min"),
        (3600, "1·h", "1·h"),
        (11_400, "3·h·10·min", "3·h·10·min"),
        (176_400, "2·Tage", "2·days"),
        (142 * 86_400, "142·Tage", "142·days"),
        (None, "–", "–"),
    ],
)
def test_a_duration_takes_the_units_that_fit(seconds, german, english):
    assert told(formats.duration(seconds, "de")) == german
    assert told(formats.duration(seconds, "en")) == english


def test_counted_things_know_one_from_many():
    assert [told(formats.days(n, "de")) for n in (1, 2)] == ["1·Tag", "2·Tage"]
    assert [told(formats.days(n, "en")) for n in (1, 2)] == ["1·day", "2·days"]
    assert [told(formats.years(n, "en")) for n in (1, 2.69)] == ["1.0·year", "2.7·years"]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0·B"), (999, "999·B"), (1000, "1.0·kB"), (48_200_000, "48.2·MB"), (3e12, "3.0·TB")]
)
def test_a_file_size_is_told_in_powers_of_ten(size, text):
    assert told(formats.filesize(size, "en")) == text


@pytest.mark.parametrize(
    ("share", "german"),
    [(0, "gering"), (0.2499, "gering"), (0.25, "mittel"), (0.5, "hoch"), (0.75, "sehr hoch"), (1, "sehr hoch")],
)
def test_a_risk_is_said_in_words(share, german):
    assert formats.risk(share, "de") == german


def test_a_range_is_said_in_words():
    assert formats.span("8", "154", "de") == "8 bis 154"
    assert formats.span("8", "154", "en") == "8 to 154"


def test_a_range_of_one_is_said_once():
    assert formats.span("Oktober 2026", "Oktober 2026", "de") == "Oktober 2026"
