"""A form prints labels, hints and errors so that everybody finds what is wrong."""

import re

from django import forms


class Settings(forms.Form):
    name = forms.CharField(label="Name", help_text="As customers know it.")
    days = forms.IntegerField(label="Window", min_value=7, required=False, help_text="In days.")
    zone = forms.ChoiceField(label="Zone", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    demo = forms.BooleanField(label="Demo", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "x":
            raise forms.ValidationError("Choose <another> name.")


def test_a_hint_belongs_to_its_field_and_the_optional_is_marked():
    html = str(Settings())
    assert '<span class="hint" id="id_name_helptext">As customers know it.</span>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert html.count('class="optional"') == 1, "a check box is never obligatory and not marked"
    assert re.search(r'<label for="id_days">Window <span class="optional">', html)


def test_an_error_takes_the_place_of_the_hint_and_is_tied_to_the_field():
    html = str(Settings({"name": "Tea", "days": "3", "zone": "a"}))
    assert re.search(r'aria-invalid="true" aria-describedby="id_days_helptext id_days_error"', html)
    assert re.search(r'<ul class="error" id="id_days_error"><li>', html)
    assert 'id="id_days_helptext" hidden' in html


def test_the_summary_leads_to_every_wrong_field_and_is_escaped():
    html = str(Settings({"name": "x", "days": "3", "zone": "a"}))
    assert '<a href="#id_days">Window</a>' in html
    assert "Choose &lt;another&gt; name." in html
    assert 'role="alert"' in html


def test_choices_stand_in_a_fieldset_with_one_label_each():
    html = str(Settings())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Zone</legend>", html)
    assert html.count('<label class="check"') == 3


def test_a_hidden_field_is_hidden():
    html = str(Settings())
    assert '<input type="hidden" name="token"' in html
    assert "Token" not in html
