"""The text of an advocate's code: eight characters that are drawn at random, easy to read out and to type.

29 characters without those that look alike give 39 bits. Whoever finds one by guessing has found whom to thank for a
friend, nothing to spend; and who guesses is slowed (`knocking`).
"""

import secrets

from treue.act.referrals.models import SIZE_OF_CODE
from treue.act.vouchers.codes import ALPHABET, plain

GROUP = 4
LONGEST_TYPED = 40


def fresh() -> str:
    return "".join(secrets.choice(ALPHABET) for _each in range(SIZE_OF_CODE))


def read(typed: object) -> str | None:
    """As codes are stored, whatever the case and the dashes; None for what can be none."""
    if not isinstance(typed, str) or len(typed) > LONGEST_TYPED:
        return None
    found = plain(typed)
    return found if len(found) == SIZE_OF_CODE and set(found) <= set(ALPHABET) else None


def grouped(code: str) -> str:
    """As people read it: ABCD-2345."""
    return f"{code[:GROUP]}-{code[GROUP:]}"
