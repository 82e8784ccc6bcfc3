"""What kind of file this is: by its content first, by its ending only where the content leaves it open."""

import re
import zipfile
from pathlib import Path

from .errors import (
    EmptyFile,
    MissingFile,
    NotAFile,
    PasswordProtected,
    TooLarge,
    UnreadableFile,
    WrongType,
)

HEAD_BYTES = 64 << 10
SMALL_BYTES = 16 << 20
BELIEVABLE_RATIO = 200  # packed sheets shrink to a twentieth, bombs to a thousandth
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"SQLite format 3\x00", "database"),
)
MARKUP = (
    (re.compile(rb"<!doctype html|<html|<table", re.IGNORECASE), "html"),
    (re.compile(rb"<\?xml", re.IGNORECASE), "xml"),
    (re.compile(rb'\{\s*"|\[\s*[\[{]'), "json"),
)
BLANKS = b" \t\r\n\x0b\x0c\x00\xef\xbb\xbf\xff\xfe"
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\r\n\x0c\x00"))
CONTROL_SHARE = 0.02


def kind_of(path: Path, *, unpacked_limit: int) -> str:
    """Return csv, excel or parquet. Raises the named error of anything else."""
    head = _head(path)
    if not head or (len(head) < HEAD_BYTES and not head.strip(BLANKS)):
        raise EmptyFile(path)
    if head.startswith((b"PAR1", b"PARE")):
        if head.startswith(b"PARE"):
            raise PasswordProtected(path)
        return "parquet"
    if head.startswith(OLE_SIGNATURE):
        if _holds(path, ENCRYPTED_PACKAGE):
            raise PasswordProtected(path)
        raise WrongType(path, "xls")
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path, unpacked_limit)
    _refuse_what_is_no_table(path, head)
    return "csv"


def _head(path: Path) -> bytes:
    try:
        if not path.exists():
            raise MissingFile(path)
        if not path.is_file():
            raise NotAFile(path)
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except (OSError, ValueError) as problem:
        raise UnreadableFile(path, str(problem)) from problem


def _holds(path: Path, needle: bytes) -> bool:
    with path.open("rb") as file:
        before = b""
        while block := file.read(1 << 20):
            if needle in before + block:
                return True
            before = block[-len(needle) :]
    return False


def _kind_of_zip(path: Path, unpacked_limit: int) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise UnreadableFile(path, str(problem)) from problem
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise PasswordProtected(path)
    if "xl/workbook.xml" not in names:
        raise WrongType(path, "ods" if "content.xml" in names else "zip")
    for member in members:
        believable = max(SMALL_BYTES, member.compress_size * BELIEVABLE_RATIO)
        if member.file_size > min(believable, unpacked_limit):
            raise TooLarge(path, member.file_size, min(believable, unpacked_limit))
    return "excel"


def _refuse_what_is_no_table(path: Path, head: bytes) -> None:
    for signature, found in SIGNATURES:
        if head.startswith(signature):
            raise WrongType(path, found)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, found in MARKUP:
        if pattern.match(start):
            raise WrongType(path, found)
    if path.suffix.lower() in {".parquet", ".xlsx", ".xlsm"} and not _reads_as_text(head):
        raise UnreadableFile(path, f"no {path.suffix.lower()} signature")
    if not _reads_as_text(head):
        raise WrongType(path, "binary")


def _reads_as_text(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, CONTROL_BYTES))
    return controls <= CONTROL_SHARE * len(head)
