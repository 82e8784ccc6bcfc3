"""What a member enters who submits a text or photos."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.act.content import names, reading
from treue.act.content.models import LONGEST_TEXT, MOST_PHOTOS, Submission
from treue.act.content.photos import MOST_MEGABYTES
from treue.act.content.submitting import Draft
from treue.act.loyalty.models import Member
from treue.core.commerce.models import Product
from treue.core.customers.models import ConsentText

MOST_PRODUCTS = 30
Name = Submission.Name


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files; whether they are photos, `content.photos` says."""

    def clean(self, data: object, initial: object = None) -> list[object]:
        them = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(each, initial) for each in them]


class SubmissionForm(forms.Form):
    """text: of the consent in force. product: the code of one to begin with, beside those that the member bought."""

    product = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What you like and what you do not: nobody changes a word of it."),
    )
    photos = PhotosField(
        label=gettext_lazy("Photos"),
        required=False,
        allow_empty_file=True,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    name = forms.ChoiceField(label=gettext_lazy("Name beside it"), widget=forms.RadioSelect)
    agrees = forms.BooleanField(
        error_messages={"required": gettext_lazy("Without your consent the shop may not show it")}
    )
    agreed = forms.CharField(widget=forms.HiddenInput, max_length=20)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: object, member: Member, text: ConsentText, product: str, **kwargs: object) -> None:
        initial = {"name": Name.NONE, "product": product, "agreed": str(text.pk), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.consent_text = text
        self.fields["product"].choices = _products(member, product)
        self.fields["name"].choices = _names(member.customer.name)
        self.fields["photos"].help_text = _("Up to %(count)s, each of at most %(most)s MB: JPEG, PNG or WebP.") % {
            "count": MOST_PHOTOS,
            "most": MOST_MEGABYTES,
        }
        self.fields["agrees"].label = text.text
        self.fields["agrees"].help_text = _("Version %(version)s. You can withdraw it at any time.") % {
            "version": text.version
        }

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if cleaned.get("agreed") and cleaned["agreed"] != str(self.consent_text.pk):
            self.data = {**self.data.dict(), "agreed": str(self.consent_text.pk), "agrees": ""}
            self.add_error("agrees", _("The text of the consent has changed meanwhile. Please read it again."))
        if not self.errors and not cleaned["text"].strip() and not cleaned["photos"]:
            self.add_error("text", _("Write something, or choose a photo"))
        if not self.errors and len(cleaned["photos"]) > MOST_PHOTOS:
            self.add_error("photos", _("At most %(count)s photos fit.") % {"count": MOST_PHOTOS})
        if any(each.size > MOST_MEGABYTES << 20 for each in cleaned.get("photos") or ()):
            self.add_error("photos", _("A photo is larger than %(most)s MB.") % {"most": MOST_MEGABYTES})
        return cleaned

    def draft(self) -> Draft:
        given = self.cleaned_data
        photos = [each.read() for each in given["photos"]]
        return Draft(text=given["text"], photos=photos, product=given["product"], name=given["name"])


def _products(member: Member, asked: str) -> list[tuple[str, str]]:
    """The shop, the one that was asked for, and what the member bought lately."""
    found = {each.code: str(each) for each in reading.bought_lately(member, MOST_PRODUCTS)}
    if asked and asked not in found and "\0" not in asked:
        rows: Mapping[str, str] = {
            each.code: str(each) for each in Product.objects.filter(shop=member.programme.shop_id, code=asked[:80])
        }
        found = {**rows, **found}
    return [("", _("the shop")), *found.items()]


def _names(name: str) -> list[tuple[str, str]]:
    """Each as it will stand there."""
    shown = {kind: names.shown(name, kind) for kind in (Name.FIRST, Name.INITIALS)}
    return [*((kind, said) for kind, said in shown.items() if said), (Name.NONE, _("no name"))]
