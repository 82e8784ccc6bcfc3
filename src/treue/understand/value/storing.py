"""Put scores into PostgreSQL: chunk by chunk beside those in force, then in force in one step."""

from collections.abc import Collection

import pyarrow as pa
from django.db import transaction

from treue.core import versions
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.core.versions import Versions
from treue.understand.value.models import Fit, Score

SCORES = Versions(Score, "fit_id")


def write(fit: Fit, rows: pa.Table, progress: Progress) -> None:
    """All scores of a fit, beside those in force."""
    SCORES.write_all(fit.pk, rows, progress)


def write_some(fit: Fit, rows: pa.Table, customers: Collection[int]) -> None:
    """The scores of some customers by the fit in force; those of them who have none any more lose theirs.

    They do not follow from what the fit saw any more, so the next one for everybody must not leave them alone.
    """
    with transaction.atomic():
        SCORES.write(fit.pk, rows, vanished=sorted(customers))
        Fit.objects.filter(pk=fit.pk).update(fingerprint="")


@transaction.atomic
def forget(customers: Collection[int]) -> set[int]:
    """Delete what was worked out about somebody. Returns the shops whose sums are not those of their scores then."""
    theirs = Score.objects.filter(customer__in=customers)
    fits = Fit.objects.filter(pk__in=theirs.values("fit"))
    shops = set(fits.values_list("shop", flat=True))
    fits.update(fingerprint="")
    theirs.delete()
    return shops


def clear_away(shop: Shop) -> None:
    versions.clear_away(Fit, [Score], shop)
