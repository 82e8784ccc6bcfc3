"""Work of this room that waits."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from treue.act.gifts import wording
from treue.act.gifts.errors import SomeFailed
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.design.figures import Link

GIVE = "gifts.give"


@kind(GIVE)
def give(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Give what is due today."""
    from treue.act.gifts import nights

    return nights.pass_through(shop_id, progress, now=timezone.now())


def start(shop: Shop) -> None:
    work.start(GIVE, lock=f"{GIVE}.{shop.pk}", shop_id=shop.pk)


@app.periodic(cron="23 * * * *")
@app.task(name="gifts.give_due", queueing_lock="gifts.give_due")
def give_due(timestamp: int) -> None:
    """Every hour, as zones differ in their midnights; each shop is looked at once a day."""
    from treue.act.gifts import nights

    for shop in nights.shops_to_look_at(timezone.now()):
        start(shop)


def _to_gifts(job: Job) -> Link:
    return Link(gettext("To the gifts"), reverse("gifts"))


describe(
    GIVE,
    name=_("Gifts for birthdays, anniversaries and surprises"),
    steps={"finding": _("Looking whose day it is"), "giving": _("Giving gifts")},
    errors={SomeFailed: _("%(count)s gifts could not be given, of: %(named)s. All others have theirs.")},
    outcome=wording.given,
    leads_to=_to_gifts,
)
