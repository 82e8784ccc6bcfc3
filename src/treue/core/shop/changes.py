"""Change the settings: with the trail of old and new values, and the figures computed anew where they depend on it."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.models import AcquisitionCost, ExchangeRate, NonProduct, Shop
from treue.core.staff import audit
from treue.core.staff.models import User

# Counts are stored by these. Margin and costs are read when a page is shown; rates, non-products and duplicates when
# a file is read.
IN_STORED_FIGURES = frozenset({"zone", "currency", "window_days"})
IN_SCORES = frozenset({"margin", "discount_rate"})
REFRESH, SCORE = "metrics.refresh", "value.score"


@transaction.atomic
def change(*, shop: Shop, values: Mapping[str, object], by: User) -> bool:
    """Set these fields of the shop. Returns whether figures are computed anew because of it."""
    locked = Shop.objects.select_for_update().get(pk=shop.pk)
    changed = {name: value for name, value in values.items() if getattr(locked, name) != value}
    if not changed:
        return False
    facts = {name: {"old": _plain(getattr(locked, name)), "new": _plain(value)} for name, value in changed.items()}
    for name, value in changed.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changed))
    audit.record("shop.changed", who=by, subject=f"shop {shop.pk}", **facts)
    if changed.keys() & IN_STORED_FIGURES:
        return refresh_figures(shop=shop, by=by)  # the scores follow
    return bool(changed.keys() & IN_SCORES) and _compute(SCORE, shop, by)


def refresh_figures(*, shop: Shop, by: User) -> bool:
    """Have the figures computed anew, unless that waits to be done anyway. Returns whether it will be."""
    return _compute(REFRESH, shop, by)


def _compute(kind: str, shop: Shop, by: User) -> bool:
    if kind not in work.KINDS:
        return False
    arguments = {"shop_id": shop.pk}
    if not Job.objects.filter(kind=kind, state=Job.State.WAITING, arguments=arguments).exists():
        work.start(kind, by=by, lock=f"{kind}.{shop.pk}", **arguments)
    return True


@transaction.atomic
def set_rate(*, rate: ExchangeRate, by: User) -> None:
    """Give a currency this rate, in place of the one it had."""
    former = ExchangeRate.objects.select_for_update().filter(shop=rate.shop, currency=rate.currency).first()
    ExchangeRate.objects.update_or_create(shop=rate.shop, currency=rate.currency, defaults={"rate": rate.rate})
    old = _plain(former.rate) if former else None
    fact = {"old": old, "new": _plain(rate.rate)}
    audit.record("shop.rates_changed", who=by, subject=f"shop {rate.shop_id}", **{rate.currency: fact})


@transaction.atomic
def remove_rate(*, rate: ExchangeRate, by: User) -> None:
    fact = {"old": _plain(rate.rate), "new": None}
    audit.record("shop.rates_changed", who=by, subject=f"shop {rate.shop_id}", **{rate.currency: fact})
    rate.delete()


@transaction.atomic
def set_non_products(*, shop: Shop, codes: Sequence[str], by: User) -> None:
    """Make these the shop's codes of non-products, and no others."""
    Shop.objects.select_for_update().get(pk=shop.pk)
    before = set(shop.non_products.values_list("code", flat=True))
    added, removed = sorted(set(codes) - before), sorted(before - set(codes))
    if not added and not removed:
        return
    shop.non_products.filter(code__in=removed).delete()
    NonProduct.objects.bulk_create([NonProduct(shop=shop, code=code) for code in added])
    audit.record("shop.non_products_changed", who=by, subject=f"shop {shop.pk}", added=added, removed=removed)


@transaction.atomic
def enter_cost(*, cost: AcquisitionCost, by: User) -> None:
    """A new amount, or another one for a cost that was entered before."""
    former = AcquisitionCost.objects.select_for_update().filter(pk=cost.pk).first()
    cost.save()
    if former is None:
        audit.record("shop.cost_entered", who=by, subject=f"cost {cost.pk}", **_cost(cost))
        return
    old, new = _cost(former), _cost(cost)
    facts = {name: {"old": old[name], "new": new[name]} for name in new if old[name] != new[name]}
    if facts:
        audit.record("shop.cost_changed", who=by, subject=f"cost {cost.pk}", **facts)


@transaction.atomic
def remove_cost(*, cost: AcquisitionCost, by: User) -> None:
    audit.record("shop.cost_removed", who=by, subject=f"cost {cost.pk}", **_cost(cost))
    cost.delete()


def _cost(cost: AcquisitionCost) -> dict[str, str]:
    return {"channel": cost.channel, "month": f"{cost.month:%Y-%m}", "amount": f"{cost.amount:.2f}"}


def _plain(value: object) -> object:
    """A value as JSON holds it; numbers with decimals as they are written."""
    return value if isinstance(value, bool | int | str) or value is None else format(value.normalize(), "f")
