"""A form is said in sentences, and saved only as it was said."""

import re

import pytest
from django import forms
from django.http import HttpRequest, QueryDict

from treue.core import spoken


class Impossible(Exception):
    field = "points"


class PointsForm(forms.Form):
    points = forms.IntegerField()

    def refuse(self, field: str) -> None:
        self.add_error(field, "Not so many.")


def sent(points: object, said: str = "") -> tuple[spoken.Answer[int], PointsForm]:
    request = HttpRequest()
    request.method, request.POST = "POST", QueryDict(f"points={points}&said={said}")
    form = PointsForm(request.POST)

    def say() -> str:
        if form.cleaned_data["points"] > 100:
            raise Impossible
        return f"It costs {form.cleaned_data['points']} points."

    answer = spoken.answered(
        request, form, say=say, impossible=Impossible, save=lambda: form.cleaned_data["points"] or None
    )
    return answer, form


def test_first_it_is_said_then_it_is_saved() -> None:
    said, _form = sent(50)
    assert (said.said, said.saved) == ("It costs 50 points.", None)
    assert sent(50, said.context["mark"])[0].saved == 50


def test_what_was_changed_since_is_said_anew() -> None:
    answer, _form = sent(60, sent(50)[0].context["mark"])
    assert (answer.said, answer.saved) == ("It costs 60 points.", None)


@pytest.mark.parametrize("points", ["", "many", 101])
def test_what_cannot_be_is_neither_said_nor_saved(points: object) -> None:
    answer, form = sent(points, spoken.mark("anything"))
    assert (answer.context, answer.saved) == ({"said": "", "mark": ""}, None)
    assert list(form.errors) == ["points"]


def test_what_the_room_does_not_save_is_said_again() -> None:
    answer, _form = sent(0, sent(0)[0].context["mark"])
    assert (answer.said, answer.saved) == ("It costs 0 points.", None)
    assert re.fullmatch("[0-9a-f]{16}", answer.context["mark"])
