"""What can go wrong with a lake."""


class LakeError(Exception):
    """Base of this room's errors."""


class NoLake(LakeError):
    """Nothing was written for this shop yet."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        super().__init__(f"shop {shop_id} has no lake yet")
