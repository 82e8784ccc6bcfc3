"""What the books refuse."""

from datetime import date

from treue.act.loyalty.errors import LedgerError


class TermsMissing(LedgerError):
    """Nobody said yet what a point is worth."""


class MonthNotClosable(LedgerError):
    """It is not over, closed already, or one before it is open."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m} is not the next month to close")
        self.month = month
