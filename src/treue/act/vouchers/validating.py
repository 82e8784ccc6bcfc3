"""Which codes a basket can have, what each takes off it, and why not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from treue.act.vouchers import codes
from treue.act.vouchers.baskets import ORDER, ZERO, Basket, Benefit, Discount, Left, take_off
from treue.act.vouchers.errors import (
    BelowMinimum,
    BudgetSpent,
    CampaignUsedUp,
    CodeCancelled,
    CodeTwice,
    CustomerLimit,
    Expired,
    MistypedCode,
    NeedsCustomer,
    NotCombinable,
    NotYetValid,
    OrderHasAnother,
    OtherCustomer,
    Refusal,
    UnknownCode,
    UsedUp,
    WrongCurrency,
)
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


@dataclass(frozen=True)
class Applied:
    """A code that holds. ordinal: its place in the request. rest: what stays on it afterwards, of one that keeps it."""

    ordinal: int
    code: Code
    discount: Discount

    @property
    def rest(self) -> Decimal | None:
        worth = self.code.worth
        return None if worth is None else worth - self.code.spent - self.discount.amount


@dataclass(frozen=True)
class Verdict:
    """applied: in the order in which they are taken off. refusals: by the place of the code in the request."""

    applied: Sequence[Applied]
    refusals: Mapping[int, Refusal]

    @property
    def discount(self) -> Decimal:
        return sum((each.discount.amount for each in self.applied), ZERO)


def validate(
    *,
    shop: Shop,
    texts: Sequence[str],
    basket: Basket,
    customer: Customer | None,
    now: datetime,
    order_number: str = "",
) -> Verdict:
    """What would be taken off the basket now. Nothing is written and nothing is kept for whoever asks.

    texts: codes as typed. Of two that cannot be combined the one given first holds, and that which the order has
    already.
    """
    about = {"basket": basket, "customer": customer, "now": now, "before": of_order(shop, order_number)}
    return judged(found(shop, texts), texts, **about)


def of_order(shop: Shop, order_number: str) -> list[Redemption]:
    """What an order has already; "" is none."""
    if not order_number:
        return []
    rows = Redemption.objects.filter(shop=shop, order_number=order_number, state=Redemption.State.REDEEMED)
    return list(rows.select_related("campaign").order_by("pk"))


def found(shop: Shop, texts: Sequence[str], *, lock: bool = False) -> dict[str, Code]:
    """The shop's codes by their plain texts. lock: those whose uses or worth have an end, until the transaction ends;
    always in one order, so that two redemptions of several codes do not cross."""
    wanted = {codes.plain(text) for text in texts}
    there = Code.objects.filter(shop=shop, text__in=wanted)
    if lock:
        ending = there.exclude(most_uses=None, worth=None).order_by("pk")
        list(ending.select_for_update(no_key=True).values_list("pk"))
    return {code.text: code for code in there.select_related("campaign")}


def judged(
    there: Mapping[str, Code],
    texts: Sequence[str],
    *,
    basket: Basket,
    customer: Customer | None,
    now: datetime,
    before: Sequence[Redemption] = (),
) -> Verdict:
    """before: what the same order has already."""
    numbers = persons.numbers_of(customer) if customer else []
    held: dict[int, Code] = {}
    refusals: dict[int, Refusal] = {}
    for ordinal, typed in enumerate(texts):
        try:
            code = _known(there, codes.plain(typed))
            _require_combinable(code, held)
            _require_combinable_with(before, code)
            _require_usable(code, basket, numbers, now, also=_of_same_campaign(code, held))
            held[ordinal] = code
        except Refusal as refusal:
            refusals[ordinal] = refusal
    applied = _applied(held, basket, refusals)
    return Verdict(applied, refusals)


def _known(there: Mapping[str, Code], text: str) -> Code:
    if text in there:
        return there[text]
    raise MistypedCode if codes.is_mistyped(text) else UnknownCode


def _of_same_campaign(code: Code, held: Mapping[int, Code]) -> int:
    return sum(other.campaign_id == code.campaign_id for other in held.values())


def _require_usable(code: Code, basket: Basket, numbers: Collection[int], now: datetime, *, also: int) -> None:
    """also: how many more of its campaign the same order has."""
    _require_valid(code, now)
    _require_left(code, also)
    _require_customer(code, numbers, also)
    campaign = code.campaign
    if campaign.currency != basket.currency:
        raise WrongCurrency(campaign.currency)
    if campaign.minimum is not None and basket.goods < campaign.minimum:
        raise BelowMinimum(campaign.minimum, basket.goods)


def _require_valid(code: Code, now: datetime) -> None:
    campaign = code.campaign
    if code.state == Code.State.CANCELLED:
        raise CodeCancelled
    if campaign.valid_from is not None and now < campaign.valid_from:
        raise NotYetValid(campaign.valid_from)
    if campaign.valid_until is not None and now >= campaign.valid_until:
        raise Expired(campaign.valid_until)


def _require_left(code: Code, also: int) -> None:
    if code.most_uses is not None and code.uses >= code.most_uses:
        raise UsedUp
    if code.worth is not None and code.spent >= code.worth:
        raise UsedUp
    most = code.campaign.most_redemptions
    if most is not None and code.campaign.redemptions + also >= most:
        raise CampaignUsedUp(most)


def _require_customer(code: Code, numbers: Collection[int], also: int) -> None:
    """numbers: all of the customer's, none where nobody was named."""
    most = code.campaign.most_per_customer
    if not numbers and (code.customer_id is not None or most is not None):
        raise NeedsCustomer
    if code.customer_id is not None and code.customer_id not in numbers:
        raise OtherCustomer
    if most is not None:
        used = CustomerUse.objects.filter(campaign=code.campaign_id, customer__in=numbers)
        if sum(used.values_list("uses", flat=True)) + also >= most:
            raise CustomerLimit(most)


