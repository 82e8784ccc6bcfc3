"""Put rewards into the catalogue, change them, and say what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, Min, Q, QuerySet

from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.models import Programme
from treue.act.rewards.errors import GivenAlready, ImpossibleReward, NameTaken
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers.models import Campaign
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.design.formats import precision, rounded

LARGEST, MOST = Decimal(10) ** 9, 10**9


@dataclass(frozen=True)
class Terms:
    """What a reward is, as `models.Reward` has it. stock: how many there are in all, those given among them."""

    name: str
    kind: str
    points: int
    cost: Decimal
    currency: str
    description: str = ""
    campaign: Campaign | None = None
    stock: int | None = None
    most_per_member: int | None = None
    span: str = Reward.Span.IN_ALL
    lowest_tier: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_offered: bool = True


@dataclass(frozen=True)
class Figures:
    """How many were redeemed and not cancelled, in all and since the month began; how many were given as gifts; how
    many of both wait to be handed over."""

    in_all: int = 0
    this_month: int = 0
    gifts: int = 0
    waiting: int = 0


def of(shop: Shop) -> QuerySet[Reward]:
    """All rewards, the newest first."""
    return Reward.objects.filter(programme__shop=shop).select_related("programme__shop", "campaign").order_by("-pk")


def cheapest(programme: Programme) -> int | None:
    """For how many points a member gets the cheapest reward that is offered; None while there is none."""
    offered = Reward.objects.filter(programme=programme, is_offered=True)
    return offered.aggregate(points=Min("points"))["points"]


def claim_of(journal: int) -> str:
    """What a journal's points were redeemed for, as a program names it; "" where that is no reward."""
    found = Claim.objects.filter(journal=journal).values_list("pk", flat=True).first()
    return f"claim {found}" if found else ""


def add(*, programme: Programme, terms: Terms, by: User | None, now: datetime) -> Reward:
    """Raises ImpossibleReward, NameTaken; nothing is changed then."""
    require_possible(programme, terms)
    values = _values(terms) | {"stock_left": terms.stock, "created_at": now}
    with transaction.atomic():
        made = _saved(Reward(programme=programme, **values))
        audit.record("reward.made", who=by, subject=f"reward {made.pk}", name=made.name)
    return made


def change(*, reward: Reward, terms: Terms, by: User | None) -> Reward:
    """What was redeemed stays as it was. Raises ImpossibleReward, NameTaken, and GivenAlready where the stock would be
    smaller than what was given of it; nothing is changed then.
    """
    require_possible(reward.programme, terms)
    with transaction.atomic():
        rows = Reward.objects.select_for_update(of=("self",), no_key=True).select_related("programme__shop")
        locked = rows.get(pk=reward.pk)
        given = locked.stock - locked.stock_left if locked.stock is not None else 0
        if terms.stock is not None and terms.stock < given:
            raise GivenAlready(given)
        if (terms.most_per_member, terms.span) != (locked.most_per_member, locked.span):
            MemberCount.objects.filter(reward=locked).delete()  # the next claim counts anew
        for name, value in _values(terms).items():
            setattr(locked, name, value)
        locked.stock_left = None if terms.stock is None else terms.stock - given
        _saved(locked)
        audit.record("reward.changed", who=by, subject=f"reward {locked.pk}", name=locked.name)
    return locked


def figures(rewards: Sequence[Reward], *, now: datetime) -> dict[int, Figures]:
    if not rewards:
        return {}
    zone = rewards[0].programme.shop.tz
    begin = begin_of(day_of(now, zone).replace(day=1), zone)
    there = ~Q(state=Claim.State.CANCELLED)
    redeemed = there & Q(points__gt=0)
    counted = (
        Claim.objects.filter(reward__in=rewards)
        .values("reward")
        .annotate(
            in_all=Count("pk", filter=redeemed),
            this_month=Count("pk", filter=redeemed & Q(redeemed_at__gte=begin)),
            gifts=Count("pk", filter=there & Q(points=0)),
            open=Count("pk", filter=Q(state=Claim.State.REDEEMED)),
        )
    )
    found = {each["reward"]: each for each in counted}
    return {each.pk: _figures(each, found.get(each.pk)) for each in rewards}


def _figures(reward: Reward, counted: dict[str, int] | None) -> Figures:
    if counted is None:
        return Figures()
    waiting = counted["open"] if reward.is_fetched else 0
    return Figures(counted["in_all"], counted["this_month"], counted["gifts"], waiting)


def campaigns_for_rewards(shop: Shop) -> QuerySet[Campaign]:
    """Those whose codes are each somebody's own, and come to an end: such a code can be cancelled for good."""
    ending = Q(uses_per_code__isnull=False) | Q(keeps_rest=True)
    return Campaign.objects.filter(ending, shop=shop, kind=Campaign.Kind.UNIQUE).order_by("name")


def require_possible(programme: Programme, terms: Terms) -> None:
    """What the table's checks would refuse without saying which field it is. Raises ImpossibleReward."""
    wrong = [
        *(["name"] if not terms.name.strip() else []),
        *(["kind"] if terms.kind not in Reward.Kind.values else []),
        *_wrong_campaign(programme, terms),
        *_wrong_amounts(terms),
        *(["span"] if terms.span not in Reward.Span.values else []),
    ]
    if terms.valid_from and terms.valid_until and terms.valid_from >= terms.valid_until:
        wrong.append("valid_until")
    if wrong:
        raise ImpossibleReward(wrong[0])


def _wrong_campaign(programme: Programme, terms: Terms) -> list[str]:
    if terms.kind != Reward.Kind.VOUCHER:
        return ["campaign"] if terms.campaign is not None else []
    is_there = terms.campaign is not None and (
        campaigns_for_rewards(programme.shop).filter(pk=terms.campaign.pk).exists()
    )
    return [] if is_there else ["campaign"]


def _wrong_amounts(terms: Terms) -> list[str]:
    wrong = ["points"] if not 0 < terms.points <= MOST else []
    if len(terms.currency) != 3 or not (terms.currency.isascii() and terms.currency.isupper()):
        return [*wrong, "currency"]
    if not 0 <= terms.cost < LARGEST or rounded(terms.cost, precision(terms.currency)) != terms.cost:
        wrong.append("cost")
    if terms.stock is not None and not 0 <= terms.stock <= MOST:
        wrong.append("stock")
    if terms.most_per_member is not None and not 0 < terms.most_per_member <= MOST:
        wrong.append("most_per_member")
    return wrong


def _values(terms: Terms) -> dict[str, object]:
    return {each.name: getattr(terms, each.name) for each in fields(terms)}


def _saved(reward: Reward) -> Reward:
    try:
        with transaction.atomic():
            reward.save()
    except IntegrityError as error:
        raise NameTaken(reward.name) from error
    return reward
