"""Sets of months as bits of whole numbers.

A customer's months fit into a few 64-bit words, whose union over the customer's orders is one cheap
aggregate; afterwards every question about periods is a test of bits, and customers with equal words
can be counted together. A word holds 62 bits, so that it stays positive in every engine and `1 <<
62` can still be said; a history of any length takes as many words as it needs.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis.expr.types as ir

WORD_BITS = 62


def word_count(bits: int) -> int:
    """How many words hold that many bits; at least one."""
    return max(1, -(-bits // WORD_BITS))


def word_names(name: str, words: int) -> tuple[str, ...]:
    """Columns of a mask: `name_0`, `name_1`, ..."""
    return tuple(f"{name}_{word}" for word in range(words))


def words_of(first: int, after: int, words: int) -> tuple[int, ...]:
    """The words in which the bits `first` up to, not including, `after` are set."""
    result = []
    for word in range(words):
        low, high = (min(max(bit - word * WORD_BITS, 0), WORD_BITS) for bit in (first, after))
        result.append((1 << high) - (1 << low) if low < high else 0)
    return tuple(result)


def meets(table: ir.Table, mask: str, marks: str, words: int) -> ir.BooleanColumn:
    """Whether a row's mask and its marks have a bit in common."""
    common: Sequence[ir.IntegerColumn] = [
        table[left] & table[right]
        for left, right in zip(word_names(mask, words), word_names(marks, words), strict=True)
    ]
    return reduce(or_, common) != 0
