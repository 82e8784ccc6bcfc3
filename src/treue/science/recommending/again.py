"""How likely a customer buys a product again within a month, from how often and in which rhythm they bought it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from treue.science.recommending.history import Codes, History, Pairs
from treue.science.recommending.ranking import REASONS, Ranked, because, ranked
from treue.science.recommending.seasons import LATELY_DAYS, buyers, seasons

SAMPLE = 200_000
FEWEST_AGAIN = 50
DOUBT = 20
LONGEST = 3.0
FEATURES = ("times", "since", "off_rhythm", "repeated", "kept", "season", "buyers", "variety", "away")


@dataclass(frozen=True)
class BuyingAgain:
    """status: 'learned', or 'too little history', where a score is times bought × the product's `kept`, no probability.

    weights: of each of `FEATURES`, per standard deviation. pairs, again: what it was learned from, and how many of
    them were bought again.
    """

    status: str
    weights: dict[str, float]
    pairs: int
    again: int
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    constant: float

    def scores(self, pairs: Pairs, products: int, until: int) -> NDArray[np.float32]:
        """(p,) of each pair: probability to be bought within 30 days from `until`."""
        found = described(pairs, products, until)
        if self.status != "learned":
            return np.asarray(pairs.times * np.exp(found["kept"]), np.float32)
        linear = np.full(len(pairs), self.constant)
        for place, name in enumerate(FEATURES):
            linear += self.weights[name] * (found[name] - self.centre[place]) / self.spread[place]
        return np.asarray(expit(linear), np.float32)


def learn(history: History, seed: int) -> BuyingAgain:
    """What the 30 days before `as_of` say of those before them. A logistic regression on at most 200,000 pairs.

    Source: the features follow Bhagat et al. 2018, KDD, "Buy It Again", sections 4.1 (repeat customers of a product)
    and 4.4 (purchases and time since, of customer and product).
    """
    cut = history.as_of - LATELY_DAYS
    before = history.pairs(cut)
    later = history.bought.last[history.bought.first <= cut] > cut
    rows = np.arange(len(before))
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(len(rows), SAMPLE, replace=False))
    again = int(later[rows].sum())
    if again < FEWEST_AGAIN or again > len(rows) - FEWEST_AGAIN:
        nothing = np.zeros(len(FEATURES))
        return BuyingAgain("too little history", {}, len(rows), again, nothing, nothing, 0.0)
    found = described(before, history.shape[1], cut, rows)
    table = np.column_stack([found[name] for name in FEATURES]).astype(np.float64)
    centre, spread = table.mean(axis=0), table.std(axis=0)
    spread[spread == 0] = 1
    from sklearn.linear_model import LogisticRegression  # every command would wait for it: a third of its start

    model = LogisticRegression(max_iter=1000).fit((table - centre) / spread, later[rows])
    weights = dict(zip(FEATURES, model.coef_[0].tolist(), strict=True))
    return BuyingAgain("learned", weights, len(rows), again, centre, spread, float(model.intercept_[0]))


def described(
    pairs: Pairs, products: int, until: int, rows: Codes | slice = slice(None)
) -> dict[str, NDArray[np.float32]]:
    """(p,) of each pair, or of some of them, logarithms all but `repeated`.

    times: days with a purchase. since, away: days since that of the product, and of anything. off_rhythm: how far
    `since` is from the usual gap between two purchases of it. repeated: 1 if bought twice. kept: share of the
    product's earlier buyers who bought it in the last 30 days. season, buyers: of the product. variety: products ×
    days of the customer.
    """
    per_customer = np.bincount(pairs.customer, weights=pairs.times)
    last_of_any = np.zeros(len(per_customer), np.int64)
    np.maximum.at(last_of_any, pairs.customer, pairs.last)
    away = until - last_of_any
    asked = pairs.where(rows)
    since, repeated = until - asked.last, asked.times > 1
    usual = np.where(repeated, usual_days(asked), 0)
    off = np.abs(np.log((since + 3) / (usual + 3)))
    found = {
        "times": np.log(asked.times),
        "since": np.log(since + 7),
        "off_rhythm": np.where(repeated, np.minimum(off, LONGEST), 0),
        "repeated": repeated,
        "kept": np.log(_kept(pairs, products, until))[asked.product],
        "season": np.log(seasons(pairs, products, until))[asked.product],
        "buyers": np.log1p(buyers(pairs, products))[asked.product],
        "variety": np.log1p(per_customer)[asked.customer],
        "away": np.log(away + 7)[asked.customer],
    }
    return {name: each.astype(np.float32) for name, each in found.items()}


def usual_days(pairs: Pairs) -> NDArray[np.float64]:
    """(p,) mean days from one purchase to the next; infinite where there was one only."""
    gaps = pairs.times - 1
    return np.where(gaps > 0, (pairs.last - pairs.first) / np.maximum(gaps, 1), np.inf)


def bought_again(pairs: Pairs, scores: NDArray[np.float32], products: int, until: int, k: int) -> Ranked:
    """The k products of each customer that are most likely bought again.

    Reasons: 'due' where the usual gap has passed, 'regular' where it has not, 'bought_before' where bought once.
    """
    found = ranked(pairs.customer, pairs.product, scores, k)
    at = place_of(found, pairs, products)
    usual, since = usual_days(pairs)[at], until - pairs.last[at]
    due, regular, before = (REASONS.index(name) for name in ("due", "regular", "bought_before"))
    return because(found, np.where(np.isinf(usual), before, np.where(since >= usual, due, regular)))


def place_of(found: Ranked, pairs: Pairs, products: int) -> Codes:
    """(n,) where each of those found stands among the pairs."""
    return np.searchsorted(pairs.customer * products + pairs.product, found.customer * products + found.product)


def _kept(pairs: Pairs, products: int, until: int) -> NDArray[np.float64]:
    earlier = pairs.where(pairs.first <= until - LATELY_DAYS)
    were = buyers(earlier, products)
    stayed = buyers(earlier, products, until - LATELY_DAYS)
    usual = max(stayed.sum() / max(were.sum(), 1), 1e-3)
    return np.asarray((stayed + DOUBT * usual) / (were + DOUBT))
