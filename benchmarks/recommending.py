"""Recommendations for every customer of five million purchases, in multiples of bare `implicit`.

`implicit` starts from a finished matrix, fits and scores all customers, with one thread of BLAS as it advises. Treue
starts from the table of purchases: it reads and encodes it, compares the methods by a holdout, learns what is bought
again, fits, and answers with tables in which each recommendation has its reason. Both ways are measured, whichever the
comparison would choose; each is beside `implicit`'s model of the same kind and size, in a process of its own, one right
after the other, and all is imported before. Where others work on the machine too, the processors' seconds say more than
the clock's.
"""

import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from threadpoolctl import threadpool_limits

from benchmarks.apart import apart, peak_memory
from treue.science.recommending import Recommender, facts
from treue.science.recommending.choosing import choose
from treue.science.recommending.factors import FACTORS, ITERATIONS
from treue.science.recommending.history import read
from treue.science.recommending.neighbours import K1, NEIGHBOURS, B

PURCHASES, CUSTOMERS, PRODUCTS, TASTES = 5_000_000, 250_000, 20_000, 200
FIRST_DAY, AS_OF, SEED, K = date(2024, 1, 1), date(2025, 12, 31), 2026, 10
Row = dict[str, Any]
Seconds = tuple[float, float]
BESIDE = {"buy again, for all"}
FIT_AND_SCORED = ("fitting, buying again included", "new to you, for all")


def run() -> list[Row]:
    return [row for method in ("als", "bm25") for row in compare(method)]


def compare(method: str) -> list[Row]:
    bare, memory = apart(bare_implicit, method)
    parts, own_memory = apart(treue, method)
    fit_and_scored = _together(parts[name] for name in FIT_AND_SCORED)
    all_of_it = _together(each for name, each in parts.items() if name not in BESIDE)
    return [
        {"what": f"{method}: bare implicit, fit and scoring", "measured": f"{_said(bare)}, {memory}", "target": ""},
        *({"what": f"{method}: {name}", "measured": _said(each), "target": ""} for name, each in parts.items()),
        _compared(f"{method}: fitting and scoring of it", fit_and_scored, bare, own_memory),
        _compared(f"{method}: new to you for all, with reading and choosing", all_of_it, bare, own_memory),
    ]


def _together(parts: Iterable[Seconds]) -> Seconds:
    clock, processors = zip(*parts, strict=True)
    return sum(clock), sum(processors)


def _compared(what: str, own: Seconds, bare: Seconds, memory: str) -> Row:
    times = f"{own[0] / bare[0]:.2f} times ({own[1] / bare[1]:.2f} by processors): {_said(own)}, {memory}"
    return {"what": what, "measured": times, "target": "at most 1.5 times"}


def generate() -> pa.Table:
    """Customers with two tastes each; the products of a taste, and those that everybody likes, are bought unevenly."""
    rng = np.random.default_rng(SEED)
    pace = rng.gamma(0.8, 1, CUSTOMERS) + 0.05
    customer = np.searchsorted(np.cumsum(pace / pace.sum()), rng.random(PURCHASES)).clip(0, CUSTOMERS - 1)
    taste = rng.integers(0, TASTES, (CUSTOMERS, 2))[customer, rng.integers(0, 2, PURCHASES)]
    shelf = PRODUCTS // TASTES
    liked = taste * shelf + np.minimum(rng.exponential(shelf / 4, PURCHASES).astype(np.int64), shelf - 1)
    anything = (PRODUCTS * rng.random(PURCHASES) ** 3).astype(np.int64)
    day = rng.integers(0, (AS_OF - FIRST_DAY).days + 1, PURCHASES).astype("timedelta64[D]")
    return pa.table(
        {
            "customer_id": customer,
            "product_id": pa.array(np.where(rng.random(PURCHASES) < 0.6, liked, anything)).cast(pa.string()),
            "ordered_at": (np.datetime64(FIRST_DAY) + day).astype("datetime64[s]"),
        }
    )


def bare_implicit(method: str) -> tuple[Seconds, str]:
    history = read(generate(), AS_OF)
    own = history.matrix(history.bought)
    customers = np.arange(own.shape[0])
    weighted = own if method == "als" else own.astype(np.float64)

    def work() -> None:
        model = _bare_model(method)
        model.fit(weighted, show_progress=False)
        model.recommend(customers, weighted, N=K)

    with threadpool_limits(1, "blas"):
        return _seconds(work), peak_memory()


def treue(method: str) -> tuple[dict[str, Seconds], str]:
    import sklearn.linear_model  # noqa: F401 as implicit is, before anything is measured

    purchases = generate()
    made: dict[str, Any] = {}

    def fit() -> None:
        known = facts.products(None, made["history"].products), facts.segments(None, made["history"].customers)
        made["model"] = Recommender.of(made["history"], *known, seed=SEED, method=method)

    steps: dict[str, Callable[[], Any]] = {
        "reading the purchases": lambda: made.update(history=read(purchases, AS_OF)),
        "choosing by holdout": lambda: choose(made["history"], SEED, 30),
        "fitting, buying again included": fit,
        "new to you, for all": lambda: made["model"].new_to_you(k=K),
        "buy again, for all": lambda: made["model"].buy_again(k=K),
    }
    return {name: _seconds(step) for name, step in steps.items()}, peak_memory()


def _bare_model(method: str) -> Any:
    if method == "als":
        return AlternatingLeastSquares(factors=FACTORS, iterations=ITERATIONS, random_state=SEED)
    return BM25Recommender(K=NEIGHBOURS + 1, K1=K1, B=B)


def _seconds(work: Callable[[], Any]) -> Seconds:
    """By the clock, and of the processors."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - worked


def _said(seconds: Seconds) -> str:
    return f"{seconds[0]:.1f} s (processors {seconds[1]:.1f} s)"
