"""The facts of the audit trail in words: "Activity window in days: 365 → 180 · Time zone: Europe/Berlin"."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.core.staff.roles import Role, Scope
from treue.design import formats

Words = Promise | str
Value = Callable[[str], Words]

# A currency's rate stands under the currency's own name.
NAMES: dict[str, Words] = {
    "absorbed": _("Merged record"),
    "added": _("Added"),
    "amount": _("Amount"),
    "because": _("Reason"),
    "believes_orders": _("Believe browsers about orders"),
    "channel": _("Channel"),
    "confirmed": _("Channels with confirmation"),
    "consent_category": _("Category of consent"),
    "currency": _("Currency"),
    "deliveries": _("Deliveries"),
    "discount_rate": _("Discount rate a year"),
    "drop_duplicates": _("Leave out equal lines of one order"),
    "error": _("Kind of error"),
    "events_per_second": _("Events a second"),
    "fields": _("Fields"),
    "file": _("File"),
    "filtered": _("Only those of a filter"),
    "host": _("Receiver"),
    "hour_from": _("Hours from"),
    "hour_to": _("Hours to"),
    "key": _("Key"),
    "kind": _("Work"),
    "language": _("Language"),
    "group": _("Group"),
    "languages": _("Languages"),
    "line": _("Line"),
    "list": _("List"),
    "margin": _("Margin of the shop"),
    "month": _("Month"),
    "most_messages": _("Most messages"),
    "name": _("Name"),
    "number": _("Number"),
    "per": _("Most messages per week or month"),
    "purpose": _("Purpose"),
    "reaction": _("Reaction"),
    "removed": _("Removed"),
    "report_rhythm": _("Report by mail"),
    "role": _("Role"),
    "rows": _("Rows"),
    "salutation": _("Salutation"),
    "since": _("Since"),
    "tier": _("Tier"),
    "valid_from": _("Valid from"),
    "version": _("Version"),
    "weekdays": _("Weekdays"),
    "scopes": _("Scopes"),
    "source_kind": _("Sends from"),
    "what": _("Holds"),
    "window_days": _("Activity window in days"),
    "zone": _("Time zone"),
    "customers.Customer": _("Personal record"),
    "customers.ConsentRecord": _("Consents"),
    "customers.Preference": _("Preferences"),
    "commerce.Order": _("Orders"),
    "commerce.OrderLine": _("Order lines"),
    "commerce.Refund": _("Refunds"),
    "commerce.RefundMatch": _("Refund matches"),
    "profile.BuyingProfile": _("Profile"),
    "value.Score": _("Forecasts"),
    "recommendations.Recommendation": _("Recommendations"),
    "segments.Standing": _("Group and rhythm"),
    "imports.Replaced": _("Former versions"),
    "webhooks.Delivery": _("Deliveries to webhooks"),
}
RHYTHMS = {"never": _("Never"), "weekly": _("Every Monday"), "monthly": _("On the first of the month")}
VALUES: dict[str, Value] = {
    "role": lambda value: dict(Role.choices).get(value, value),
    "scopes": lambda value: dict(Scope.choices).get(value, value),
    "report_rhythm": lambda value: RHYTHMS.get(value, value),
    "fields": lambda value: NAMES.get(value, value),
}


def word_values(name: str, word: Value) -> None:
    """Let a room say how the values of one of its facts read."""
    VALUES[name] = word


def facts_text(facts: Mapping[str, object]) -> str:
    return " · ".join(
        f"{NAMES.get(name, name)}: {_fact(value, VALUES.get(name, str))}" for name, value in facts.items()
    )


def _fact(value: object, word: Value) -> str:
    if isinstance(value, dict) and set(value) == {"old", "new"}:
        return f"{_fact(value['old'], word)} → {_fact(value['new'], word)}"
    if isinstance(value, list):
        return ", ".join(_fact(each, word) for each in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return formats.NOTHING if value in (None, "") else str(word(str(value)))
