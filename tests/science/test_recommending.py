"""Recommendations of shops so small that they can be told by heart."""

from datetime import date

import ibis
import numpy as np
import pyarrow as pa
import pytest

from tests.science.purchases_of import FIRST, circles, day, purchase_table
from treue.science.errors import ImpossibleHorizon, MissingColumn, MomentsWithZone, NoPurchases, WrongColumnType
from treue.science.recommending import (
    METHODS,
    NoCategories,
    NoHoldout,
    Recommender,
    RepeatedId,
    UnknownMethod,
    evaluate,
    set_aside,
)

TEA_AND_CUP = [
    *(("ann", "tea", 1), ("ann", "cup", 2), ("bob", "tea", 1), ("bob", "cup", 3), ("dan", "tea", 2), ("dan", "cup", 3)),
    ("cleo", "tea", 4),
]
AS_OF = day(180)


def fitted(rows=TEA_AND_CUP, **more) -> Recommender:
    return Recommender.fit(purchase_table(rows), as_of=more.pop("as_of", day(10)), seed=1, **more)


def found(table: pa.Table, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in table.to_pylist()]


def test_new_to_somebody_is_what_buyers_of_the_same_bought():
    assert found(fitted().new_to_you(), "customer_id", "rank", "product_id", "reason", "because_of") == [
        ("cleo", 1, "cup", "bought_together", "tea")
    ]


def test_who_bought_everything_is_recommended_nothing_new():
    assert fitted().new_to_you(["ann", "bob"]).num_rows == 0


@pytest.mark.parametrize("method", METHODS)
def test_everybody_is_recommended_what_their_circle_buys_for_a_reason_of_the_same_circle(method):
    first = fitted(circles(), as_of=AS_OF, method=method).new_to_you(k=1).to_pylist()
    circle = {f"c{number:03d}": "abc"[number % 3] for number in range(90)}
    assert len(first) > 80
    for row in first:
        assert row["product_id"][0] == row["because_of"][0] == circle[row["customer_id"]]


def test_buying_again_says_how_often_when_and_whether_it_is_due():
    rows = [("ann", "tea", at) for at in (0, 10, 20)] + [("ann", "oil", at) for at in (1, 31)] + [("ann", "cup", 30)]
    table = fitted(rows, as_of=day(33)).buy_again()
    columns = ("rank", "product_id", "reason", "times", "days_since", "usual_days")
    assert found(table, *columns) == [
        (1, "tea", "due", 3, 13, 10.0),
        (2, "oil", "regular", 2, 2, 30.0),
        (3, "cup", "bought_before", 1, 3, None),
    ]


def test_a_probability_to_buy_again_is_learned_where_the_history_suffices():
    model = fitted(circles(), as_of=AS_OF)
    assert model.again.status == "learned"
    scores = model.buy_again()["score"].to_numpy()
    assert ((scores > 0) & (scores < 1)).all()
    assert fitted().again.status == "too little history"


def test_a_dearer_product_is_one_of_the_category_that_buyers_of_the_cheaper_one_bought():
    rows = [*TEA_AND_CUP, ("dora", "pot", 5), ("dora", "tea", 5)]
    products = pa.table(
        {
            "product_id": ["tea", "cup", "pot", "jug"],
            "category": ["drink", "drink", "kitchen", "drink"],
            "price": [2.0, 5.0, 9.0, 12.0],
        }
    )
    table = fitted(rows, products=products).up_sell()
    assert found(table, "customer_id", "product_id", "reason", "because_of") == [
        ("cleo", "cup", "dearer_in_category", "tea"),
        ("dora", "cup", "dearer_in_category", "tea"),
    ]


def test_nothing_cheaper_is_an_up_sell():
    products = pa.table({"product_id": ["tea", "cup"], "category": ["drink", "drink"], "price": [5.0, 2.0]})
    assert fitted(products=products).up_sell().num_rows == 0


@pytest.mark.parametrize("products", [None, pa.table({"product_id": ["tea"], "price": [1.0]})])
def test_an_up_sell_needs_categories_and_prices(products):
    with pytest.raises(NoCategories):
        fitted(products=products).up_sell()


