"""The trial of a plan on the orders of the last year, and what it says."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import replaying
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.setup.plan import Plan
from treue.act.loyalty.tasks import REPLAY
from treue.act.loyalty.wording import number, points
from treue.core.commerce.models import Order
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import User


def can_be_tried(shop: Shop, now: datetime) -> bool:
    """Whether there are orders of the last year."""
    return Order.objects.filter(shop=shop, ordered_at__gte=now - replaying.YEAR).exists()


def start(*, shop: Shop, plan: Plan, rules: RuleSet | None = None, now: datetime, by: User | None) -> Job:
    """rules: in the place of the plan's."""
    return replaying.start(
        shop=shop,
        rules=rules or plan.rules,
        tiers=plan.tiers,
        point_value=plan.point_cost,
        redeemed_percent=plan.redeemed_percent,
        today=now.astimezone(shop.tz).date(),
        by=by,
    )


def found(shop: Shop, job: int | None) -> Job | None:
    return Job.objects.filter(pk=job, kind=REPLAY, arguments__shop_id=shop.pk).first() if job else None


def is_of(job: Job, plan: Plan) -> bool:
    """Whether it tried what the plan says now."""
    asked = job.arguments
    return (
        asked["document"] == documents.written(plan.rules)
        and asked.get("tiers") == plan.tiers
        and asked["point_value"] == str(plan.point_cost)
        and asked["redeemed_percent"] == plan.redeemed_percent
    )


def by_rule(job: Job | None, rules: RuleSet) -> dict[str, str]:
    """What each rule would have given, of those rules that stand in both as they are."""
    if job is None or job.state != Job.State.DONE:
        return {}
    tried = {each["name"]: each for each in job.arguments["document"]["rules"]}
    now = {each["name"]: each for each in documents.written(rules)["rules"]}
    given = job.result["proposed"]["by_rule"]
    return {name: sentence(*given[name]) for name in given if name in now and tried.get(name) == now[name]}


def sentence(given: int, orders: int, customers: int) -> str:
    if not orders:
        return _("On the orders of the last year it would have given nothing.")
    facts = {"points": points(given), "customers": number(customers)}
    return (
        ngettext(
            "On the orders of the last year it would have given %(points)s to %(customers)s customer.",
            "On the orders of the last year it would have given %(points)s to %(customers)s customers.",
            customers,
        )
        % facts
    )
