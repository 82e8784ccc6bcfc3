"""What the API answers where a voucher is refused, and to whoever guesses codes."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from treue.act.vouchers import errors, misses
from treue.act.vouchers.api_answers import VerdictOut, facts_said, reason, refusal_said
from treue.core.api.problems import INVALID, KEY_REUSED, NOT_FOUND, REFUSED, TOO_MANY, Problem, fault

T = TypeVar("T")
GUESSED = {reason(errors.UnknownCode()), reason(errors.MistypedCode())}
NAMED = {"text": "code", "product": "product_id"}  # fields that the API calls otherwise
SAID = {
    errors.RolledBackAlready: ("path/redemption_id", "Nothing of it is left to be rolled back."),
    errors.MoreThanLeft: ("body/returned", "More cannot come back than was bought and has not come back yet."),
    errors.CampaignNameTaken: ("body/name", "The shop has a campaign of this name."),
    errors.CodeTaken: ("body/code", "The shop has a code of this text."),
    errors.TooManyCodes: ("path/campaign_id", "The campaign has no room for more codes."),
}


def guarded(request: HttpRequest, deed: Callable[[], T]) -> T:
    """Look codes up for whoever does not guess. What was not found is counted also where nothing else is kept.
    Raises Problem."""
    who = {"key_id": request.auth.key_id, "address": request.META.get("REMOTE_ADDR", "")}
    try:
        misses.require_few(**who, now=timezone.now())
    except errors.TooManyMisses as error:
        wait = {"Retry-After": str(error.seconds_left)}
        raise Problem(TOO_MANY, "Too many codes were tried that the shop does not have.", headers=wait) from error
    try:
        done = deed()
    except errors.Refused as refused:
        _count([reason(each) for each in refused.refusals.values()], who)
        raise _refused(refused.refusals) from refused
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    if isinstance(done, VerdictOut):
        _count([each.reason for each in done.refused], who)
    return done


def _count(reasons: list[str], who: Mapping[str, object]) -> None:
    guesses = sum(each in GUESSED for each in reasons)
    if guesses:
        misses.count(**who, misses=guesses, now=timezone.now())


def _refused(refusals: Mapping[int, errors.Refusal]) -> Problem:
    faults = [fault(f"body/codes/{place}", **refusal_said(each)) for place, each in sorted(refusals.items())]
    return Problem(REFUSED, "Not all codes can be redeemed.", errors=faults)


def said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room refuses is a Problem."""
    try:
        return deed()
    except errors.NoSuchRedemption as error:
        raise Problem(NOT_FOUND, "The shop has no such redemption.") from error
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except errors.ImpossibleCampaign as error:
        detail = "This cannot be, or not together with the rest"
        place = f"body/{NAMED.get(error.field, error.field)}"
        raise Problem(INVALID, f"{detail}.", errors=[fault(place, detail)]) from error
    except tuple(SAID) as error:
        place, detail = SAID[type(error)]
        facts = facts_said(error)
        raise Problem(REFUSED, detail, errors=[fault(place, detail, reason=reason(error), facts=facts)]) from error
