"""What leaving an item code out would change, computed for a file and said in sentences."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ibis.backends.duckdb import Backend

from treue.listen.imports.cleaning import Cleaned
from treue.science.figures import to_the_cent
from treue.science.without import Sums, changes_without

MOST = 8  # codes; each is a history computed once more
Summary = dict[str, object]


def foreseen(cleaned: Cleaned, engine: Backend) -> list[Summary]:
    """The candidates of a file, as stored with a dry run: the foremost with the file's sums now and without them."""
    said = [vars(candidate) for candidate in cleaned.candidates]
    codes = [candidate.code for candidate in cleaned.candidates if candidate.lines][:MOST]
    if not codes:
        return said
    now, changes = changes_without(cleaned.lines, codes, None, engine)
    return [
        each | {"now": _stored(now), "without": _stored(now + changes[each["code"]])} if each["code"] in codes else each
        for each in said
    ]


def _stored(found: Sums) -> Summary:
    return asdict(found) | {"revenue": str(found.revenue)}


def restored(stored: Summary) -> Sums:
    return Sums(int(stored["customers"]), int(stored["orders"]), Decimal(stored["revenue"]))


def in_words(now: Sums, without: Sums, *, money: Callable[[Decimal], str], number: Callable[[int], str]) -> str:
    """Whatever would be another number without the code, each with both numbers."""
    said = []
    if to_the_cent(now.revenue) != to_the_cent(without.revenue):
        facts = {"new": money(without.revenue), "old": money(now.revenue)}
        said.append(_("Without it revenue would be %(new)s instead of %(old)s.") % facts)
    if now.orders != without.orders:
        sentence = ngettext(
            "Without it there would be %(new)s order instead of %(old)s.",
            "Without it there would be %(new)s orders instead of %(old)s.",
            without.orders,
        )
        said.append(sentence % {"new": number(without.orders), "old": number(now.orders)})
    if now.customers != without.customers:
        sentence = ngettext(
            "Without it there would be %(new)s customer instead of %(old)s.",
            "Without it there would be %(new)s customers instead of %(old)s.",
            without.customers,
        )
        said.append(sentence % {"new": number(without.customers), "old": number(now.customers)})
    return " ".join(said) or _("Without it revenue, orders and customers would be the same.")
