"""What keeps an event from becoming an order. It waits in the log, where an operator sees which of these it was."""


class OrderError(Exception):
    """Base of these."""


class UnusableOrder(OrderError):
    """field: of which nothing can be made."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


class NoRate(OrderError):
    """The shop has no rate for the order's currency. With one entered, the next try succeeds."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(currency)


class OrderOfAnotherCustomer(OrderError):
    """The number is that of an order of somebody else."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(number)
