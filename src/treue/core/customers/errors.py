"""What can stand in the way of erasing a person."""


class ErasureError(Exception):
    """Base of what can go wrong here."""


class AlreadyErased(ErasureError):
    """Somebody else was quicker. receipt_id: what they got for it."""

    def __init__(self, receipt_id: int) -> None:
        self.receipt_id = receipt_id
        super().__init__(receipt_id)


class NotThere(ErasureError):
    """The customer is gone without a receipt: with the import that brought them, or with their shop."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(customer_id)
