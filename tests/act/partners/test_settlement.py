"""What a month comes to, as a pure function."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from treue.act.partners.models import Kind
from treue.act.partners.settlement import IN_FEE, OWED_BY_PARTNER, Correction, Movement, Terms, lines, net, rounded

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
MONTHS = [date(2026, month, 1) for month in range(1, 13)]
CENT = Decimal("0.01")
TERMS = {
    1: Terms(Decimal("0.01"), Decimal("0.008"), Decimal(20), Decimal("0.05")),
    2: Terms(Decimal("0.0133"), Decimal("0.0099")),
}
LEGS = [Kind.ISSUE, Kind.RETURN, Kind.REDEEM, Kind.ROLL_BACK]
prices = st.decimals(0, 10, places=6)
terms = st.builds(Terms, prices, prices, st.decimals(0, 500, places=2), st.decimals(0, 1, places=4))
movements = st.builds(
    Movement, st.sampled_from(LEGS), st.sampled_from(MONTHS), st.sampled_from([1, 2]), st.integers(1, 10**7)
)


def told(month: date, *of: Movement, standing: int | None = 1, **more: object) -> list[tuple]:
    found = lines(month, of, TERMS, standing=standing, **more)
    return [(each.kind, each.month, each.points, each.amount) for each in found]


def test_a_month_is_issued_less_returned_less_redeemed_and_fees() -> None:
    of = [
        Movement(Kind.ISSUE, NOVEMBER, 1, 10_000),
        Movement(Kind.RETURN, NOVEMBER, 1, 500),
        Movement(Kind.REDEEM, NOVEMBER, 1, 4_000),
        Movement(Kind.ROLL_BACK, NOVEMBER, 1, 1_000),
    ]
    assert told(NOVEMBER, *of) == [
        (Kind.ISSUE, NOVEMBER, 10_000, Decimal("100.00")),
        (Kind.RETURN, NOVEMBER, 500, Decimal("-5.00")),
        (Kind.REDEEM, NOVEMBER, 4_000, Decimal("-32.00")),
        (Kind.ROLL_BACK, NOVEMBER, 1_000, Decimal("8.00")),
        (Kind.FEE_RATE, NOVEMBER, 9_500, Decimal("4.75")),
        (Kind.MONTHLY_FEE, NOVEMBER, None, Decimal("20.00")),
    ]
    assert net(lines(NOVEMBER, of, TERMS, standing=1)) == Decimal("95.75")


def test_an_agreement_that_changes_within_the_month_gives_lines_of_its_own() -> None:
    of = [Movement(Kind.ISSUE, NOVEMBER, 1, 100), Movement(Kind.ISSUE, NOVEMBER, 2, 100)]
    assert [each[2:] for each in told(NOVEMBER, *of, standing=2)] == [
        (100, Decimal("1.00")),
        (100, Decimal("1.33")),
        (100, Decimal("0.05")),
    ]


def test_half_a_cent_is_rounded_up_away_from_zero() -> None:
    assert [rounded(Decimal(each), 2) for each in ("0.005", "-0.005", "0.0149", "0.025")] == [
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("0.01"),
        Decimal("0.03"),
    ]
    assert rounded(Decimal("2.5"), 0) == 3


def test_what_came_late_and_what_a_dispute_put_right_come_last() -> None:
    late, own = Movement(Kind.ISSUE, OCTOBER, 2, 100), Movement(Kind.ISSUE, NOVEMBER, 2, 100)
    corrections = [Correction(7, 3, OCTOBER, Decimal("-2.50"))]
    assert told(NOVEMBER, late, own, standing=None, corrections=corrections) == [
        (Kind.ISSUE, NOVEMBER, 100, Decimal("1.33")),
        (Kind.ISSUE, OCTOBER, 100, Decimal("1.33")),
        (Kind.CORRECTION, OCTOBER, None, Decimal("-2.50")),
    ]


def test_a_month_without_anything_owes_nothing() -> None:
    assert (told(NOVEMBER, standing=None), net([])) == ([], 0)


@given(st.lists(movements, max_size=30), terms, terms, st.randoms())
def test_the_order_of_what_happened_says_nothing(of: list, first: Terms, second: Terms, random: object) -> None:
    agreed = {1: first, 2: second}
    turned = list(of)
    random.shuffle(turned)
    assert lines(DECEMBER, of, agreed, standing=1) == lines(DECEMBER, turned, agreed, standing=1)


@given(st.lists(st.tuples(movements, st.integers(0, 3)), max_size=40), terms, terms)
def test_all_statements_together_come_to_all_legs_however_late_they_are(
    happened: list[tuple[Movement, int]], first: Terms, second: Terms
) -> None:
    """delay: how many months later than its own a leg is settled."""
    agreed = {1: first, 2: second}
    months = [*MONTHS, *(date(2027, month, 1) for month in range(1, 4))]
    due = {month: [] for month in months}
    for movement, delay in happened:
        due[months[months.index(movement.month) + delay]].append(movement)
    statements = {month: lines(month, some, agreed, standing=None) for month, some in due.items()}
    found = [each for some in statements.values() for each in some]
    for kind in LEGS:
        assert sum(each.points for each in found if each.kind == kind) == sum(
            movement.points for movement, _delay in happened if movement.kind == kind
        )
    exact = Decimal(0)
    for movement, _delay in happened:
        of = agreed[movement.agreement]
        exact += movement.points * of.price(movement.kind) * OWED_BY_PARTNER[movement.kind]
        exact += movement.points * of.issue_price * of.fee_rate * IN_FEE.get(movement.kind, 0)
    owed = sum((net(some) for some in statements.values()), Decimal(0))
    assert abs(owed - exact) <= len(found) * CENT / 2


@given(st.integers(1, 10**9), terms)
def test_what_goes_back_in_full_in_one_month_costs_nothing(points: int, agreed: Terms) -> None:
    of = [Movement(kind, NOVEMBER, 1, points) for kind in LEGS]
    assert net(lines(NOVEMBER, of, {1: agreed}, standing=None)) == 0


@given(st.lists(movements, max_size=20), terms, terms)
def test_a_statement_is_the_sum_of_its_lines_as_they_are_printed(of: list, first: Terms, second: Terms) -> None:
    found = lines(DECEMBER, of, {1: first, 2: second}, standing=2)
    assert all(each.amount == each.amount.quantize(CENT) for each in found)
    assert net(found) == sum((each.amount for each in found), Decimal(0))
