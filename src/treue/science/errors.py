"""What science refuses, each with the facts that a face needs to say it in a sentence."""

from collections.abc import Sequence
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


class MissingColumn(ScienceError):
    """A table without a column that is asked for."""

    def __init__(self, column: str, columns: Sequence[str]) -> None:
        super().__init__(f"There is no column {column}, only {', '.join(columns)}.")
        self.column = column
        self.columns = tuple(columns)


class WrongColumnType(ScienceError):
    """A column of a type with which it cannot mean what it should."""

    def __init__(self, column: str, found: str, wanted: str) -> None:
        super().__init__(f"{column} is of the type {found}, not a {wanted}.")
        self.column = column
        self.found = found
        self.wanted = wanted


class NoPurchases(ScienceError):
    """Nothing that can be summarised: no purchase up to the last day."""

    def __init__(self, until: date | None) -> None:
        super().__init__("There is no purchase." if until is None else f"There is no purchase up to {until}.")
        self.until = until


class ImpossibleHistory(ScienceError):
    """Customers who bought last after today, less than never, or again without a second purchase."""

    def __init__(self, customer_id: object, customers: int) -> None:
        super().__init__(f"{customers} customers have an impossible history, {customer_id!r} the first of them.")
        self.customer_id = customer_id
        self.customers = customers


class MixedUnits(ScienceError):
    """A model that was fitted in one unit of time, and customers described in another."""

    def __init__(self, model: str, summary: str) -> None:
        super().__init__(f"The model counts in {model}s, the summary in {summary}s.")
        self.model = model
        self.summary = summary


class TooFewRepeatBuyers(ScienceError):
    """So few customers who bought again that nothing can be learned from them."""

    def __init__(self, repeat_buyers: int, needed: int) -> None:
        super().__init__(f"{repeat_buyers} customers bought again; at least {needed} are needed.")
        self.repeat_buyers = repeat_buyers
        self.needed = needed


class TooFewSpenders(TooFewRepeatBuyers):
    """So few customers who paid something when they bought again that nothing can be learned of what is spent.

    left_out: customers who bought again and never paid anything.
    """

    def __init__(self, spenders: int, needed: int, left_out: int) -> None:
        super().__init__(spenders, needed)
        self.args = (
            f"{spenders} customers paid something when they bought again, {left_out} never did; "
            f"what customers spend is learned from at least {needed}.",
        )
        self.left_out = left_out


class NotFitted(ScienceError):
    """A question to a model that was not fitted yet."""

    def __init__(self, model: str) -> None:
        super().__init__(f"{model} was not fitted yet.")
        self.model = model


class ImpossibleHorizon(ScienceError):
    """A day, a span of time to look ahead, a rate or a number that means nothing."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(f"{name} cannot be {value}.")
        self.name = name
        self.value = value


class ImpossibleHoldout(ScienceError):
    """A time held out that ends before it begins."""

    def __init__(self, until: date, last: date, message: str | None = None) -> None:
        super().__init__(message or f"Nothing is held out between {until} and {last}.")
        self.until = until
        self.last = last


class HoldoutBeyondData(ImpossibleHoldout):
    """A time held out that goes on after the purchases do: nobody seems to come back, and nobody has looked."""

    def __init__(self, until: date, last: date, last_purchase: date) -> None:
        super().__init__(until, last, f"The purchases end on {last_purchase}; nothing is known up to {last}.")
        self.last_purchase = last_purchase


class TooFewLosses(ScienceError):
    """Contracts of which so few ended, or were ever renewed, that nothing can be learned from them."""

    def __init__(self, lost: int, renewed: int, needed: int) -> None:
        super().__init__(f"{lost} contracts ended and {renewed} renewals were seen; {needed} of each are needed.")
        self.lost = lost
        self.renewed = renewed
        self.needed = needed


class RepeatedCustomer(ScienceError):
    """Customers who stand in a summary more than once."""

    def __init__(self, customer_id: object, customers: int) -> None:
        super().__init__(f"{customers} customers stand there more than once, {customer_id!r} the first of them.")
        self.customer_id = customer_id
        self.customers = customers
