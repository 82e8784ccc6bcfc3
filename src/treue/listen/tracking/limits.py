"""How many events a source may send."""

import math

BURST_SECONDS = 5


class Allowance:
    """So many events a second, and what was not used of the last seconds on top.

    A batch is taken whole as long as anything is left, and what it took too much is owed: else a large batch would
    never fit a small allowance. Each web process counts for itself.
    """

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._left = float(per_second * BURST_SECONDS)
        self._at = -math.inf

    def take(self, events: int, now: float) -> int:
        """Take an allowance for so many events; 0, or the seconds after which to try again. now: seconds that only
        grow."""
        grown = (now - self._at) * self.per_second if self._at > -math.inf else 0.0
        self._left = min(self._left + grown, float(self.per_second * BURST_SECONDS))
        self._at = now
        if self._left <= 0:
            return max(1, math.ceil(-self._left / self.per_second))
        self._left -= events
        return 0
