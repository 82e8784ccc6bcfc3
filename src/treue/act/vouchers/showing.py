"""The room's tables and facts: texts ready to print."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.vouchers import codes, sentences
from treue.act.vouchers.campaigns import Figures
from treue.act.vouchers.models import Campaign, Code, Redemption
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language


def number(value: int) -> str:
    return formats.number(value, active_language())


def listed(them: Sequence[Campaign], figures: dict[int, Figures], zone: ZoneInfo, now: datetime) -> Table:
    columns = [
        Column(_("Campaign")),
        Column(_("State"), corner=True),
        Column(_("Codes"), numeric=True),
        Column(pgettext("of a voucher", "Redeemed"), numeric=True),
        Column(_("Taken off"), numeric=True),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("voucher_campaign", args=[each.pk]), sub=sentences.of(each, zone)),
            state(each, now),
            number(each.codes_made),
            number(figures[each.pk].redeemed),
            sentences.money(figures[each.pk].spent, each.currency),
        ]
        for each in them
    ]
    return Table(_("Campaigns"), columns, rows, caption=_("Newest first."), stack=True)


def state(campaign: Campaign, now: datetime) -> Cell:
    if campaign.valid_until is not None and now >= campaign.valid_until:
        return Cell(pgettext("state of a campaign", "Ended"), badge="plain")
    if campaign.valid_from is not None and now < campaign.valid_from:
        return Cell(pgettext("state of a campaign", "Not begun"), badge="info")
    return Cell(pgettext("state of a campaign", "Running"), badge="good")


def facts(campaign: Campaign, figures: Figures) -> list[tuple[str, str]]:
    """What came of it."""
    found = [
        (_("Codes"), number(campaign.codes_made)),
        (pgettext("of a voucher", "Redeemed"), number(figures.redeemed)),
        (_("Taken off"), sentences.money(figures.spent, campaign.currency)),
    ]
    if campaign.budget is not None:
        left = sentences.money(campaign.budget - figures.spent, campaign.currency)
        found.append((_("Left of the budget"), left))
    if campaign.most_redemptions is not None:
        found.append((_("Redemptions left"), number(campaign.most_redemptions - figures.redeemed)))
    return found


def redemptions(them: Iterable[Redemption], zone: ZoneInfo, *, with_orders: bool) -> Table:
    """with_orders: for whoever may see whose orders they are."""
    columns = [
        Column(_("Order")),
        Column(_("State"), corner=True),
        Column(_("Code")),
        Column(_("Taken off"), numeric=True),
        Column(_("Rolled back"), numeric=True),
        Column(pgettext("of a voucher", "Redeemed")),
    ]
    rows = [
        [
            (each.order_number if with_orders else "") or formats.NOTHING,
            _redemption_state(each),
            Cell(codes.masked(each.code.text), kind="mono"),
            sentences.money(each.amount, each.currency),
            sentences.money(each.rolled_back, each.currency) if each.rolled_back else formats.NOTHING,
            clock.printed(each.redeemed_at, zone),
        ]
        for each in them
    ]
    return Table(_("Redemptions"), columns, rows, caption=_("Newest first."), stack=True)


def _redemption_state(redemption: Redemption) -> Cell:
    if redemption.state == Redemption.State.ROLLED_BACK:
        return Cell(_("Rolled back"), badge="plain")
    return Cell(pgettext("of a voucher", "Redeemed"), badge="good")


def latest_codes(them: Iterable[Code], zone: ZoneInfo) -> Table:
    columns = [Column(_("Code")), Column(_("State"), corner=True), Column(_("Made"))]
    rows = [
        [Cell(codes.masked(each.text), kind="mono"), code_state(each), clock.printed(each.given_at, zone)]
        for each in them
    ]
    return Table(_("Latest codes"), columns, rows, stack=True)


def code_state(code: Code) -> Cell:
    if code.state == Code.State.CANCELLED:
        return Cell(pgettext("state of a code", "Cancelled"), badge="bad")
    is_used_up = code.most_uses is not None and code.uses >= code.most_uses
    if is_used_up or (code.worth is not None and code.spent >= code.worth):
        return Cell(pgettext("state of a code", "Used up"), badge="plain")
    return Cell(pgettext("state of a code", "Can be redeemed"), badge="good")


def code_facts(code: Code, zone: ZoneInfo) -> list[tuple[str, str]]:
    found = [(_("Made"), clock.printed(code.given_at, zone))]
    if code.most_uses is not None:
        uses = _("%(uses)s of %(most)s") % {"uses": number(code.uses), "most": number(code.most_uses)}
        found.append((_("Uses"), uses))
    if code.worth is not None:
        found.append((_("Left on it"), sentences.money(code.worth - code.spent, code.campaign.currency)))
    if code.customer_id is not None:
        found.append((_("For"), _("One customer alone")))
    return found
