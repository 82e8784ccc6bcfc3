"""The leaves of boosted trees that join at most two features, and what each feature adds to them.

What is private to scikit-learn is read here and nowhere else, and held against what scikit-learn itself says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Path: TypeAlias = tuple[tuple[int, bool], ...]
CLOSE = 1e-6  # log-odds
AT_ONCE = 10_000  # rows


@dataclass(frozen=True)
class Split:
    """place: of the feature. threshold: a number up to it goes left. levels: of a text, whether each code does; of a
    number empty. missing: whether a missing value does."""

    place: int
    threshold: float
    levels: Flags
    missing: bool

    def goes_left(self, x: Floats) -> Flags:
        values, unknown = x[:, self.place], np.isnan(x[:, self.place])
        if not len(self.levels):
            return np.where(unknown, self.missing, values <= self.threshold)
        return np.where(unknown, self.missing, self.levels[np.where(unknown, 0, values).astype(np.intp)])


@dataclass(frozen=True)
class Leaf:
    """A product of conditions on one or two features, times `value`, in log-odds. path: the splits on the way by their
    number, and whether it goes left there."""

    value: float
    path: Path


@dataclass(frozen=True)
class Leaves:
    """Of all trees. means: of each leaf, the share of customers of whom its first feature's conditions hold, the
    second's, and both's: all that is kept of them."""

    features: int
    splits: tuple[Split, ...]
    leaves: tuple[Leaf, ...]
    means: Floats

    @classmethod
    def of(cls, model: HistGradientBoostingClassifier, codes: Sequence[int], against: Floats) -> "Leaves":
        """codes: how many each feature has, 0 of a number. against: (n, p) the customers who together are the average.
        Raises RuntimeError where the leaves do not add up to what the model says: scikit-learn has changed."""
        splits, read = _read(model, codes)
        leaves = tuple(leaf for leaf in read if leaf.path)  # a tree without a split says the same of everybody
        told = np.full(len(against), _start(model) + sum(leaf.value for leaf in read if not leaf.path))
        found, means = cls(len(codes), splits, leaves, np.zeros((len(leaves), 3))), np.zeros((len(leaves), 3))
        masks = found._masks(against)
        for place, leaf in enumerate(leaves):
            (_, a), (_, b) = found._conditions(leaf, masks)
            means[place] = a.mean(), b.mean(), (a & b).mean()
            told += leaf.value * (a & b)
        if not np.allclose(told, model.decision_function(against), rtol=0, atol=CLOSE):
            raise RuntimeError("The leaves of scikit-learn's trees do not add up to its decision function.")
        return replace(found, means=means)

    def contributions(self, x: Floats) -> Floats:
        """(n, p) interventional Shapley values in log-odds.

        Of a leaf a·b, where a speaks of one feature and b of another, the first has ½ (a·b − E[ab] + a·E[b] − E[a]·b):
        the mean of what it adds before the other is known, and after. Of a leaf a alone it has a − E[a].
        """
        parts = [self._contributions(x[begin : begin + AT_ONCE]) for begin in range(0, len(x), AT_ONCE)]
        return np.vstack([np.zeros((0, self.features)), *parts])

    def _contributions(self, x: Floats) -> Floats:
        found, masks = np.zeros((len(x), self.features)), self._masks(x)
        for leaf, (mean_a, mean_b, mean_ab) in zip(self.leaves, self.means, strict=True):
            (first, a), (second, b) = self._conditions(leaf, masks)
            if first == second:
                found[:, first] += leaf.value * (a - mean_a)
                continue
            both = (a & b) - mean_ab
            found[:, first] += leaf.value / 2 * (both + a * mean_b - mean_a * b)
            found[:, second] += leaf.value / 2 * (both + b * mean_a - mean_b * a)
        return found

    def _masks(self, x: Floats) -> list[Flags]:
        return [split.goes_left(x) for split in self.splits]

    def _conditions(self, leaf: Leaf, masks: list[Flags]) -> tuple[tuple[int, Flags], tuple[int, Flags]]:
        """What must hold of the first and of the second feature, each with its place; the same where it is one."""
        held: dict[int, Flags] = {}
        for split, is_left in leaf.path:
            place, holds = self.splits[split].place, masks[split] if is_left else ~masks[split]
            held[place] = held[place] & holds if place in held else holds
        conditions = list(held.items())
        return conditions[0], conditions[-1]


def _read(model: HistGradientBoostingClassifier, codes: Sequence[int]) -> tuple[tuple[Split, ...], tuple[Leaf, ...]]:
    # scikit-learn puts texts before numbers, and numbers the codes it saw anew
    places = np.argsort([count == 0 for count in codes], kind="stable")
    numbered = _numbered(model, codes)
    splits: list[Split] = []
    leaves: list[Leaf] = []
    for (tree,) in model._predictors:
        nodes, known = tree.nodes, {}
        for value, path in _paths(nodes, 0):
            for node, _ in path:
                if node not in known:
                    known[node] = len(splits)
                    splits.append(_split(tree, nodes[node], places, numbered))
            leaves.append(Leaf(value, tuple((known[node], is_left) for node, is_left in path)))
    return tuple(splits), tuple(leaves)


def _paths(nodes: Any, at: int, before: Path = ()) -> Iterator[tuple[float, Path]]:
    if nodes[at]["is_leaf"]:
        yield float(nodes[at]["value"]), before
        return
    for side, is_left in (("left", True), ("right", False)):
        yield from _paths(nodes, int(nodes[at][side]), (*before, (at, is_left)))


def _split(tree: Any, node: Any, places: NDArray[np.intp], numbered: Sequence[Floats]) -> Split:
    place, missing = int(places[node["feature_idx"]]), bool(node["missing_go_to_left"])
    if not node["is_categorical"]:
        return Split(place, float(node["num_threshold"]), np.zeros(0, np.bool_), missing)
    bits = np.unpackbits(tree.raw_left_cat_bitsets[node["bitset_idx"]].view(np.uint8), bitorder="little").astype(
        np.bool_
    )
    unseen = np.isnan(numbered[place])
    levels = np.where(unseen, missing, bits[np.where(unseen, 0, numbered[place]).astype(np.intp)])
    return Split(place, np.nan, levels, missing)


def _numbered(model: HistGradientBoostingClassifier, codes: Sequence[int]) -> list[Floats]:
    """Of each text the number that scikit-learn gave each code, NaN where it saw none."""
    if not any(codes):
        return [np.zeros(0) for _ in codes]
    grid = np.full((max(codes), len(codes)), np.nan)
    for place, count in enumerate(codes):
        grid[:count, place] = np.arange(count)
    texts = iter(model._preprocess_X(grid, reset=False).T)
    return [next(texts)[:count] if count else np.zeros(0) for count in codes]


def _start(model: HistGradientBoostingClassifier) -> float:
    return float(np.ravel(model._baseline_prediction)[0])
