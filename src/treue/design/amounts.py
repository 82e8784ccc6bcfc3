"""Numbers as people type them, the way back from `formats`: 1.284,10 and 1,284.10, with or without a currency's sign.

1.284 and 1,284 can be read in two ways: there the language of the page decides. What can be read in one way only is
read so on every page.
"""

import re
from decimal import Decimal

from treue.design.formats import MINUS

MARKS = {"de": (".", ","), "en": (",", ".")}  # of groups, of decimals
BLANK = re.compile(r"[\s'’]")
SIGN = r"[A-Z]{0,3}[€$£¥]?"
TYPED = re.compile(rf"(?P<minus>[-+]?){SIGN}(?P<digits>(?=[.,]*[0-9])[0-9.,]+){SIGN}")


def read(text: str, language: str) -> Decimal | None:
    """The number that stands there; None where there is none."""
    found = TYPED.fullmatch(BLANK.sub("", text).replace(MINUS, "-"))
    machine = _machine(found["digits"], MARKS[language][0]) if found else ""
    return Decimal(found["minus"] + machine) if machine else None


def typed(number: Decimal, language: str) -> str:
    """As it stands in a field, in the reader's own writing, without groups: 1284,1 / 1284.1."""
    return f"{number.normalize():f}".replace(".", MARKS[language][1])


def in_address(number: Decimal) -> str:
    """As it is read on a page of any language: never with three decimals, which could be a group."""
    text = f"{number.normalize():f}"
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _machine(digits: str, group_mark: str) -> str:
    """Without groups and with a point; "" where the marks do not stand as in a number."""
    last = next((sign for sign in reversed(digits) if sign in ".,"), "")
    if not last:
        return digits
    other = "," if last == "." else "."
    if digits.count(last) > 1:
        return digits.replace(last, "") if other not in digits and _grouped(digits, last) else ""
    whole, _mark, decimals = digits.partition(last)
    if other in whole:
        return f"{whole.replace(other, '')}.{decimals}" if _grouped(whole, other) else ""
    is_group = last == group_mark and not whole.startswith("0") and _grouped(digits, last)
    return whole + decimals if is_group else f"{whole}.{decimals}"


def _grouped(digits: str, mark: str) -> bool:
    return re.fullmatch(rf"\d{{1,3}}(\{mark}\d{{3}})+", digits) is not None
