"""What moderators and whoever sets content up enter."""

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.act.content.models import LONGEST_REASON, ContentTerms


class DecisionForm(forms.Form):
    """seen: the revision that was looked at."""

    reason = forms.CharField(
        label=_("Why it is rejected"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The member reads it. Name what does not fit, such as a person who can be recognised."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class TermsForm(forms.ModelForm):
    class Meta:
        model = ContentTerms
        fields = ("is_open", "pending_days")
        labels = {
            "is_open": _("Members can submit texts and photos"),
            "pending_days": _("Days until points for it are free"),
        }
        help_texts = {
            "is_open": _("Nothing is shown before a colleague has published it."),
            "pending_days": _("Who withdraws it before then does not keep the points. 0: they are free at once."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pending_days"].max_value = 365
        self.fields["pending_days"].validators.append(forms.IntegerField(max_value=365).validators[-1])
