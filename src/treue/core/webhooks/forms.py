"""The forms of webhooks."""

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
    events = forms.CharField(
        label=_("Events"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One per line and exactly as in the log, such as Order Completed. Left empty, it hears of all."),
    )

    @classmethod
    def about(cls, endpoint: Endpoint) -> dict[str, str]:
        """What stands in the form at first."""
        return {
            "url": endpoint.url,
            "description": endpoint.description,
            "events": "\n".join(endpoint.events),
        }

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

    def clean_events(self) -> list[str]:
        """Each name once, in the order given."""
        names = list(dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["events"].splitlines()))
        names = [name for name in names if name]
        if len(names) > MOST_EVENTS:
            raise ValidationError(_("At most %(most)s events, please"), params={"most": MOST_EVENTS})
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(_("No event has so long a name; one per line, please"))
        return names


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
