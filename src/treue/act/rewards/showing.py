"""The room's tables and facts: texts ready to print."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.loyalty.days import last_day_before
from treue.act.loyalty.wording import number
from treue.act.rewards import sentences
from treue.act.rewards.catalogue import Figures
from treue.act.rewards.models import Claim, Reward
from treue.act.rewards.offers import Offer
from treue.act.rewards.previewing import Preview
from treue.act.rewards.sentences import Tiers
from treue.act.rewards.wording import KINDS
from treue.act.vouchers import codes
from treue.act.vouchers.sentences import money
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language


def listed(them: Sequence[Reward], figures: Mapping[int, Figures], now: datetime) -> Table:
    columns = [
        Column(pgettext("what members get", "Reward")),
        Column(_("State"), corner=True),
        Column(_("Points"), numeric=True),
        Column(_("Cost"), numeric=True),
        Column(pgettext("of a stock", "Left"), numeric=True),
        Column(_("Redeemed this month"), numeric=True),
        Column(_("100 points are worth"), numeric=True),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("reward", args=[each.pk]), sub=str(KINDS[each.kind])),
            state(each, now),
            number(each.points),
            money(each.cost, each.currency),
            left(each),
            number(figures[each.pk].this_month),
            money(each.cost * 100 / each.points, each.currency),
        ]
        for each in them
    ]
    return Table(_("Rewards"), columns, rows, caption=_("Newest first."), stack=True)


def left(reward: Reward) -> str:
    return formats.NOTHING if reward.stock_left is None else number(reward.stock_left)


def state(reward: Reward, now: datetime) -> Cell:
    if not reward.is_offered or reward.is_over(now):
        return Cell(pgettext("state of a reward", "Not offered"), badge="plain")
    if not reward.has_begun(now):
        return Cell(pgettext("state of a reward", "Not begun"), badge="info")
    if reward.stock_left == 0:
        return Cell(pgettext("state of a reward", "Gone"), badge="warn")
    return Cell(pgettext("state of a reward", "Offered"), badge="good")


def facts(reward: Reward, figures: Figures) -> list[tuple[str, str]]:
    """What came of it."""
    found = [
        (pgettext("of a reward", "Redeemed"), number(figures.in_all)),
        (_("Redeemed this month"), number(figures.this_month)),
        *([(_("Given as gifts"), number(figures.gifts))] if figures.gifts else []),
        (_("Cost so far"), money(reward.cost * (figures.in_all + figures.gifts), reward.currency)),
    ]
    if reward.is_fetched:
        found.append((_("To be handed over"), number(figures.waiting)))
    if reward.stock is not None:
        found.append(
            (
                pgettext("of a stock", "Left"),
                _("%(left)s of %(stock)s") % {"left": left(reward), "stock": number(reward.stock)},
            )
        )
    return found


def claims(them: Iterable[Claim], zone: ZoneInfo, *, by_reward: bool, with_members: bool) -> Table:
    """by_reward: whether each says of what it is. with_members: for whoever may see whose they are."""
    columns = [
        Column(pgettext("what members get", "Reward") if by_reward else _("Redeemed reward")),
        Column(_("State"), corner=True),
        *([Column(_("Member"))] if with_members else []),
        Column(_("Points"), numeric=True),
        Column(pgettext("of a reward", "Redeemed")),
    ]
    rows = [
        [
            Cell(
                each.reward.name if by_reward else _("No. %(number)s") % {"number": number(each.pk)},
                url=reverse("reward_claim", args=[each.pk]),
            ),
            claim_state(each),
            *([_whose(each)] if with_members else []),
            pgettext("instead of points", "Gift") if each.is_gift else number(each.points),
            clock.printed(each.redeemed_at, zone),
        ]
        for each in them
    ]
    return Table(_("Redeemed or given"), columns, rows, caption=_("Newest first."), stack=True)


def _whose(claim: Claim) -> Cell:
    customer = claim.member.customer
    return Cell(str(customer), url=reverse("customer_rewards", args=[customer.pk]))


def claim_state(claim: Claim) -> Cell:
    if claim.state == Claim.State.CANCELLED:
        return Cell(pgettext("state of a reward", "Cancelled"), badge="plain")
    if claim.state == Claim.State.HANDED_OVER:
        return Cell(pgettext("state of a reward", "Handed over"), badge="good")
    if claim.reward.is_fetched:
        return Cell(pgettext("state of a reward", "To be handed over"), badge="warn")
    if claim.is_gift:
        return Cell(pgettext("state of a reward", "Given"), badge="good")
    return Cell(pgettext("state of a reward", "Redeemed"), badge="good")


def claim_facts(claim: Claim, zone: ZoneInfo, *, with_code: bool) -> list[tuple[str, str]]:
    """with_code: in full, for whoever may give rewards."""
    at = clock.printed(claim.redeemed_at, zone)
    found = [(_("Points"), number(claim.points)), (pgettext("of a reward", "Redeemed"), at)]
    if claim.is_gift:
        found = [(_("Given as a gift"), at)]
    if claim.code is not None:
        shown = codes.grouped(claim.code.text) if with_code else codes.masked(claim.code.text)
        found.append((_("Code"), shown))
    if claim.order_number:
        found.append((_("Order"), claim.order_number))
    moments = [
        (pgettext("state of a reward", "Handed over"), claim.handed_over_at),
        (pgettext("state of a reward", "Cancelled"), claim.cancelled_at),
    ]
    return [*found, *((label, clock.printed(moment, zone)) for label, moment in moments if moment is not None)]


def offers(them: Sequence[Offer], zone: ZoneInfo, tiers: Tiers, redeem_at: Mapping[int, str]) -> Table:
    """redeem_at: addresses by reward, of those that whoever looks may redeem."""
    columns = [
        Column(pgettext("what members get", "Reward")),
        Column(_("Can be had"), corner=True),
        Column(_("Points"), numeric=True),
        Column(_("Why not")),
    ]
    rows = [
        [
            Cell(each.reward.name, url=redeem_at.get(each.reward.pk, ""), sub=str(KINDS[each.reward.kind])),
            _can_be_had(each),
            number(each.reward.points),
            " ".join(sentences.refusal(refusal, zone, tiers) for refusal in each.refusals) or formats.NOTHING,
        ]
        for each in them
    ]
    return Table(_("What they are offered"), columns, rows, stack=True)


def _can_be_had(offer: Offer) -> Cell:
    if offer.can_be_had:
        return Cell(pgettext("whether it can be had", "Yes"), badge="honey")
    return Cell(pgettext("whether it can be had", "No"), badge="plain")


def lots(preview: Preview, zone: ZoneInfo) -> Table:
    """Which points go, the first to expire first."""
    columns = [Column(_("Points"), numeric=True), Column(_("Of"), numeric=True), Column(_("Last day"))]
    rows = [
        [number(each.points), number(each.lot.granted), _last_day(each.lot.expires_at, zone)] for each in preview.taken
    ]
    return Table(_("Points that go"), columns, rows)


def _last_day(moment: datetime | None, zone: ZoneInfo) -> str:
    return formats.day(last_day_before(moment, zone), active_language()) if moment else _("never")
