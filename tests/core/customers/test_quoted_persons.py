"""What quotes a delivered file loses the person with the row they stand in, and nothing else."""

import pytest

from tests.core.lake import buying
from treue.core.customers import quotes
from treue.core.customers.models import Customer
from treue.core.jobs.models import Job
from treue.listen.imports.models import Import, SetAside

ROWS = [
    ["A-1", "C-1017", "Anna Öztürk", "Hauptstraße 5", ""],
    ["B-1", "C-10170", "Ben Weiß", "Nebenstraße 6", ""],
    ["A-9", "", "ANNA OZTURK (neu)", "Hauptstraße 5", "x"],
]


@pytest.fixture
def upload(shop) -> Import:
    preview = {"columns": ["Bestellung", "Kunde", "Name", "Straße", "Notiz"], "rows": ROWS}
    return Import.objects.create(shop=shop, what="orders", file_name="o.csv", preview=preview)


def set_aside(upload: Import, *values: str) -> None:
    for line, value in enumerate(values):
        SetAside.objects.create(of=upload, line_no=line, reason="unreadable_time", value=value)


def left(upload: Import) -> list[str]:
    return list(SetAside.objects.filter(of=upload).order_by("line_no").values_list("value", flat=True))


def test_a_row_that_names_the_person_is_blotted_out_whole_and_others_stay(anna, ben, upload):
    assert quotes.blot_out(anna) == 1
    upload.refresh_from_db()
    assert upload.preview["rows"] == [["[erased]"] * 4 + [""], ROWS[1], ["[erased]", "", *["[erased]"] * 3]]
    assert upload.preview["columns"] == ["Bestellung", "Kunde", "Name", "Straße", "Notiz"]


def test_a_cell_set_aside_is_blotted_out_for_number_name_address_phone_or_an_order(anna, ben, upload):
    theirs = [
        "C-1017",
        " anna@example.org ",
        "Frau Anna Öztürk",
        "anna oeztuerk / Anna Ozturk",
        "+49 30 1234567",
        "A-2",
    ]
    others = ["C-10170", "C-101", "31.02.2026", "A-22", "ben@example.org", "B-1"]
    set_aside(upload, *theirs, *others)
    quotes.blot_out(anna)
    assert left(upload) == ["[erased]"] * 6 + others


def test_a_short_number_counts_only_as_a_whole_cell(shop, upload):
    buying.customer(shop, "7")
    set_aside(upload, "7", " 7 ", "17", "7 items")
    quotes.blot_out(Customer.objects.get(number="7"))
    assert left(upload) == ["[erased]", "[erased]", "17", "7 items"]


def test_a_cell_that_was_cut_is_blotted_out_where_enough_of_a_text_is_left_at_its_end(anna, ben, upload):
    theirs = ["C-101…", "Notiz für Frau Anna Ö…", "an ANNA OZTÜ…", "anna@exam…", "A-1;+49 30 1…"]
    others = ["C-10…", "C-101", "xC-101…", "Frau Anna…", "anna@exam", "+49 30…", "ben@exam…"]
    set_aside(upload, *theirs, *others)
    quotes.blot_out(anna)
    assert left(upload) == ["[erased]"] * 5 + others


def test_a_cell_as_long_as_its_column_may_have_been_cut(anna, upload):
    shorter = "x" * 189 + " anna@exam"
    set_aside(upload, "x" + shorter, shorter)
    quotes.blot_out(anna)
    assert left(upload) == ["[erased]", shorter]


def test_a_row_with_a_cut_cell_of_the_person_is_blotted_out_whole(anna, ben, upload):
    upload.preview = {
        "rows": [["A-1", "Bitte an Anna Ö…"], ["B-1", "Bitte an Ben…"]],
        "unread": {"email": ["E", ["C-101…"]]},
    }
    upload.save()
    quotes.blot_out(anna)
    upload.refresh_from_db()
    assert upload.preview == {
        "rows": [["[erased]"] * 2, ["B-1", "Bitte an Ben…"]],
        "unread": {"email": ["E", ["[erased]"]]},
    }


def test_letters_outside_of_english_are_found_however_they_are_written(anna, ben, upload):
    set_aside(upload, "BEN WEISS", "ben weiß", "BEN WEIẞ", "ÖZTÜRK, ANNA", "ANNA ÖZTÜRK")
    quotes.blot_out(ben)
    quotes.blot_out(anna)
    assert left(upload) == ["[erased]", "[erased]", "[erased]", "ÖZTÜRK, ANNA", "[erased]"]


@pytest.mark.parametrize("name", ['Anna "Anni" Öztürk', "Anna\\Öztürk", "Anna\tÖztürk"])
def test_a_name_that_is_written_otherwise_in_json_is_found_there(shop, upload, name):
    customer = buying.customer(shop, "K-99999", name=name)
    upload.preview = {"rows": [["A-1", name], ["B-1", "Ben"]]}
    upload.save()
    quotes.blot_out(customer)
    upload.refresh_from_db()
    assert upload.preview["rows"] == [["[erased]"] * 2, ["B-1", "Ben"]]


def test_a_failed_job_that_lists_a_file_without_a_heading_forgets_the_person(anna):
    facts = {"columns": ["A-1", "C-1017", "20.00"], "name": "orders.csv"}
    job = Job.objects.create(kind="imports.run", error="MissingColumn", error_facts=facts)
    quotes.blot_out(anna)
    job.refresh_from_db()
    assert job.error_facts == {"columns": ["[erased]"] * 3, "name": "orders.csv"}


def test_whose_name_is_unknown_blots_out_no_empty_cell(shop, upload):
    nobody = buying.customer(shop, "K-99999")
    set_aside(upload, "", "x")
    assert quotes.blot_out(nobody) == 0
    assert left(upload) == ["", "x"]
