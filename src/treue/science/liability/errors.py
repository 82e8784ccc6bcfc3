"""What the mathematics of points as a liability refuses."""

from datetime import date

from treue.science.errors import ScienceError


class ImpossiblePoints(ScienceError):
    """A cohort that cannot be: more points gone than granted, fewer than none, or a row without month or age.

    issue_month: None where the row names none.
    """

    def __init__(self, issue_month: date | None, fact: str) -> None:
        super().__init__(f"The points issued in {issue_month or 'no month'} cannot be: {fact}.")
        self.issue_month = issue_month
        self.fact = fact


class ImpossibleTriangle(ScienceError):
    """A development triangle with a gap, a number below 0, or a row of which nothing is known."""

    def __init__(self, row: int, fact: str) -> None:
        super().__init__(f"Row {row} of the triangle {fact}.")
        self.row = row
        self.fact = fact


class TooLittleHistory(ScienceError):
    """So few cohorts, or so young ones, that they say nothing of what will be redeemed; and no prior was given.

    reason: one of `breakage.REASONS`. cohorts: months with points; needed: of them. oldest_age: in months.
    """

    def __init__(self, reason: str, cohorts: int, needed: int, oldest_age: int | None) -> None:
        age = (
            "none is seen to any age" if oldest_age is None else f"the oldest is seen to an age of {oldest_age} months"
        )
        super().__init__(f"Too little history ({reason}): {cohorts} months with points, of at least {needed}; {age}.")
        self.reason = reason
        self.cohorts = cohorts
        self.needed = needed
        self.oldest_age = oldest_age
