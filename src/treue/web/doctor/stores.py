"""What is written down twice says the same twice: sums beside their rows, the lake beside the database."""

from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.commerce.models import Order
from treue.core.home import home
from treue.core.jobs.models import Job
from treue.core.lake import checking, manifest, tables
from treue.core.lake import engine as reading
from treue.core.lake.errors import EngineError, EngineNotInstalled, EngineNotThere, FilesNotSeen, NoLake
from treue.core.shop.models import Shop
from treue.understand.metrics.models import Snapshot
from treue.web.doctor.finding import Clock, Finding, rows

MOVING = (Job.State.WAITING, Job.State.RUNNING)

LINES = """
select count(*), (array_agg(o.number order by o.id))[1:3] from commerce_order o left join (
    select order_id, sum(amount) as amount, sum(quantity) as units from commerce_orderline group by order_id
) l on l.order_id = o.id
where (o.amount, o.units) is distinct from (coalesce(l.amount, 0), coalesce(l.units, 0))"""
MATCHES = """
select count(*), (array_agg(o.number order by o.id))[1:3] from commerce_order o left join (
    select order_id, sum(amount) as amount, sum(units) as units from commerce_refundmatch group by order_id
) m on m.order_id = o.id
where (o.refunded_amount, o.refunded_units) is distinct from (coalesce(m.amount, 0), coalesce(m.units, 0))"""
REFUNDS = """
select count(*), (array_agg(r.number order by r.id))[1:3] from commerce_refund r join (
    select refund_id, sum(amount) as amount, sum(units) as units from commerce_refundmatch group by refund_id
) m on m.refund_id = r.id
where m.amount > r.amount or m.units > r.quantity"""


def order_sums(_clock: Clock) -> Iterator[Finding]:
    yield from _differing(LINES, _("Orders whose sums are not those of their lines: %(count)s (%(numbers)s)."))


def refund_sums(_clock: Clock) -> Iterator[Finding]:
    yield from _differing(
        MATCHES, _("Orders of which something else came back than their refunds say: %(count)s (%(numbers)s).")
    )
    yield from _differing(REFUNDS, _("Refunds that took back more than they are of: %(count)s (%(numbers)s)."))


def _differing(query: str, sentence: str) -> Iterator[Finding]:
    ((count, numbers),) = rows(query)
    if count:
        yield Finding(
            sentence % {"count": count, "numbers": ", ".join(numbers)},
            _(
                "Somebody has written to the database by hand. Bring the files with these orders in once more, "
                "or restore a backup."
            ),
        )


def lake(_clock: Clock) -> Iterator[Finding]:
    for shop in Shop.objects.all():
        state = manifest.read(shop.pk)
        if state is None:
            if Snapshot.objects.filter(shop=shop).exists() and Order.objects.filter(shop=shop).exists():
                yield _finding(_("The shop %(shop)s has figures, but no files for analysis.") % {"shop": shop.name})
            continue
        gone = [file for file in state.files if not (manifest.folder(shop.pk) / file).is_file()]
        if gone:
            yield _finding(
                ngettext(
                    "A file for analysis of the shop %(shop)s is missing: %(file)s.",
                    "%(count)s files for analysis of the shop %(shop)s are missing: %(file)s, …",
                    len(gone),
                )
                % {"count": len(gone), "shop": shop.name, "file": min(gone)}
            )
        elif not _is_moving(shop) and (found := checking.check(shop)):
            orders = sum(each.database[0] - each.lake[0] for each in found)
            yield _finding(
                _(
                    "The files for analysis of the shop %(shop)s hold something else than the database "
                    "(ranges of customers: %(count)s, orders missing there: %(orders)s)."
                )
                % {"shop": shop.name, "count": len(found), "orders": orders}
            )


def engine(_clock: Clock) -> Iterator[Finding]:
    """Whether the Spark that the installation names answers, and sees each shop's files."""
    if not settings.ENGINE:
        return
    try:
        with reading.chosen(home() / "tmp"):
            pass
        for shop in Shop.objects.all():
            with suppress(NoLake), tables.opened(shop.pk):
                pass
    except EngineError as error:
        yield _without_engine(error)


def _without_engine(error: EngineError) -> Finding:
    match error:
        case EngineNotInstalled():
            fault = _("TREUE_ENGINE names a Spark server, but what speaks with it is not installed.")
            remedy = _("Run make spark in the folder of Treue's program.")
        case EngineNotThere():
            fault = _("No Spark Connect server answers at %(place)s.") % {"place": error.place}
            remedy = _("Start it, or correct TREUE_ENGINE. Until then no figures are computed.")
        case FilesNotSeen():
            fault = _("The Spark server does not find the files in %(path)s.") % {"path": error.folder}
            remedy = _(
                "Its driver and workers must see TREUE_HOME at the same path and as the user that Treue runs as."
            )
        case _:
            fault = _("TREUE_ENGINE is no address of a Spark Connect server.")
            remedy = _("It looks like sc://host:15002. Without TREUE_ENGINE, Treue computes on this machine.")
    return Finding(fault, remedy)


def _finding(fault: str) -> Finding:
    return Finding(fault, _("treue refresh writes them anew from the database and computes the figures."))


def _is_moving(shop: Shop) -> bool:
    """New orders are on their way into the files, or may be."""
    busy = Job.objects.filter(kind__in=("metrics.refresh", "imports.run", "imports.undo", "lake.erase"))
    return busy.filter(state__in=MOVING).exists()
