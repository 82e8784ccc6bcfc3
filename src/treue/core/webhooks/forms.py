"""The forms of webhooks."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from treue.core.webhooks import addresses, wording
from treue.core.webhooks.errors import WebhookError
from treue.core.webhooks.models import LONGEST_NAME, LONGEST_URL, Endpoint

MOST_EVENTS = 100
MOMENT = "%Y-%m-%dT%H:%M"


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Where the receiver listens, such as https://shop.example.org/treue"),
    )
    description = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("What you call it here, such as Till or Newsletter tool."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As they are called in the log; first those that came in lately. With none, it hears of all."),
    )
    others = forms.CharField(
        label=_("Other events"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("Names of your own that are not among these, one per line and exactly as in the log."),
    )

    def __init__(self, *args: object, lately: Sequence[str] = (), known: Sequence[str] = (), **kwargs: object) -> None:
        """lately: names of events that came in. known: those that Treue knows."""
        super().__init__(*args, **kwargs)
        wanted = self.initial.get("events", [])
        offered = list(dict.fromkeys([*lately, *known]))
        self.fields["events"].choices = [(name, name) for name in offered]
        self.initial["events"] = [name for name in wanted if name in offered]
        self.initial["others"] = "\n".join(name for name in wanted if name not in offered)

    @classmethod
    def about(cls, endpoint: Endpoint) -> dict[str, object]:
        """What stands in the form at first."""
        return {"url": endpoint.url, "description": endpoint.description, "events": endpoint.events}

    def clean_url(self) -> str:
        """Checked as when something is sent, so that nobody waits for what is never delivered."""
        url = self.cleaned_data["url"].strip()
        if "://" not in url:
            raise ValidationError(_("Enter the address with https:// in front"), code="without_scheme")
        try:
            addresses.checked(addresses.read(url))
        except WebhookError as error:
            raise ValidationError(wording.refusal(error), code="refused") from error
        return url

    def clean_others(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["others"].splitlines()]
        names = [name for name in names if name]
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(_("No event has so long a name; one per line, please"))
        return names

    def clean(self) -> dict[str, object]:
        """Under `events` each name once, in the order given."""
        cleaned = super().clean()
        names = list(dict.fromkeys([*cleaned.get("events", []), *cleaned.pop("others", [])]))
        if len(names) > MOST_EVENTS:
            self.add_error(
                "others", ValidationError(_("At most %(most)s events, please"), params={"most": MOST_EVENTS})
            )
        return {**cleaned, "events": names}


class SinceForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Since"),
        input_formats=[MOMENT, f"{MOMENT}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": _("Enter day and time, such as 2026-11-28T06:00")},
        help_text=_("In the shop's time. Deliveries are kept for 30 days."),
    )

    def __init__(self, *args: object, zone: ZoneInfo, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean_since(self) -> datetime:
        return self.cleaned_data["since"].replace(tzinfo=self.zone)
