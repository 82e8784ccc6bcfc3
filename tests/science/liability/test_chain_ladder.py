"""The chain ladder and its error against the table of its paper."""

import numpy as np
import pytest

from treue.science.liability import ChainLadder, ImpossibleTriangle

# Claims paid, cumulative: Taylor & Ashe 1983, Journal of Econometrics 23, as Mack 1993 has them.
TAYLOR_ASHE = (
    (357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463),
    (352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085),
    (290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315),
    (310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268),
    (443160, 1136350, 2128333, 2897821, 3402672, 3873311),
    (396132, 1333217, 2180715, 2985752, 3691712),
    (440832, 1288463, 2419861, 3483130),
    (359480, 1421128, 2864498),
    (376686, 1363294),
    (344014,),
)


def triangle(rows) -> np.ndarray:
    found = np.full((len(rows), max(map(len, rows))), np.nan)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found


def test_the_reserves_are_those_of_mack_1993():
    chain = ChainLadder.fit(triangle(TAYLOR_ASHE))
    reserves = chain.ultimate - [row[-1] for row in TAYLOR_ASHE]
    assert [round(each) for each in reserves] == [
        *(0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811)
    ]
    assert round(reserves.sum()) == 18_680_856


def test_the_standard_errors_are_those_of_mack_1993():
    chain = ChainLadder.fit(triangle(TAYLOR_ASHE))
    assert [round(each) for each in chain.standard_error] == [
        *(0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155)
    ]
    assert round(chain.total_standard_error) == 2_447_095


def test_the_factors_are_those_of_mack_1993():
    chain = ChainLadder.fit(triangle(TAYLOR_ASHE))
    assert [round(each, 4) for each in chain.factors] == [
        *(3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177)
    ]


def test_order_of_rows_changes_nothing_of_the_errors():
    rows = triangle(TAYLOR_ASHE)
    mixed = np.random.default_rng(3).permutation(10)
    one, other = ChainLadder.fit(rows), ChainLadder.fit(rows[mixed], mixed)
    assert other.standard_error == pytest.approx(one.standard_error[mixed])
    assert other.total_standard_error == pytest.approx(one.total_standard_error)
    assert other.month_effects == pytest.approx(one.month_effects)


def test_what_deviates_in_one_month_deviates_together():
    """Ten cohorts lose a tenth a month, but in the fifth month of the calendar all lose twice as much."""
    ages = np.arange(10)
    month = ages[:, None] + ages[1:]
    alike = 1000 * np.cumprod(np.where(month == 5, 0.8, 0.9), axis=1)
    rows = np.column_stack([np.full(10, 1000.0), alike])
    rows[ages[None] > 9 - ages[:, None]] = np.nan
    of_process, of_parameters = ChainLadder.fit(rows).month_effects
    assert of_process > 2
    assert of_parameters > 2


def test_of_nothing_nothing_comes():
    chain = ChainLadder.fit(triangle([(0, 0, 0), (0, 0), (0,)]))
    assert chain.ultimate.tolist() == [0, 0, 0]
    assert chain.total_standard_error == 0
    assert chain.month_effects == (1.0, 1.0)


def test_a_single_row_has_no_error_that_could_be_told():
    chain = ChainLadder.fit(triangle([(100, 90, 80)]))
    assert chain.ultimate.tolist() == [80]
    assert chain.total_standard_error == 0
    assert chain.months == 0


@pytest.mark.parametrize(
    ("rows", "row", "fact"),
    [
        ([(1, 2), (1, np.nan, 3)], 1, "has a gap"),
        ([(1, 2), (np.nan,)], 1, "is empty"),
        ([(-1, 2), (1,)], 0, "falls below 0"),
    ],
)
def test_impossible_triangles_are_refused(rows, row, fact):
    with pytest.raises(ImpossibleTriangle) as refused:
        ChainLadder.fit(triangle(rows))
    assert (refused.value.row, refused.value.fact) == (row, fact)
