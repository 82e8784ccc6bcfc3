"""What this room's deeds are called."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.wording import REASONS, number
from treue.act.partners import issuing, redeeming
from treue.act.partners.tasks import DRAFT
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.staff.audit_wording import name_actions
from treue.design.figures import Link

ACTIONS: dict[str, Promise] = {
    "partner.added": _("Added a partner"),
    "partner.changed": _("Changed a partner"),
    "partner.agreed": _("Made an agreement with a partner"),
    "settlement.closed": _("Closed a partner's statement"),
    "settlement.disputed": _("Disputed a line of a partner's statement"),
    "settlement.dispute_accepted": _("Accepted a dispute of a partner's statement"),
    "settlement.dispute_rejected": _("Rejected a dispute of a partner's statement"),
}
name_actions(ACTIONS)
REASONS.update(
    {
        issuing.REASON: _("Purchase at a partner"),
        issuing.RETURNED: _("Returned at a partner"),
        redeeming.REASON: _("Redeemed at a partner"),
        redeeming.ROLLED_BACK: _("Rolled back at a partner"),
        redeeming.RELEASED: _("Not redeemed at a partner"),
    }
)


def drafted(result: dict[str, object]) -> str:
    """What came of drafting."""
    count = int(result.get("drafts", 0))
    return ngettext("%(count)s new draft", "%(count)s new drafts", count) % {"count": number(count)}


def _to_partners(job: Job) -> Link:
    return Link(gettext("To the partners"), reverse("partners"))


describe(
    DRAFT,
    name=_("Drafts of partners' statements"),
    steps={"drafting": _("Making a draft for each partner and month that is over")},
    outcome=drafted,
    leads_to=_to_partners,
)
