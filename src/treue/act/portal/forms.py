"""What members and whoever sets up the portal enter."""

import re
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.act.portal import known
from treue.act.portal.colours import Palette
from treue.act.portal.models import Portal
from treue.core.customers import birthdays
from treue.core.customers.models import ConsentText, Preference
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.consent_forms import PreferenceForm

COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("Enter an e-mail address, such as anna@example.org")
        ),
    )

    def __init__(self, *args: object, shop: Shop, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop

    def clean_email(self) -> str:
        found = known.folded(self.cleaned_data["email"], self.shop)
        if found is None:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return found


class NewAddressForm(AddressForm):
    """former: the one they have now."""

    def __init__(self, *args: object, former: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.former = former

    def clean_email(self) -> str:
        found = super().clean_email()
        if self.former and found == known.folded(self.former, self.shop):
            raise forms.ValidationError(_("That is your address already"))
        return found


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("How the shop addresses you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter a name")},
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "class": "mono"}
        ),
        error_messages={"required": gettext_lazy("Enter the six digits of the mail")},
    )


class JoinForm(forms.Form):
    """asks_name: of somebody whom the shop does not know. text: what they are asked to agree to."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("How the shop addresses you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    agrees = forms.BooleanField(
        required=False, help_text=gettext_lazy("Joining needs no yes to this. You can withdraw it at any time.")
    )

    def __init__(self, *args: object, asks_name: bool, text: ConsentText | None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not asks_name:
            del self.fields["name"]
        if text is None:
            del self.fields["agrees"]
        else:
            self.fields["agrees"].label = text.text


class MemberPreferences(PreferenceForm):
    """Those that a member is asked for, each with what it is used for."""

    HINTS = {
        "channel": gettext_lazy("How the shop writes to you first."),
        "most_messages": gettext_lazy("Nobody writes to you more often; with 0 you only hear about your orders."),
        "hour_from": gettext_lazy("Outside of these hours no message comes."),
    }

    def __init__(self, *args: object, said: Preference, **kwargs: object) -> None:
        super().__init__(*args, said=said, **kwargs)
        for name in ("salutation", "language", "weekdays"):
            del self.fields[name]
        for name, hint in self.HINTS.items():
            self.fields[name].help_text = hint


class BirthdayForm(forms.Form):
    """Nobody has to tell it; emptied, it is forgotten."""

    birthday = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Only for your birthday gift, once a year. You need not fill it in; empty it, and it is deleted."
        ),
        error_messages={"invalid": gettext_lazy("Enter a date")},
    )

    def clean_birthday(self) -> date | None:
        told = self.cleaned_data["birthday"]
        if told is not None and not birthdays.is_possible(told):
            raise forms.ValidationError(_("Enter a date from 1900 until today"))
        return told


class DeleteForm(forms.Form):
    is_sure = forms.BooleanField(
        label=gettext_lazy("Delete everything about me. I know that my points and vouchers lapse."),
        error_messages={"required": gettext_lazy("Tick this, or leave everything as it is")},
    )


class PortalForm(forms.ModelForm):
    class Meta:
        model = Portal
        fields = (
            *("is_on", "takes_strangers", "address", "colour_light", "colour_dark", "colour_card"),
            *("note_de", "note_en"),
        )
        labels = {
            "is_on": gettext_lazy("Members can use the portal"),
            "takes_strangers": gettext_lazy("People who are not customers yet can join, too"),
            "address": gettext_lazy("How German pages and mails address members"),
            "colour_light": gettext_lazy("Colour of links and buttons on light ground"),
            "colour_dark": gettext_lazy("The same on dark ground"),
            "colour_card": gettext_lazy("Colour behind the points, under white text"),
            "note_de": gettext_lazy("Terms, in German"),
            "note_en": gettext_lazy("Terms, in English"),
        }
        help_texts = {
            "takes_strangers": gettext_lazy("They confirm their e-mail address with a code first."),
            "colour_light": gettext_lazy("A # and six characters, such as #1d5c4a."),
            "note_de": gettext_lazy("Shown before somebody joins: what holds, and where your privacy notice is."),
        }
        widgets = {
            "address": forms.RadioSelect,
            "note_de": forms.Textarea(attrs={"rows": 4}),
            "note_en": forms.Textarea(attrs={"rows": 4}),
        }

    def clean_colour_light(self) -> str:
        return self._colour("colour_light")

    def clean_colour_dark(self) -> str:
        return self._colour("colour_dark")

    def clean_colour_card(self) -> str:
        return self._colour("colour_card")

    def _colour(self, name: str) -> str:
        found = COLOUR.fullmatch(self.cleaned_data[name].strip())
        if found is None:
            raise forms.ValidationError(_("Write a colour as six characters, such as #1d5c4a"))
        return f"#{found[1].lower()}"

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        names = {"light": "colour_light", "dark": "colour_dark", "card": "colour_card"}
        if not all(cleaned.get(name) for name in names.values()):
            return cleaned
        advice = {
            "light": _("Too light to be read: contrast %(found)s, needed are %(needed)s. Choose a darker one."),
            "dark": _("Too dark to be read: contrast %(found)s, needed are %(needed)s. Choose a lighter one."),
        }
        advice["card"] = advice["light"]
        language = active_language()
        palette = Palette(*(str(cleaned[name]) for name in names.values()))
        for which, found in palette.too_weak().items():
            facts = {
                "found": formats.number(int(found * 10) / 10, language, 1),
                "needed": formats.number(4.5, language, 1),
            }
            self.add_error(names[which], advice[which] % facts)
        return cleaned