def test_what_is_not_available_is_recommended_to_nobody():
    rows = [*circles(), *((f"c{n:03d}", "pen", 170) for n in range(80))]
    products = pa.table(
        {
            "product_id": ["a0", "pen", "a1", "a2"],
            "available": [False, False, True, None],
            "category": ["x", "y", "x", "x"],
            "price": [9.0, 1.0, 1.0, 2.0],
        }
    )
    model = fitted(rows, as_of=AS_OF, products=products)
    for table in (model.new_to_you(), model.buy_again(), model.up_sell(), model.for_session(["a1"])):
        assert table.num_rows
        assert not {"a0", "pen"} & set(table["product_id"].to_pylist())


def test_a_visitor_is_shown_what_goes_with_the_products_of_the_session():
    table = fitted(circles(), as_of=AS_OF).for_session(["a1", "a2", "a1"], k=3)
    assert {product[0] for product in table["product_id"].to_pylist()} == {"a"}
    assert not {"a1", "a2"} & set(table["product_id"].to_pylist())
    assert set(table["reason"].to_pylist()) == {"bought_together"}
    assert set(table["because_of"].to_pylist()) <= {"a1", "a2"}
    assert table["customer_id"].null_count == 3


@pytest.mark.parametrize("session", [[], ["unheard"], [None], [7]])
def test_a_session_without_a_known_product_gets_what_is_popular(session):
    table = fitted(as_of=day(10)).for_session(session)
    assert found(table, "product_id", "reason") == [("tea", "popular"), ("cup", "popular")]
    assert table["score"].to_pylist() == pytest.approx([1, 3 / 4])


def test_an_unknown_product_beside_a_known_one_says_nothing():
    model = fitted(circles(), as_of=AS_OF)
    assert model.for_session(["unheard", "a1"]).equals(model.for_session(["a1"]))


def test_somebody_unknown_gets_what_is_popular_now_and_nothing_again():
    model = fitted()
    assert found(model.new_to_you(["new"]), "customer_id", "product_id", "reason") == [
        ("new", "tea", "popular"),
        ("new", "cup", "popular"),
    ]
    assert model.buy_again(["new"]).num_rows == 0


def test_popular_is_what_was_bought_in_the_last_month_and_nothing_else():
    rows = [(f"c{n}", "old", 0) for n in range(9)]
    rows += [(f"c{n}", product, at) for product in "ab" for n, at in ((1, 5), (2, 6), (3, 60))]
    rows += [(f"c{n}", "c", 60) for n in range(3)]
    assert fitted(rows, as_of=day(70)).new_to_you(["new"])["product_id"].to_pylist() == ["c", "a", "b"]
    assert fitted(rows, as_of=day(99)).for_session([]).num_rows == 0


@pytest.mark.parametrize("method", METHODS)
def test_what_one_or_two_bought_is_shown_to_no_stranger_and_leads_to_nothing(method):
    """One who buys a thing nobody else has says it to all who have something in common with them."""
    others = [("c000", "a0", 170), ("c003", "a0", 170), ("c006", "a0", 170)]
    rows = [*circles(), *others, ("c000", "a-rare", 170), ("c003", "a-rare", 171), ("c000", "a-only", 172)]
    kinds = [*(f"a{number}" for number in range(8)), "a-rare", "a-only"]
    prices = [*(float(number + 1) for number in range(8)), 20.0, 1.0]
    products = pa.table({"product_id": kinds, "category": ["a"] * 10, "price": prices})
    model = fitted(rows, as_of=AS_OF, method=method, products=products)
    rare = {"a-rare", "a-only"}
    for table in (model.new_to_you(k=50), model.up_sell(k=50), model.for_session(["a0"], k=50)):
        assert table.num_rows
        assert not rare & {*table["product_id"].to_pylist(), *table["because_of"].to_pylist()}
    assert rare <= set(model.buy_again(["c000"])["product_id"].to_pylist())
    assert set(model.for_session(["a-only"])["reason"].to_pylist()) == {"popular"}
    known = [*rows, ("c009", "a-rare", 172)]
    shown = fitted(known, as_of=AS_OF, method=method, products=products)
    assert "a-rare" in shown.up_sell(k=50)["product_id"].to_pylist()
    assert "a-rare" in shown.for_session(["a0"], k=50)["product_id"].to_pylist()


