"""Chance of the story: the same random state tells the same story."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")
WAKES, HOURS_AWAKE = 7, 16


def one(rng: np.random.Generator, things: Sequence[Thing]) -> Thing:
    return things[int(rng.integers(len(things)))]


def some(rng: np.random.Generator, things: Sequence[Thing], most: int) -> list[Thing]:
    """So many of them, or all, each once."""
    places = rng.choice(len(things), min(most, len(things)), replace=False, shuffle=False) if things else ()
    return [things[int(place)] for place in places]


def chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def between(rng: np.random.Generator, begins: datetime, ends: datetime) -> datetime:
    """Whole seconds after the first of two moments; by day, where there is a day between them."""
    at = begins + timedelta(seconds=int(rng.random() * (ends - begins).total_seconds()))
    by_day = at.replace(hour=WAKES + at.hour * HOURS_AWAKE // 24)
    return by_day if begins <= by_day <= ends else at


def name(rng: np.random.Generator) -> str:
    """As a library makes one for a device or a message."""
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))
