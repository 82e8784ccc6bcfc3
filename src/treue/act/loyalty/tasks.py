"""Work of this room that waits."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from treue.act.loyalty import wording
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.core.staff.audit_wording import name_actions
from treue.design.figures import Link

RECKON, NIGHT, REPLAY, DEMO = "loyalty.reckon", "loyalty.night", "loyalty.replay", "loyalty.demo"
FUNNEL = "loyalty.funnel"
UNTIL_ORDERS_ARE_WRITTEN = timedelta(seconds=1)


@kind(RECKON)
def reckon(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Let the ledger follow the orders that changed."""
    from treue.act.loyalty import following

    return {"members": following.follow(shop_id, progress, now=timezone.now())}


@kind(NIGHT)
def night(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Make pending points active, expire and release what is due, and seal the ledger."""
    from treue.act.loyalty import nights

    return nights.pass_through(shop_id, progress, now=timezone.now())


@kind(REPLAY)
def replay(progress: Progress, **asked: object) -> dict[str, object]:
    """Try rules on the orders of the last year."""
    from treue.act.loyalty import replaying

    return replaying.run(progress, **asked)


@kind(FUNNEL)
def funnel(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Reckon how far members came."""
    from treue.act.loyalty.funnel import reckoning
    from treue.act.loyalty.models import Programme

    progress.step("counting")
    for programme in Programme.objects.select_related("shop").filter(shop=shop_id):
        reckoning.keep(programme, now=timezone.now())
    return {}


@kind(DEMO)
def demo(progress: Progress, *, shop_id: int, language: str) -> dict[str, object]:
    """Give the demo shop a programme, as if since a year."""
    from treue.act.loyalty.demo import year

    with override(language):
        return year.pass_by(shop_id, progress, now=timezone.now())


def begin_demo(shop: Shop, *, language: str) -> None:
    """Queue the demo shop's programme. While its past is made no order is reckoned and no night passes as of today."""
    work.start(DEMO, lock=f"{RECKON}.{shop.pk}", shop_id=shop.pk, language=language)


def follow(shop_id: int) -> None:
    """Queue the reckoning of changed orders, unless it waits already."""
    if not Job.objects.filter(kind=RECKON, arguments__shop_id=shop_id, state=Job.State.WAITING).exists():
        work.start(RECKON, lock=f"{RECKON}.{shop_id}", wait=UNTIL_ORDERS_ARE_WRITTEN, shop_id=shop_id)


@app.periodic(cron="* * * * *")
@app.task(name="loyalty.follow_orders", queueing_lock="loyalty.follow_orders")
def follow_orders(timestamp: int) -> None:
    """What no event told of, such as an import that was undone."""
    from treue.act.loyalty import following

    for shop in following.shops_with_changes():
        follow(shop)


@app.periodic(cron="11 * * * *")
@app.task(name="loyalty.pass_nights", queueing_lock="loyalty.pass_nights")
def pass_nights(timestamp: int) -> None:
    """Every hour: zones differ in their midnights, and holds end at any time."""
    for shop in Shop.objects.exclude(programme=None):
        lock = f"{RECKON if shop.is_demo else NIGHT}.{shop.pk}"  # a demo's weeks go by one after the other
        work.start(NIGHT, lock=lock, shop_id=shop.pk)


def _to_programme(job: Job) -> Link:
    return Link(gettext("To the programme"), reverse("programme"))


describe(
    RECKON,
    name=_("Points for orders"),
    steps={"reckoning": _("Looking at each member's orders")},
    outcome=wording.reckoned,
    leads_to=_to_programme,
)
describe(
    NIGHT,
    name=_("Points that become active or expire"),
    steps={
        "activating": _("Making pending points active"),
        "expiring": _("Expiring points"),
        "releasing": _("Releasing held points"),
        "forfeiting": _("Letting points of erased people lapse"),
        "levelling": _("Bringing merged memberships together"),
        "noticing": _("Telling of points that expire soon"),
        "tiering": _("Looking at the tiers whose term is over"),
        "sealing": _("Sealing the ledger"),
        "booking": _("Keeping the books by day"),
        "counting": _("Counting how far members came"),
    },
    outcome=wording.passed,
    leads_to=_to_programme,
)


def _to_replay(job: Job) -> Link:
    return Link(gettext("To what it would have cost"), reverse("programme_replayed", args=[job.pk]))


describe(
    REPLAY,
    name=_("What rules would have cost"),
    steps={"replaying": _("Trying the rules on the orders of the last year")},
    leads_to=_to_replay,
)


def _to_funnel(job: Job) -> Link:
    return Link(gettext("To the funnel"), reverse("programme_funnel"))


describe(
    FUNNEL,
    name=_("The funnel of the programme"),
    steps={"counting": _("Counting how far members came")},
    leads_to=_to_funnel,
)
describe(
    DEMO,
    name=_("The demo shop's programme"),
    steps={"passing": _("Letting a year of the programme pass, week by week")},
    outcome=wording.enrolled,
    leads_to=_to_programme,
)

name_actions(
    {
        "programme.started": _("Started the programme"),
        "programme.changed": _("Changed the programme"),
        "tiers.published": _("Published tiers"),
        "member.joined": _("Made a customer a member"),
        "members.enrolled": _("Made customers members"),
        "member.left": _("Ended a membership"),
        "tier.granted": _("Gave a tier by hand"),
        "tier.grant_ended": _("Ended a tier given by hand"),
        "points.adjusted": _("Corrected points by hand"),
        "points.adjustment_asked": _("Asked a second colleague to correct points"),
        "points.adjustment_refused": _("Did not let points be corrected"),
        "books.valued": _("Said what a point is worth"),
        "books.closed": _("Closed a month of the points"),
    }
)
