"""Keep the German catalogue complete: `python -m treue.web.translations check|update`.

Sentences are collected from Python by Babel and from templates by Django's own lexer; gettext's programs are not
needed. `check` fails on a sentence that is missing, fuzzy or no longer used, and on a compiled file that is stale.

Members may be addressed with du: `locale/de_DU` holds those sentences of the portal again that say Sie. It is written
by hand, and may hold others that appear there.
"""

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
PO = PACKAGE / "locale" / "de" / "LC_MESSAGES" / "django.po"
DU = PACKAGE / "locale" / "de_DU" / "LC_MESSAGES" / "django.po"
SPOKEN_WITH_DU = "act/portal/"
SIE = re.compile(r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
KEYWORDS = DEFAULT_KEYWORDS | {
    "said": None,
    "_said": None,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADERS = [
    ("Project-Id-Version", "Treue"),
    ("Language", "de"),
    ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=UTF-8"),
    ("Content-Transfer-Encoding", "8bit\n"),
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
CALL = re.compile(r"\b(?P<name>_|gettext|ngettext|pgettext|npgettext)\s*\(")
Key = tuple[object, str | None]
Found = tuple[str | tuple[str, str], str | None]


class German(Catalog):
    """Sentences under a header that changes with nothing: no dates, no names, no version of a tool."""

    mime_headers = HEADERS

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        super().__init__(locale="de", charset="utf-8", header_comment="# German sentences of Treue.", fuzzy=False)
        for message in messages:
            if message.id:
                self[message.id] = message


def collect(package: Path = PACKAGE) -> Catalog:
    """Every sentence of the package with where it stands."""
    catalog = German()
    for path in sorted(package.rglob("*")):
        found = _from_python(path) if path.suffix == ".py" else _from_template(path) if _is_template(path) else ()
        place = path.relative_to(package).as_posix()
        for message, context in found:
            catalog.add(message, locations=[(place, 0)], context=context, flags=_flags(message))
    return catalog


def _is_template(path: Path) -> bool:
    return "templates" in path.parts and path.suffix in {".html", ".txt", ".xml"}


def _flags(message: str | tuple[str, str]) -> list[str]:
    return ["python-format"] if Message(message).python_format else []


def _from_python(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for _line, message, _comments, context in extract("python", file, keywords=KEYWORDS):
            yield message if isinstance(message, str) else (message[0], message[1]), context


def _from_template(path: Path) -> Iterator[Found]:
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in CALL.finditer(source):
        texts = _literals(source[match.end() :])
        name = match["name"]
        context = texts.pop(0) if name.startswith(("p", "np")) and texts else None
        if name.startswith("n") and len(texts) > 1:
            yield (texts[0], texts[1]), context
        elif texts:
            yield texts[0], context


def _literals(source: str) -> list[str]:
    """The string literals that open an argument list, in order."""
    texts = []
    pattern = re.compile(r"""\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(,?)""", re.DOTALL)
    position = 0
    while match := pattern.match(source, position):
        texts.append(ast.literal_eval(match[1]))
        position = match.end()
        if not match[2]:
            break
    return texts


def stored(po: Path = PO) -> Catalog:
    with po.open("rb") as file:
        return German(read_po(file, locale="de"))


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def problems() -> list[str]:
    """What keeps the catalogue from being complete, a sentence each."""
    catalog, wanted = stored(), collect()
    keys = {_key(message) for message in wanted if message.id}
    have = {_key(message): message for message in catalog if message.id}
    missing = [f"missing: {key[0]!r}" for key in sorted(keys - have.keys(), key=repr)]
    unused = [f"not used any more: {key[0]!r}" for key in sorted(have.keys() - keys, key=repr)]
    wrong = [f"{fault}: {key[0]!r}" for key, message in have.items() for fault in faults(message, catalog)]
    stale = PO.with_suffix(".mo").read_bytes() != compiled(catalog)
    stale_file = ["django.mo is stale: run make translations"] if stale else []
    return missing + unused + wrong + stale_file + du_problems(have, wanted)


def du_problems(german: Mapping[Key, Message], wanted: Catalog) -> list[str]:
    """The same of the sentences that members are addressed with by du. german: by key."""
    catalog = stored(DU)
    have = {_key(message): message for message in catalog if message.id}
    spoken = {_key(each) for each in wanted if any(place.startswith(SPOKEN_WITH_DU) for place, _line in each.locations)}
    formal = {key for key in spoken & german.keys() if _says_sie(german[key])}
    missing = [f"without du: {key[0]!r}" for key in sorted(formal - have.keys(), key=repr)]
    unused = [f"du is not used any more: {key[0]!r}" for key in sorted(have.keys() - german.keys(), key=repr)]
    wrong = [f"du, {fault}: {key[0]!r}" for key, message in have.items() for fault in faults(message, catalog)]
    still = [f"says Sie and not du: {key[0]!r}" for key, message in have.items() if _says_sie(message)]
    stale = DU.with_suffix(".mo").read_bytes() != compiled(catalog)
    return missing + unused + wrong + still + (["django.mo of du is stale: run make translations"] if stale else [])


def _says_sie(message: Message) -> bool:
    return any(SIE.search(text) for text in _forms(message.string))


def _key(message: Message) -> Key:
    return message.id, message.context


def faults(message: Message, catalog: Catalog) -> Iterator[str]:
    """What is wrong with one translation. A singular may leave a placeholder out ("one day"), nothing may add one."""
    sources, texts = _forms(message.id), _forms(message.string)
    if not all(texts):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    yield from (f"wrong placeholders ({error})" for error in message.check(catalog))
    wanted = set(PLACEHOLDER.findall(sources[-1]))
    found = [set(PLACEHOLDER.findall(text)) for text in texts]
    if found[-1] != wanted or not all(one <= wanted for one in found):
        yield "wrong placeholders"


def _forms(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def update() -> None:
    """Bring new sentences into the catalogue, drop unused ones, compile."""
    catalog = stored() if PO.exists() else German()
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    for po in (PO, DU):
        po.with_suffix(".mo").write_bytes(compiled(stored(po)))


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        update()
        return 0
    found = problems()
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.stderr.write(f"translations: {len(found)} problems\n" if found else "translations: complete\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
