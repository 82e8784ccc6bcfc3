"""The plan as its preview says it: everything in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from treue.act.loyalty import showing
from treue.act.loyalty.earning import sentences
from treue.act.loyalty.earning.rules import Rule
from treue.act.loyalty.models import Draft, Programme
from treue.act.loyalty.setup import plan, simple
from treue.act.loyalty.setup.errors import ChangedMeanwhile
from treue.act.loyalty.setup.naming import Names
from treue.act.loyalty.setup.plan import Plan
from treue.act.loyalty.tiers import as_json
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

LANGUAGES = ("en", "de")
STEPS = {
    "purchases": gettext_lazy("Purchases"),
    "returns": gettext_lazy("Returns and expiry"),
    "deeds": gettext_lazy("First purchase and deeds"),
    "tiers": gettext_lazy("Tiers"),
    "worth": gettext_lazy("What a point is worth"),
    "preview": gettext_lazy("Preview"),
}
PARTS = {
    plan.NAME: gettext_lazy("the name"),
    plan.RULES: gettext_lazy("the rules"),
    plan.RETURNS: gettext_lazy("returns and expiry"),
    plan.TIERS: gettext_lazy("the tiers"),
    plan.WORTH: gettext_lazy("what a point is worth"),
}


@dataclass(frozen=True)
class Said:
    """A rule in both languages. other: as those read it who read the other one. tried: what the last trial says."""

    name: str
    sentence: str
    other: str
    other_language: str
    tried: str = ""


def address(step: str) -> str:
    return reverse("programme_set_up") if step == "purchases" else reverse("programme_set_up_step", args=[step])


def links() -> list[SafeString]:
    """The steps, each leading to its page: one can go to and fro."""
    return [format_html('<a href="{}">{}</a>', address(name), label) for name, label in STEPS.items()]


def rule(one: Rule, currency: str, names: Names, tried: str = "") -> Said:
    language = active_language()
    other = next(each for each in LANGUAGES if each != language)
    with override(other):
        in_other = sentences.sentence(one, currency, names.called)
    return Said(one.name, sentences.sentence(one, currency, names.called), in_other, other, tried)


def settings(wanted: Plan, shop: Shop) -> list[tuple[str, str]]:
    names = ("name", "return_days", "expiry", "debt_limit", "correction_limit")
    return showing.settings(Programme(shop=shop, **{name: getattr(wanted, name) for name in names}))


def tiers(document: Mapping[str, object] | None, shop: Shop) -> list[str]:
    """ "Silver from €100.00", the lowest first."""
    if document is None:
        return []
    version = as_json.read(document)
    return [
        _("%(tier)s from %(threshold)s")
        % {"tier": level.name(active_language()), "threshold": showing.threshold(level, version.measure, shop)}
        for level in version.levels
    ]


def worth(wanted: Plan, shop: Shop) -> list[str]:
    language = active_language()
    facts = {
        "value": _exactly(wanted.point_value, shop),
        "cost": _exactly(wanted.point_cost, shop),
        "percent": formats.rate(wanted.redeemed_percent, language, 0),
    }
    told = [_("A point buys goods for %(value)s and costs you %(cost)s when it is redeemed.") % facts]
    spending = simple.spending_of(wanted.rules)
    if spending:
        back = spending.points * wanted.point_value / spending.amount
        told.append(_("That gives members %(share)s of a purchase back.") % {"share": formats.share(back, language, 1)})
    return told


def _exactly(amount: Decimal, shop: Shop) -> str:
    decimals = max(formats.precision(shop.currency), -int(amount.normalize().as_tuple().exponent))
    return formats.money(amount, active_language(), shop.currency, decimals)


def unpublished(draft: Draft | None) -> str:
    """What the draft has that is not in force; "" for nothing."""
    if draft is None or not draft.is_open:
        return ""
    parts = [str(label) for name, label in PARTS.items() if name in draft.values]
    return _("Filled in and not published yet: %(parts)s.") % {"parts": ", ".join(parts)}


def at_it(draft: Draft, shop: Shop) -> str:
    """That a colleague is at work on it, too."""
    facts = {"who": _who(draft), "when": formats.moment(draft.changed_at.astimezone(shop.tz), active_language())}
    return _("%(who)s is at work on this draft, too; the last change was made on %(when)s.") % facts


def meanwhile(error: ChangedMeanwhile, shop: Shop) -> str:
    facts = {"when": formats.moment(_at(error, shop), active_language()), "who": str(error.by or _("Somebody"))}
    return _("%(who)s changed or published the draft on %(when)s, while this page was open. Nothing was saved.") % facts


def _who(draft: Draft) -> str:
    return str(draft.changed_by or _("Somebody"))


def _at(error: ChangedMeanwhile, shop: Shop) -> datetime:
    return error.at.astimezone(shop.tz)
