"""What is refused about rules of tiers as a whole, each with the facts that a face needs to say it in a sentence."""

from datetime import date


class TierError(ValueError):
    """Rules from which no tier follows."""


class NoLevels(TierError):
    def __init__(self) -> None:
        super().__init__("Rules need one level at least.")


class RepeatedLevel(TierError):
    def __init__(self, code: str) -> None:
        super().__init__(f"The level {code} stands there twice.")
        self.code = code


class RepeatedBenefit(TierError):
    """A tier that gives one kind of benefit twice."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"The benefit {kind} stands there twice.")
        self.kind = kind


class NotRising(TierError):
    """A level that asks for no more than the one below it."""

    def __init__(self, code: str, threshold: object, below: object) -> None:
        super().__init__(f"{code} asks for {threshold}, the level below it for {below}.")
        self.code = code
        self.threshold = threshold
        self.below = below


class RepeatedDay(TierError):
    """Two versions of the rules that begin on one day."""

    def __init__(self, valid_from: date) -> None:
        super().__init__(f"Two versions begin on {valid_from}.")
        self.valid_from = valid_from


class NoVersions(TierError):
    def __init__(self) -> None:
        super().__init__("There is no version of the rules.")
