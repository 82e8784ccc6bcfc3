"""The text of a code: made by chance, written in groups, read whatever the case and the dashes.

A code has 15 characters of chance out of 29, that is 72 bits, and a check character. The alphabet has no two characters
that look alike (no 0 and O, no 1, I and L, no U beside V) and one vowel, so that words are rare. Its size is prime: the
check character finds every single wrong character and every exchange of two.
"""

import re
from collections.abc import Callable, Iterator

import numpy as np

from treue.act.vouchers.models import LONGEST_CODE

ALPHABET = "23456789ABCDFGHJKMNPQRSTVWXYZ"
BY_CHANCE = 15
SIZE = BY_CHANCE + 1
GROUP = 4
SHORTEST, LONGEST_PREFIX = 4, 12
UNBIASED = 256 - 256 % len(ALPHABET)  # bytes beyond would make some characters likelier
NOT_PLAIN = re.compile(r"[^A-Z0-9]")
WORD = re.compile(rf"[A-Z0-9]{{{SHORTEST},{LONGEST_CODE}}}")

_letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_weights = np.arange(2, BY_CHANCE + 2)
Random = Callable[[int], bytes]


def fresh(count: int, *, random: Random, prefix: str = "") -> list[str]:
    """Codes in their plain form. random: of `os.urandom`'s kind. prefix: plain, in front of each."""
    values = _values(count * BY_CHANCE, random).reshape(count, BY_CHANCE)
    checks = values @ _weights % len(ALPHABET)
    letters = _letters[np.column_stack([values, checks])]
    return [prefix + code.decode() for code in letters.view(f"S{SIZE}").ravel()]


def _values(count: int, random: Random) -> np.ndarray:
    """count: how many. Returns (count,) whole numbers, each character of the alphabet as likely as any other."""
    found = np.empty(0, dtype=np.int64)
    while len(found) < count:
        drawn = np.frombuffer(random((count - len(found)) * 6 // 5 + 16), dtype=np.uint8)
        found = np.concatenate([found, drawn[drawn < UNBIASED].astype(np.int64) % len(ALPHABET)])
    return found[:count]


def plain(typed: str) -> str:
    """As codes are stored and looked up."""
    return NOT_PLAIN.sub("", typed.upper())


def is_word(text: str) -> bool:
    """Whether a plain text can be a code of the shop's own choice."""
    return WORD.fullmatch(text) is not None


def is_mistyped(text: str) -> bool:
    """Whether a plain text that nobody has looks like a code of which a character is wrong."""
    body = text[-SIZE:]
    if len(body) < SIZE:
        return False
    places = [ALPHABET.find(character) for character in body]
    return -1 in places or int(np.dot(places[:-1], _weights)) % len(ALPHABET) != places[-1]


def grouped(text: str) -> str:
    """As people read it: a prefix, then groups of four. A code of the shop's own choice stays as it is."""
    if len(text) < SIZE or is_mistyped(text):
        return text
    prefix, body = text[:-SIZE], text[-SIZE:]
    return "-".join(_groups(prefix, body))


def _groups(prefix: str, body: str) -> Iterator[str]:
    if prefix:
        yield prefix
    yield from (body[start : start + GROUP] for start in range(0, SIZE, GROUP))


def masked(text: str) -> str:
    """For pages: enough to tell codes apart, not to use one."""
    return f"…{text[-3:]}"
