"""What the API answers where something is refused, in words for programs' authors."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from treue.act.loyalty import errors as ledger
from treue.act.partners import errors
from treue.act.vouchers.api_answers import facts_said, reason
from treue.core.api.problems import INVALID, KEY_REUSED, NOT_FOUND, REFUSED, Problem, fault

T = TypeVar("T")
DETAILS = {
    errors.PartnerPaused: "The partner is paused: it neither issues nor redeems.",
    errors.NoAgreement: "No agreement holds with the partner on this day.",
    errors.MemberLeft: "The member has left the programme.",
    errors.ReceiptUsed: "The receipt was used before.",
    errors.MoreThanHeld: "More cannot be captured than is held.",
    errors.NothingLeft: "As many points went back already, or there are none that could.",
    errors.AgreementBeginsTooEarly: "It would change what is past.",
    errors.NotClosedYet: "The settlement is a draft. It can be disputed once it is closed.",
    errors.DisputedAlready: "The line is disputed already.",
}
PLACES = {
    errors.ReceiptUsed: "body/reference",
    errors.MoreThanHeld: "body/points",
    errors.NothingLeft: "body/points",
    errors.AgreementBeginsTooEarly: "body/valid_from",
    errors.MemberLeft: "body/card",
}


def said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room or the ledger refuses is a Problem."""
    try:
        return deed()
    except ledger.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except ledger.InsufficientPoints as error:
        facts = {"balance": error.balance, "asked": error.asked}
        raise _refused("body/points", "There are not as many points.", "not-enough-points", facts) from error
    except ledger.HoldHasEnded as error:
        detail = "The hold has ended: it was captured or released."
        raise _refused("path/redemption_id", detail, "hold-has-ended", {}) from error
    except (ledger.NothingToReverse, ledger.NoSuchMember) as error:
        raise Problem(NOT_FOUND, "There is nothing that could go back.") from error
    except errors.NameTaken as error:
        detail = "Another partner has it"
        raise Problem(INVALID, f"{detail}.", errors=[fault(f"body/{error.field}", detail)]) from error
    except tuple(DETAILS) as error:
        place = PLACES.get(type(error), "path/partner_id")
        raise _refused(place, DETAILS[type(error)], reason(error), _facts(error)) from error


def _facts(error: errors.PartnerError) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts_said(error).items()}


def _refused(place: str, detail: str, why: str, facts: dict[str, object]) -> Problem:
    return Problem(REFUSED, detail, errors=[fault(place, detail, reason=why, facts=facts)])
