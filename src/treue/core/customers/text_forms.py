"""The forms of the consent texts."""

from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from treue.core.customers import consent_texts
from treue.core.customers.consent_wording import LANGUAGES, purpose_name
from treue.core.customers.models import Channel
from treue.core.customers.models.consent import LONGEST_PURPOSE
from treue.core.shop.models import Shop

OWN = "own"  # in the choice of purposes; a shop's purpose of this name would be read as "another one"
LONGEST_TEXT = 10_000


class TextForm(forms.Form):
    """A new version of what people are shown."""

    purpose = forms.ChoiceField(label=_("Purpose"))
    own = forms.CharField(
        label=_("Name of another purpose"),
        required=False,
        max_length=LONGEST_PURPOSE,
        help_text=_("If none of the list fits, such as product tests."),
    )
    version = forms.CharField(
        label=_("Version"), max_length=20, help_text=_("Such as 2026-11. It is part of the proof.")
    )
    valid_from = forms.DateField(
        label=_("Shown from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )
    de = forms.CharField(
        label=_("German text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )
    en = forms.CharField(
        label=_("English text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: object, shop: Shop, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop
        known = [(each, purpose_name(each)) for each in consent_texts.purposes(shop)]
        self.fields["purpose"].choices = [*known, (OWN, _("another one, named below"))]
        self.fields["valid_from"].initial = now.astimezone(shop.tz).date()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if cleaned.get("purpose") == OWN and not cleaned.get("own"):
            self.add_error("own", _("Name the purpose"))
        if not cleaned.get("de") and not cleaned.get("en") and not self.errors:
            raise ValidationError(_("Enter the text in one language at least"), code="empty")
        return cleaned

    def version_to_add(self) -> dict[str, object]:
        """As `consent_texts.add` takes it."""
        told = self.cleaned_data
        return {
            "purpose": told["own"] if told["purpose"] == OWN else told["purpose"],
            "version": told["version"],
            "texts": {language: told[language] for language in LANGUAGES},
            "valid_from": datetime.combine(told["valid_from"], time(), self.shop.tz),
        }


class ConfirmationForm(forms.Form):
    channels = forms.MultipleChoiceField(
        label=_("A consent counts only when it is confirmed"),
        required=False,
        choices=[each for each in Channel.choices if each[0] != Channel.NONE],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "For whoever signs up by a form, in the shop or while being tracked: anybody could type anybody's address. "
            "What colleagues record and what is imported counts at once."
        ),
    )
