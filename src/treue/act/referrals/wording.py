"""What this room's work, deeds and reasons are called."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty import wording as loyalty
from treue.act.referrals.rewarding import REASON, TAKEN_BACK
from treue.act.referrals.tasks import FOLLOW
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.staff.audit_wording import name_actions
from treue.design import formats
from treue.design.figures import Link
from treue.understand.metrics.scope.basis import active_language

ACTIONS: dict[str, Promise] = {
    "referrals.scheme_saved": _("Changed what referrals give"),
    "referrals.link_made": _("Gave a member a link for friends"),
    "referral.approved": _("Approved a referral"),
    "referral.refused": _("Refused a referral"),
}
name_actions(ACTIONS)
loyalty.REASONS.update({REASON: _("A friend who bought"), TAKEN_BACK: _("The friend's order came back")})


def number(count: int) -> str:
    return formats.number(count, active_language())


def followed(result: Mapping[str, object]) -> str:
    """What came of following referrals."""
    count = int(str(result.get("referrals", 0)))
    shape = ngettext("%(count)s referral looked at", "%(count)s referrals looked at", count)
    return shape % {"count": number(count)}


def _to_referrals(job: Job) -> Link:
    return Link(gettext("To the referrals"), reverse("referrals"))


describe(
    FOLLOW,
    name=_("Following referrals"),
    steps={"recognising": _("Recognising friends"), "following": _("Looking at friends' orders")},
    outcome=followed,
    leads_to=_to_referrals,
)
