"""A scheme, and what speaks against a referral, in sentences."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty.wording import number, points
from treue.act.referrals import scoring
from treue.act.referrals.models import Scheme
from treue.act.referrals.schemes import Terms
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


def money(value: Decimal, currency: str) -> str:
    return formats.money(value, active_language(), currency)


def of(terms: Terms | Scheme, *, currency: str, return_days: int) -> str:
    """The whole, as somebody would say it."""
    said = [*_closed(terms), _reward(terms), *_welcome(terms), _condition(terms, currency), _waiting(return_days)]
    return " ".join([*said, *_limit(terms), _review(terms)])


def _closed(terms: Terms | Scheme) -> Iterator[str]:
    if not terms.is_open:
        yield _("At present nobody can refer friends; who came before is still rewarded.")


def _reward(terms: Terms | Scheme) -> str:
    given = {"advocate": points(terms.advocate_points), "friend": points(terms.friend_points)}
    if not terms.friend_points:
        return _("Who refers a friend who buys gets %(advocate)s.") % given
    if not terms.advocate_points:
        return _("The friend who buys gets %(friend)s.") % given
    return _("Who refers a friend who buys gets %(advocate)s, the friend %(friend)s.") % given


def _welcome(terms: Terms | Scheme) -> Iterator[str]:
    if terms.welcome is not None:
        yield _("The friend gets a voucher of “%(campaign)s” at once.") % {"campaign": terms.welcome.name}


def _condition(terms: Terms | Scheme, currency: str) -> str:
    days = terms.window_days
    facts = {"count": number(days), "minimum": money(terms.minimum, currency)}
    if terms.is_first_only and terms.minimum:
        shape = ngettext(
            "What counts is the first purchase, of %(minimum)s or more, within %(count)s day after the friend came.",
            "What counts is the first purchase, of %(minimum)s or more, within %(count)s days after the friend came.",
            days,
        )
    elif terms.is_first_only:
        shape = ngettext(
            "What counts is the first purchase, within %(count)s day after the friend came.",
            "What counts is the first purchase, within %(count)s days after the friend came.",
            days,
        )
    elif terms.minimum:
        shape = ngettext(
            "What counts is a purchase of %(minimum)s or more within %(count)s day after the friend came.",
            "What counts is a purchase of %(minimum)s or more within %(count)s days after the friend came.",
            days,
        )
    else:
        shape = ngettext(
            "What counts is any purchase within %(count)s day after the friend came.",
            "What counts is any purchase within %(count)s days after the friend came.",
            days,
        )
    return shape % facts


def _waiting(return_days: int) -> str:
    if not return_days:
        return _("The points come at once, and go again where the order comes back.")
    shape = ngettext(
        "The points come when the order can no longer be returned, after %(count)s day.",
        "The points come when the order can no longer be returned, after %(count)s days.",
        return_days,
    )
    return shape % {"count": number(return_days)}


def _limit(terms: Terms | Scheme) -> Iterator[str]:
    most = terms.most_per_year
    if most is not None:
        shape = ngettext(
            "One member is rewarded for %(count)s friend a year at most.",
            "One member is rewarded for %(count)s friends a year at most.",
            most,
        )
        yield shape % {"count": number(most)}


def _review(terms: Terms | Scheme) -> str:
    if terms.review_from > scoring.HIGHEST:
        return _("Nobody looks at a referral before it is rewarded.")
    score = {"score": number(terms.review_from), "highest": number(scoring.HIGHEST)}
    return _("From a score of %(score)s of %(highest)s on, a colleague looks at it first.") % score


def reason(given: Mapping[str, object]) -> str:
    """Why a referral looks like somebody's own: of `Referral.reasons`."""
    count = int(str(given.get("count", 0)))
    return _signals().get(str(given["signal"]), str(given["signal"])) % {
        "count": number(count),
        "share": formats.share(Decimal(count) / 100, active_language()),
    }


def _signals() -> dict[str, str]:
    return {
        scoring.SAME_CUSTOMER: _("Both turned out to be one customer."),
        scoring.SAME_EMAIL: _("Both have the same e-mail address, but for a tag or dots in it."),
        scoring.SAME_PHONE: _("Both have the same telephone number."),
        scoring.SAME_CARD: _("Both have the same card."),
        scoring.SAME_DEVICE: _("Both were seen in the same browser."),
        scoring.SAME_HOUSEHOLD: _("Both have the same surname and live in the same city."),
        scoring.RING: _("A ring of %(count)s: the friend had brought the advocate, or whoever brought them."),
        scoring.BURST: _("%(count)s friends came within an hour."),
        scoring.AT_MINIMUM: _("All %(count)s orders of the advocate's friends just reach the minimum."),
        scoring.RETURNS: _("The advocate's friends sent %(share)s of what they bought back."),
    }
