"""What a rule says of itself, in both languages."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from treue.act.loyalty.earning.rules import (
    Caps,
    DeedKind,
    Excluded,
    FirstPurchase,
    ForDeed,
    Goods,
    Multiplier,
    PerAmount,
    PerOrder,
    PerUnit,
    Rounding,
    Rule,
    RuleSet,
    Stacking,
)
from treue.act.loyalty.earning.sentences import sentence, terms

EUR = Decimal("1.00")
SPACE = "\N{NO-BREAK SPACE}"
GOLD_ON_SATURDAYS = Multiplier(factor=Decimal(2), weekdays=(5,), tiers=("Gold",))
IN_DECEMBER = {"valid_from": date(2026, 12, 1), "valid_until": date(2026, 12, 25)}
LEAP_DAY = {"valid_from": date(2028, 2, 29), "valid_until": date(2028, 3, 1)}


def base(*multipliers: Multiplier, points: int = 1, **more: object) -> PerAmount:
    return PerAmount(name="base", points=points, amount=EUR, multipliers=multipliers, **more)


def deed(kind: DeedKind, **more: object) -> ForDeed:
    return ForDeed(name="deed", points=20, deed=kind, **more)


SENTENCES: list[tuple[Rule, str, str]] = [
    (
        base(GOLD_ON_SATURDAYS, caps=Caps(day=500)),
        "1 point for every €1.00, twice on Saturdays for Gold, at most 500 a day",
        "1 Punkt je 1,00 €, samstags für Gold doppelt, höchstens 500 am Tag",
    ),
    (
        base(points=10, is_by_whole_amounts=True, without=Goods(categories=("Books", "Gift cards"))),
        "10 points for every full €1.00, not for the categories Books and Gift cards",
        "10 Punkte je volle 1,00 €, nicht für die Kategorien Books und Gift cards",
    ),
    (
        base(points=3, only=Goods(products=("A-1",), categories=("Tea",))),
        "3 points for every €1.00 spent on the product A-1 and the category Tea",
        "3 Punkte je 1,00 € für den Artikel A-1 und die Kategorie Tea",
    ),
    (
        PerAmount(
            name="r", points=1, amount=Decimal("0.005"), is_by_whole_amounts=True, only=Goods(categories=("Tea",))
        ),
        "1 point for every full €0.005 spent on the category Tea",
        "1 Punkt je volle 0,005 € für die Kategorie Tea",
    ),
    (
        PerUnit(name="r", points=5, only=Goods(products=("A", "B", "C"))),
        "5 points for every unit of the products A, B and C",
        "5 Punkte je Stück für die Artikel A, B und C",
    ),
    (PerOrder(name="r", points=1), "1 point for every order", "1 Punkt je Bestellung"),
    (
        PerOrder(name="r", points=1000, minimum=Decimal("50.00"), budget=100_000, **IN_DECEMBER),
        "1,000 points for every order of €50.00 or more, as long as the budget of 100,000 points lasts, "
        "from 1 Dec 2026 to 24 Dec 2026",
        "1.000 Punkte je Bestellung ab 50,00 €, solange das Budget von 100.000 Punkten reicht, "
        "vom 01.12.2026 bis 24.12.2026",
    ),
    (
        FirstPurchase(name="r", points=100, valid_from=date(2026, 12, 1)),
        "100 points for the first purchase, from 1 Dec 2026 on",
        "100 Punkte für den ersten Kauf, ab dem 01.12.2026",
    ),
    (
        FirstPurchase(name="r", points=100, minimum=Decimal("20"), **LEAP_DAY),
        "100 points for the first purchase if it comes to €20.00 or more, on 29 Feb 2028",
        "100 Punkte für den ersten Kauf, wenn er mindestens 20,00 € ausmacht, am 29.02.2028",
    ),
    (
        base(
            Multiplier(factor=Decimal("1.5"), tiers=("Gold", "Platinum"), segments=("loyal",)),
            Multiplier(factor=Decimal(3), weekdays=(6, 5), **LEAP_DAY),
            stacking=Stacking.HIGHEST,
        ),
        "1 point for every €1.00, 1.5 times for Gold and Platinum in the segment loyal, "
        "three times on Saturdays and Sundays on 29 Feb 2028, of several multipliers the highest counts",
        "1 Punkt je 1,00 €, für Gold und Platinum im Segment loyal 1,5-fach, "
        "samstags und sonntags am 29.02.2028 dreifach, von mehreren Faktoren zählt der höchste",
    ),
    (
        base(
            Multiplier(factor=Decimal(2), segments=("loyal", "new")),
            Multiplier(factor=Decimal(2), valid_until=date(2027, 1, 1)),
            is_qualifying_multiplied=True,
        ),
        "1 point for every €1.00, twice for the segments loyal and new, twice until 31 Dec 2026, "
        "several multipliers are multiplied with one another, qualifying points are multiplied as well",
        "1 Punkt je 1,00 €, für die Segmente loyal und new doppelt, bis zum 31.12.2026 doppelt, "
        "mehrere Faktoren werden miteinander multipliziert, auch die Statuspunkte werden vervielfacht",
    ),
    (
        base(qualifying=2, caps=Caps(month=2000, in_all=10_000)),
        "1 point for every €1.00, with 2 qualifying points, at most 2,000 a month and 10,000 in all",
        "1 Punkt je 1,00 €, dazu 2 Statuspunkte, höchstens 2.000 im Monat und 10.000 insgesamt",
    ),
    (
        base(GOLD_ON_SATURDAYS, qualifying=1, is_qualifying_multiplied=True),
        "1 point for every €1.00, twice on Saturdays for Gold, with 1 qualifying point, which is multiplied as well",
        "1 Punkt je 1,00 €, samstags für Gold doppelt, dazu 1 Statuspunkt, der ebenfalls vervielfacht wird",
    ),
    (
        deed(DeedKind.REVIEW, qualifying=0, caps=Caps(day=20, month=60, in_all=200)),
        "20 points for a review, without qualifying points, at most 20 a day, 60 a month and 200 in all",
        "20 Punkte für eine Bewertung, ohne Statuspunkte, höchstens 20 am Tag, 60 im Monat und 200 insgesamt",
    ),
    (deed(DeedKind.SURVEY), "20 points for an answered survey", "20 Punkte für eine beantwortete Umfrage"),
    (deed(DeedKind.REFERRAL), "20 points for a referred friend", "20 Punkte für eine erfolgreiche Weiterempfehlung"),
    (deed(DeedKind.BIRTHDAY), "20 points on the birthday", "20 Punkte zum Geburtstag"),
    (deed(DeedKind.PROFILE_COMPLETED), "20 points for a completed profile", "20 Punkte für ein ausgefülltes Profil"),
    (deed(DeedKind.VISIT), "20 points for a visit", "20 Punkte für einen Besuch"),
    (
        deed(DeedKind.EVENT, event="Recycled 100%"),
        "20 points for every event “Recycled 100%”",
        "20 Punkte für jedes Ereignis „Recycled 100%“",
    ),
]


@pytest.mark.parametrize(("rule", "english", "german"), SENTENCES)
def test_a_rule_says_what_it_does(rule: Rule, english: str, german: str) -> None:
    for language, expected in (("en", english), ("de", german)):
        with translation.override(language):
            assert sentence(rule, "EUR").replace(SPACE, " ") == expected


def test_names_are_those_that_people_know() -> None:
    names: Mapping[tuple[str, str], str] = {("tier", "t3"): "Gold", ("category", "17"): "Tea"}
    rule = base(Multiplier(factor=Decimal(2), tiers=("t3",)), only=Goods(categories=("17",)))
    with translation.override("en"):
        said = sentence(rule, "JPY", lambda kind, key: names[kind, key])
    assert said == "1 point for every ¥1 spent on the category Tea, twice for Gold"


@pytest.mark.parametrize(
    ("fields", "english", "german"),
    [
        (
            {},
            [
                "What a rule gives for an order is rounded down to whole points.",
                "What is paid with points or vouchers earns nothing.",
                "What is on the list of non-products, such as postage, earns nothing.",
            ],
            [
                "Was eine Regel für eine Bestellung ergibt, wird auf ganze Punkte abgerundet.",
                "Was mit Punkten oder Gutscheinen bezahlt wird, bringt keine Punkte.",
                "Was auf der Liste der Nicht-Artikel steht, etwa das Porto, bringt keine Punkte.",
            ],
        ),
        (
            {
                "rounding": Rounding.UP,
                "caps": Caps(day=500),
                "excluded": Excluded(
                    goods=Goods(categories=("Books",)),
                    is_for_non_products=False,
                    is_for_points=False,
                    is_for_vouchers=False,
                ),
            },
            [
                "What a rule gives for an order is rounded up to whole points.",
                "There are no points for the category Books.",
                "By all rules together: at most 500 a day.",
            ],
            [
                "Was eine Regel für eine Bestellung ergibt, wird auf ganze Punkte aufgerundet.",
                "Für die Kategorie Books gibt es keine Punkte.",
                "Durch alle Regeln zusammen: höchstens 500 am Tag.",
            ],
        ),
    ],
)
def test_a_set_of_rules_says_what_holds_for_all_of_them(
    fields: dict[str, object], english: list[str], german: list[str]
) -> None:
    rules = RuleSet(currency="EUR", zone="Europe/Berlin", rules=(base(),), **fields)
    for language, expected in (("en", english), ("de", german)):
        with translation.override(language):
            assert terms(rules) == expected
