"""What can go wrong with a lake."""

from pathlib import Path


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


class EngineError(LakeError):
    """Base of what keeps the engine from reading that the installation names (TREUE_ENGINE)."""


class UnknownEngine(EngineError):
    """A name that is none of an engine's."""

    def __init__(self) -> None:
        super().__init__("TREUE_ENGINE is no address of Spark Connect, which looks like sc://host:15002")


class EngineNotInstalled(EngineError):
    """A Spark is named, and its client is not installed here."""

    def __init__(self) -> None:
        super().__init__("TREUE_ENGINE names a Spark, but its client is not installed: make spark")


class EngineNotThere(EngineError):
    """Nobody who speaks Spark Connect answers at this address. place: host and port."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"no Spark Connect server answers at {place} (TREUE_ENGINE)")


class FilesNotSeen(EngineError):
    """The Spark does not find a lake's files where Treue has written them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"the Spark server does not find the files in {folder}")
