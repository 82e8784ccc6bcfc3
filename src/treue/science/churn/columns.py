"""Features as a matrix: numbers as they are, texts by the number of their level."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science.churn.contracts import Contracts, Kind
from treue.science.errors import WrongColumnType

Floats = NDArray[np.float64]
MOST_LEVELS = 50
FEWEST_OF_A_LEVEL = 10


@dataclass(frozen=True)
class Columns:
    """(p,) features. levels: of each text, the values that count by themselves; all others are one level, the last."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, contracts: Contracts, names: Sequence[str]) -> "Columns":
        kinds = tuple(contracts.kinds[name] for name in names)
        levels = (
            _levels(contracts, name) if kind == "category" else () for name, kind in zip(names, kinds, strict=True)
        )
        return cls(tuple(names), kinds, tuple(levels))

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def is_category(self) -> NDArray[np.bool_]:
        return np.array([kind == "category" for kind in self.kinds])

    def matrix(self, contracts: Contracts) -> Floats:
        """(n, p), NaN where missing. Raises WrongColumnType where a feature is of another kind than was learned."""
        found = np.empty((len(contracts), len(self)))
        for place, (name, kind) in enumerate(zip(self.names, self.kinds, strict=True)):
            values, given = contracts.values[name], contracts.kinds[name]
            if given != kind and not _is_empty(values):
                raise WrongColumnType(name, given, kind)
            found[:, place] = self._coded(values, place) if kind == "category" else values.astype(np.float64)
        return found

    def _coded(self, values: NDArray[np.object_], place: int) -> Floats:
        levels = self.levels[place]
        codes = pd.Index(levels).get_indexer(pd.Index(values)).astype(np.float64)
        codes[codes < 0] = len(levels)
        return np.where(pd.isna(values), np.nan, codes)

    def value(self, contracts: Contracts, row: int, place: int) -> object:
        """What a customer has, also of a text that counts as another; None where missing."""
        given = contracts.values[self.names[place]][row]
        if pd.isna(given):
            return None
        if self.kinds[place] == "category":
            return str(given)
        return bool(given) if self.kinds[place] == "boolean" else float(given)


def _levels(contracts: Contracts, name: str) -> tuple[str, ...]:
    counts = pd.Series(contracts.values[name]).dropna().value_counts()
    counts = counts[counts >= FEWEST_OF_A_LEVEL]
    # of equally many the first by name, so that the order of the rows makes no difference
    ordered = sorted(counts.index, key=lambda level: (-counts[level], level))
    return tuple(ordered[:MOST_LEVELS])


def _is_empty(values: NDArray[np.object_]) -> bool:
    return bool(pd.isna(values).all())
