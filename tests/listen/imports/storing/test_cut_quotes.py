"""A cell that was cut when it was quoted, perhaps in the middle of somebody's name, is forgotten with the person."""

import pytest
from django.db import connection

from tests.core.lake import buying
from treue.core.customers import quotes
from treue.core.jobs import work
from treue.listen.imports import intake, probing
from treue.listen.imports.models import Import, SetAside

EMAIL = "anna-katharina.oeztuerk-weissenberger@teehaus-am-alten-markt.example"
NUMBER = "KD-" + "0123456789" * 9
TRACES = ("anna-katharina", "KD-0123")
FILLER = "Bitte vor dem Versand anrufen, sonst ist niemand da"


@pytest.fixture
def anna(shop):
    return buying.customer(shop, NUMBER, email=EMAIL)


def taken_in(shop, text: str, what: str = "orders") -> Import:
    return intake.take_in(shop=shop, what=what, name="file.csv", blocks=[text.encode()], size=len(text))


def traces() -> list[str]:
    """What is left of the person wherever files are quoted."""
    with connection.cursor() as cursor:
        found = []
        for table in ("imports_import", "imports_setaside", "jobs_job"):
            cursor.execute(f"select t::text from {table} t")
            found += [row for (row,) in cursor.fetchall() if any(trace in row for trace in TRACES)]
    return found


def test_in_the_first_rows_of_a_file(shop, anna):
    others = f"{FILLER}: eine andere, die auch viel zu erzählen hat"
    rows = [f"A1;2026-03-01;5;{FILLER}: {EMAIL}", f"A2;2026-03-01;5;{NUMBER}", f"A3;2026-03-01;5;{others}"]
    task = taken_in(shop, "\n".join(["Bestellnr;Datum;Betrag;Notiz", *rows]))
    assert len(traces()) == 1
    quotes.blot_out(anna)
    task.refresh_from_db()
    assert traces() == []
    assert task.preview["rows"] == [["[erased]"] * 4] * 2 + [["A3", "2026-03-01", "5", others[:79] + "…"]]


def test_among_the_values_that_could_not_be_read(shop, anna):
    taken_in(shop, f"E-Mail;Ort\n{NUMBER};Köln\n", "customers")
    assert len(traces()) == 1
    quotes.blot_out(anna)
    assert traces() == []


@pytest.mark.parametrize("value", [EMAIL, NUMBER])
def test_in_a_job_that_failed_because_of_it(shop, anna, value):
    task = taken_in(shop, "Kunde;Datum;Betrag\n" + f"7;{value};5\n" * 3)
    columns = {"customer": "Kunde", "time": "Datum", "amount": "Betrag"}
    job = probing.start(task=task, by=None, columns=columns)
    work.run(job.pk)
    job.refresh_from_db()
    assert job.error_facts["problem"] == "UnreadableColumn"
    assert len(traces()) == 2
    quotes.blot_out(anna)
    assert traces() == []


def test_in_a_row_set_aside(bring_in, anna):
    bring_in(f"A1,7,{FILLER * 3} ruft an: {EMAIL},TEA,1,5,Tea,Online,DE\nA2,7,2026-03-01,TEA,1,5,Tea,Online,DE\n")
    assert len(SetAside.objects.get().value) == 200
    assert len(traces()) == 1
    quotes.blot_out(anna)
    assert traces() == []
