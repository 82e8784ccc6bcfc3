"""What recommending refuses beside bad columns and empty tables."""

from treue.science.errors import ScienceError


class NoCategories(ScienceError):
    """A question about dearer products of a category, and no products with category and price."""

    def __init__(self) -> None:
        super().__init__("Up-selling needs products with category and price.")


class RepeatedId(ScienceError):
    """A table of facts that says two things of the same customer or product."""

    def __init__(self, column: str, value: object) -> None:
        super().__init__(f"{column} {value!r} stands there more than once.")
        self.column = column
        self.value = value


class UnknownMethod(ScienceError):
    """A method by a name that none has."""

    def __init__(self, method: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no method {method}, only {', '.join(known)}.")
        self.method = method
        self.known = known


class NoHoldout(ScienceError):
    """A history in which nobody bought anything within the holdout that could have been recommended."""

    def __init__(self, holdout_days: int) -> None:
        super().__init__(f"Nothing bought in the last {holdout_days} days can be compared with what was bought before.")
        self.holdout_days = holdout_days
