"""What one customer may want next, as their page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from treue.core.customers.models import Customer
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.recommendations import reading, wording
from treue.understand.recommendations.models import Kind, Run
from treue.understand.recommendations.reading import Recommended
from treue.understand.value import reading as value

SHOWN = 5


@dataclass(frozen=True)
class Wishes:
    """lists: by kind its name and its table. note: as of which day. nothing: why there are none."""

    lists: Sequence[tuple[str, Table]]
    note: str = ""
    nothing: str = ""


def of(customer: Customer) -> Wishes:
    run, found = reading.of(customer)
    lists = [(wording.name_of(kind), _table(kind, found[kind])) for kind in Kind.values if found[kind]]
    if run is None or not lists:
        return Wishes([], nothing=_why_nothing(customer, run))
    return Wishes(lists, _("As of %(day)s") % {"day": formats.day(run.until, active_language())})


def _why_nothing(customer: Customer, run: Run | None) -> str:
    if not value.is_wanted(customer):
        return _("This person does not want to be evaluated personally. So nothing is recommended to them.")
    if run is None:
        return _("Recommendations are worked out each night. This was not done yet.")
    if run.status == Run.Status.NO_PURCHASES:
        return _("Nobody bought a product that is known by its code. So nothing can be recommended yet.")
    return _("Nothing that is still sold could be recommended to them.")


def _table(kind: str, found: Sequence[Recommended]) -> Table:
    columns = [Column(_("Product"), full=True), Column(_("Why"), full=True)]
    rows = [[Cell(str(each.product), sub=_code(each)), Cell(wording.reason(each), kind="muted")] for each in found]
    return Table(wording.name_of(kind), columns, rows[:SHOWN], stack=True)


def _code(found: Recommended) -> str:
    return found.product.code if found.product.name else ""
