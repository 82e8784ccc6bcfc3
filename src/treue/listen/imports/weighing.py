"""What each row of an orders file says: customer, order, moment, currency, and its units and money with their signs.

SQL only; every piece of it is a constant or one of our own column names.
"""

from collections.abc import Iterable, Mapping

from . import cells, numbers
from .layouts import Reading, quoted
from .staging import Staged

# An identifier that stands for nobody; 0 is what WooCommerce writes.
GUESTS = (
    "0", "guest", "gast", "gastkunde", "gastbestellung", "gastbesteller", "guest_checkout",
    "anonymous", "anonym", "unknown", "unbekannt", "laufkunde", "laufkundschaft", "walk-in",
    "barverkauf",
)  # fmt: skip
# What a row of another kind than a purchase calls itself.
TAKEN_BACK = (
    "refund", "return", "cancelled", "canceled", "cancellation", "cancel", "void", "credit", "credit_note",
    "credit_memo", "creditmemo", "chargeback", "refunded", "returned", "gutschrift", "storno", "storniert",
    "stornorechnung", "stornierung", "retoure", "rückgabe", "rücksendung", "erstattung", "erstattet",
    "rückerstattung", "rückerstattet", "rechnungskorrektur",
)  # fmt: skip
# How an order stands that came to nothing as a whole. Unlike a refund it must not reach for an earlier purchase.
CAME_TO_NOTHING = (
    "cancelled", "canceled", "void", "voided", "failed", "refunded", "expired", "declined", "trash", "draft",
    "checkout-draft", "wc-cancelled", "wc-refunded", "wc-failed", "storniert", "abgebrochen", "fehlgeschlagen",
    "abgelehnt", "erstattet", "rückerstattet", "zurückerstattet", "entwurf",
)  # fmt: skip
CANCELLATION = r"^C\d"  # invoice numbers of cancellations in many a British shop


def rows_read(staged: Staged, time: Reading, figures: Mapping[str, Reading], code: str) -> str:
    """Each cell by itself."""
    identifiers = {"order_no": "order", "refund_of": "refund_of", "product": "product"}
    picked = {
        "line_no": "line_no",
        "unreadable": "unreadable",
        "at": time.sql,
        "time_text": cells.text(staged, "time"),
        "customer": _customer(staged),
        "who": quoted("customer" if staged.has("customer") else "email"),
        "who_text": cells.text(staged, "customer" if staged.has("customer") else "email"),
        "currency": code,
        "by_word": _is_one_of(cells.text(staged, "type"), TAKEN_BACK),
        "cancelled": _is_one_of(cells.text(staged, "status"), CAME_TO_NOTHING),
        "status": cells.text(staged, "status"),
        "refund_reason": cells.text(staged, "reason"),
        **{name: cells.number_text(staged, field) for name, field in identifiers.items()},
        **{name: cells.text(staged, name) for name in ("product_name", "category", "channel", "country")},
        **{name: reading.sql for name, reading in figures.items()},
        **{f"{name}_text": cells.text(staged, name) for name in ("amount", "quantity", "price")},
    }
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in picked.items())
    return f"SELECT {columns} FROM {staged.table}"


def _customer(staged: Staged) -> str:
    """The identifier; for one that stands for nobody, and where there is none, the e-mail address."""
    identifier, email = cells.number_text(staged, "customer"), cells.text(staged, "email")
    known = f"CASE WHEN {_is_one_of(identifier, GUESTS)} THEN NULL ELSE {identifier} END"
    return f"coalesce({known}, CASE WHEN contains({email}, '@') THEN lower({email}) END)"


def currency_code(staged: Staged, figures: Mapping[str, Reading]) -> str:
    """The currency column as an ISO code; else the sign beside the amount or the price."""
    written = f"upper({cells.text(staged, 'currency')})"
    cases = " ".join(
        f"WHEN {written} IN ({_listed(symbol.upper() for symbol in symbols)}) THEN {quoted(code)}"
        for code, symbols in numbers.SYMBOLS.items()
    )
    return f"coalesce(CASE {cases} ELSE {written} END, {figures['amount'].currency}, {figures['price'].currency})"


def rows_weighed(staged: Staged) -> str:
    """Signed units and money of each row.

    Without a column of quantities a row's money is its quantity at price 1, so that units left and money left
    are one thing. Money without units (a partial refund) takes one unit. A price below zero is a contradiction,
    unless the row says by word or number that it is a cancellation.
    """
    if staged.has("quantity"):
        money = "coalesce(amount, quantity * price)"
        pieces = "CASE WHEN coalesce(quantity, 0) <> 0 THEN quantity ELSE sign(money) END"
        unit_price = "coalesce(abs(price), abs(money) / nullif(abs(pieces), 0))"
        negative = "NOT taken_back AND coalesce(price < 0 OR (pieces > 0 AND money < 0), false)"
    else:
        money, pieces, unit_price, negative = "coalesce(amount, price)", "money", "1.0::DOUBLE", "false"
    return (
        f"SELECT *, by_word OR coalesce(regexp_matches(order_no, '{CANCELLATION}'), false) AS taken_back,"
        f" {money} AS money, {pieces} AS pieces, {unit_price} AS unit_price, {negative} AS negative FROM rows_read"
    )


def _is_one_of(text: str, words: Iterable[str]) -> str:
    return f"coalesce(replace(lower({text}), ' ', '_') IN ({_listed(words)}), false)"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(quoted(word) for word in words)
