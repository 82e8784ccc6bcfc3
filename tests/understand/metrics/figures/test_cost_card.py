"""The card of customer value against acquisition cost says its time, its course, and what it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from courses import basis, counts, course
from django.http import QueryDict
from django.utils import translation

from treue.core.shop.models import AcquisitionCost, Shop
from treue.design.figures import Figure
from treue.understand.metrics import cockpit
from treue.understand.metrics.counts import reading
from treue.understand.metrics.figures import cost_card
from treue.understand.metrics.scope.comparison import latest
from treue.understand.metrics.selection import Selection


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@dataclass(frozen=True)
class Spent:
    start: date
    ltv_to_cac: float | None
    new_customers: int = 1000
    cost: Decimal | None = Decimal(500)


MONTHS = [date(2026, month, 1) for month in (7, 8, 9, 10)]


def shown(*spent: Spent, language: str = "en"):
    # CLV = 100 € × 1 × 1 year
    first = counts(
        orders=100, revenue=Decimal(10_000), first_buyers=100, second_buyers=100, gap_seconds=100 * 31_557_600
    )
    year = counts(trailing_buyers=100, trailing_orders=100)
    timeline = course(first + year, year, year, year)
    with translation.override(language):
        return cost_card.ltv_to_cac(latest(timeline), basis(), margin=0.4, spent=spent)


def plain(text):
    return text.replace("\u00a0", " ")


def test_customer_value_stands_against_acquisition_cost():
    figure = shown(Spent(MONTHS[3], 4.0, new_customers=50))
    assert plain(figure.value) == "4.0 : 1"
    assert figure.how.formula == "€100.00 × 40.0% ÷ (€500.00 ÷ 50)"
    assert figure.span == "Costs in October 2026"
    assert figure.how.settings == (
        "The value is of all orders to 31 Oct 2026, the costs and the new customers are of October 2026."
    )
    german = shown(Spent(MONTHS[3], 4.0, new_customers=50), language="de")
    assert (plain(german.value), german.span) == ("4,0 : 1", "Kosten im Oktober 2026")


def test_it_has_a_course_and_stands_against_the_complete_period_before():
    figure = shown(*(Spent(month, value) for month, value in zip(MONTHS[1:], (8.0, 9.0, 6.0), strict=True)))
    assert figure.spark == [None, 8.0, 9.0, 6.0]
    assert (figure.change.arrow, figure.change.text, plain(figure.change.against)) == (
        *("▼", "3.0"),
        "from September 2026 (9.0 : 1)",
    )


def test_its_difference_is_that_of_the_printed_values():
    figure = shown(Spent(MONTHS[2], 4.44, new_customers=100_000), Spent(MONTHS[3], 4.57, new_customers=100_000))
    assert (plain(figure.value), figure.change.text, plain(figure.change.against)) == (
        *("4.6 : 1", "0.2"),
        "from September 2026 (4.4 : 1)",
    )


def test_what_the_number_of_new_customers_may_do_by_chance_is_not_claimed():
    # 95 % of the differences of two counts of 50 lie within 1.96 × √(9.4² ÷ 50 + 9.0² ÷ 50) = 3.6
    few = [Spent(MONTHS[2], 9.4, new_customers=50), Spent(MONTHS[3], 9.0, new_customers=50)]
    assert shown(*few).change.text == "No certain difference"


def test_it_is_no_merit_that_the_value_grows_with_the_history():
    assert shown(Spent(MONTHS[2], 3.0), Spent(MONTHS[3], 9.0)).change.verdict == ""


def test_a_month_without_costs_is_not_compared():
    assert shown(Spent(MONTHS[2], None, cost=None), Spent(MONTHS[3], 9.0)).change is None


def test_a_cost_of_few_new_customers_makes_no_ratio():
    figure = shown(Spent(MONTHS[2], 9.0), Spent(MONTHS[3], 112.0, new_customers=29))
    assert figure.value == "too few"
    assert figure.sentence == "It would rest on 29 new customers; from 30 on it is shown."
    assert (figure.change, figure.spark, figure.span) == (None, (), "Costs in October 2026")
    assert figure.how.formula == "€100.00 × 40.0% ÷ (€500.00 ÷ 29)"
    german = shown(Spent(MONTHS[3], 4.0, new_customers=1), language="de")
    assert german.value == "zu wenige"
    assert german.sentence == "Das Verhältnis würde auf 1 neuen Kunden beruhen; gezeigt wird es ab 30."
    assert plain(shown(Spent(MONTHS[3], 4.0, new_customers=30)).value) == "4.0 : 1"


def test_a_period_of_few_new_customers_is_neither_compared_with_nor_in_the_course():
    few = Spent(MONTHS[2], 112.0, new_customers=29)
    figure = shown(Spent(MONTHS[0], 8.0), Spent(MONTHS[1], 9.0), few, Spent(MONTHS[3], 9.0))
    assert figure.change is None
    assert figure.spark == [8.0, 9.0, None, 9.0]


def test_without_costs_it_says_what_to_enter():
    assert shown().sentence == "Enter acquisition costs to see it."
    assert shown(Spent(MONTHS[3], None, cost=None)).sentence == "Enter acquisition costs to see it."


def test_a_value_that_rests_on_too_few_customers_is_not_set_against_cost():
    # 300 ordered within the first three days, 25 of them twice: so far, a lifetime is seen of 25 alone
    few = counts(orders=325, revenue=Decimal(13_000), first_buyers=300, second_buyers=25, gap_seconds=25 * 86_400)
    few += counts(trailing_buyers=300, trailing_orders=325)
    spent = [Spent(MONTHS[2], 0.1), Spent(MONTHS[3], 0.1)]
    alone = cost_card.ltv_to_cac(latest(course(few, last=MONTHS[2])), basis(), margin=0.4, spent=spent)
    assert (alone.value, alone.sentence) == (
        *("too few", "It would rest on 25 customers who ordered twice; from 30 on it is shown."),
    )
    assert cost_card.ltv_to_cac(latest(course(few, few)), basis(), margin=0.4, spent=spent).change is None


def test_without_new_customers_it_says_so():
    figure = shown(Spent(MONTHS[3], None, new_customers=0))
    assert (figure.value, figure.sentence) == ("–", "No new customer came in the months with costs.")


# In the cockpit


def in_the_cockpit(shop: Shop, query: str) -> Figure:
    selection = Selection.of(QueryDict(query))
    return cockpit.build(shop, reading.current(shop), selection, "", may_edit_shop=True).figures[-1]


def test_the_cockpit_compares_with_the_month_before_or_the_one_asked_for(
    open_shop: Callable[[Path], Shop], tmp_path: Path
) -> None:
    orders = [
        f"{m}-{n}-{day},{m}-{n},2025-{m:02}-{day} 10:00,20"
        for m in range(1, 8)
        for n in range(40)
        for day in ("05", "20")
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order,customer,time,amount", *orders]))
    shop = open_shop(path)
    for month in range(1, 7):
        AcquisitionCost.objects.create(shop=shop, channel="", month=date(2025, month, 1), amount=Decimal(100 * month))
    figure = in_the_cockpit(shop, "period=2025-06-01")
    assert "May 2025" in figure.change.against
    assert len(figure.spark) == 6
    assert None not in figure.spark
    assert "March 2025" in in_the_cockpit(shop, "period=2025-06-01&against=2025-03-01").change.against
