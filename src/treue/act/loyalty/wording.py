"""Sentences of the ledger."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty import sealing
from treue.act.loyalty.models import Kind
from treue.act.loyalty.verifying import RULES
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

SENTENCES: dict[str, str | Promise] = dict(
    zip(
        [*RULES, sealing.RULE],
        [
            _("The entries of each journal sum to zero"),
            _("Each entry belongs to a journal"),
            _("Each entry belongs to an account"),
            _("Each entry follows the one before it, by its hash and its balance"),
            _("Each account ends where its last entry does"),
            _("Each lot began with what its journal gave"),
            _("Each lot has what its journals left of it"),
            _("The lots of an account sum to its balance"),
            _("The lots of a member sum to their qualifying points"),
            _("As much was taken back as the lots say"),
            _("As much is held as the open holds say"),
            _("As much came back as the redemptions say"),
            _("Each hold ended once at most"),
            _("The chains stand as they were sealed"),
        ],
        strict=True,
    )
)


def rule(name: str) -> str:
    """What is checked, as a sentence without a full stop."""
    return str(SENTENCES[name])


REASONS: dict[str, str | Promise] = {
    "order": _("Order"),
    "order changed": _("Order changed or returned"),
    "returned before": _("Taken back for an order returned before"),
    "pending is over": _("The time to return is over"),
    "expired": _("Not redeemed in time"),
    "goodwill": _("Goodwill"),
    "merged": _("Two memberships became one"),
    "correction": _("Correction"),
    "reward": pgettext_lazy("why points were redeemed", "Reward"),
    "hold is over": _("Nobody redeemed them"),
    "review": _("Points for a review"),
    "survey": _("Points for an answered survey"),
    "referral": _("Points for a referral"),
    "birthday": _("Points for the birthday"),
    "profile_completed": _("Points for a completed profile"),
    "visit": _("Points for a visit"),
    "event": _("Points for taking part"),
}


def reason(code: str) -> str:
    """Why points moved; the code itself where a shop brought its own."""
    return str(REASONS.get(code, code))


def happened(kind: int) -> str:
    return str(Kind(kind).label)


def points(count: int) -> str:
    """ "1,240 points"."""
    return ngettext("%(count)s point", "%(count)s points", count) % {"count": number(count)}


def number(count: int) -> str:
    return formats.number(count, active_language())


def reckoned(result: Mapping[str, object]) -> str:
    """What came of reckoning orders."""
    members = int(result.get("members", 0))
    return ngettext("%(count)s member looked at", "%(count)s members looked at", members) % {"count": number(members)}


def enrolled(result: Mapping[str, object]) -> str:
    """What came of a year of the demo shop."""
    members = int(result.get("members", 0))
    return ngettext("%(count)s member", "%(count)s members", members) % {"count": number(members)}


def passed(result: Mapping[str, object]) -> str:
    """What came of a night."""
    facts = {name: number(int(result.get(name, 0))) for name in ("activating", "expiring")}
    return gettext("%(activating)s lots became active, %(expiring)s expired") % facts
