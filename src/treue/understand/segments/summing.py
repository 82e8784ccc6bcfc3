"""Add up what the models say of those in each group, so that pages need not."""

from django.db import connection, transaction

from treue.understand.segments.models import Segmentation, Worth
from treue.understand.value import reading
from treue.understand.value.models import Fit

BY_GROUP = """
select s."group", sum(v.lifetime_value)
from segments_standing s
join value_score v on v.fit_id = %(fit)s and v.customer_id = s.customer_id
where s.segmentation_id = %(segmentation)s
group by s."group" """


def sum_up(segmentation: Segmentation) -> None:
    """By the fit in force; nothing as long as there is none. Read before anything is written, as `value.summing`."""
    fit = reading.current(segmentation.shop)
    worths = _worths(segmentation, fit) if fit else []
    with transaction.atomic():
        segmentation.worths.all().delete()
        Worth.objects.bulk_create(worths)


def _worths(segmentation: Segmentation, fit: Fit) -> list[Worth]:
    with connection.cursor() as cursor:
        cursor.execute(BY_GROUP, {"fit": fit.pk, "segmentation": segmentation.pk})
        return [Worth(segmentation=segmentation, fit=fit, group=group, value=value) for group, value in cursor]
