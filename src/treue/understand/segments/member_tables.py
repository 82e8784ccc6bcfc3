"""The customers of a group as a table, ready to print."""

from collections.abc import Collection
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.tables import Cell, Column, Pager, Table
from treue.science import rhythm
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments import portrayal
from treue.understand.segments.mapping import Sums
from treue.understand.segments.members import Page
from treue.understand.segments.models import Segmentation, Standing
from treue.understand.segments.wording import BADGES, STATES, Words


def listed(page: Page, unwanted: Collection[int], last_day: date) -> Table:
    """unwanted: who objected to being evaluated, and may still be stored for some seconds. last_day: as in
    `portrayal.paces`."""
    columns = [
        Column(_("Customer"), full=True),
        Column(_("Revenue so far"), numeric=True),
        Column(_("Days with a purchase"), numeric=True),
        Column(_("Last purchase"), numeric=True),
        Column(_("Rhythm"), full=True),
        Column(_("Next purchase"), corner=True),
    ]
    rows = [_row(standing, last_day) for standing in page.rows if standing.customer_id not in unwanted]
    return Table(_("Customers of the group"), columns, rows, stack=True)


def reach(words: Words, segmentation: Segmentation) -> str:
    """Who is in the group, as of when."""
    day = _("As of %(day)s") % {"day": formats.day(segmentation.as_of, active_language())}
    return f"{words.meaning} {day}."


def pager(page: Page, sums: Sums | None) -> Pager:
    """sums: of the group; None for who may not see the shop's figures, of which its size is one."""
    return Pager(
        _size(sums) if sums is not None else _("Those with the highest revenue first"),
        previous_url=f"?before={page.rows[0].customer_id}" if page.has_previous else "",
        next_url=f"?after={page.rows[-1].customer_id}" if page.has_next else "",
    )


def _size(sums: Sums) -> str:
    text = ngettext(
        "%(count)s customer, by revenue", "%(count)s customers, those with the highest revenue first", sums.customers
    )
    return text % {"count": formats.number(sums.customers, active_language())}


def _row(standing: Standing, last_day: date) -> list[str | Cell]:
    language, customer = active_language(), standing.customer
    last = standing.segmentation.as_of - timedelta(days=standing.recency_days)
    person = Cell(
        str(customer),
        url=reverse("customer", args=[customer.pk]),
        sub=customer.email or customer.number,
        avatar=str(customer),
    )
    return [
        person,
        formats.money(standing.monetary, language, standing.segmentation.currency),
        formats.number(standing.frequency, language),
        formats.day(last, language),
        portrayal.paces(standing, last_day),
        _state(standing),
    ]


def _state(standing: Standing) -> Cell:
    if standing.state == rhythm.UNKNOWN:
        return Cell(str(STATES[standing.state]), kind="muted")
    return Cell(str(STATES[standing.state]), badge=BADGES[standing.state])
