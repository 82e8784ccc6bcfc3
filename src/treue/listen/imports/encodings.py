"""Which encoding a text file is in, and its text as UTF-8.

The rule is deliberate and not statistical, so that the same file is always read the same way: a byte-order
mark decides; else NUL bytes at every second place are UTF-16; else what is valid UTF-8 is UTF-8; else it is
Windows-1252, the superset of Latin-1 that Western spreadsheets write. UTF-8 with few broken bytes among many
good ones stays UTF-8: one torn character must not garble every umlaut of the file.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

from .errors import UnreadableFile

BLOCK_BYTES = 1 << 20
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def raw_blocks(path: Path) -> Iterator[bytes]:
    """Raises UnreadableFile where the disk or the network fails in the middle."""
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as problem:
        raise UnreadableFile(path, str(problem)) from problem


def encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    return _utf16_by_its_zeros(head) or ("utf-8" if _is_utf8(path) else "cp1252")


def _utf16_by_its_zeros(head: bytes) -> str | None:
    """Western text in UTF-16 is every second byte zero; UTF-8 text never is."""
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > 0.7 * pairs > head[::2].count(0):
        return "utf-16-le"
    if pairs and head[::2].count(0) > 0.7 * pairs > head[1::2].count(0):
        return "utf-16-be"
    return None


def _is_utf8(path: Path) -> bool:
    """Valid, or damaged in fewer than one of ten of its characters beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    foreign = broken = 0
    for block in raw_blocks(path):
        text = decoder.decode(block)
        if not text.isascii():
            broken += text.count(REPLACEMENT)
            foreign += len(text) - len(text.encode("ascii", "ignore"))
    broken += len(decoder.decode(b"", final=True))
    return broken * 10 < foreign or broken == 0


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file's text in UTF-8, without a byte-order mark, in blocks of about a megabyte.

    What cannot be decoded becomes U+FFFD: a torn letter in a product's name is no reason to lose the sale.
    """
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    fresh = True
    for block in raw_blocks(path):
        text = decoder.decode(block)
        if fresh and text:
            text, fresh = text.removeprefix("\ufeff"), False
        yield text.encode("utf-8", "replace")
    if rest := decoder.decode(b"", final=True):
        yield rest.encode("utf-8", "replace")
