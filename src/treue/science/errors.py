"""What science refuses, each with the facts that a face needs to say it in a sentence."""

from datetime import date


class ScienceError(ValueError):
    """Input from which no figure can be made."""


class ImpossibleWindow(ScienceError):
    """An activity window that is no number of days a history could hold."""

    def __init__(self, window_days: int, longest: int) -> None:
        super().__init__(f"An activity window has 1 to {longest} days, not {window_days}.")
        self.window_days = window_days
        self.longest = longest


class HistoryNotBegun(ScienceError):
    """A last day that lies before the first order."""

    def __init__(self, first_day: date, as_of: date) -> None:
        super().__init__(f"The last day, {as_of}, lies before the first order on {first_day}.")
        self.first_day = first_day
        self.as_of = as_of


class MomentsWithZone(ScienceError):
    """Moments that carry a zone: every engine would put them into days of its own."""

    def __init__(self, column: str, zone: str) -> None:
        super().__init__(f"{column} is in {zone}; the shop's own time without a zone is needed.")
        self.column = column
        self.zone = zone
