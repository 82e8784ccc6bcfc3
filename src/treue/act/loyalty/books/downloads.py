"""The books as rows for a spreadsheet: unrounded, with English field names."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from treue.act.loyalty.books import rolling, standing
from treue.act.loyalty.books.statement import Statement
from treue.act.loyalty.models import Programme
from treue.design.spreadsheet import Value

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]
MONTHLY = ("month", "opening", "earned", "taken_back", "redeemed", "expired", "adjusted", "owed", "closing")
OF_COHORTS = ("granted", "sold", "sales", "taken_back", "redeemed", "expired", "outstanding")


def months(found: Statement, _programme: Programme) -> Rows:
    """The points' roll-forward; the last month as far as the day."""
    return MONTHLY, ([getattr(each, name) for name in MONTHLY] for each in rolling.months(found.books))


def cohorts(found: Statement, _programme: Programme) -> Rows:
    """What became of the points of each month of issue and issuer up to the day."""
    sums: dict[tuple[date, int], list] = {}
    for part in found.books.parts:
        row = sums.setdefault((part.issue_month, part.issuer), [0] * len(OF_COHORTS))
        for place, name in enumerate(OF_COHORTS):
            row[place] += getattr(part, name)
    return ("issue_month", "issuer", *OF_COHORTS), ((*key, *row) for key, row in sorted(sums.items()))


def outstanding(found: Statement, programme: Programme) -> Rows:
    """By tier and month of expiry; `as_of` is the day that they stand for."""
    kept = standing.of(programme, found.day)
    rows = ((kept.day, tier, expires, points) for tier, expires, points in kept.parts) if kept else ()
    return ("as_of", "tier", "expires_in", "points"), rows


def provisions(found: Statement, programme: Programme) -> Rows:
    """Both views of the books: from the end of the month before to the day."""
    head = ("view", "item", "as_of", "amount", "currency")
    if found.contract is None or found.provision is None:
        return head, ()
    contract, moved = found.contract, found.provision
    items = [
        ("IFRS 15", "opening", found.day_before, contract.opening),
        ("IFRS 15", "deferred", found.day, contract.deferred),
        ("IFRS 15", "revenue", found.day, -contract.revenue),
        ("IFRS 15", "closing", found.day, contract.closing),
        ("HGB", "opening", found.day_before, moved.opening),
        ("HGB", "used", found.day, -moved.used),
        ("HGB", "released", found.day, -moved.released),
        ("HGB", "added", found.day, moved.added),
        ("HGB", "interest", found.day, moved.interest),
        ("HGB", "closing", found.day, moved.closing),
    ]
    return head, ((*each, programme.shop.currency) for each in items)


TABLES: dict[str, Callable[[Statement, Programme], Rows]] = {
    "months": months,
    "cohorts": cohorts,
    "outstanding": outstanding,
    "provisions": provisions,
}
