"""What colleagues enter about a person's consent and preferences."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.customers import consent_texts, preferences
from treue.core.customers.consent_wording import LANGUAGES, language_name, purpose_name
from treue.core.customers.models import Channel, ConsentRecord, ConsentText, Preference
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

Source = ConsentRecord.Source
BY_COLLEAGUES = [(each.value, each.label) for each in (Source.PHONE, Source.PAPER, Source.STAFF)]
AS_TYPED = "%Y-%m-%dT%H:%M"
REACHING = [each for each in Channel.choices if each[0] != Channel.NONE]
LONGEST_NOTE = 500


class LocalMoment(forms.CharField):
    """A moment in the shop's own time, as the browser sends it."""

    widget = forms.TextInput(attrs={"type": "datetime-local", "placeholder": "2026-11-28T14:30"})

    def to_python(self, value: object) -> datetime | None:
        text = super().to_python(value)
        try:
            return datetime.strptime(text, AS_TYPED) if text else None  # noqa: DTZ007 - the form adds the shop's zone
        except ValueError as error:
            raise ValidationError(_("Enter day and time, such as 2026-11-28T14:30"), code="invalid") from error

    def prepare_value(self, value: object) -> object:
        return value.strftime(AS_TYPED) if isinstance(value, datetime) else value


class GiveForm(forms.Form):
    """A consent that somebody gave on the phone, on paper or face to face."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Channel.choices)
    source = forms.ChoiceField(label=gettext_lazy("How they said so"), choices=BY_COLLEAGUES)
    happened_at = LocalMoment(label=gettext_lazy("When"))
    text = forms.ModelChoiceField(
        label=gettext_lazy("Text they were shown or read"),
        queryset=ConsentText.objects.none(),
        required=False,
        empty_label=gettext_lazy("another one, see the note"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy(
                "Say where the proof lies: the folder of the form, or who called when from which number."
            )
        },
        help_text=gettext_lazy("Where the proof lies: the folder of the form, or who called when from which number."),
    )

    def __init__(self, *args: object, shop: Shop, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, auto_id="give_%s", **kwargs)  # another form on the page asks for a channel, too
        self.shop, self.now = shop, now
        self.fields["happened_at"].initial = now.astimezone(shop.tz)
        self.fields["purpose"].choices = [(each, purpose_name(each)) for each in consent_texts.purposes(shop)]
        texts = self.fields["text"]
        texts.queryset = ConsentText.objects.filter(shop=shop).order_by("purpose", "-valid_from", "language")
        texts.label_from_instance = _named

    def clean_happened_at(self) -> datetime:
        moment = self.cleaned_data["happened_at"].replace(tzinfo=self.shop.tz)
        if moment > self.now:
            raise ValidationError(_("This lies in the future"), code="ahead")
        return moment

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        text = cleaned.get("text")
        if text is not None and "purpose" in cleaned and text.purpose != cleaned["purpose"]:
            self.add_error("text", _("This text is for another purpose"))
        return cleaned


def _named(text: ConsentText) -> str:
    return f"{purpose_name(text.purpose)} {text.version} ({language_name(text.language)})"


class WithdrawForm(forms.Form):
    source = forms.ChoiceField(label=gettext_lazy("How they said so"), choices=BY_COLLEAGUES)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=LONGEST_NOTE, required=False)


class PreferenceForm(forms.Form):
    """Its fields are `preferences.FIELDS`; nothing chosen is nothing said."""

    channel = forms.ChoiceField(label=gettext_lazy("Preferred channel"), required=False)
    salutation = forms.ChoiceField(label=gettext_lazy("Salutation"), required=False)
    most_messages = forms.IntegerField(
        label=gettext_lazy("At most so many messages"),
        required=False,
        min_value=0,
        max_value=99,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), gettext_lazy("Enter a number from 0 to 99")
        ),
    )
    per = forms.ChoiceField(label=gettext_lazy("Period"), choices=Preference.Per.choices)
    hour_from = forms.TypedChoiceField(label=gettext_lazy("Hours from"), required=False, coerce=int, empty_value=None)
    hour_to = forms.TypedChoiceField(label=gettext_lazy("Hours to"), required=False, coerce=int, empty_value=None)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, said: Preference, **kwargs: object) -> None:
        super().__init__(*args, initial={name: getattr(said, name) for name in preferences.FIELDS}, **kwargs)
        language, nothing = active_language(), [("", _("not said"))]
        self.fields["channel"].choices = nothing + REACHING
        self.fields["hour_from"].choices = nothing + [(hour, formats.hour(hour, language)) for hour in range(24)]
        self.fields["hour_to"].choices = nothing + [(hour, formats.hour(hour, language)) for hour in range(1, 25)]
        self.fields["weekdays"].choices = [(day, formats.weekday(day, language)) for day in range(7)]
        self.fields["language"].choices = nothing + list(LANGUAGES.items())
        self.fields["salutation"].choices = nothing + Preference.Salutation.choices

    def clean_weekdays(self) -> list[int]:
        return sorted(self.cleaned_data["weekdays"])

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        begins, ends = cleaned.get("hour_from"), cleaned.get("hour_to")
        if (begins is None) != (ends is None):
            self.add_error("hour_from" if begins is None else "hour_to", _("Choose both hours, or none"))
        elif begins is not None and begins >= ends:
            self.add_error("hour_to", _("Choose a later hour than the first"))
        return cleaned
