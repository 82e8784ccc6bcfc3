"""What the API answers where a reward is refused, in words for programs' authors."""

from collections.abc import Callable
from typing import TypeVar

from treue.act.loyalty.errors import InsufficientPoints
from treue.act.rewards import errors
from treue.act.vouchers.api_answers import facts_said, reason
from treue.core.api.problems import KEY_REUSED, REFUSED, Problem, fault

T = TypeVar("T")
DETAILS = {
    errors.NotOffered: "The shop does not offer it now.",
    errors.NotYetValid: "It can be had from this moment on.",
    errors.Expired: "It could be had until this moment.",
    errors.PriceChanged: "It costs other points by now.",
    errors.TierTooLow: "It is for members of this tier and higher ones.",
    errors.NotEnoughPoints: "There are not as many points.",
    errors.OutOfStock: "The last one is gone.",
    errors.LimitReached: "The member has as many of it as each may have.",
    errors.VoucherOver: "The campaign of its vouchers has ended or is used up.",
    errors.CancelledAlready: "It was cancelled.",
    errors.HandedOverAlready: "It was handed over.",
    errors.NothingToHandOver: "There is nothing to hand over.",
    errors.CodeUsed: "Its voucher was redeemed. Roll that back first.",
}


def refusal_said(error: errors.RewardError) -> dict[str, object]:
    return {"reason": reason(error), "detail": DETAILS[type(error)], "facts": facts_said(error)}


def said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room or the ledger refuses is a Problem."""
    try:
        return deed()
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except InsufficientPoints as error:
        raise _refused(errors.NotEnoughPoints(error.balance, error.asked)) from error
    except tuple(DETAILS) as error:
        raise _refused(error) from error


def _refused(error: errors.RewardError) -> Problem:
    place = "body/reward" if isinstance(error, errors.Refusal) else "path/claim_id"
    told = refusal_said(error)
    return Problem(REFUSED, str(told["detail"]), errors=[fault(place, **told)])
