"""What can go wrong with a lake."""


class LakeError(Exception):
    """Base of this room's errors."""


class NoLake(LakeError):
    """Nothing was written for this shop yet."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        super().__init__(f"shop {shop_id} has no lake yet")


class Miscounted(LakeError):
    """A file of events holds another number of them than the log; the log keeps them."""

    def __init__(self, shop_id: int, file: str, there: int, wanted: int) -> None:
        self.shop_id, self.file, self.there, self.wanted = shop_id, file, there, wanted
        super().__init__(f"shop {shop_id}, {file}: {there} events instead of {wanted}")
