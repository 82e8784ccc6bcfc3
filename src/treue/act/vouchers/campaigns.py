"""Make a campaign, end it, and say what came of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, When

from treue.act.vouchers import codes
from treue.act.vouchers.baskets import rounded
from treue.act.vouchers.errors import CampaignNameTaken, CodeTaken, ImpossibleCampaign
from treue.act.vouchers.models import Campaign, Code
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.design.formats import precision

Benefit, Kind = Campaign.Benefit, Campaign.Kind
MONEY_FIELDS = ("amount", "minimum", "budget")
LARGEST = Decimal(10) ** 9

FIGURES = """
select campaign_id, count(*) filter (where state = 'redeemed'), coalesce(sum(amount - rolled_back), 0)
from vouchers_redemption where campaign_id = any(%s) group by campaign_id"""


@dataclass(frozen=True)
class Terms:
    """What a campaign promises, as `models.Campaign` has it. text: the one code of a campaign with a code for many."""

    name: str
    benefit: str
    currency: str
    kind: str = Kind.UNIQUE
    text: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    product: str = ""
    minimum: Decimal | None = None
    products: Sequence[str] = field(default_factory=list)
    categories: Sequence[str] = field(default_factory=list)
    match: str = Campaign.Match.ANY
    is_combinable: bool = False
    exclusive_group: str = ""
    keeps_rest: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    uses_per_code: int | None = 1
    most_codes: int | None = None
    most_redemptions: int | None = None
    most_per_customer: int | None = None
    budget: Decimal | None = None


@dataclass(frozen=True)
class Figures:
    """redeemed: how often, without what was rolled back whole. spent: what was taken off and not taken back."""

    redeemed: int = 0
    spent: Decimal = Decimal(0)


def add(*, shop: Shop, terms: Terms, by: User | None, now: datetime) -> Campaign:
    """A new campaign; one with a code for many with that code. Raises ImpossibleCampaign, CampaignNameTaken, CodeTaken;
    nothing is changed then."""
    require_possible(terms)
    values = asdict(terms)
    text = codes.plain(values.pop("text"))
    with transaction.atomic():
        made = _written(shop, values | {"created_by": by, "created_at": now, "codes_made": int(bool(text))})
        if text:
            _add_word(made, text, now)
        audit.record("voucher.campaign_made", who=by, subject=f"campaign {made.pk}", name=made.name)
    return made


def _written(shop: Shop, values: dict[str, object]) -> Campaign:
    try:
        with transaction.atomic():
            return Campaign.objects.create(shop=shop, **values)
    except IntegrityError as error:
        raise CampaignNameTaken(str(values["name"])) from error


def _add_word(campaign: Campaign, text: str, now: datetime) -> None:
    most = campaign.uses_per_code
    try:
        with transaction.atomic():
            Code.objects.create(shop=campaign.shop, campaign=campaign, text=text, most_uses=most, given_at=now)
    except IntegrityError as error:
        raise CodeTaken from error


def end(*, campaign: Campaign, by: User | None, now: datetime) -> bool:
    """Let nothing of it be redeemed from now on. False where it had ended before. One that has not begun never does."""
    running = Campaign.objects.filter(pk=campaign.pk).exclude(valid_until__lte=now)
    begun = Case(When(valid_from__lt=now, then=F("valid_from")), default=None)
    with transaction.atomic():
        has_ended = running.update(valid_from=begun, valid_until=now) == 1
        if has_ended:
            audit.record("voucher.campaign_ended", who=by, subject=f"campaign {campaign.pk}")
    return has_ended


def figures(campaigns: Sequence[Campaign]) -> dict[int, Figures]:
    """By campaign: from its own counters where it has them, else from the redemptions."""
    found = {each.pk: Figures(each.redemptions, each.spent) for each in campaigns if each.is_counted}
    others = [each.pk for each in campaigns if not each.is_counted]
    if others:
        with connection.cursor() as cursor:
            cursor.execute(FIGURES, [others])
            found |= {pk: Figures(redeemed, spent) for pk, redeemed, spent in cursor.fetchall()}
    return {each.pk: found.get(each.pk, Figures()) for each in campaigns}


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day of the shop; on a day on which clocks change too."""
    return datetime.combine(day, time(), zone)


def day_ends(day: date, zone: ZoneInfo) -> datetime:
    """The first moment that is not of the day any more: 23, 24 or 25 hours after it began."""
    return day_begins(day + timedelta(days=1), zone)


def require_possible(terms: Terms) -> None:
    """What the table's checks would refuse without saying which field it is."""
    wrong = [
        *(["name"] if not terms.name.strip() else []),
        *_wrong_benefit(terms),
        *_wrong_money(terms),
        *_wrong_limits(terms),
        *_wrong_code(terms),
    ]
    if terms.valid_from and terms.valid_until and terms.valid_from >= terms.valid_until:
        wrong.append("valid_until")
    if wrong:
        raise ImpossibleCampaign(wrong[0])


def _wrong_benefit(terms: Terms) -> list[str]:
    """A benefit says its own size, and no other's."""
    if terms.benefit not in Benefit.values:
        return ["benefit"]
    has = {"amount": terms.amount is not None, "percent": terms.percent is not None, "product": bool(terms.product)}
    wrong = [name for name, is_there in has.items() if is_there != (name == terms.benefit)]
    if terms.percent is not None and not 0 < terms.percent <= 100:
        wrong.append("percent")
    if terms.keeps_rest and (
        terms.benefit != Benefit.AMOUNT or terms.kind != Kind.UNIQUE or terms.uses_per_code is not None
    ):
        wrong.append("keeps_rest")
    return wrong


def _wrong_money(terms: Terms) -> list[str]:
    """Amounts are above zero and whole in the currency's smallest unit."""
    if len(terms.currency) != 3 or not (terms.currency.isascii() and terms.currency.isupper()):
        return ["currency"]
    decimals = precision(terms.currency)
    amounts = {name: getattr(terms, name) for name in MONEY_FIELDS}
    return [
        name
        for name, amount in amounts.items()
        if amount is not None and not (0 < amount < LARGEST and rounded(amount, decimals) == amount)
    ]


def _wrong_limits(terms: Terms) -> list[str]:
    names = ("uses_per_code", "most_codes", "most_redemptions", "most_per_customer")
    limits = {name: getattr(terms, name) for name in names}
    return [name for name, most in limits.items() if most is not None and not 0 < most < 2**31]


def _wrong_code(terms: Terms) -> list[str]:
    if terms.kind not in Kind.values:
        return ["kind"]
    text = codes.plain(terms.text)
    is_right = codes.is_word(text) if terms.kind == Kind.MULTI else not text
    return [] if is_right else ["text"]