def test_a_newcomer_of_a_segment_gets_what_is_popular_there():
    rows = [(f"x{n}", "tea", 5) for n in range(40)] + [(f"y{n}", "cup", 5) for n in range(30)] + [("z", "jug", 5)]
    segments = pa.table(
        {
            "customer_id": [*(f"y{n}" for n in range(30)), "z", "new", "other"],
            "segment": [*["cups"] * 30, "jugs", "cups", "jugs"],
        }
    )
    model = fitted(rows, segments=segments)
    table = model.new_to_you(["other", "new"], k=1)
    # one buyer makes no segment: the shop's
    assert found(table, "customer_id", "product_id", "reason") == [
        ("other", "tea", "popular"),
        ("new", "cup", "popular_in_segment"),
    ]
    assert {"new", "other"} <= set(model.new_to_you()["customer_id"].to_pylist())


def test_answers_come_in_the_order_asked_each_customer_once():
    table = fitted().buy_again(["cleo", "ann", None, "cleo"])
    assert found(table, "customer_id", "rank") == [("cleo", 1), ("ann", 1), ("ann", 2)]


def test_a_customer_asked_alone_gets_what_they_get_among_all():
    model = fitted(circles(), as_of=AS_OF, method="als")
    for ask in (model.new_to_you, model.buy_again):
        everybody = ask()
        alone = ask(["c017"])
        mine = everybody.filter(pa.compute.equal(everybody["customer_id"], "c017"))
        assert alone.drop(["score"]).equals(mine.drop(["score"]))
        np.testing.assert_allclose(alone["score"].to_numpy(), mine["score"].to_numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", [None, *METHODS])
def test_the_same_purchases_in_another_order_give_the_same_to_the_digit(method):
    table = purchase_table(circles())
    shuffled = table.take(np.random.default_rng(3).permutation(len(table)))
    models = [Recommender.fit(each, as_of=AS_OF, seed=7, method=method) for each in (table, shuffled)]
    for question in ("new_to_you", "buy_again"):
        first, second = (getattr(model, question)() for model in models)
        assert first.equals(second)


def test_numbers_stay_numbers_and_an_ibis_table_is_one():
    table = purchase_table(TEA_AND_CUP)
    numbered = table.set_column(0, "customer_id", pa.array([1, 1, 2, 2, 4, 4, 3]))
    answer = Recommender.fit(ibis.memtable(numbered), as_of=day(10), seed=1).new_to_you()
    assert found(answer, "customer_id", "product_id") == [(3, "cup")]
    assert answer["customer_id"].type == pa.int64()


def test_what_is_no_purchase_is_set_aside_by_reason():
    rows = [
        *TEA_AND_CUP,
        (None, "tea", 1),
        ("ann", None, 1),
        ("cleo", "cup", 1),
        ("cleo", "cup", 1),
        ("cleo", "cup", 99),
    ]
    table = purchase_table(rows, quantity=[1.0] * 9 + [-1.0, 0.0, 1.0])
    assert set_aside(table, day(10)) == {"no_customer": 1, "no_product": 1, "given_back": 2, "after_as_of": 1}
    answer = Recommender.fit(table, as_of=day(10), seed=1).new_to_you()
    assert found(answer, "customer_id", "product_id") == [("cleo", "cup")]


@pytest.mark.parametrize("rows", [[("ann", "tea", 1)], [("ann", "tea", 1), ("bob", "tea", 2)]])
def test_a_shop_with_one_product_has_nothing_new_to_offer(rows):
    model = fitted(rows)
    assert model.choice.why == "too few to compare"
    assert model.new_to_you().num_rows == 0
    assert set(model.buy_again()["product_id"].to_pylist()) == {"tea"}


def test_the_way_is_chosen_by_the_last_month_and_its_figures_are_kept():
    choice = fitted(circles(), as_of=day(159)).choice
    ways = [(method, is_seasonal) for method in METHODS for is_seasonal in (True, False)]
    names = [f"{method} with seasons" if is_seasonal else f"{method} alone" for method, is_seasonal in ways]
    assert [each.method for each in choice.figures] == names
    best = max(choice.figures, key=lambda each: each.ndcg)
    assert (choice.method, choice.is_seasonal) == ways[names.index(best.method)]
    assert choice.why == "best in the holdout"


def test_a_way_asked_for_is_taken():
    assert fitted(method="cosine").choice.why == "asked for"
    with pytest.raises(UnknownMethod):
        fitted(method="guess")


def test_every_question_is_evaluated_beside_what_anybody_could_do():
    rows = circles()
    products = pa.table(
        {
            "product_id": [f"{circle}{number}" for circle in "abc" for number in range(8)],
            "category": [circle for circle in "abc" for _ in range(8)],
            "price": [float(number + 1) for _ in "abc" for number in range(8)],
        }
    )
    report = evaluate(purchase_table(rows), as_of=day(159), seed=1, products=products)
    assert [each.method for each in report.new_to_you] == [
        f"treue ({report.recommender.choice.method})",
        *(f"{method} {how}" for method in METHODS for how in ("with seasons", "alone")),
        "popular in 30 days",
    ]
    assert [each.method for each in report.buy_again] == [
        "treue (learned)", "frequency and popularity", "frequency", "most recent",
    ]  # fmt: skip
    assert [each.method for each in report.up_sell] == ["treue", "popular"]
    fewer = evaluate(purchase_table(rows), as_of=day(159), seed=1, products=products, up_sell_k=1)
    assert fewer.new_to_you == report.new_to_you
    assert fewer.up_sell[0].hit_rate < report.up_sell[0].hit_rate
    for figures in (*report.new_to_you, *report.buy_again, *report.up_sell):
        assert 0 <= figures.ndcg <= figures.hit_rate <= 1
        assert figures.customers > 0
    assert report.new_to_you[0].ndcg > report.new_to_you[-1].ndcg


def test_an_evaluation_sees_nothing_of_the_holdout():
    early, late = [row for row in circles() if row[2] <= 129], [row for row in circles() if row[2] > 129]
    report = evaluate(purchase_table(early + late), as_of=day(159), seed=1)
    alone = Recommender.fit(purchase_table(early), as_of=day(129), seed=1)
    assert report.recommender.choice == alone.choice
    assert report.recommender.again.weights == pytest.approx(alone.again.weights)


def test_without_a_purchase_after_the_cut_there_is_nothing_to_evaluate():
    for as_of in (day(100), day(3)):
        with pytest.raises(NoHoldout):
            evaluate(purchase_table(TEA_AND_CUP), as_of=as_of, seed=1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda table: table.drop(["product_id"]), MissingColumn),
        (lambda table: table.set_column(2, "ordered_at", pa.array(["soon"] * 7)), WrongColumnType),
        (lambda table: table.append_column("quantity", pa.array(["many"] * 7)), WrongColumnType),
        (
            lambda table: table.set_column(2, "ordered_at", pa.array([FIRST] * 7, pa.timestamp("us", "UTC"))),
            MomentsWithZone,
        ),
        (lambda table: table.slice(0, 0), NoPurchases),
    ],
)
def test_a_table_of_which_nothing_can_be_learned_is_refused(change, error):
    with pytest.raises(error):
        Recommender.fit(change(purchase_table(TEA_AND_CUP)), as_of=day(10), seed=1)


