"""What is wrong with a file, or with a row of it, in the words of the person who brought it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treue.design import formats
from treue.listen.imports import errors

MOST_DETAIL = 160


def problem(error: errors.ImportProblem) -> str:
    """One sentence, sometimes two: what is wrong and what would help."""
    return _PROBLEMS[type(error)](error)


def field_label(field: str, what: str = "orders") -> str:
    """What a field of such a file is called where somebody maps columns to fields."""
    label = _FIELDS_ELSEWHERE.get((what, field)) or _FIELDS.get(field)
    return label() if label else field


def needed(field: str, what: str) -> str:
    """What has to be there, with what would do as well."""
    if field in ("customer", "number"):
        return _("Customer number or e-mail")
    if (what, field) == ("orders", "amount"):
        return _("Amount of the line or price of one unit")
    return field_label(field, what)


@dataclass(frozen=True)
class Reason:
    """Why rows were set aside: its code, its name, what it means and what helps."""

    code: str
    name: str
    meaning: str
    remedy: str


def reason(code: str) -> Reason:
    """The words for a reason by which rows are set aside."""
    return Reason(code, *_REASONS[code]())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else formats.NOTHING


def _missing_file(error: errors.MissingFile) -> str:
    return _("There is no file %(path)s.") % {"path": error.path}


def _not_a_file(error: errors.NotAFile) -> str:
    return _("%(path)s is not a file that can be read. Give a CSV, Excel or Parquet file.") % {"path": error.path}


def _unreadable_file(error: errors.UnreadableFile) -> str:
    if isinstance(error.__cause__, PermissionError):
        return _("%(path)s may not be read by you.") % {"path": error.path}
    lines = error.detail.strip().splitlines() or [formats.NOTHING]
    return _("%(name)s is damaged and cannot be read (%(detail)s). Save or export it once more.") % {
        "name": error.path.name,
        "detail": lines[0].rstrip(".")[:MOST_DETAIL],
    }


def _empty_file(error: errors.EmptyFile) -> str:
    return _("%(name)s is empty.") % {"name": error.path.name}


def _no_rows(error: errors.NoRows) -> str:
    return _("%(name)s holds a header and no rows below it.") % {"name": error.path.name}


def _wrong_type(error: errors.WrongType) -> str:
    return _("%(name)s is no table that Treue reads (it looks like %(found)s). Save it as CSV, Excel or Parquet.") % {
        "name": error.path.name,
        "found": _FOUND[error.found](),
    }


def _password_protected(error: errors.PasswordProtected) -> str:
    return _("%(name)s is protected by a password. Save it without one.") % {"name": error.path.name}


def _too_large(error: errors.TooLarge) -> str:
    language = get_language() or "en"
    return _("%(name)s unpacks to %(size)s; at most %(limit)s are read. Split it into several files.") % {
        "name": error.path.name,
        "size": formats.filesize(error.size, language),
        "limit": formats.filesize(error.limit, language),
    }


def _too_many_columns(error: errors.TooManyColumns) -> str:
    language = get_language() or "en"
    return _("The file has %(columns)s columns; at most %(limit)s are read.") % {
        "columns": formats.number(error.columns, language),
        "limit": formats.number(error.limit, language),
    }


def _duplicate_header(error: errors.DuplicateHeader) -> str:
    return _("Several columns are named “%(name)s” (columns %(positions)s). Give each its own name.") % {
        "name": error.name,
        "positions": _listed([str(position) for position in error.positions]),
    }


def _no_header(error: errors.NoHeader) -> str:
    return _("The first row holds values and not the names of the columns: %(row)s. Add a row with names above it.") % {
        "row": _listed(error.first_row)
    }


def _unknown_sheet(error: errors.UnknownSheet) -> str:
    return _("The workbook has no sheet “%(name)s”. It has: %(available)s.") % {
        "name": error.name,
        "available": _listed(error.available),
    }


def _missing_column(error: errors.MissingColumn) -> str:
    return _("No column was found for “%(field)s”. Say which one it is; the file has: %(available)s.") % {
        "field": field_label(error.field, error.what),
        "available": _listed(error.available),
    }


def _unreadable_column(error: errors.UnreadableColumn) -> str:
    return f"{not_read(error.field, error.column, error.values, error.what)} {_FORMS_READ[error.field]()}"


def not_read(field: str, column: str, values: Sequence[str], what: str) -> str:
    """What a column is called after and does not hold, with a few of its values."""
    return _("What stands in the column “%(column)s” cannot be read as “%(field)s”: %(values)s.") % {
        "column": column,
        "field": field_label(field, what),
        "values": _listed([_("“%(name)s”") % {"name": value} for value in values]),
    }


def _unknown_column(error: errors.UnknownColumn) -> str:
    return _("The file has no column “%(name)s”. It has: %(available)s.") % {
        "name": error.name,
        "available": _listed(error.available),
    }


def _unknown_field(error: errors.UnknownField) -> str:
    return _("Treue knows no field “%(name)s” here. It knows: %(available)s.") % {
        "name": error.name,
        "available": _listed(error.available),
    }


def _unknown_zone(error: errors.UnknownZone) -> str:
    return _("There is no time zone “%(name)s”. Write it like Europe/Berlin.") % {"name": error.name}


_FOUND: dict[str, Callable[[], str]] = {
    "pdf": lambda: _("a PDF"),
    **dict.fromkeys(("zip", "gzip", "bzip2", "7z", "rar", "zstd"), lambda: _("an archive")),
    "xls": lambda: _("a workbook of an old Excel"),
    "ods": lambda: _("an OpenDocument table"),
    "html": lambda: _("a web page"),
    "xml": lambda: _("XML"),
    "json": lambda: _("JSON"),
    "database": lambda: _("a database"),
    "image": lambda: _("a picture"),
    "binary": lambda: _("binary data"),
    "workbook": lambda: _("a workbook without a sheet"),
}

_PROBLEMS: dict[type[errors.ImportProblem], Callable[[Any], str]] = {
    errors.MissingFile: _missing_file,
    errors.NotAFile: _not_a_file,
    errors.UnreadableFile: _unreadable_file,
    errors.EmptyFile: _empty_file,
    errors.NoRows: _no_rows,
    errors.WrongType: _wrong_type,
    errors.PasswordProtected: _password_protected,
    errors.TooLarge: _too_large,
    errors.TooManyColumns: _too_many_columns,
    errors.DuplicateHeader: _duplicate_header,
    errors.NoHeader: _no_header,
    errors.UnknownSheet: _unknown_sheet,
    errors.MissingColumn: _missing_column,
    errors.UnreadableColumn: _unreadable_column,
    errors.UnknownColumn: _unknown_column,
    errors.UnknownField: _unknown_field,
    errors.UnknownZone: _unknown_zone,
}

_FORMS_READ: dict[str, Callable[[], str]] = {
    "time": lambda: _("Days are read as 2026-11-22, 22.11.2026 or 22/11/2026, with or without a time of day."),
    **dict.fromkeys(("amount", "quantity", "price"), lambda: _("Numbers are read as 1234.56, 1.234,56 or € 12.50.")),
    "email": lambda: _("Addresses are read as anna@example.org."),
}

_FIELDS: dict[str, Callable[[], str]] = {
    "customer": lambda: _("Customer number"),
    "number": lambda: _("Customer number"),
    "email": lambda: _("E-mail"),
    "order": lambda: _("Order number"),
    "time": lambda: _("Time of the order"),
    "amount": lambda: _("Amount of the line"),
    "quantity": lambda: _("Quantity"),
    "price": lambda: _("Price of one unit"),
    "product": lambda: _("Product code"),
    "code": lambda: _("Product code"),
    "product_name": lambda: _("Product name"),
    "category": lambda: _("Category"),
    "channel": lambda: _("Channel"),
    "country": lambda: _("Country"),
    "currency": lambda: _("Currency"),
    "type": lambda: _("Purchase or refund"),
    "status": lambda: _("Status of the order"),
    "refund_of": lambda: _("Order that a refund belongs to"),
    "reason": lambda: _("Reason for the refund"),
    "cost": lambda: _("Cost of the line"),
    "unit_cost": lambda: _("Cost of one unit"),
    "name": lambda: _("Name"),
    "first_name": lambda: _("First name"),
    "last_name": lambda: _("Last name"),
    "phone": lambda: _("Phone"),
    "company": lambda: _("Company"),
    "street": lambda: _("Street"),
    "postcode": lambda: _("Postcode"),
    "city": lambda: _("City"),
    "birthday": lambda: _("Birthday"),
    "created": lambda: _("Customer since"),
    "newsletter": lambda: _("Newsletter"),
    "margin": lambda: _("Margin"),
    "month": lambda: _("Month"),
}

_FIELDS_ELSEWHERE: dict[tuple[str, str], Callable[[], str]] = {
    ("products", "cost"): _FIELDS["unit_cost"],
    ("products", "price"): lambda: _("Price"),
    ("costs", "amount"): lambda: _("Amount"),
}

_REASONS: dict[str, Callable[[], tuple[str, str, str]]] = {
    "unreadable_row": lambda: (
        _("Unreadable row"),
        _("The row has more or fewer cells than the header, or holds signs that no text holds."),
        _("Mend these rows in the source; often a line break or a separator stands unquoted in a text."),
    ),
    "no_time": lambda: (
        _("No time"),
        _("The cell with the time of the order is empty."),
        _("Export the time of the order with every line."),
    ),
    "unreadable_time": lambda: (
        _("Unreadable time"),
        _("The time of the order could not be read in any usual form."),
        _("Write days as 2026-11-22 or 22.11.2026."),
    ),
    "implausible_time": lambda: (
        _("Implausible time"),
        _("The time lies before 1970 or in the future."),
        _("Check the source for placeholders such as 01.01.1900 or the year 9999."),
    ),
    "unreadable_number": lambda: (
        _("Unreadable number"),
        _("Quantity, price or amount is empty or is no number."),
        _("Check these cells in the source."),
    ),
    "cancelled_order": lambda: (
        _("Cancelled order"),
        _("By its status the order was cancelled, has failed or was refunded as a whole."),
        _("Nothing to do, unless the status column is another one."),
    ),
    "negative_price": lambda: (
        _("Negative price"),
        _("A line with a negative price is a correction in the books and no purchase."),
        _("Nothing to do, unless these were refunds: those need a negative quantity or a type column."),
    ),
    "no_customer": lambda: (
        _("No customer"),
        _("Guests and till sales: without a customer nobody can be seen coming back."),
        _("A customer number or an e-mail address with each order makes these rows count."),
    ),
    "currency_without_rate": lambda: (
        _("Currency without a rate"),
        _("The amount is in a currency whose rate is not known."),
        _("Give a rate for this currency."),
    ),
    "non_product": lambda: (
        _("No product"),
        _("Postage, fees and manual corrections that you listed as no products."),
        _("Nothing to do; you chose this."),
    ),
    "no_product": lambda: (
        _("No product code"),
        _("The cell with the product code is empty."),
        _("Export the product code with every row."),
    ),
    "unreadable_email": lambda: (
        _("Unreadable e-mail"),
        _("What stands in the cell for the e-mail address is none."),
        _("Check these cells in the source."),
    ),
    "duplicate": lambda: (
        _("Duplicate"),
        _("The row equals an earlier one."),
        _("Nothing to do, if the source writes rows twice."),
    ),
    "same_number": lambda: (
        _("Listed twice"),
        _("An earlier row is about the same customer or product and has other entries. The first row counts."),
        _("Keep one row of each in the source, or import the right one by itself; it replaces what was there."),
    ),
    "no_number": lambda: (
        _("No number"),
        _("The row has neither a customer number nor an e-mail address, so nobody can tell whose it is."),
        _("Export the customer number or the e-mail address with every row."),
    ),
    "after_as_of": lambda: (
        _("After the last day"),
        _("The order was placed after the last day that this report includes."),
        _("Choose a later last day to include them."),
    ),
    "no_month": lambda: (
        _("No month"),
        _("The cell with the month is empty."),
        _("Write the month that the costs belong to, as 2026-11."),
    ),
    "unreadable_month": lambda: (
        _("Unreadable month"),
        _("The month could not be read, or lies more than a year ahead."),
        _("Write months as 2026-11 or 11.2026."),
    ),
    "negative_amount": lambda: (
        _("Negative amount"),
        _("Costs cannot be negative."),
        _("Take credits off the month's costs in the source."),
    ),
    "too_long": lambda: (
        _("Number too long"),
        _("A customer number has at most 120 characters, an order number or product code at most 80."),
        _("Check whether another column was meant; numbers are never cut, as two could become one."),
    ),
    "too_large": lambda: (
        _("Number too large"),
        _("An amount of ten billion or a quantity of a hundred million is no purchase."),
        _("Check these cells in the source; often a decimal separator is missing."),
    ),
    "order_of_another_customer": lambda: (
        _("Order of somebody else"),
        _("This order number already belongs to another customer."),
        _("Check whether order numbers are used twice, or whether the customer number of the order was changed."),
    ),
    "erased_person": lambda: (
        _("Erased person"),
        _("The person was erased at their request; what lies before that day is not brought back."),
        _("Nothing to do; best delete these rows in the source, too. The copy of the file goes with the import."),
    ),
    "refund_unmatched": lambda: (
        _("Refund without a purchase"),
        _("No earlier purchase of this product by this customer was found, so no revenue was taken away."),
        _("Export a longer history, or name the order that each refund belongs to."),
    ),
}
