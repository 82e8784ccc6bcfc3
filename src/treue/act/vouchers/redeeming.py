"""Redeem codes: all of an order's or none, once, and never more often than they allow.

Locks are taken in one order: the key, codes, campaigns, customers' counts, each by number. Every counter moves by one
statement that says itself how far it may go, and a CHECK of the table says the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F, Q

from treue.act.vouchers import codes, happenings, validating
from treue.act.vouchers.baskets import ZERO, Basket
from treue.act.vouchers.errors import BudgetSpent, CampaignUsedUp, CustomerLimit, KeyReused, Refusal, Refused, UsedUp
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption
from treue.act.vouchers.validating import Applied
from treue.core import once
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

COUNT_CUSTOMER = """
insert into vouchers_customeruse as u (campaign_id, customer_id, uses, most)
select %(campaign)s, %(customer)s, 1, %(most)s where %(others)s < %(most)s
on conflict (campaign_id, customer_id) do update set uses = u.uses + 1, most = excluded.most
where u.uses + 1 + %(others)s <= excluded.most"""


def redeem(
    *,
    shop: Shop,
    texts: Sequence[str],
    basket: Basket,
    customer: Customer | None,
    order_number: str,
    key: str,
    source: str,
    now: datetime,
) -> list[Redemption]:
    """Redeem the codes of one order, in the order in which they are taken off.

    texts: codes as typed. key: the same for the same redemption, however often it is asked for; asked for again, the
    first answer is given, rolled back since or not. Raises Refused, with every code that cannot be had, and KeyReused;
    nothing is changed then.
    """
    request = _request_hash(texts, basket, customer and customer.pk, order_number)
    with transaction.atomic():
        former = _held_and_found(shop, key)
        if former:
            who = persons.numbers_of(customer) if customer else [None]  # by one of them they redeemed, if merged since
            if former[0].request_hash not in {_request_hash(texts, basket, each, order_number) for each in who}:
                raise KeyReused
            return former
        before = _held_order(shop, order_number)
        there = validating.found(shop, texts, lock=True)
        about = {"basket": basket, "customer": customer, "now": now, "before": before}
        verdict = validating.judged(there, texts, **about)
        if verdict.refusals or not verdict.applied:
            raise Refused(dict(verdict.refusals))
        made = _count_and_write(verdict.applied, customer, shop=shop, currency=basket.currency, now=now)
        for each in made:
            each.order_number, each.key_hash, each.request_hash = order_number, hash_of_key(shop, key), request
        Redemption.objects.bulk_create(made)
        happenings.tell_redeemed(shop, made, source=source)
    return made


def of_key(shop: Shop, key: str) -> list[Redemption]:
    """What was redeemed under an idempotency key."""
    rows = Redemption.objects.filter(shop=shop, key_hash=hash_of_key(shop, key))
    return list(rows.select_related("campaign", "code").order_by("pk"))


def hash_of_key(shop: Shop, key: str) -> str:
    return once.key_hash("vouchers", shop.pk, key)


def hash_of_request(facts: Mapping[str, object]) -> str:
    return once.request_hash("vouchers", json.dumps(facts, cls=DjangoJSONEncoder, sort_keys=True))


def _held_and_found(shop: Shop, key: str) -> list[Redemption]:
    once.hold(hash_of_key(shop, key))
    return of_key(shop, key)


def _held_order(shop: Shop, order_number: str) -> list[Redemption]:
    """What the order has already; nobody else redeems for it until the transaction ends."""
    if order_number:
        once.hold(once.key_hash("vouchers", shop.pk, "order", order_number))
    return validating.of_order(shop, order_number)


def _request_hash(texts: Sequence[str], basket: Basket, customer: int | None, order_number: str) -> str:
    """Amounts as numbers, so that 5.0 and 5.00 are the same request. customer: the number."""
    lines = [[line.product, _number(line.amount), _number(line.quantity), line.category] for line in basket.lines]
    digest = hashlib.sha256(" ".join(map(codes.plain, texts)).encode()).hexdigest()
    told = {"codes": digest, "lines": lines, "currency": basket.currency, "delivery": _number(basket.delivery)}
    return hash_of_request({**told, "customer": customer, "order": order_number})


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _count_and_write(
    applied: Sequence[Applied], customer: Customer | None, *, shop: Shop, currency: str, now: datetime
) -> list[Redemption]:
    """Raises Refused where somebody else was quicker, since the codes were judged."""
    for each in sorted(applied, key=lambda each: each.code.pk):
        with _refused_at(each.ordinal):
            _count_code(each)
    by_campaign: dict[int, list[Applied]] = {}
    for each in applied:
        by_campaign.setdefault(each.code.campaign_id, []).append(each)
    for _pk, of_one in sorted(by_campaign.items()):
        with _refused_at(of_one[-1].ordinal):
            _count_campaign(of_one)
    if customer is not None:
        for each in sorted(applied, key=lambda each: (each.code.campaign_id, each.ordinal)):
            with _refused_at(each.ordinal):
                _count_customer(each.code, customer)
    return [
        Redemption(
            shop=shop,
            campaign=each.code.campaign,
            code=each.code,
            customer_id=_told_of(each.code, customer),
            currency=currency,
            amount=each.discount.amount,
            basket=each.discount.basket,
            redeemed_at=now,
            ordinal=each.ordinal,
        )
        for each in applied
    ]


@contextmanager
def _refused_at(ordinal: int) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Refused({ordinal: refusal}) from refusal


def _count_code(each: Applied) -> None:
    code = each.code
    rows = Code.objects.filter(pk=code.pk, state=Code.State.GIVEN)
    if code.most_uses is not None:
        counted = rows.filter(uses__lt=F("most_uses")).update(uses=F("uses") + 1)
    elif code.worth is not None:
        amount = each.discount.amount
        counted = rows.filter(worth__gte=F("spent") + amount).update(spent=F("spent") + amount)
    else:
        return
    if not counted:
        raise UsedUp


def _count_campaign(of_one: Sequence[Applied]) -> None:
    """One statement for all of a campaign's codes in the order."""
    campaign = of_one[0].code.campaign
    if not campaign.is_counted:
        return
    asked = sum((each.discount.amount for each in of_one), ZERO)
    uses, spent = F("redemptions") + len(of_one), F("spent") + asked
    room = (Q(most_redemptions=None) | Q(most_redemptions__gte=uses)) & (Q(budget=None) | Q(budget__gte=spent))
    if Campaign.objects.filter(room, pk=campaign.pk).update(redemptions=uses, spent=spent):
        return
    now = Campaign.objects.get(pk=campaign.pk)
    if now.most_redemptions is not None and now.redemptions + len(of_one) > now.most_redemptions:
        raise CampaignUsedUp(now.most_redemptions)
    raise BudgetSpent(now.budget, asked)


def _count_customer(code: Code, customer: Customer) -> None:
    """Of a customer who absorbed others, their uses count too; nobody adds to these while the customer is held."""
    most = code.campaign.most_per_customer
    if most is None:
        return
    told_of, numbers = _told_of(code, customer), persons.numbers_of(customer)
    if len(numbers) > 1:
        Customer.everyone.select_for_update(no_key=True).get(pk=customer.pk)
    others = CustomerUse.objects.filter(campaign=code.campaign_id, customer__in=numbers).exclude(customer=told_of)
    facts = {"campaign": code.campaign_id, "customer": told_of, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_CUSTOMER, facts | {"others": sum(others.values_list("uses", flat=True))})
        if not cursor.rowcount:
            raise CustomerLimit(most)


def _told_of(code: Code, customer: Customer | None) -> int | None:
    """Under which of the customer's numbers it is kept: with a code that was given to one of them, under that."""
    return code.customer_id if code.customer_id is not None else customer and customer.pk