def test_nothing_bought_yet_is_refused():
    with pytest.raises(NoPurchases):
        fitted(as_of=date(2023, 12, 31))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"products": pa.table({"product_id": ["tea", "tea"], "price": [1, 2]})}, RepeatedId),
        ({"products": pa.table({"product_id": [1], "price": [1]})}, WrongColumnType),
        ({"products": pa.table({"product_id": ["tea"], "price": ["1"]})}, WrongColumnType),
        ({"products": pa.table({"product_id": ["tea"], "available": [1]})}, WrongColumnType),
        ({"products": pa.table({"name": ["tea"]})}, MissingColumn),
        ({"segments": pa.table({"customer_id": ["ann", "ann"], "segment": ["a", "b"]})}, RepeatedId),
        ({"segments": pa.table({"customer_id": ["ann"]})}, MissingColumn),
        ({"holdout_days": 0}, ImpossibleHorizon),
    ],
)
def test_facts_that_contradict_themselves_or_the_purchases_are_refused(facts, error):
    with pytest.raises(error):
        fitted(**facts)


def test_a_question_that_means_nothing_is_refused():
    model = fitted()
    for k in (0, float("nan"), "3"):
        with pytest.raises(ImpossibleHorizon):
            model.new_to_you(k=k)
    with pytest.raises(WrongColumnType):
        model.new_to_you([7])
