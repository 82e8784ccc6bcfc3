"""What can stand in the way of erasing a person, or of making two one."""


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


class MergeError(Exception):
    """Base of what can stand in the way of merging two customers, or of undoing it."""


class NotMergeable(MergeError):
    """They are one already, of two shops, or one of them is gone."""

    def __init__(self, kept_id: int, absorbed_id: int) -> None:
        self.kept_id, self.absorbed_id = kept_id, absorbed_id
        super().__init__(kept_id, absorbed_id)


class NotMerged(MergeError):
    """Somebody else has undone it."""

    def __init__(self, merge_id: int) -> None:
        self.merge_id = merge_id
        super().__init__(merge_id)


class MergedSince(MergeError):
    """The kept customer was merged into another one since, and that must be undone first."""

    def __init__(self, into_id: int) -> None:
        self.into_id = into_id
        super().__init__(into_id)


class StaysErased(Exception):
    """A number is that of a person who was erased, and nothing is said that happened since."""
