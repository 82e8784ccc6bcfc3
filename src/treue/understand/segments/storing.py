"""Put the groups into PostgreSQL: chunk by chunk beside those in force, then in force in one step."""

from collections.abc import Collection

from django.db import transaction

from treue.core import versions
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.core.versions import Versions, put_in_force
from treue.understand.segments import asking
from treue.understand.segments.analysing import Analysis
from treue.understand.segments.models import Cell, Move, Segmentation, Standing

STANDINGS = Versions(Standing, "segmentation_id")


def store(segmentation: Segmentation, found: Analysis, progress: Progress) -> None:
    """All that an analysis says; in force when it is whole."""
    with transaction.atomic():
        segmentation.save()
        Cell.objects.bulk_create(Cell(segmentation=segmentation, **cell) for cell in found.cells)
        Move.objects.bulk_create(
            Move(segmentation=segmentation, months=each.months, since=each.since, **move)
            for each in found.comparisons
            for move in each.moves
        )
    STANDINGS.write_all(segmentation.pk, found.rows, progress)
    put_in_force(segmentation)
    clear_away(segmentation.shop)


@transaction.atomic
def forget(customers: Collection[int]) -> None:
    """Delete where somebody stands, and have the sums follow, in which they are still: the next work on the groups
    must not leave them as they are."""
    theirs = Standing.objects.filter(customer__in=customers)
    concerned = Segmentation.objects.filter(pk__in=theirs.values("segmentation"))
    shops = set(concerned.values_list("shop", flat=True))
    concerned.update(fingerprint="")
    theirs.delete()
    for shop_id in shops:
        asking.at_once(shop_id)


def clear_away(shop: Shop) -> None:
    """Delete what is not in force."""
    versions.clear_away(Segmentation, [Standing], shop)
    Segmentation.objects.filter(shop=shop, is_current=False).delete()
