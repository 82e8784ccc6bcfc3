"""How good each kind of recommendation would have been in the last month, beside what anybody could have done."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from treue.science.asked import whole
from treue.science.recommending import facts
from treue.science.recommending.choosing import METHODS, learned, new_purchases
from treue.science.recommending.dearer import dearer_popular
from treue.science.recommending.errors import NoHoldout
from treue.science.recommending.history import UNKNOWN, Codes, History, Pairs, Table, read
from treue.science.recommending.measuring import Figures, Wanted, measure
from treue.science.recommending.neighbours import near
from treue.science.recommending.popular import filled
from treue.science.recommending.ranking import Ranked, joined, ranked
from treue.science.recommending.recommender import Recommender
from treue.science.recommending.seasons import buyers, seasons


@dataclass(frozen=True)
class Evaluation:
    """Figures by question, the recommender's own first, then the baselines. None of up_sell without categories."""

    recommender: Recommender
    new_to_you: tuple[Figures, ...]
    buy_again: tuple[Figures, ...]
    up_sell: tuple[Figures, ...]


def evaluate(
    purchases: Table,
    *,
    as_of: date,
    seed: int,
    holdout_days: int = 30,
    products: Table | None = None,
    segments: Table | None = None,
    k: int = 10,
    up_sell_k: int | None = None,
) -> Evaluation:
    """Fits on what was bought up to `holdout_days` before `as_of`, and looks at what was bought since.

    The method is chosen by a holdout before that one, so nothing is measured on what it was chosen by. New to you: only
    products the customer never bought; buy again: only those bought; up-sell: those dearer than one bought of their
    category, and never bought. Customers count who bought at least one such product in the holdout and anything before.
    k, up_sell_k: how many recommendations of each count, of up-sell as many where it is not said. Raises as
    `Recommender.fit`, and NoHoldout.
    """
    up_sell_k = k if up_sell_k is None else up_sell_k
    for name, value in (("holdout_days", holdout_days), ("k", k), ("up_sell_k", up_sell_k)):
        whole(name, value, least=1)
    everything = read(purchases, as_of)
    cut = everything.as_of - holdout_days
    before = everything.up_to(cut)
    if not len(before.day):
        raise NoHoldout(holdout_days)
    known = facts.products(products, everything.products), facts.segments(segments, everything.customers)
    model = Recommender.of(before, *known, seed=seed, holdout_days=holdout_days)
    new = new_purchases(everything, before.bought, cut)
    again = _bought_again(everything, before.bought, cut)
    if not len(new.customer) and not len(again.customer):
        raise NoHoldout(holdout_days)
    new_to_you, up_sell = _new_to_you(model, new, seed, k), _up_sell(model, new, up_sell_k)
    return Evaluation(model, new_to_you, _buy_again(model, again, k), up_sell)


def _new_to_you(model: Recommender, wanted: Wanted, seed: int, k: int) -> tuple[Figures, ...]:
    if not len(wanted.customer):
        return ()
    customers, as_ever = wanted.customers, model.products.available.astype(np.float32)
    history, segment = model.history, model.segments.segment
    season = seasons(history.bought, history.shape[1], history.as_of) * model.products.available
    answers = {f"treue ({model.choice.method})": _filled(model, model._new(customers, k), customers, segment, k)}
    for method in METHODS:
        way = learned(method, model.own, seed)
        answers[f"{method} with seasons"] = way(customers, season, k)
        answers[f"{method} alone"] = way(customers, as_ever, k)
    answers["popular in 30 days"] = _filled(model, joined(()), customers, np.full(len(segment), UNKNOWN), k)
    if model.most.by_segment:
        answers["popular in the segment"] = _filled(model, joined(()), customers, segment, k)
    return tuple(measure(name, found, wanted, _known(model), k) for name, found in answers.items())


def _buy_again(model: Recommender, wanted: Wanted, k: int) -> tuple[Figures, ...]:
    if not len(wanted.customer):
        return ()
    pairs = model.history.bought
    popularity = buyers(pairs, model.history.shape[1])
    share = (popularity / (popularity.max() + 1))[pairs.product]
    answers = {
        f"treue ({model.again.status})": model._again(wanted.customers, k),
        "frequency and popularity": _by(pairs, pairs.times + share, k),
        "frequency": _by(pairs, pairs.times.astype(np.float64), k),
        "most recent": _by(pairs, (pairs.last - pairs.last.min() + 1).astype(np.float64), k),
    }
    return tuple(measure(name, found, wanted, _known(model), k) for name, found in answers.items())


def _up_sell(model: Recommender, new: Wanted, k: int) -> tuple[Figures, ...]:
    wanted = _dearer_than_bought(model, new)
    if not len(wanted.customer):
        return ()
    popularity = buyers(model.history.bought, model.history.shape[1]).astype(np.float32)
    popularity *= model.products.available
    answers = {
        "treue": near(model.own, wanted.customers, model.dearer, k),
        "popular": near(model.own, wanted.customers, dearer_popular(model.products, popularity), k, popularity),
    }
    return tuple(measure(name, found, wanted, _known(model), k) for name, found in answers.items())


def _bought_again(whole: History, before: Pairs, cut: int) -> Wanted:
    """The pairs of before whose last purchase lies after it."""
    same = whole.bought.where(whole.bought.first <= cut)
    return Wanted(before.customer[same.last > cut], before.product[same.last > cut])


def _dearer_than_bought(model: Recommender, new: Wanted) -> Wanted:
    """Of the new products those dearer than the cheapest of their category that the customer bought before."""
    category, price, pairs = model.products.category, model.products.price, model.history.bought
    usable = (category != UNKNOWN) & (price > 0)
    size = int(category.max(initial=0)) + 1
    owned = usable[pairs.product]
    keys, place = np.unique((pairs.customer * size + category[pairs.product])[owned], return_inverse=True)
    cheapest = np.full(len(keys), np.inf)
    np.minimum.at(cheapest, place, price[pairs.product][owned])
    asked = new.customer * size + category[new.product]
    at = np.searchsorted(keys, asked).clip(0, max(len(keys) - 1, 0))
    if not len(keys):
        return Wanted(new.customer[:0], new.product[:0])
    kept = usable[new.product] & (keys[at] == asked) & (price[new.product] > cheapest[at])
    return Wanted(new.customer[kept], new.product[kept])


def _filled(model: Recommender, found: Ranked, customers: Codes, segment: Codes, k: int) -> Ranked:
    return filled(found, customers, segment, model.own, model.most, k)


def _by(pairs: Pairs, score: np.ndarray, k: int) -> Ranked:
    return ranked(pairs.customer, pairs.product, score.astype(np.float32), k)


def _known(model: Recommender) -> int:
    return len(np.unique(model.history.bought.product))
