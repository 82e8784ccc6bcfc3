"""Every problem of a file and every reason of a row has its words, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from treue.listen.imports import columns, detecting, errors, fields, reasons, wording

PATH = Path("/data/orders.csv")
PROBLEMS = (
    errors.MissingFile(PATH),
    errors.NotAFile(PATH),
    errors.UnreadableFile(PATH, "Bad magic number.\nsecond line"),
    errors.EmptyFile(PATH),
    errors.NoRows(PATH, ("a", "b")),
    errors.WrongType(PATH, "pdf"),
    errors.PasswordProtected(PATH),
    errors.TooLarge(PATH, 5_000_000_000, 4_000_000_000),
    errors.TooManyColumns(3_000, 2_000),
    errors.DuplicateHeader("Preis", (3, 5)),
    errors.NoHeader(("1001", "K1")),
    errors.UnknownSheet("Sales", ("Orders", "Notes")),
    errors.MissingColumn("customer", ("Datum", "Betrag")),
    errors.UnreadableColumn("time", "Datum", ("gestern", "neulich")),
    errors.UnknownColumn("Kundin", ("Kunde", "Datum")),
    errors.UnknownField("colour", ("customer", "time")),
    errors.UnknownZone("Mars"),
)
CODES = [value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)] + ["after_as_of"]
FOUND = {found for _, found in (*detecting.SIGNATURES, *detecting.MARKUP)} | {"zip", "ods", "xls", "workbook", "binary"}


def kinds(base: type[errors.ImportProblem]) -> Iterator[type[errors.ImportProblem]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def said(language: str, problem: errors.ImportProblem) -> str:
    with translation.override(language):
        return wording.problem(problem)


def test_no_problem_is_without_words() -> None:
    assert {type(problem) for problem in PROBLEMS} == set(kinds(errors.ImportProblem))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: type(problem).__name__)
def test_every_problem_is_said_in_one_line_of_each_language(problem: errors.ImportProblem) -> None:
    english, german = said("en", problem), said("de", problem)
    assert english != german
    for sentence in (english, german):
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert not re.search(r"%\(|\{|None", sentence)


def test_a_missing_column_names_the_field_and_lists_what_there_is() -> None:
    problem = errors.MissingColumn("customer", ("Datum", "Betrag"))
    assert said("en", problem) == (
        "No column was found for “Customer number”. Say which one it is; the file has: Datum, Betrag."
    )
    assert said("de", problem) == (
        "Für „Kundennummer“ wurde keine Spalte gefunden. Bitte sagen Sie, welche es ist; die Datei hat: Datum, Betrag."
    )


def test_a_column_of_other_values_is_named_with_some_of_them_and_with_what_is_understood() -> None:
    problem = errors.UnreadableColumn("time", "Datum", ("gestern", "neulich"))
    assert said("en", problem) == (
        "What stands in the column “Datum” cannot be read as “Time of the order”: “gestern”, “neulich”. "
        "Days are read as 2026-11-22, 22.11.2026 or 22/11/2026, with or without a time of day."
    )
    assert said("de", problem) == (
        "Was in der Spalte „Datum“ steht, lässt sich nicht als „Zeitpunkt der Bestellung“ lesen: „gestern“, „neulich“. "
        "Tage werden wie 2026-11-22, 22.11.2026 oder 22/11/2026 gelesen, mit oder ohne Uhrzeit."
    )


@pytest.mark.parametrize(("what", "groups"), columns.NEEDED.items())
def test_whatever_can_be_unreadable_in_a_needed_column_has_words(what: str, groups: tuple[tuple[str, ...]]) -> None:
    for field in fields.FIELDS[what]:
        if field.kind in columns.LOOKS and any(field.name in group for group in groups):
            assert said("en", errors.UnreadableColumn(field.name, "x", ("?",), what)).count(". ") == 1


def test_a_file_that_may_not_be_read_says_so() -> None:
    problem = errors.UnreadableFile(PATH, "[Errno 13] Permission denied")
    problem.__cause__ = PermissionError(13, "Permission denied")
    assert said("en", problem) == "/data/orders.csv may not be read by you."


@pytest.mark.parametrize("found", sorted(FOUND))
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_of_wrong_file_is_named(language: str, found: str) -> None:
    assert "orders.csv" in said(language, errors.WrongType(PATH, found))


@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_a_name_a_meaning_and_a_remedy(code: str) -> None:
    with translation.override("en"):
        english = wording.reason(code)
    with translation.override("de"):
        german = wording.reason(code)
    assert english.code == german.code == code
    for one, other in zip(
        (english.name, english.meaning, english.remedy), (german.name, german.meaning, german.remedy), strict=True
    ):
        assert one
        assert one != other
    assert english.meaning.endswith(".")
    assert german.remedy.endswith(".")


def test_every_field_has_a_label() -> None:
    for what in fields.FIELDS.values():
        for field in what:
            assert wording.field_label(field.name) != field.name
