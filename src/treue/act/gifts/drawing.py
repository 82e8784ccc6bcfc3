"""Whom chance chooses: by a seed that is written down, so that everybody can reckon it anew.

A member's lot is the SHA-256 of the seed, a blank and the member's number, in hexadecimal. The smallest lots win.
"""

import hashlib
from collections.abc import Collection, Sequence
from heapq import nsmallest


def lot(seed: str, member: int) -> str:
    return hashlib.sha256(f"{seed} {member}".encode()).hexdigest()


def choose(seed: str, members: Collection[int], count: int) -> list[int]:
    """As many of them as asked for, the smallest lot first."""
    return nsmallest(count, members, key=lambda each: lot(seed, each))


def fingerprint(members: Sequence[int]) -> str:
    """Of all who could be chosen: the SHA-256 of their numbers, the smallest first, with blanks between them."""
    return hashlib.sha256(" ".join(map(str, sorted(members))).encode()).hexdigest()
