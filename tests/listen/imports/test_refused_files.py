"""Files that cannot be imported: each gets the error that names what is wrong."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from treue.listen.imports import errors, excel
from treue.listen.imports.reading import Limits, open_source

Write = Callable[..., Path]


def refusal(path: Path, **options: object) -> errors.ImportProblem:
    with pytest.raises(errors.ImportProblem) as caught:
        open_source(path, **options)
    return caught.value


def xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def parquet(path: Path, rows: int = 10_000) -> Path:
    pq.write_table(pa.table({"a": list(range(rows)), "b": ["x"] * rows}), path)
    return path


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path / "none.csv"), errors.MissingFile)
    assert isinstance(refusal(tmp_path), errors.NotAFile)


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 300 + ".csv"])
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    assert isinstance(refusal(tmp_path / name), errors.MissingFile | errors.UnreadableFile)


@pytest.mark.parametrize("content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0"])
def test_an_empty_file(write: Write, content: bytes) -> None:
    assert isinstance(refusal(write(content)), errors.EmptyFile)


@pytest.mark.parametrize("content", ["a,b", "a,b\n", "a,b\r\n\r\n", "a;b\n;\n"])
def test_a_header_alone(write: Write, content: str) -> None:
    problem = refusal(write(content))
    assert isinstance(problem, errors.NoRows)
    assert tuple(problem.columns) == ("a", "b")


def test_a_header_alone_in_a_workbook_and_in_parquet(write: Write, tmp_path: Path) -> None:
    assert isinstance(refusal(write(xlsx([["a", "b"]]), "x.xlsx")), errors.NoRows)
    assert isinstance(refusal(parquet(tmp_path / "x.parquet", rows=0)), errors.NoRows)
    assert isinstance(refusal(write(xlsx([]), "y.xlsx")), errors.EmptyFile)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\nabc", "pdf"),
        (b"\x1f\x8b\x08abc", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "html"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (b'[{"customer": 1}]', "json"),
        (b'{"customer": 1}', "json"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
        (bytes(range(1, 32)) * 40, "binary"),
    ],
)
def test_what_is_no_table_is_named_whatever_its_ending(write: Write, content: bytes, found: str) -> None:
    for name in ("orders.csv", "orders.txt"):
        problem = refusal(write(content, name))
        assert isinstance(problem, errors.WrongType)
        assert problem.found == found


@pytest.mark.parametrize("name", ["orders.xls", "orders.xlsx"])
def test_a_workbook_of_an_old_excel_is_named_as_one(write: Write, name: str) -> None:
    problem = refusal(write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name))
    assert isinstance(problem, errors.WrongType)
    assert problem.found == "xls"


@pytest.mark.parametrize(("member", "found"), [("orders.csv", "zip"), ("content.xml", "ods")])
def test_an_archive_is_no_workbook(write: Write, member: str, found: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, "a,b\n1,2\n")
    problem = refusal(write(packed.getvalue(), "orders.xlsx"))
    assert isinstance(problem, errors.WrongType)
    assert problem.found == found


def test_a_workbook_behind_a_password(write: Write) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(64)
    assert isinstance(refusal(write(content, "orders.xlsx")), errors.PasswordProtected)


def test_a_workbook_in_an_archive_with_a_password(write: Write) -> None:
    content = bytearray(xlsx([["a"], [1]]))
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, at + 8, 1)  # "this member is encrypted", in the archive's directory
    assert isinstance(refusal(write(bytes(content), "orders.xlsx")), errors.PasswordProtected)


def rewritten(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The archive with each member passed through `change(name, data)`."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as whole,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for member in whole.namelist():
            changed.writestr(member, change(member, whole.read(member)))
    return packed.getvalue()


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size(write: Write) -> None:
    def blow_up(member: str, data: bytes) -> bytes:
        return data + b" " * 40_000_000 if "sheet1" in member else data

    problem = refusal(write(rewritten(xlsx([["a"], [1]]), blow_up), "orders.xlsx"))
    assert isinstance(problem, errors.TooLarge)
    assert problem.size > problem.limit


def test_entities_that_multiply_in_a_workbook(write: Write) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{levels}]>'.encode()

    def multiply(member: str, data: bytes) -> bytes:
        return doctype + data.replace(b"<t>b</t>", b"<t>&e9;</t>") if "sheet1" in member else data

    assert isinstance(refusal(write(rewritten(xlsx([["a"], ["b"]]), multiply), "orders.xlsx")), errors.UnreadableFile)


def test_a_damaged_workbook(write: Write) -> None:
    content = xlsx([["a", "b"], *([n, "x"] for n in range(500))])
    assert isinstance(refusal(write(content[: len(content) // 2], "orders.xlsx")), errors.UnreadableFile)
    torn = rewritten(content, lambda member, data: data[: len(data) // 2] if "sheet1" in member else data)
    with pytest.raises(errors.UnreadableFile):
        list(open_source(write(torn, "torn.xlsx")).batches())


@pytest.mark.parametrize(
    "complaint", [InvalidFileException("what"), CellCoordinatesException("A0:"), struct.error("4")]
)
def test_whatever_openpyxl_complains_of_is_damage(
    write: Write, monkeypatch: pytest.MonkeyPatch, complaint: Exception
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise complaint

    monkeypatch.setattr(excel, "load_workbook", refuse)
    assert isinstance(refusal(write(xlsx([["a"], [1]]), "orders.xlsx")), errors.UnreadableFile)


def test_a_damaged_parquet_file(write: Write, tmp_path: Path) -> None:
    content = parquet(tmp_path / "whole.parquet").read_bytes()
    assert isinstance(refusal(write(content[:-10], "torn.parquet")), errors.UnreadableFile)
    assert isinstance(refusal(write(b"PAR1" + bytes(40) + b"PAR1", "zero.parquet")), errors.UnreadableFile)
    middle = bytearray(content)
    middle[4:400] = bytes(396)
    with pytest.raises(errors.UnreadableFile):
        list(open_source(write(bytes(middle), "middle.parquet")).batches())


def test_binary_data_named_parquet(write: Write) -> None:
    assert isinstance(refusal(write(bytes(range(1, 32)) * 40, "x.parquet")), errors.UnreadableFile)


def test_a_duplicate_header_is_named_with_its_places(write: Write) -> None:
    problem = refusal(write("Mail,Name,Mail \n1,2,3\n"))
    assert isinstance(problem, errors.DuplicateHeader)
    assert (problem.name, tuple(problem.positions)) == ("Mail", (1, 3))


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("13085,2009-12-01 07:45:00,6.95\n13086,2009-12-02,1\n", ("13085", "2009-12-01 07:45:00", "6.95")),
        ("1;2;3\n4;5;6\n", ("1", "2", "3")),
        ("anna@example.org;Anna\nx@example.org;Xu\n", ("anna@example.org", "Anna")),
        (" 00004 19970101  2   29.33\n 00004 19970118  2   29.73\n", ("00004", "19970101", "2", "29.33")),
    ],
)
def test_a_file_without_header_says_what_its_first_row_holds(write: Write, content: str, row: tuple[str, ...]) -> None:
    problem = refusal(write(content))
    assert isinstance(problem, errors.NoHeader)
    assert tuple(problem.first_row) == row


def test_more_columns_than_any_table_has(write: Write) -> None:
    problem = refusal(write(",".join(f"c{n}" for n in range(3_000)) + "\n1\n"))
    assert isinstance(problem, errors.TooManyColumns)
    assert (problem.columns, problem.limit) == (3_000, 2_000)


def test_a_sheet_that_is_not_there(write: Write) -> None:
    problem = refusal(write(xlsx([["a"], [1]]), "orders.xlsx"), sheet="Umsatz")
    assert isinstance(problem, errors.UnknownSheet)
    assert (problem.name, tuple(problem.available)) == ("Umsatz", ("Sheet",))


def test_limits_can_be_set(write: Write) -> None:
    problem = refusal(write(xlsx([["a"], [1]]), "orders.xlsx"), limits=Limits(unpacked_bytes=100))
    assert isinstance(problem, errors.TooLarge)
    assert problem.limit == 100
