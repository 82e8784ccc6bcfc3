"""What is missing for a tier, said in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from tests.act.loyalty.tier_cases import BERLIN, NEXT_YEAR, YEAR, at, spent, version
from treue.act.loyalty.tiers import Level, Measure, Missing, Rules, standing
from treue.act.loyalty.tiers.wording import keeping_sentence, progress_sentence

GOLD = Level("gold", "Gold", "Goldkundin", Decimal(1000))
TODAY = date(2026, 1, 10)
MARCH, NEXT_MARCH = date(2026, 3, 31), date(2027, 3, 31)


def said(sentence: object, missing: Missing) -> list[str]:
    found = []
    for language in ("en", "de"):
        with override(language):
            found.append(sentence(missing, today=TODAY, currency="EUR").replace("\N{NO-BREAK SPACE}", "·"))
    return found


@pytest.mark.parametrize(
    ("measure", "amount", "last_day", "english", "german"),
    [
        (
            "spend",
            Decimal("120.00"),
            MARCH,
            "€120 more by 31 March to reach Gold",
            "Noch 120·€ bis zum 31. März, um Goldkundin zu erreichen",
        ),
        ("spend", Decimal("1234.50"), None, "€1,234.50 more to reach Gold", "Noch 1.234,50·€ bis Goldkundin"),
        (
            *("points", 1, MARCH, "1 more qualifying point by 31 March to reach Gold"),
            "Noch 1 Statuspunkt bis zum 31. März, um Goldkundin zu erreichen",
        ),
        (
            *("points", 1200, NEXT_MARCH, "1,200 more qualifying points by 31 March 2027 to reach Gold"),
            "Noch 1.200 Statuspunkte bis zum 31. März 2027, um Goldkundin zu erreichen",
        ),
        ("points", 1, None, "1 more qualifying point to reach Gold", "Noch 1 Statuspunkt bis Goldkundin"),
        ("points", 2, None, "2 more qualifying points to reach Gold", "Noch 2 Statuspunkte bis Goldkundin"),
        (
            "orders",
            1,
            MARCH,
            "1 more order by 31 March to reach Gold",
            "Noch 1 Bestellung bis zum 31. März, um Goldkundin zu erreichen",
        ),
        (
            "orders",
            3,
            MARCH,
            "3 more orders by 31 March to reach Gold",
            "Noch 3 Bestellungen bis zum 31. März, um Goldkundin zu erreichen",
        ),
        ("orders", 1, None, "1 more order to reach Gold", "Noch 1 Bestellung bis Goldkundin"),
        ("orders", 3, None, "3 more orders to reach Gold", "Noch 3 Bestellungen bis Goldkundin"),
    ],
)
def test_the_way_to_the_next_tier(
    measure: str, amount: object, last_day: date | None, english: str, german: str
) -> None:
    assert said(progress_sentence, Missing(GOLD, Measure(measure), amount, last_day)) == [english, german]


@pytest.mark.parametrize(
    ("measure", "amount", "english", "german"),
    [
        (
            *("spend", Decimal("120.5"), "€120.50 more by 31 March to keep Gold"),
            "Noch 120,50·€ bis zum 31. März, um Goldkundin zu behalten",
        ),
        (
            *("points", 1, "1 more qualifying point by 31 March to keep Gold"),
            "Noch 1 Statuspunkt bis zum 31. März, um Goldkundin zu behalten",
        ),
        (
            *("points", 40, "40 more qualifying points by 31 March to keep Gold"),
            "Noch 40 Statuspunkte bis zum 31. März, um Goldkundin zu behalten",
        ),
        (
            *("orders", 1, "1 more order by 31 March to keep Gold"),
            "Noch 1 Bestellung bis zum 31. März, um Goldkundin zu behalten",
        ),
        (
            *("orders", 2, "2 more orders by 31 March to keep Gold"),
            "Noch 2 Bestellungen bis zum 31. März, um Goldkundin zu behalten",
        ),
        ("spend", 0, "Gold is kept until 31 March 2027", "Goldkundin bleibt bis zum 31. März 2027 erhalten"),
    ],
)
def test_the_way_to_keep_a_tier(measure: str, amount: object, english: str, german: str) -> None:
    missing = Missing(GOLD, Measure(measure), amount, MARCH, kept_until=NEXT_MARCH)
    assert said(keeping_sentence, missing) == [english, german]


def test_a_standing_is_said_as_it_is() -> None:
    now = standing(
        spent(("2026-01-05", "880.00")), Rules([version(window=YEAR, term=NEXT_YEAR)]), at("2026-01-10"), BERLIN
    )
    assert said(progress_sentence, now.next)[0] == "€120 more by 31 December to reach Gold"
