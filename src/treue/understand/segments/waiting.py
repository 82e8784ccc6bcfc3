"""What stands on the page before there are groups: why, and what would help."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.understand.metrics.scope.basis import active_language
from treue.understand.metrics.tasks import REFRESH as FIGURES
from treue.understand.segments.models import Segmentation
from treue.understand.segments.tasks import REFRESH

UNDER_WAY = (Job.State.WAITING, Job.State.RUNNING)


@dataclass(frozen=True)
class Waiting:
    sentence: str
    step: Link | None = None


def of(shop: Shop, user: User, segmentation: Segmentation | None) -> Waiting:
    jobs = Job.objects.filter(kind__in=(FIGURES, REFRESH), state__in=UNDER_WAY, arguments__shop_id=shop.pk)
    if jobs.exists():
        step = Link(_("Show jobs"), reverse("jobs")) if user.may(Permission.SEE_JOBS) else None
        return Waiting(_("Your customers are being looked at. Their groups stand here in a few minutes."), step)
    step = Link(_("Import orders"), reverse("imports")) if user.may(Permission.IMPORT) else None
    if segmentation is not None:
        day = formats.day(segmentation.as_of, active_language())
        return Waiting(_("No purchase counted up to %(day)s. With purchases come groups.") % {"day": day}, step)
    return Waiting(_("Bring in your orders, and you see who your best customers are and who is slipping away."), step)
