"""What the API answers where an offer is refused, in words for programs' authors."""

from collections.abc import Callable
from typing import TypeVar

from treue.act.loyalty.errors import NoSuchMember
from treue.act.offers import errors
from treue.act.vouchers.api_answers import facts_said, reason
from treue.core.api.problems import ERASED, KEY_REUSED, REFUSED, Problem, fault

T = TypeVar("T")
DETAILS = {
    errors.NotPublished: "It is not published.",
    errors.NotYet: "The member has it from this moment on.",
    errors.Over: "It held until this moment.",
    errors.NoMember: "Who left the programme has no offers.",
    errors.TierTooLow: "It is for members of this tier and higher ones.",
    errors.NotInSegment: "It is for members of another segment.",
    errors.LimitReached: "The member would have more pieces of it than each may have.",
    errors.SoldOut: "There are not as many pieces left.",
    errors.BudgetSpent: "What it may take off in all does not reach as far.",
    errors.PriceChanged: "It costs something else by now.",
    errors.NoPriceKnown: "The shop has announced no price of it.",
    errors.NothingApplies: "No offer that the member has holds for any of these products.",
    errors.OrderRedeemed: "The order has its offers already.",
    errors.BoughtTooLongAgo: "It was bought more than two days ago, or is to be bought later.",
    errors.RolledBackAlready: "It was rolled back.",
}
OF_PRICES = {
    "product": "A product is its item code, without blanks around it",
    "currency": "Prices are in the shop's currency",
    "amount": "A price is above 0 and has the decimals of its currency",
    "audience": "The audience is everybody or members",
}


def refusal_said(error: errors.OfferError) -> dict[str, object]:
    return {"reason": reason(error), "detail": DETAILS[type(error)], "facts": facts_said(error)}


def said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room refuses is a Problem."""
    try:
        return deed()
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except NoSuchMember as error:  # merged into another, or erased, since it was asked
        raise gone() from error
    except tuple(DETAILS) as error:
        told = refusal_said(error)
        place = "path/redemption_id" if isinstance(error, errors.RolledBackAlready) else "body"
        raise Problem(REFUSED, str(told["detail"]), errors=[fault(place, **told)]) from error


def gone() -> Problem:
    """Of what was there when the key was first sent."""
    return Problem(ERASED)
