"""What a churn classifier refuses beside bad columns: labels that say nothing, and features that know the answer."""

from collections.abc import Mapping, Sequence
from datetime import date

from treue.science.errors import ScienceError


class LeakyColumn(ScienceError):
    """A feature that knows what was to be predicted. Whoever knows better names it in `trusted`."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class KnownTooLate(LeakyColumn):
    """A feature that tells of days after the cut-off. rows: how many; None where the whole column does."""

    def __init__(self, column: str, cut_off: date, rows: int | None) -> None:
        how_many = "It" if rows is None else f"In {rows} rows it"
        super().__init__(
            column, f"{column} was not known on the cut-off day. {how_many} tells of days after {cut_off}."
        )
        self.cut_off = cut_off
        self.rows = rows


class LabelInDisguise(LeakyColumn):
    """A feature that is the label or its opposite under another name. means_left: the value that stands for 'left'."""

    def __init__(self, column: str, means_left: object) -> None:
        super().__init__(column, f"{column} is the label under another name: {means_left!r} means 'left'.")
        self.means_left = means_left


class PredictsPerfectly(LeakyColumn):
    """Features that by themselves tell who leaves from who stays, nearly without a mistake. columns: one, or those that
    do it together, the most important first. auc: area under the curve."""

    def __init__(self, columns: Sequence[str], auc: float, bound: float) -> None:
        told = f"{columns[0]} alone tells" if len(columns) == 1 else f"{', '.join(columns)} together tell"
        super().__init__(columns[0], f"{told} who leaves (area under the curve {auc:.3f}, above {bound}).")
        self.columns = tuple(columns)
        self.auc = auc
        self.bound = bound


class TooFewChurners(ScienceError):
    """So few customers who left, or who stayed, that nothing can be learned from them."""

    def __init__(self, churners: int, stayers: int, needed: int) -> None:
        super().__init__(f"{churners} customers left and {stayers} stayed; {needed} of each are needed.")
        self.churners = churners
        self.stayers = stayers
        self.needed = needed


class NoFeatures(ScienceError):
    """A table in which nothing is left to learn from. left_out: why, by column."""

    def __init__(self, left_out: Mapping[str, str]) -> None:
        told = "; ".join(f"{column}: {reason}" for column, reason in left_out.items()) or "there is none"
        super().__init__(f"There is no feature to learn from ({told}).")
        self.left_out = dict(left_out)


class ImpossibleLabel(ScienceError):
    """A label that is neither 0 nor 1."""

    def __init__(self, column: str, value: float) -> None:
        super().__init__(f"{column} must be true or false, 1 or 0, not {value}.")
        self.column = column
        self.value = value


class InfiniteValue(ScienceError):
    """A feature that is infinite, which no measurement is. A missing one is to be left empty."""

    def __init__(self, column: str, rows: int, customer_id: object) -> None:
        super().__init__(f"{column} is infinite in {rows} rows, of customer {customer_id!r} first.")
        self.column = column
        self.rows = rows
        self.customer_id = customer_id


class WithoutCustomer(ScienceError):
    """Rows that name no customer, or no cut-off day."""

    def __init__(self, column: str, rows: int) -> None:
        super().__init__(f"{rows} rows have no {column}.")
        self.column = column
        self.rows = rows


class RepeatedColumn(ScienceError):
    """Two columns of the same name."""

    def __init__(self, column: str) -> None:
        super().__init__(f"There is more than one column {column}.")
        self.column = column
