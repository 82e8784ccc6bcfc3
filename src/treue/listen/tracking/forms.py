"""Forms about sources."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treue.core.events.models import Source

FEWEST, MOST = 1, 1_000_000
ORDER = ("events_per_second", "consent_category", "believes_orders")


def _name(help_text: Promise) -> forms.CharField:
    return forms.CharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text=help_text
    )


class Permitted(forms.Form):
    """What a source may."""

    events_per_second = forms.IntegerField(
        label=_("Events a second"),
        min_value=FEWEST,
        max_value=MOST,
        initial=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Enter a number from 1 to 1,000,000")),
        help_text=_("What comes beyond it is sent back, to be sent again later. Each web process counts for itself."),
    )
    consent_category = forms.CharField(
        label=_("Category of consent"),
        max_length=60,
        initial="analytics",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "The category of your consent banner that allows analysis. Of visitors who are not signed in and have not "
            "consented to it, Treue keeps the anonymous number and their steps in the shop, and nothing else."
        ),
    )

    believes_orders = forms.BooleanField(
        label=_("Believe browsers about orders"),
        required=False,
        help_text=_(
            "Everybody can make a browser say that an order was made, for any amount. Not believed, “Order Completed” "
            "from a browser counts only as “Checkout Completed”, and changed, cancelled and refunded orders "
            "are refused. Tick this only where neither a server nor files tell Treue of the orders."
        ),
    )

    def __init__(self, *arguments: object, kind: str = Source.Kind.BROWSER, **named: object) -> None:
        """kind: of the source; a server is believed anyway and is not asked about."""
        super().__init__(*arguments, **named)
        if kind != Source.Kind.BROWSER:
            del self.fields["believes_orders"]


class Change(Permitted):
    name = _name(
        _(
            "It stands in the log. What the source sent so far keeps the name it had; orders that name no channel are "
            "counted under the new one from now on."
        )
    )
    field_order = ("name", *ORDER)


class Add(Permitted):
    name = _name(_("Such as “Web shop” or “Till”. It stands in the log."))
    kind = forms.ChoiceField(
        label=_("Sends from"),
        choices=[
            (Source.Kind.BROWSER, _("Browsers and apps of visitors")),
            (Source.Kind.SERVER, _("A server or a till")),
        ],
        help_text=_("A browser's key is public: everybody who opens the shop can read it."),
    )
    field_order = ("name", "kind", *ORDER)

    def clean(self) -> dict[str, object]:
        """What only concerns browsers says nothing of a server."""
        cleaned = super().clean()
        if cleaned.get("kind") == Source.Kind.SERVER:
            cleaned["believes_orders"] = False
        return cleaned
