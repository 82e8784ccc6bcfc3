"""What this room's work and deeds are called."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from treue.act.vouchers.errors import TooManyCodes
from treue.act.vouchers.models import Batch
from treue.act.vouchers.tasks import MAKE
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.staff.audit_wording import name_actions
from treue.design import formats
from treue.design.figures import Link
from treue.understand.metrics.scope.basis import active_language

ACTIONS: dict[str, Promise] = {
    "voucher.campaign_made": _("Made a campaign of vouchers"),
    "voucher.campaign_ended": _("Ended a campaign of vouchers"),
    "voucher.codes_ordered": _("Had codes of vouchers made"),
    "voucher.code_given": _("Gave a code of a voucher"),
    "voucher.code_cancelled": _("Cancelled a code of a voucher"),
    "voucher.codes_exported": _("Saved the codes of a campaign"),
}
name_actions(ACTIONS)


def made(result: dict[str, object]) -> str:
    count = int(str(result.get("codes", 0)))
    words = ngettext("%(number)s code made.", "%(number)s codes made.", count)
    return words % {"number": formats.number(count, active_language())}


def _campaign(job: Job) -> Link | None:
    batch = Batch.objects.filter(pk=job.arguments.get("batch_id")).select_related("campaign").first()
    return Link(batch.campaign.name, reverse("voucher_campaign", args=[batch.campaign_id])) if batch else None


describe(
    MAKE,
    name=_("Making codes of vouchers"),
    steps={"making": _("Making codes")},
    errors={TooManyCodes: _("The campaign has no room for %(asked)s more codes; %(left)s can still be made.")},
    outcome=made,
    leads_to=_campaign,
)
