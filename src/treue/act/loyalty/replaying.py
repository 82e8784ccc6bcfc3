"""What rules would have given on the last year's orders, beside those in force: a job, whose result a page shows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from treue.act.loyalty import reading
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.replay import Outcome, Replay, added_up, nowhere, outcomes, size
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import Programme, TierVersion
from treue.act.loyalty.replaying_tiers import TierWalk, asks_for_tiers, moved, written
from treue.act.loyalty.tasks import REPLAY
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.core.staff.models import User

YEAR = timedelta(days=365)
TOP = 10


@dataclass
class Seen:
    """What went by: every purchase, with what the rules gave for it."""

    orders: int = 0
    amount: Decimal = Decimal(0)
    points: Counter[int] = field(default_factory=Counter)

    def through(self, found: Iterable[Outcome]) -> Iterator[Outcome]:
        for each in found:
            self.orders += 1
            self.amount += each.purchase.amount_left
            self.points[each.customer_id] += each.earned.points
            yield each


def start(
    *,
    shop: Shop,
    rules: RuleSet,
    tiers: Mapping[str, object] | None = None,
    point_value: Decimal,
    redeemed_percent: int,
    today: date,
    by: User | None,
) -> Job:
    """Queue the replay over the year that ended yesterday. tiers: the document of those that would hold; none without
    tiers. point_value: what a redeemed point costs. redeemed_percent: how many of a hundred points are expected to be
    redeemed."""
    return work.start(
        REPLAY,
        by=by,
        shop_id=shop.pk,
        document=documents.written(rules),
        tiers=tiers,
        point_value=str(point_value),
        redeemed_percent=redeemed_percent,
        since=(today - YEAR).isoformat(),
        until=today.isoformat(),
    )


def run(
    progress: Progress,
    *,
    shop_id: int,
    document: Mapping[str, object],
    tiers: Mapping[str, object] | None = None,
    point_value: str,
    redeemed_percent: int,
    since: str,
    until: str,
) -> dict[str, object]:
    """Both sets of rules over the same orders. Rules in force in another currency are left out."""
    shop, proposed = Shop.objects.get(pk=shop_id), documents.read(document)
    programme = reading.programme_of(shop)
    current = reading.rules_of(programme) if programme else None
    sets = {"proposed": (proposed, tiers)}
    if current is not None and current.currency == proposed.currency:
        sets["in_force"] = (current, _tiers_in_force(programme))
    span = date.fromisoformat(since), date.fromisoformat(until)
    progress.step("replaying", total=sum(size(shop, rules, *span) for rules, _tiers in sets.values()))
    cost = Decimal(point_value) * redeemed_percent / 100
    found: dict[str, object] = {}
    reached = {}
    for name, (rules, document_of_tiers) in sets.items():
        seen = Seen()
        walk = TierWalk(document_of_tiers, rules, span[0]) if document_of_tiers else None
        told = seen.through(_outcomes(shop, rules, span, walk, progress))
        found[name] = _written(added_up(told, rules, *span, cost=cost), seen)
        if walk:
            reached[name] = walk.reached(span[1])
            found[name] |= {"tiers": written(walk, reached[name])}
        found |= {"orders": seen.orders, "customers": len(seen.points), "amount": str(seen.amount)}
    if len(reached) == len(sets) > 1 and _codes(found["proposed"]) == _codes(found["in_force"]):
        found["moved"] = moved(reached["proposed"], reached["in_force"])
    return found | {"currency": proposed.currency}


def _outcomes(
    shop: Shop, rules: RuleSet, span: tuple[date, date], walk: TierWalk | None, progress: Progress
) -> Iterator[Outcome]:
    """Multipliers for tiers hold as customers reach them."""
    if walk is None:
        return outcomes(shop, rules, *span, advance=progress.advance)
    where = walk.where if asks_for_tiers(rules) else nowhere
    return walk.through(outcomes(shop, rules, *span, where=where, advance=progress.advance))


def _tiers_in_force(programme: Programme) -> Mapping[str, object] | None:
    latest = TierVersion.objects.filter(programme=programme).order_by("valid_from").last()
    return latest.document if latest else None


def _codes(side: Mapping[str, object]) -> list[str]:
    return [code for code, *_rest in side["tiers"]]


def _written(replay: Replay, seen: Seen) -> dict[str, object]:
    total = replay.total
    return {
        "orders": total.orders,
        "customers": total.customers,
        "points": total.points,
        "cut": total.cut,
        "cost": str(total.cost),
        "by_rule": {name: [each.points, each.orders, each.customers] for name, each in replay.by_rule.items()},
        "top": [[customer, points] for customer, points in seen.points.most_common(TOP) if points],
    }
