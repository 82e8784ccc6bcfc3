"""Make a plan, change it, stop it and let it go on."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from treue.act.gifts.errors import GivenAlready, ImpossiblePlan, NameTaken
from treue.act.gifts.models import Plan
from treue.act.loyalty.models import Programme
from treue.act.rewards.models import Reward
from treue.act.vouchers.models import Campaign
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.design.formats import precision, rounded

Occasion = Plan.Occasion
LARGEST, MOST = Decimal(10) ** 9, 10**9
MOST_DAYS, MOST_DAYS_BEFORE, MOST_MONTHS = 3_650, 30, 120


@dataclass(frozen=True)
class Terms:
    """What a plan says, as `models.Plan` has it."""

    name: str
    occasion: str
    cost: Decimal
    currency: str
    valid_from: date
    points: int | None = None
    campaign: Campaign | None = None
    reward: Reward | None = None
    lasts_days: int | None = None
    days_before: int = 0
    lowest_tier: str = ""
    group: str = ""
    winners: int | None = None
    first_draw: date | None = None
    is_monthly: bool = False
    months_apart: int = 0
    most_gifts: int | None = None
    budget: Decimal | None = None
    valid_until: date | None = None


def of(shop: Shop) -> QuerySet[Plan]:
    """All plans, the newest first."""
    rows = Plan.objects.filter(programme__shop=shop).select_related("programme__shop", "campaign", "reward__campaign")
    return rows.order_by("-pk")


def add(*, programme: Programme, terms: Terms, by: User | None, now: datetime) -> Plan:
    """Raises ImpossiblePlan, NameTaken; nothing is changed then."""
    require_possible(programme, terms)
    with transaction.atomic():
        made = _saved(Plan(programme=programme, created_at=now, **_values(terms)))
        audit.record("gifts.plan_made", who=by, subject=f"programme {programme.pk}", name=made.name)
    return made


def change(*, plan: Plan, terms: Terms, by: User | None) -> Plan:
    """What was given stays as it was, and nobody gets a second one by it. The occasion stays.

    Raises ImpossiblePlan, NameTaken, and GivenAlready where a limit would be below what was given; nothing is changed
    then.
    """
    require_possible(plan.programme, terms)
    if terms.occasion != plan.occasion:
        raise ImpossiblePlan("occasion")
    with transaction.atomic():
        rows = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("programme__shop")
        locked = rows.get(pk=plan.pk)
        if terms.most_gifts is not None and terms.most_gifts < locked.given:
            raise GivenAlready("most_gifts")
        if terms.budget is not None and terms.budget < locked.spent:
            raise GivenAlready("budget")
        for name, value in _values(terms).items():
            setattr(locked, name, value)
        _saved(locked)
        audit.record("gifts.plan_changed", who=by, subject=f"programme {locked.programme_id}", name=locked.name)
    return locked


def stop(*, plan: Plan, by: User | None) -> bool:
    """Let nobody get anything of it any more. False where it was stopped before."""
    return _switched(plan, False, "gifts.plan_stopped", by)


def resume(*, plan: Plan, by: User | None) -> bool:
    """What fell into the time in between is caught up for some days only. False where it is not stopped."""
    return _switched(plan, True, "gifts.plan_resumed", by)


def _switched(plan: Plan, is_active: bool, action: str, by: User | None) -> bool:
    with transaction.atomic():
        rows = Plan.objects.filter(pk=plan.pk, is_active=not is_active)
        is_new = rows.update(is_active=is_active, looked_on=None) == 1
        if is_new:
            audit.record(action, who=by, subject=f"programme {plan.programme_id}", name=plan.name)
    return is_new


def require_possible(programme: Programme, terms: Terms) -> None:
    """What the table's checks would refuse without saying which field it is. Raises ImpossiblePlan."""
    wrong = [
        *(["name"] if not terms.name.strip() else []),
        *(["occasion"] if terms.occasion not in Occasion.values else []),
        *_wrong_gift(programme, terms),
        *_wrong_amounts(terms),
        *_wrong_draw(terms),
        *_wrong_days(terms),
    ]
    if wrong:
        raise ImpossiblePlan(wrong[0])


def _wrong_gift(programme: Programme, terms: Terms) -> list[str]:
    if sum(each is not None for each in (terms.points, terms.campaign, terms.reward)) != 1:
        return ["points"]
    if terms.points is not None:
        is_possible = 0 < terms.points <= MOST
        lasts = terms.lasts_days is None or 0 < terms.lasts_days <= MOST_DAYS
        return [*([] if is_possible else ["points"]), *([] if lasts else ["lasts_days"])]
    return [*_not_there(programme, terms), *(["lasts_days"] if terms.lasts_days is not None else [])]


def _not_there(programme: Programme, terms: Terms) -> list[str]:
    if terms.reward is not None:
        return [] if rewards_for_gifts(programme).filter(pk=terms.reward.pk).exists() else ["reward"]
    return [] if campaigns_for_gifts(programme.shop).filter(pk=terms.campaign.pk).exists() else ["campaign"]


def campaigns_for_gifts(shop: Shop) -> QuerySet[Campaign]:
    """Those whose codes are each somebody's own."""
    return Campaign.objects.filter(shop=shop, kind=Campaign.Kind.UNIQUE).order_by("name")


def rewards_for_gifts(programme: Programme) -> QuerySet[Reward]:
    """All of them: what nobody can have for points may still be a gift."""
    return Reward.objects.filter(programme=programme).order_by("name")


def _wrong_amounts(terms: Terms) -> list[str]:
    if len(terms.currency) != 3 or not (terms.currency.isascii() and terms.currency.isupper()):
        return ["currency"]
    wrong = []
    for name, amount in (("cost", terms.cost), ("budget", terms.budget)):
        if amount is None:
            continue
        is_whole = rounded(amount, precision(terms.currency)) == amount
        if not (0 <= amount < LARGEST and is_whole):
            wrong.append(name)
    if terms.most_gifts is not None and not 0 < terms.most_gifts <= MOST:
        wrong.append("most_gifts")
    return wrong


def _wrong_draw(terms: Terms) -> list[str]:
    if terms.occasion != Occasion.SURPRISE:
        has = {"winners": terms.winners, "first_draw": terms.first_draw, "is_monthly": terms.is_monthly}
        return [name for name, value in (has | {"months_apart": terms.months_apart}).items() if value]
    wrong = ["winners"] if terms.winners is None or not 0 < terms.winners <= MOST else []
    if terms.first_draw is None:
        wrong.append("first_draw")
    return wrong if 0 <= terms.months_apart <= MOST_MONTHS else [*wrong, "months_apart"]


def _wrong_days(terms: Terms) -> list[str]:
    most = 0 if terms.occasion == Occasion.SURPRISE else MOST_DAYS_BEFORE
    wrong = [] if 0 <= terms.days_before <= most else ["days_before"]
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        wrong.append("valid_until")
    return wrong


def _values(terms: Terms) -> dict[str, object]:
    return {each.name: getattr(terms, each.name) for each in fields(terms)}


def _saved(plan: Plan) -> Plan:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        raise NameTaken(plan.name) from error
    return plan
