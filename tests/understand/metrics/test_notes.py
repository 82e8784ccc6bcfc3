"""Notes on the charts: written, shown, taken away again, by those who may."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry
from treue.understand.metrics import notes
from treue.understand.metrics.models import Note

pytestmark = pytest.mark.django_db
NOTE = {"day": "2025-08-12", "text": "Price rise for tea"}


def test_a_note_is_written_and_stands_on_the_charts(shop: Shop, as_role: Callable[..., Client]) -> None:
    client = as_role()
    answer = client.post("/notes/", NOTE, follow=True)
    assert answer.redirect_chain == [("/#notes", 302)]
    assert answer.text.count("Price rise for tea (12 Aug 2025)") >= 2  # on retention and on churn
    assert "The note is on the charts." in answer.text
    note = Note.objects.get()
    assert (note.shop, note.day, note.written_by.role) == (shop, date(2025, 8, 12), "manager")
    assert AuditEntry.objects.filter(action="note.written", subject=f"note {note.pk}").exists()


def test_a_note_is_taken_away(shop: Shop, as_role: Callable[..., Client]) -> None:
    client = as_role()
    client.post("/notes/", NOTE)
    note = Note.objects.get()
    page = client.post(f"/notes/{note.pk}/remove/", follow=True).text
    assert "Price rise for tea" not in page
    assert not Note.objects.exists()
    assert AuditEntry.objects.filter(action="note.removed", subject=f"note {note.pk}").exists()
    assert client.post(f"/notes/{note.pk}/remove/").status_code == 404
    assert client.get(f"/notes/{note.pk}/remove/").status_code == 405


@pytest.mark.parametrize(
    ("day", "text", "complaint"),
    [
        ("9999-12-31", "Far away", "Enter a day between 1970 and 2099."),
        ("1969-12-31", "Long ago", "Enter a day between 1970 and 2099."),
        ("2025-02-30", "Not a day", "Enter a valid date."),
        ("", "No day", "This field is required."),
        ("2025-08-12", "", "This field is required."),
        ("2025-08-12", "   ", "This field is required."),
        ("2025-08-12", "x" * 121, "Ensure this value has at most 120 characters (it has 121)."),
        ("2025-08-12", "a\x00b", "Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_no_note_is_sent_back_with_what_was_written(
    shop: Shop, as_role: Callable[..., Client], language: str, day: str, text: str, complaint: str
) -> None:
    answer = as_role(language=language).post("/notes/", {"day": day, "text": text})
    assert answer.status_code == 422
    assert not Note.objects.exists()
    assert f'value="{day}"' in answer.text or not day
    if language == "en":
        assert complaint in answer.text
    else:
        assert complaint not in answer.text


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_form_speaks_both_languages(shop: Shop, as_role: Callable[..., Client], language: str) -> None:
    page = as_role(language=language).get("/notes/").text
    with override(language):
        for words in ("Add a note", "Save the note", "Day"):
            assert gettext(words) in page


def test_markup_in_a_note_is_shown_as_written(shop: Shop, as_role: Callable[..., Client]) -> None:
    page = as_role().post("/notes/", {"day": "2025-08-12", "text": "<script>alert(1)</script>"}, follow=True).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(("role", "status"), [("admin", 302), ("manager", 302), ("analyst", 302), ("service", 403)])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_notes_are_written_and_removed_by_those_who_may(
    shop: Shop, as_role: Callable[..., Client], role: str, status: int, headers: dict[str, str]
) -> None:
    client = as_role(role)
    note = notes.write(shop=shop, day=date(2025, 8, 1), text="TV spot", by=None)
    assert client.post("/notes/", NOTE, headers=headers).status_code == status
    assert client.post(f"/notes/{note.pk}/remove/", headers=headers).status_code == status
    assert Note.objects.filter(pk=note.pk).exists() is (status == 403)


def test_a_note_outside_the_charts_stands_in_the_list_only(shop: Shop, as_role: Callable[..., Client]) -> None:
    page = as_role().post("/notes/", {"day": "2031-01-01", "text": "Far ahead"}, follow=True).text
    assert "Far ahead" in page
    assert "Far ahead (1 Jan 2031)" not in page
