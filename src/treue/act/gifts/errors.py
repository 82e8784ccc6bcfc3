"""Why a gift cannot be given, or a plan cannot be as it is. A face turns these into sentences."""

from datetime import date


class GiftError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class Refusal(GiftError):
    """Why a member does not get a gift of a plan now."""


class PlanStopped(Refusal):
    """The plan was stopped, has not begun or is over."""


class OnlySurprises(Refusal):
    """Gifts of birthdays and anniversaries come by the day alone."""


class GivenLately(Refusal):
    """given_on: when they had the last one. months: that have to be over before the next."""

    def __init__(self, given_on: date, months: int) -> None:
        super().__init__()
        self.given_on, self.months = given_on, months


class UsedUp(Refusal):
    """As many gifts were given as there are in all, or the budget is spent."""


class VoucherOver(Refusal):
    """The campaign of its vouchers has ended or is used up: a code of it would take nothing off."""


class RewardOver(Refusal):
    """The reward has ended or has not begun, or the campaign of its vouchers has ended or is used up."""


class OutOfStock(Refusal):
    """The last one of the reward is gone, or the last code of its campaign."""


class HasLeft(Refusal):
    """The member has left the programme, or does not want to take part in it."""


class KeyReused(GiftError):
    """The idempotency key came with another request before."""


class NameTaken(GiftError):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ImpossiblePlan(GiftError):
    """field: of `plans.Terms`, that cannot be as it is."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class GivenAlready(GiftError):
    """A limit cannot be below what was given. field: which one."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class SomeFailed(Exception):
    """At the end of a night: all others have theirs. plans: the names of those of which some could not be given."""

    def __init__(self, count: int, plans: list[str]) -> None:
        super().__init__(f"{count} gifts could not be given")
        self.count, self.plans = count, plans
