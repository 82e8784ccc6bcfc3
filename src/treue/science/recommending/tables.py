"""Who was asked about, and what was found for them as a table of the shop's own ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from treue.science.errors import WrongColumnType
from treue.science.recommending.facts import Segments
from treue.science.recommending.history import UNKNOWN, Codes, History, like, places
from treue.science.recommending.ranking import REASONS, Ranked, chosen


@dataclass(frozen=True)
class Asked:
    """ids: by code, those of the history first, then strangers. known: codes of those who bought, rising.

    stranger, segment: codes and segments of the others. order: (ids,) where each stands in the answer, None as it is.
    """

    ids: pa.Array
    known: Codes
    stranger: Codes
    segment: Codes
    order: Codes | None = None

    @classmethod
    def of(cls, customers: Sequence[Any] | pa.Array | None, history: pa.Array, segments: Segments) -> "Asked":
        """None: all who bought and all who have a segment. Ids asked for twice count once, null is nobody.

        Raises WrongColumnType for an id that cannot be one of the history's.
        """
        bought = len(history)
        if customers is None:
            ids = pa.concat_arrays([history, segments.strangers])
            return cls(ids, np.arange(bought), np.arange(bought, len(ids)), segments.stranger)
        asked = _ids(customers, history.type)
        place = places(history, asked)
        strangers = asked.filter(pa.array(place == UNKNOWN))
        of_stranger = places(segments.strangers, strangers)
        none_or_theirs = np.append(segments.stranger, UNKNOWN)[of_stranger]
        place[place == UNKNOWN] = bought + np.arange(len(strangers))
        order = np.zeros(bought + len(strangers), np.int64)
        order[place] = np.arange(len(place))
        ids = pa.concat_arrays([history, strangers])
        return cls(ids, np.sort(place[place < bought]), np.arange(bought, len(ids)), none_or_theirs, order)


def table(found: Ranked, asked: Asked, history: History, more: Mapping[str, pa.Array] | None = None) -> pa.Table:
    """`customer_id`, `rank`, `product_id`, `score`, `reason`, `because_of`, and more columns of the same rows."""
    order = np.arange(len(found))
    if asked.order is not None:
        order = np.argsort(asked.order[found.customer], kind="stable")
    rank, found = found.rank[order], chosen(found, order)
    because_of = pa.array(found.because_of, mask=found.because_of == UNKNOWN)
    reasons = pa.DictionaryArray.from_arrays(pa.array(found.reason), pa.array(REASONS))
    return pa.table(
        {
            "customer_id": asked.ids.take(pa.array(found.customer)),
            "rank": pa.array(rank, pa.int32()),
            "product_id": history.products.take(pa.array(found.product)),
            "score": pa.array(found.score, pa.float32()),
            "reason": reasons.cast(pa.string()),
            "because_of": history.products.take(because_of),
        }
        | {name: column.take(pa.array(order)) for name, column in (more or {}).items()}
    )


def _ids(customers: Sequence[Any] | pa.Array, wanted: pa.DataType) -> pa.Array:
    """Each once, in the order asked."""
    given = (
        customers if isinstance(customers, pa.Array | pa.ChunkedArray) else pa.array(list(customers), from_pandas=True)
    )
    given = pc.unique(given.drop_null())
    if given.type == wanted:
        return given
    found = like(wanted, given)
    if found.null_count:
        raise WrongColumnType("customer_id", str(given.type), str(wanted))
    return pc.unique(found)
