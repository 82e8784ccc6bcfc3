"""Codes cannot be guessed, and a typo is told from an unknown one."""

import os
from collections import Counter
from itertools import pairwise
from math import log2

import numpy as np
import pytest

from treue.act.vouchers import codes

SOME = codes.fresh(2_000, random=os.urandom)


def test_a_code_has_at_least_64_bits_of_chance() -> None:
    assert log2(len(codes.ALPHABET)) * codes.BY_CHANCE > 64
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 29
    assert not {*codes.ALPHABET} & {*"0O1ILU"}


def test_every_character_is_as_likely_as_any_other() -> None:
    """Drawn by a seeded generator, so that the test does not fail by chance: chi-squared at each place."""
    drawn = codes.fresh(29_000, random=np.random.default_rng(7).bytes)
    for place in range(codes.SIZE):
        counts = Counter(code[place] for code in drawn)
        assert sum((counts[each] - 1000) ** 2 / 1000 for each in codes.ALPHABET) < 60  # 28 degrees, p = 0.0004


def test_codes_follow_no_sequence() -> None:
    """Neighbours share no more characters than chance gives them: one in 29."""
    equal = sum(a == b for one, other in pairwise(SOME) for a, b in zip(one[:15], other[:15], strict=True))
    assert equal / (15 * (len(SOME) - 1)) == pytest.approx(1 / 29, abs=0.006)
    assert len(set(SOME)) == len(SOME)


def test_chance_comes_from_the_systems_own_source() -> None:
    asked = []

    def random(count: int) -> bytes:
        asked.append(count)
        return os.urandom(count)

    codes.fresh(10, random=random)
    assert sum(asked) >= 10 * codes.BY_CHANCE


def test_every_single_wrong_character_is_found() -> None:
    for code in SOME[:20]:
        assert not codes.is_mistyped(code)
        for place in range(codes.SIZE):
            for other in codes.ALPHABET:
                wrong = code[:place] + other + code[place + 1 :]
                assert codes.is_mistyped(wrong) is (wrong != code)


def test_every_exchange_of_two_characters_is_found() -> None:
    for code in SOME[:200]:
        for place in range(codes.SIZE - 1):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert codes.is_mistyped(swapped) is (swapped != code)


@pytest.mark.parametrize("lookalike", "0O1ILU")
def test_a_character_that_no_code_has_is_a_typo(lookalike: str) -> None:
    assert codes.is_mistyped(SOME[0][:-1] + lookalike)
    assert codes.is_mistyped(lookalike + SOME[0][1:])


def test_case_dashes_and_spaces_do_not_matter() -> None:
    code = codes.fresh(1, random=os.urandom, prefix="TEA")[0]
    shown = codes.grouped(code)
    assert [len(part) for part in shown.split("-")] == [3, 4, 4, 4, 4]
    for typed in (
        shown,
        shown.lower(),
        shown.replace("-", " "),
        f"  {shown.replace('-', '')} ",
        shown.replace("-", "–"),
    ):
        assert codes.plain(typed) == code


def test_a_word_of_the_shops_own_stays_as_it_is() -> None:
    assert codes.plain("Summer-25") == "SUMMER25"
    assert codes.is_word("SUMMER25")
    assert not codes.is_word("ABC")
    assert codes.grouped("SUMMER25") == "SUMMER25"
    assert not codes.is_mistyped("SUMMER25")


def test_a_page_shows_too_little_of_a_code_to_use_it() -> None:
    assert codes.masked(SOME[0]) == f"…{SOME[0][-3:]}"
