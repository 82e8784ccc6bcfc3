"""Keep, drop and publish a draft. Nobody overwrites what they have not seen: each write names the revision it saw."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from treue.act.loyalty import reading, setting_up
from treue.act.loyalty.books import terms
from treue.act.loyalty.models import BookTerms, Draft, Programme
from treue.act.loyalty.setup.errors import ChangedMeanwhile, NothingToPublish
from treue.act.loyalty.setup.plan import NAME, RULES, TIERS, WORTH, Plan, plan_of, tiers_in_force
from treue.act.loyalty.tiers import RuleVersion as TierRules
from treue.act.loyalty.tiers import as_json
from treue.core.shop.models import Shop
from treue.core.staff.models import User

LATELY = timedelta(hours=1)


def of(shop: Shop) -> Draft | None:
    return Draft.objects.select_related("changed_by").filter(shop=shop).first()


def is_others(draft: Draft | None, user: User, now: datetime) -> bool:
    """Whether a colleague is at it: what is open was changed by somebody else within the last hour."""
    if draft is None or not draft.is_open:
        return False
    return draft.changed_by_id != user.pk and now - draft.changed_at < LATELY


@transaction.atomic
def keep(*, shop: Shop, revision: int, now: datetime, by: User | None, **parts: object) -> Draft:
    """Write parts of the draft. Raises ChangedMeanwhile, but not for what one changed oneself: a browser that goes back
    shows a form of before.
    """
    draft = _held(shop)
    if by is None or draft.changed_by_id != by.pk:
        _require(draft, revision)
    _write(draft, draft.values | parts, now, by)
    return draft


@transaction.atomic
def drop(*, shop: Shop, revision: int, now: datetime, by: User | None) -> None:
    """Go back to what is in force. Raises ChangedMeanwhile."""
    draft = _held(shop)
    _require(draft, revision)
    _write(draft, {}, now, by)


def tried(draft: Draft, job: int) -> None:
    Draft.objects.filter(pk=draft.pk).update(job=job)


@transaction.atomic
def publish(*, shop: Shop, revision: int, now: datetime, by: User | None) -> bool:
    """Let what the draft says hold from now on, once. Returns whether rules or tiers are other than before. Raises
    NothingToPublish, ChangedMeanwhile."""
    draft = _held(shop)
    if not draft.is_open:
        raise NothingToPublish
    _require(draft, revision)
    plan, programme = plan_of(shop, draft), reading.programme_of(shop) or Programme(shop=shop)
    for name in ("name", "return_days", "expiry", "debt_limit", "correction_limit"):
        setattr(programme, name, getattr(plan, name))
    is_new = programme.pk is None
    is_other = setting_up.save(programme=programme, rules=plan.rules, now=now, by=by)
    if is_new or WORTH in draft.values:
        _save_worth(programme, plan, by)
    if TIERS in draft.values:
        is_other |= _publish_tiers(programme, plan, now, by)
    _write(draft, {}, now, by)
    return is_other


@transaction.atomic
def publish_tiers(*, programme: Programme, version: TierRules, now: datetime, by: User | None) -> None:
    """Let tiers hold that were filled in on their own. What the draft says of tiers is older than these: it is dropped,
    or publishing the draft would bring it back. Raises DayIsOver."""
    draft = _held(programme.shop)
    setting_up.publish_tiers(programme=programme, version=version, now=now, by=by)
    if TIERS in draft.values:
        _write(draft, {name: value for name, value in draft.values.items() if name != TIERS}, now, by)


def rules_changed(draft: Draft | None) -> bool:
    return draft is not None and RULES in draft.values


def is_begun(shop: Shop, draft: Draft | None) -> bool:
    """Whether there is enough to publish: a programme, or a name for one."""
    return reading.programme_of(shop) is not None or bool(draft and draft.values.get(NAME))


def _save_worth(programme: Programme, plan: Plan, by: User | None) -> None:
    known = BookTerms.objects.filter(programme=programme).first() or BookTerms(programme=programme)
    if known.pk and (known.value_per_point, known.cost) == (plan.point_value, plan.point_cost):
        return
    known.value_per_point = plan.point_value
    known.cost_per_point = None if plan.point_cost == plan.point_value else plan.point_cost
    terms.save(terms=known, by=by)


def _publish_tiers(programme: Programme, plan: Plan, now: datetime, by: User | None) -> bool:
    """Only other ones; they begin today, whenever they were filled in."""
    if plan.tiers is None or _without_day(plan.tiers) == _without_day(tiers_in_force(programme)):
        return False
    today = now.astimezone(programme.shop.tz).date()
    version = as_json.read({**plan.tiers, "valid_from": today.isoformat()})
    setting_up.publish_tiers(programme=programme, version=version, now=now, by=by)
    return True


def _without_day(document: Mapping[str, object] | None) -> object:
    if document is None:
        return None
    levels = [{**each, "threshold": Decimal(str(each["threshold"]))} for each in document["levels"]]
    return {name: value for name, value in document.items() if name != "valid_from"} | {"levels": levels}


def _held(shop: Shop) -> Draft:
    """The draft, made where there was none, and locked to the end of the transaction."""
    Draft.objects.bulk_create([Draft(shop=shop)], ignore_conflicts=True)
    return Draft.objects.select_for_update(of=("self",)).select_related("changed_by").get(shop=shop)


def _require(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        raise ChangedMeanwhile(draft.changed_by, draft.changed_at, draft.revision)


def _write(draft: Draft, values: dict[str, object], now: datetime, by: User | None) -> None:
    draft.values, draft.revision = values, draft.revision + 1
    draft.changed_at, draft.changed_by = now, by
    draft.save()
