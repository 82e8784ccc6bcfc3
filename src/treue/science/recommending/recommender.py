"""What to recommend to whom: again, new, dearer, and to visitors of whom only the session is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from treue.science.asked import whole
from treue.science.recommending import facts
from treue.science.recommending.again import BuyingAgain, bought_again, learn, place_of, usual_days
from treue.science.recommending.choosing import METHODS, Choice, choose
from treue.science.recommending.dearer import dearer
from treue.science.recommending.errors import UnknownMethod
from treue.science.recommending.factors import Factors
from treue.science.recommending.history import UNKNOWN, Codes, History, Table, places, read, sparse
from treue.science.recommending.neighbours import leading, near, nearest, neighbours, weigh
from treue.science.recommending.popular import Popular, filled, first_popular, popular
from treue.science.recommending.ranking import REASONS, Ranked, because, joined
from treue.science.recommending.seasons import buyers, seasons
from treue.science.recommending.tables import Asked, table

Customers: TypeAlias = Sequence[Any] | pa.Array | None
FEWEST_BUYERS = 3  # what fewer bought would show strangers one person's purchase


@dataclass(frozen=True)
class Recommender:
    """Everything learned from a shop's purchases. `choice` and `again` say how, with the figures they were chosen by.

    Every answer is a table `customer_id`, `rank` (1 the best), `product_id`, `score` (to be compared within one reason
    only), `reason` and `because_of` (a product the customer bought or looked at, null where there is none), by customer
    in the order asked, or of their ids where all are meant. What scores alike is ordered by product id. Customers of
    whom nothing is known get what is popular, where the question allows it. What fewer than three customers bought is
    recommended to its buyers alone, and leads to nothing else.
    """

    history: History
    products: facts.Products
    segments: facts.Segments
    choice: Choice
    again: BuyingAgain
    own: sp.csr_matrix
    weight: NDArray[np.float32]
    similarity: sp.csr_matrix
    factors: Factors | None
    most: Popular

    @classmethod
    def fit(
        cls,
        purchases: Table,
        *,
        as_of: date,
        seed: int,
        products: Table | None = None,
        segments: Table | None = None,
        method: str | None = None,
        holdout_days: int = 30,
    ) -> "Recommender":
        """purchases: `customer_id`, `product_id`, `ordered_at`, and `quantity` or `amount` where known (see
        `history.read`). as_of: last day included. products: `product_id`, and `category`, `price`, `available` where
        known. segments: `customer_id`, `segment`. method: one of `METHODS`; None chooses by the last `holdout_days`.

        Raises MissingColumn, WrongColumnType, MomentsWithZone, NoPurchases, RepeatedId, UnknownMethod,
        ImpossibleHorizon.
        """
        history = read(purchases, as_of)
        known = facts.products(products, history.products), facts.segments(segments, history.customers)
        return cls.of(history, *known, seed=seed, method=method, holdout_days=holdout_days)

    @classmethod
    def of(
        cls,
        history: History,
        products: facts.Products,
        segments: facts.Segments,
        *,
        seed: int,
        method: str | None = None,
        holdout_days: int = 30,
    ) -> "Recommender":
        if method is not None and method not in METHODS:
            raise UnknownMethod(method, METHODS)
        whole("holdout_days", holdout_days, least=1)
        choice = choose(history, seed, holdout_days) if method is None else _asked_for(method)
        pairs = history.bought
        own = history.matrix(pairs)
        season = seasons(pairs, history.shape[1], history.as_of) if choice.is_seasonal else np.float32(1)
        enough = buyers(pairs, history.shape[1]) >= FEWEST_BUYERS
        shown = products.available & enough
        weight = season * shown
        return cls(
            history=history,
            products=products,
            segments=segments,
            choice=choice,
            again=learn(history, seed),
            own=own,
            weight=weight,
            similarity=weigh(leading(neighbours(own, choice.similarity), enough), weight),
            factors=Factors(own, seed) if choice.method == "als" else None,
            most=popular(pairs, segments.segment, history.as_of, shown),
        )

    def buy_again(self, customers: Customers = None, k: int = 10) -> pa.Table:
        """What each has bought and will most likely buy again within 30 days; the score is that probability, if
        `again.status` is 'learned'. Nothing for those who never bought.

        Beside the usual columns `times` (days with a purchase of it), `days_since` the last, and `usual_days` from one
        to the next (null where bought once). Raises ImpossibleHorizon.
        """
        asked = self._asked(customers, k)
        found = self._again(asked.known, k)
        pairs, size = self.history.bought, self.history.shape[1]
        at = place_of(found, pairs, size)
        usual = usual_days(pairs)[at]
        more = {
            "times": pa.array(pairs.times[at]),
            "days_since": pa.array(self.history.as_of - pairs.last[at]),
            "usual_days": pa.array(usual, mask=np.isinf(usual)),
        }
        return table(found, asked, self.history, more)

    def new_to_you(self, customers: Customers = None, k: int = 10) -> pa.Table:
        """What each never bought and is most likely to. Raises ImpossibleHorizon.

        'bought_together' with the product `because_of` which, 'similar_customers', or, where too little is known of
        somebody, 'popular_in_segment' or 'popular'.
        """
        asked = self._asked(customers, k)
        found = filled(self._new(asked.known, k), asked.known, self.segments.segment, self.own, self.most, k)
        nothing = np.zeros(0, np.int64)
        strangers = (
            first_popular(self.most, segment, code, nothing, k)
            for code, segment in zip(asked.stranger.tolist(), asked.segment.tolist(), strict=True)
        )
        return table(joined([found, *strangers]), asked, self.history)

    def up_sell(self, customers: Customers = None, k: int = 10) -> pa.Table:
        """Dearer products of a category in which each bought a cheaper one, `because_of` whose buyers buy them.

        Only what they never bought; nothing where there is nothing dearer. Raises NoCategories, ImpossibleHorizon.
        """
        self.products.require_categories()
        asked = self._asked(customers, k)
        found = near(self.own, asked.known, self.dearer, k)
        found = because(found, "dearer_in_category", nearest(found, self.own, self.dearer))
        return table(found, asked, self.history)

    def for_session(self, product_ids: Sequence[Any] | pa.Array, k: int = 10) -> pa.Table:
        """For a visitor without a name: what goes with the products looked at or put into the cart, none of these.

        Unknown products say nothing; without a known one, and in free places, what is popular in the shop.
        `customer_id` is null. Raises ImpossibleHorizon.
        """
        _require_count(k)
        seen = places(self.history.products, product_ids)
        seen = np.unique(seen[seen != UNKNOWN])
        own = sparse(np.zeros(len(seen), np.int64), seen, (1, self.history.shape[1]))
        visitor = np.zeros(1, np.int64)
        found = near(own, visitor, self.similarity, k)
        found = because(found, "bought_together", nearest(found, own, self.similarity))
        found = filled(found, visitor, np.full(1, UNKNOWN), own, self.most, k)
        nobody = pa.nulls(1, self.history.customers.type)
        return table(found, Asked(nobody, visitor, visitor[:0], visitor[:0]), self.history)

    @cached_property
    def dearer(self) -> sp.csr_matrix:
        enough = buyers(self.history.bought, self.history.shape[1]) >= FEWEST_BUYERS
        return leading(dearer(self.own, self.products, self.weight), enough)

    def _new(self, customers: Codes, k: int) -> Ranked:
        """Without what is popular only."""
        if self.factors is None:
            found = near(self.own, customers, self.similarity, k)
        else:
            found = self.factors.near(self.own, customers, self.weight, k)
        because_of = nearest(found, self.own, self.similarity)
        similar, together = REASONS.index("similar_customers"), REASONS.index("bought_together")
        return because(found, np.where(because_of == UNKNOWN, similar, together), because_of)

    @cached_property
    def _again_scores(self) -> NDArray[np.float32]:
        return self.again.scores(self.history.bought, self.history.shape[1], self.history.as_of)

    def _again(self, customers: Codes, k: int) -> Ranked:
        pairs = self.history.bought
        meant = np.zeros(self.history.shape[0], np.bool_)
        meant[customers] = True
        keep = meant[pairs.customer] & self.products.available[pairs.product]
        scores = self._again_scores[keep]
        return bought_again(pairs.where(keep), scores, self.history.shape[1], self.history.as_of, k)

    def _asked(self, customers: Customers, k: int) -> Asked:
        _require_count(k)
        return Asked.of(customers, self.history.customers, self.segments)


def _asked_for(method: str) -> Choice:
    return Choice(method, method if method in ("bm25", "cosine") else "bm25", "asked for")


def _require_count(k: int) -> None:
    whole("k", k, least=1)
