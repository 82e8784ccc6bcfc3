"""What the dry run says of a file, and what it lets one do next."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from treue.core.jobs.models import Job
from treue.core.staff.models import User
from treue.listen.imports.models import Import

if TYPE_CHECKING:
    from playwright.sync_api import Page

ORDERS = """Bestellnr;Kd-Nr;Datum;Artikel;Bezeichnung;Menge;Preis;Anrede
A1;7;13.03.2026 10:00;TEE-1;Grüner Tee;2;4,50;Frau
A2;7;18.03.2026 10:00;TEE-1;Grüner Tee;1;4,50;Frau
"""


def text(answer) -> str:
    return answer.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


@pytest.fixture
def checked(console, upload, assign, work_off):
    """A file led to its dry run."""

    def done(content: str):
        task = upload(content)
        console.post(f"/imports/{task.pk}/columns/", assign(task))
        work_off()
        task.refresh_from_db()
        return task

    return done


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "Of the 4 orders of this file 3 count as purchases; the others are refunded in full or without revenue.",
        ),
        (
            "de",
            "Von den 4 Bestellungen dieser Datei zählen 3 als Kauf; die übrigen sind ganz erstattet oder ohne Umsatz.",
        ),
    ],
)
def test_the_dry_run_says_why_fewer_orders_count_than_the_file_has(language, told, console, checked):
    User.objects.update(language=language)
    rows = "A4;9;17.03.2026 10:00;VERSAND;;1;4,90;\nA5;9;15.03.2026 10:00;TEE-1;;1;4,50;\n"
    for file, said in ((rows, False), (rows + "CA5;9;16.03.2026 10:00;TEE-1;;-1;4,50;\n", True)):
        page = text(console.get(f"/imports/{checked(ORDERS + file).pk}/check/"))
        assert (told in page) == said


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "It has 2 lines. Computed from this file alone: Without it revenue would be €13.50 instead of €23.30."),
        (
            "de",
            "Die Artikelnummer enthält keine Ziffer. Sie steht in 2 Positionen. Allein aus dieser Datei berechnet: "
            "Ohne diese Positionen läge der Umsatz bei 13,50 € statt 23,30 €.",
        ),
    ],
)
def test_what_leaving_a_code_out_would_change_is_said_of_its_lines(language, told, console, checked):
    User.objects.update(language=language)
    postage = "".join(f"A{number};7;1{number}.03.2026 10:00;POST;;1;4,90;\n" for number in (1, 2))
    assert told in text(console.get(f"/imports/{checked(ORDERS + postage).pk}/check/"))


@pytest.mark.parametrize(
    ("language", "sentence", "offered", "withheld", "refused"),
    [
        ("en", "Nothing of this file could be used.", "Change the columns", "Import this file", "nothing to import."),
        ("de", "nichts verwendbar", "Spalten ändern", "Diese Datei importieren", "nichts zu importieren."),
    ],
)
def test_a_file_of_which_nothing_is_usable_is_not_offered_and_not_taken(
    language, sentence, offered, withheld, refused, console, checked
):
    User.objects.update(language=language)
    task = checked("Bestellnr;Kd-Nr;Datum;Menge;Preis\nA1;;13.03.2026;1;5\nA2;;14.03.2026;1;5\n")
    page = text(console.get(f"/imports/{task.pk}/check/"))
    assert sentence in page
    assert offered in page
    assert withheld not in page
    answer = console.post(f"/imports/{task.pk}/start/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/imports/{task.pk}/check/"
    assert refused in text(answer)
    task.refresh_from_db()
    assert task.state == Import.State.MAPPING
    assert not Job.objects.filter(kind="imports.run").exists()


@pytest.mark.parametrize("rows", ["A1;7;13.03.2026 10:00;TEE-1;;1;4,50;\n", "CA9;7;13.03.2026 10:00;TEE-1;;-1;4,50;\n"])
def test_what_is_known_or_waits_for_its_purchase_can_be_imported(rows, console, checked, work_off):
    head = "Bestellnr;Kd-Nr;Datum;Artikel;Bezeichnung;Menge;Preis;Anrede\n"
    for _again in range(2 if rows.startswith("A") else 1):
        task = checked(head + rows)
        assert "Import this file" in text(console.get(f"/imports/{task.pk}/check/"))
        console.post(f"/imports/{task.pk}/start/")
        work_off()
        task.refresh_from_db()
        assert task.state == Import.State.DONE


@pytest.mark.browser
@pytest.mark.parametrize(("width", "beside"), [(1440, True), (360, False)])
def test_the_button_beside_a_candidate_stands_at_the_same_place_in_each_row(
    visit: Callable[..., "Page"], checked, width: int, beside: bool
):
    names = {"POST": "Versand", "M": "Manuelle Korrektur", "FEE": "Gebühr für die Zahlung auf Rechnung " * 5}
    rows = "".join(f"{code};7;15.03.2026 10:00;{code};{name};1;4,90;\n" for code, name in names.items())
    page = visit(f"/imports/{checked(ORDERS + rows).pk}/check/", language="de", width=width)
    said, buttons = (page.locator(f"#candidates .row > {part}").all() for part in ("p", "form"))
    places = [(one.bounding_box(), other.bounding_box()) for one, other in zip(said, buttons, strict=True)]
    assert len({button["x"] for _said, button in places}) == 1
    assert len(places) == 3
    for words, button in places:
        assert (button["x"] >= words["x"] + words["width"]) == beside
        assert (button["y"] >= words["y"] + words["height"]) != beside
