"""The page Value as a whole, and what stands there as long as there is nothing to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design.figures import Figure, Link
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.models import Snapshot
from treue.understand.value import outlook, worth, worth_charts
from treue.understand.value.models import Fit, Worth
from treue.understand.value.tasks import SCORE


@dataclass(frozen=True)
class Picture:
    """sub: by which model, and how sure. caution: what keeps one from believing it as it stands. untold: who is not in
    the value at stake. left_out: who is in nothing. Each may be empty."""

    sentence: SafeString
    sub: str
    caution: str
    untold: str
    left_out: str
    figures: Sequence[Figure]
    amounts: Chart
    tenths: Chart


@dataclass(frozen=True)
class Nothing:
    """why: there are no values. link: what would help, where the person may do it."""

    why: str
    link: Link | None = None


def picture(summed: Worth) -> Picture:
    return Picture(
        sentence=worth.sentence(summed),
        sub=worth.sureness(summed.fit),
        caution=outlook.caution(summed.fit),
        untold=worth.untold(summed),
        left_out=worth.left_out(summed),
        figures=worth.figures(summed),
        amounts=worth_charts.by_amount(summed),
        tenths=worth_charts.by_tenth(summed),
    )


def nothing(shop: Shop, fit: Fit | None, user: User) -> Nothing:
    if fit is not None and not fit.has_scores:
        return Nothing(outlook.why_nothing(fit, is_wanted=True))
    if is_moving(shop):
        link = Link(_("Show jobs"), reverse("jobs")) if user.may(Permission.SEE_JOBS) else None
        return Nothing(_("What customers are worth is being worked out. It stands here in a few minutes."), link)
    if Snapshot.objects.filter(shop=shop, is_current=True, first_order__isnull=False).exists():
        return Nothing(outlook.why_nothing(None, is_wanted=True))
    link = Link(_("Import orders"), reverse("imports")) if user.may(Permission.IMPORT) else None
    return Nothing(_("From your orders Treue tells what each customer will be worth. There are none yet."), link)


def is_moving(shop: Shop) -> bool:
    """Whether everybody's scores are being worked out anew, or will be in a moment."""
    moving = Job.objects.filter(kind=SCORE, state__in=[Job.State.WAITING, Job.State.RUNNING])
    return moving.filter(arguments__shop_id=shop.pk, arguments__customers__isnull=True).exists()
