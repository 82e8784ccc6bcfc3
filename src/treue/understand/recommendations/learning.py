"""Learn from what was bought, and see how good that would have been in the last month."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from treue.science.errors import NoPurchases
from treue.science.recommending import Figures, NoHoldout, Recommender, evaluate
from treue.understand.recommendations.models import Kind, Run
from treue.understand.recommendations.purchases import Facts

SEED = 1
HOLDOUT_DAYS = 30
MOST = {Kind.AGAIN: 10, Kind.NEW: 10, Kind.DEARER: 5}  # for each customer: so many are given out, and judged


def learn(run: Run, facts: Facts) -> Recommender | None:
    """Note on `run`, which is not saved, what was found; None where nobody bought anything."""
    known = {"as_of": run.until, "seed": SEED, "products": facts.products, "segments": facts.countries}
    try:
        run.figures = _figures(facts, known)  # first, and let go: two models at once take twice the memory
        model = Recommender.fit(facts.purchases, holdout_days=HOLDOUT_DAYS, **known)
    except NoPurchases:
        run.status = Run.Status.NO_PURCHASES
        return None
    run.customers, run.products = model.history.shape
    choice = model.choice
    run.method, run.similarity, run.is_seasonal, run.choice = (
        choice.method,
        choice.similarity,
        choice.is_seasonal,
        choice.why,
    )
    run.again = model.again.status
    return model


def _figures(facts: Facts, known: Mapping[str, Any]) -> Mapping[str, Sequence[Mapping[str, object]]]:
    counts = {"k": MOST[Kind.NEW], "up_sell_k": MOST[Kind.DEARER]}
    try:
        found = evaluate(facts.purchases, holdout_days=HOLDOUT_DAYS, **counts, **known)
    except NoHoldout:
        return {}
    by_kind: dict[str, tuple[Figures, ...]] = {
        Kind.AGAIN: found.buy_again,
        Kind.NEW: found.new_to_you,
        Kind.DEARER: found.up_sell,
    }
    return {str(kind): [asdict(each) for each in figures] for kind, figures in by_kind.items()}
