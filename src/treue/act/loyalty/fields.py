"""What JSON holds, read field by field, and what is refused about it, each with the facts that a face needs.

place: where it stands, as "levels.1.threshold".
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Object = Mapping[str, object]

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
HIGHEST_COUNT = 10**12
LONGEST_NAME = 80


class FieldError(ValueError):
    """Something that cannot be read as what it should be."""


class MissingField(FieldError):
    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is missing.")
        self.place = place


class UnknownField(FieldError):
    def __init__(self, place: str) -> None:
        super().__init__(f"{place} means nothing here.")
        self.place = place


class WrongValue(FieldError):
    """wanted: what may stand there, for programmers."""

    def __init__(self, place: str, value: object, wanted: str) -> None:
        super().__init__(f"{place} is {value!r}, not {wanted}.")
        self.place = place
        self.value = value
        self.wanted = wanted


def fields_of(place: str, value: object, names: Collection[str], prefix: str | None = None) -> Object:
    """With exactly these fields. prefix: of their places, where it is not the place itself."""
    if not isinstance(value, Mapping):
        raise WrongValue(place, value, "an object")
    before = f"{place}." if prefix is None else prefix
    for wanted in names:
        if wanted not in value:
            raise MissingField(before + wanted)
    for found in value:
        if found not in names:
            raise UnknownField(f"{before}{found}")
    return value


def list_of(place: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise WrongValue(place, value, "a list")
    return value


def choice(place: str, value: object, choices: type[Choice]) -> Choice:
    for each in choices:
        if value == each.value:
            return each
    raise WrongValue(place, value, "one of " + ", ".join(choices))


def day(place: str, value: object) -> date:
    wanted = "a day, such as 2026-01-01"
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise WrongValue(place, value, wanted)
    try:
        return date.fromisoformat(value)
    except ValueError as problem:
        raise WrongValue(place, value, wanted) from problem


def count(place: str, value: object, lowest: int = 0, highest: int = HIGHEST_COUNT) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise WrongValue(place, value, f"a whole number from {lowest} to {highest}")
    return value


def name(place: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise WrongValue(place, value, f"a name of 1 to {LONGEST_NAME} characters")
    return value
