"""Which column of a file is what: guessed by its heading, checked against its values, overruled by its owner."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass
from functools import cache

from treue.core.privacy import quoted

from . import moments, numbers
from .errors import MissingColumn, UnknownColumn, UnknownField, UnreadableColumn
from .fields import FIELDS
from .known_headings import Field
from .order_fields import CUSTOMER_NAME, HABITS, ORDER_TOTAL
from .rows import BLANK, NOTHING

Rows = Sequence[Named[str, str | None]]
ENOUGH = {True: 0.5, False: 0.8}  # as many values must look right under an exact heading, under a rough one
NEEDED = {  # one field of each group
    "orders": (("customer", "email"), ("time",), ("amount", "price")),
    "customers": (("number", "email"),),
    "products": (("code",),),
    "costs": (("month",), ("amount",)),
}
VALUES_NAMED, VALUE_CHARACTERS = 3, 40
ROUGHLY = 1_000  # the rank of a heading that only begins like a known one: after all exact ones
SHORTEST_BEGINNING = 5
OTHER_MONEY = re.compile(
    "ship|versand|liefer|porto|tax|steuer|mwst|ust|vat|discount|rabatt|refund|erstattet|tip|gift|fee|gebuehr"
)
IDENTIFYING = re.compile("(nummer|number|nr|no|id|code)$")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Doubt:
    """Several columns fit a field equally well; the first of them was taken."""

    field: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Unread:
    """A column is called as its field is and was not taken for it. values: a few that cannot be read as such."""

    field: str
    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """Which column each field is read from. left_out: the file's other columns. unread: of needed fields only."""

    what: str
    columns: Named[str, str]
    left_out: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which the rows say nothing; any of a group would do, its first is named."""
        return tuple(group[0] for group in NEEDED[self.what] if not any(name in self.columns for name in group))

    def require(self) -> None:
        """Raises UnreadableColumn or MissingColumn for the first field that is needed and has no column."""
        for name in self.missing:
            if called_so := self.called_so(name):
                raise UnreadableColumn(called_so.field, called_so.column, called_so.values, self.what)
            raise MissingColumn(name, (*self.columns.values(), *self.left_out), self.what)

    def called_so(self, missing: str) -> Unread | None:
        """The column that is called as a missing field, or as one that would do as well."""
        alike = next(group for group in NEEDED[self.what] if missing in group)
        return next((one for one in self.unread if one.field in alike), None)


def guess(columns: Sequence[str], rows: Rows, what: str, *, overrides: Named[str, str | None] | None = None) -> Mapping:
    """Map columns to the fields of orders, customers, products or costs.

    rows: the first rows, as text by column. overrides: a column for a field, or None to leave the field out.
    Raises UnknownField, UnknownColumn. A field that is needed and not found is in `missing` of the result.
    """
    fields = FIELDS[what]
    asked = _asked(overrides or {}, fields, columns)
    asked = {field: column for field, column in _habits(columns, what).items() if column not in asked.values()} | asked
    chosen = {field: column for field, column in asked.items() if column is not None}
    values = {column: _filled(row[column] for row in rows) for column in columns if column not in chosen.values()}
    found, doubts = _assign([field for field in fields if field.name not in asked], values)
    chosen |= found
    if what == "orders":
        last_resorts = [
            field
            for field, better in ((CUSTOMER_NAME, {"customer", "email"}), (ORDER_TOTAL, {"amount", "price"}))
            if not better & (chosen.keys() | asked.keys())
        ]
        rest = {column: texts for column, texts in values.items() if column not in chosen.values()}
        found, more_doubts = _assign(last_resorts, rest)
        chosen, doubts = chosen | found, doubts + more_doubts
    rest = {column: texts for column, texts in values.items() if column not in chosen.values()}
    ordered = {field.name: chosen[field.name] for field in fields if field.name in chosen}
    left_out = tuple(column for column in columns if column not in ordered.values())
    return Mapping(what, ordered, left_out, doubts, _unread(what, asked.keys() | chosen.keys(), rest))


def _habits(columns: Sequence[str], what: str) -> dict[str, str | None]:
    """What certain exports are known to mean by their headings."""
    by_name = {plain(column): column for column in columns}
    return {
        field: by_name[plain(heading)]
        for sign, meant in HABITS
        if what == "orders" and plain(sign) in by_name
        for field, heading in meant.items()
        if plain(heading) in by_name
    }


def _filled(cells: Iterable[str | None]) -> list[str]:
    return [text for cell in cells if (text := (cell or "").strip(BLANK)) not in NOTHING]


def _asked(overrides: Named[str, str | None], fields: Sequence[Field], columns: Sequence[str]) -> dict[str, str | None]:
    names = [field.name for field in fields]
    asked = {}
    for field, column in overrides.items():
        if field not in names:
            raise UnknownField(field, tuple(names))
        asked[field] = None if column is None else _named(column, columns)
    return asked


def _named(asked: str, columns: Sequence[str]) -> str:
    """The column of that name, written exactly so or at least alike."""
    if asked in columns:
        return asked
    alike = [column for column in columns if plain(column) == plain(asked)]
    if len(alike) != 1:
        raise UnknownColumn(asked, tuple(columns))
    return alike[0]


def _assign(fields: Sequence[Field], values: Named[str, Sequence[str]]) -> tuple[dict[str, str], tuple[Doubt, ...]]:
    """The best pairs first: each field gets one column, each column serves one field."""
    pairs = [
        (rank, place, field.name, column)
        for place, field in enumerate(fields)
        for column, texts in values.items()
        if (rank := rank_of(field, column)) is not None and _look_right(field.kind, texts, exact=rank < ROUGHLY)
    ]
    chosen: dict[str, str] = {}
    doubts = []
    for rank, _, field, column in sorted(pairs, key=lambda pair: pair[:2]):
        if field in chosen or column in chosen.values():
            continue
        chosen[field] = column
        equals = tuple(other for again, _, name, other in pairs if (again, name) == (rank, field))
        if len(equals) > 1:
            doubts.append(Doubt(field, equals))
    return chosen, tuple(doubts)


def _unread(what: str, decided: Collection[str], values: Named[str, Sequence[str]]) -> tuple[Unread, ...]:
    """Of each needed field that nothing was found for, the column that is called just so and holds something else."""
    needed = {name for group in NEEDED[what] for name in group} - set(decided)
    found: dict[str, Unread] = {}
    for field in (*FIELDS[what], *((ORDER_TOTAL,) if what == "orders" else ())):
        known, looks = _plain_headings(field), LOOKS.get(field.kind)
        called_so = [column for column in values if plain(column) in known]
        if looks is None or field.name not in needed or not called_so:
            continue
        column = min(called_so, key=lambda column: known[plain(column)])
        odd = dict.fromkeys(quoted(text, VALUE_CHARACTERS) for text in values[column] if not looks(text))
        if odd:
            found.setdefault(field.name, Unread(field.name, column, tuple(odd)[:VALUES_NAMED]))
    return tuple(found.values())


def rank_of(field: Field, column: str) -> int | None:
    """How well a heading names a field: 0 is best, None not at all."""
    heading, known = plain(column), _plain_headings(field)
    if heading in known:
        return known[heading]
    if field.kind in ("number", "money") and OTHER_MONEY.search(heading):
        return None
    beginnings = [rank for name, rank in known.items() if len(name) >= SHORTEST_BEGINNING and heading.startswith(name)]
    if field.kind in ("identifier", "code"):  # a Kundengruppe is no Kunde, a Rechnungsadresse no Rechnung
        beginnings = [rank for rank in beginnings if IDENTIFYING.search(plain(field.headings[rank]))]
    return ROUGHLY + min(beginnings) if beginnings else None


@cache
def _plain_headings(field: Field) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, heading in enumerate(field.headings):
        ranks.setdefault(plain(heading), rank)
    return ranks


@cache
def plain(heading: str) -> str:
    """Without case, accents, blanks and punctuation: "Größe (cm)" is "groessecm"."""
    letters = unicodedata.normalize("NFKD", heading.lower().translate(UMLAUTS))
    return "".join(letter for letter in letters if letter.isalnum())


def _look_right(kind: str, texts: Sequence[str], *, exact: bool) -> bool:
    """Whether the values are what the heading promises. Where there are none, an exact heading is believed."""
    looks = LOOKS.get(kind)
    if not texts or looks is None:
        return exact or bool(texts)
    return sum(1 for text in texts if looks(text)) >= ENOUGH[exact] * len(texts)


def _holds_digits(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


LOOKS: dict[str, Callable[[str], object]] = {
    "code": _holds_digits,
    "email": lambda text: "@" in text,
    "number": numbers.layouts_of,
    "money": numbers.layouts_of,
    "share": lambda text: numbers.layouts_of(text.replace("%", "").strip()),
    "time": moments.layouts_of,
}
