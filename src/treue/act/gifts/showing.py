"""The room's tables and facts: texts ready to print."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.gifts import sentences, wording
from treue.act.gifts.drawing import lot
from treue.act.gifts.expecting import Expected
from treue.act.gifts.figures import Figures
from treue.act.gifts.models import Draw, Gift, Plan
from treue.act.loyalty.wording import number
from treue.act.rewards.models import AT_ONCE, Claim
from treue.act.vouchers.sentences import money
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

SHOWN_OF_A_LOT = 12


def listed(them: Sequence[Plan], figures: Mapping[int, Figures], ahead: Mapping[int, Expected], today: date) -> Table:
    columns = [
        Column(_("Plan")),
        Column(_("State"), corner=True),
        Column(_("Gift")),
        Column(_("Next 30 days"), numeric=True),
        Column(_("Cost of these"), numeric=True),
        Column(_("Given this year"), numeric=True),
        Column(pgettext("of gifts", "Used"), numeric=True),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("gift_plan", args=[each.pk]), sub=str(wording.OCCASIONS[each.occasion])),
            state(each, today),
            sentences.what(each),
            number(ahead[each.pk].soon),
            money(ahead[each.pk].cost, each.currency),
            number(figures[each.pk].this_year),
            number(figures[each.pk].used),
        ]
        for each in them
    ]
    return Table(_("Plans for gifts"), columns, rows, caption=_("Newest first."), stack=True)


def state(plan: Plan, today: date) -> Cell:
    if not plan.is_active:
        return Cell(pgettext("state of a plan", "Stopped"), badge="plain")
    if plan.valid_until is not None and plan.valid_until < today:
        return Cell(pgettext("state of a plan", "Over"), badge="plain")
    if plan.valid_from > today:
        return Cell(pgettext("state of a plan", "Not begun"), badge="info")
    return Cell(pgettext("state of a plan", "Running"), badge="good")


def facts(plan: Plan, figures: Figures) -> list[tuple[str, str]]:
    """What came of it."""
    found = [
        (_("Given in all"), number(plan.given)),
        (_("Cost so far"), money(plan.spent, plan.currency)),
        (_("Given this year"), number(figures.this_year)),
        (_("Used of these"), number(figures.used)),
    ]
    return [*found, (_("Not given so far"), number(figures.waiting))] if figures.waiting else found


def gifts(them: Sequence[Gift], used: Collection[int], *, with_members: bool) -> Table:
    """Of a plan. with_members: for whoever may see whose they are."""
    columns = [
        *([Column(_("Member"))] if with_members else [Column(_("Gift"))]),
        Column(_("State"), corner=True),
        Column(_("For the day")),
        Column(_("Gift")) if with_members else Column(_("What")),
    ]
    rows = [
        [
            _whose(each) if with_members else Cell(_("No. %(number)s") % {"number": number(each.pk)}),
            _state(each, each.pk in used),
            _day(each.day),
            sentences.what_they_got(each) if each.state == Gift.State.GIVEN else sentences.what(each.plan),
        ]
        for each in them
    ]
    return Table(_("Last gifts"), columns, rows, caption=_("Newest first."), stack=True)


def waiting(them: Sequence[Gift], *, with_members: bool) -> Table:
    """What could not be given, and why."""
    columns = [Column(_("Member") if with_members else _("Gift")), Column(_("For the day")), Column(_("Why not"))]
    rows = [
        [
            _whose(each) if with_members else Cell(_("No. %(number)s") % {"number": number(each.pk)}),
            _day(each.day),
            wording.problem(each.problem),
        ]
        for each in them
    ]
    return Table(_("Could not be given"), columns, rows, stack=True)


def of_member(them: Sequence[Gift], used: Collection[int]) -> Table:
    columns = [Column(_("Gift")), Column(_("State"), corner=True), Column(_("For the day")), Column(_("Plan"))]
    rows = [
        [
            Cell(str(wording.GIFTS[each.plan.occasion]), sub=sentences.what_they_got(each), url=_claim_of(each)),
            _state(each, each.pk in used),
            _day(each.day),
            Cell(each.plan.name, url=reverse("gift_plan", args=[each.plan_id])),
        ]
        for each in them
    ]
    return Table(_("Gifts"), columns, rows, caption=_("Newest first."), stack=True)


def draws(them: Sequence[Draw], chosen: Mapping[int, Sequence[int]]) -> Table:
    """By which everybody can reckon who was drawn. chosen: members, by draw."""
    columns = [
        Column(_("Day")),
        Column(_("Could be drawn"), numeric=True),
        Column(_("Drawn"), numeric=True),
        Column(_("Seed")),
        Column(_("Largest lot drawn")),
    ]
    rows = [
        [
            _day(each.day),
            number(each.candidates),
            number(len(chosen.get(each.pk, ()))),
            Cell(each.seed, kind="mono"),
            max((lot(each.seed, member)[:SHOWN_OF_A_LOT] for member in chosen.get(each.pk, ())), default="–"),
        ]
        for each in them
    ]
    return Table(_("Draws"), columns, rows, caption=_("Newest first."), stack=True)


def _whose(gift: Gift) -> Cell:
    customer = gift.member.customer
    return Cell(str(customer), url=reverse("customer_gifts", args=[customer.pk]))


def _claim_of(gift: Gift) -> str:
    """Where a reward is handed over or cancelled; "" of points and vouchers."""
    return reverse("reward_claim", args=[gift.claim_id]) if gift.claim_id else ""


def _state(gift: Gift, was_used: bool) -> Cell:
    if gift.state == Gift.State.WAITING:
        return Cell(pgettext("state of a gift", "Waits"), badge="warn")
    if gift.claim is not None and gift.claim.state == Claim.State.CANCELLED:
        return Cell(pgettext("state of a gift", "Cancelled"), badge="plain")
    if gift.claim is not None and gift.claim.reward.kind in AT_ONCE:  # nothing is to be done with it
        return Cell(pgettext("state of a gift", "Given"), badge="good")
    if was_used:
        return Cell(pgettext("state of a gift", "Used"), badge="good")
    return Cell(pgettext("state of a gift", "Given"), badge="honey")


def _day(day: date) -> str:
    return formats.day(day, active_language())