def _require_combinable(code: Code, held: Mapping[int, Code]) -> None:
    for ordinal, other in held.items():
        if other.pk == code.pk:
            raise CodeTwice
        if not _go_together(code.campaign, other.campaign):
            raise NotCombinable(ordinal)


def _require_combinable_with(before: Sequence[Redemption], code: Code) -> None:
    """What a code is still worth may be taken for the same order as what was taken of it before."""
    for each in before:
        if each.code_id == code.pk:
            if code.worth is None:
                raise CodeTwice
        elif not _go_together(code.campaign, each.campaign):
            raise OrderHasAnother(each.pk)


def _go_together(one: Campaign, other: Campaign) -> bool:
    is_same_group = one.exclusive_group and one.exclusive_group == other.exclusive_group
    return not is_same_group and one.is_combinable and other.is_combinable


def _applied(held: Mapping[int, Code], basket: Basket, refusals: dict[int, Refusal]) -> list[Applied]:
    """In the order in which they are taken off; a code of which nothing comes is refused, and leaves all as it was."""
    left, applied = Left.of(basket), []
    for ordinal in sorted(held, key=lambda each: (ORDER.index(held[each].campaign.benefit), each)):
        code = held[ordinal]
        before = replace(left, lines=list(left.lines))
        try:
            each = Applied(ordinal, code, take_off(benefit_of(code), left))
            _require_budget(each, applied)
            applied.append(each)
        except Refusal as refusal:
            refusals[ordinal] = refusal
            left = before
    return applied


def _require_budget(each: Applied, applied: Sequence[Applied]) -> None:
    campaign = each.code.campaign
    if campaign.budget is None:
        return
    with_it = sum((other.discount.amount for other in applied if other.code.campaign_id == campaign.pk), ZERO)
    asked = with_it + each.discount.amount
    if campaign.spent + asked > campaign.budget:
        raise BudgetSpent(campaign.budget, asked)


def benefit_of(code: Code) -> Benefit:
    """What a code gives, and of one that keeps its rest what is left of it."""
    campaign = code.campaign
    sizes = {Campaign.Benefit.AMOUNT: campaign.amount, Campaign.Benefit.PERCENT: campaign.percent}
    return Benefit(
        kind=campaign.benefit,
        size=code.worth - code.spent if code.worth is not None else sizes.get(campaign.benefit),
        product=campaign.product,
        products=campaign.products,
        categories=campaign.categories,
        needs_all=campaign.match == Campaign.Match.ALL,
    )
