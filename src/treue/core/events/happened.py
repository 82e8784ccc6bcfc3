"""An event as a reaction is handed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Happened:
    """The columns of `models.Event`, and who its person is today.

    person: the number under which it came in. customer: the customer whom that stands for; None for a visitor whom
    nobody knows. occurred_at, recorded_at: aware moments.
    """

    seq: int
    shop_id: int
    message_id: str
    name: str
    person: int | None
    source: str
    occurred_at: datetime
    recorded_at: datetime
    facts: Mapping[str, Any]
    is_history: bool
    customer: int | None
