"""What a person can enter on the cockpit."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.understand.metrics.models import Note

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2099, 12, 31)


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["day", "text"]
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"text": _('For example "Price rise" or "TV spot", up to 120 characters')}

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("Enter a day between 1970 and 2099."))
        return day
