"""The shop's figures as additive counts, computed from the lake and read by pages.

No rate is stored: rates are made of sums (`treue.science.figures`). Every filter a page offers is a `Slice`, summed up
when the counts are written, so that reading one is a look-up and not a sum over a hundred thousand rows.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from treue.core.privacy import NOT_PERSONAL
from treue.core.shop.models import Shop
from treue.science.calendar import Calendar, default_window

MONEY = {"max_digits": 20, "decimal_places": 4}


class Snapshot(models.Model):
    """One computation of everything below: by which settings, up to which day.

    The one before the current stays until the next, for a page that was being read when it was replaced.
    """

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    as_of = models.DateField()
    window_days = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    first_order = models.DateField(null=True)
    last_order = models.DateField(null=True)
    data_until = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(auto_now_add=True)
    seconds = models.FloatField(default=0)
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=models.Q(is_current=True), name="metrics_snapshot_one_current"
            ),
        ]

    @property
    def suggested_window(self) -> int | None:
        """A shorter activity window in days, while the history is so short that no complete month has a rate."""
        if self.first_order is None:
            return None
        months = Calendar(self.first_order, self.as_of, "month", self.window_days).months
        if any(month.complete and not month.warm_up for month in months):
            return None
        shorter = default_window(self.first_order, self.as_of)
        return shorter if shorter < self.window_days else None


class Slice(models.Model):
    """The customers whose first order had this channel, country and category, and their totals; "" stands for all.

    Values are as `metrics.scope.filters` names them: beside the shop's own there are "~unknown" and "~other".
    """

    personal = NOT_PERSONAL

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, db_index=False)
    channel = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=120, blank=True)
    customers = models.BigIntegerField()
    repeat_customers = models.BigIntegerField()
    orders = models.BigIntegerField()
    revenue = models.DecimalField(**MONEY)
    lifetime_seconds = models.BigIntegerField()
    trailing_buyers = models.BigIntegerField()
    trailing_orders = models.BigIntegerField()
    first_order = models.DateField()
    last_order = models.DateField()
    costed_revenue = models.DecimalField(**MONEY)
    cost = models.DecimalField(**MONEY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "channel", "country", "category"], name="metrics_slice_once"),
        ]


class PeriodCount(models.Model):
    """What happened in one period to the customers of one slice; a period without a row is all zeros."""

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("slice_id", "unit", "start")
    slice = models.ForeignKey(Slice, on_delete=models.CASCADE, db_index=False, related_name="periods")
    unit = models.CharField(max_length=8)
    start = models.DateField()
    customers_start = models.BigIntegerField()
    customers_end = models.BigIntegerField()
    retained = models.BigIntegerField()
    lost = models.BigIntegerField()
    new = models.BigIntegerField()
    won_back = models.BigIntegerField()
    buyers = models.BigIntegerField()
    repeat_buyers = models.BigIntegerField()
    orders = models.BigIntegerField()
    revenue = models.DecimalField(**MONEY)
    first_buyers = models.BigIntegerField()
    second_buyers = models.BigIntegerField()
    gap_seconds = models.BigIntegerField()
    trailing_buyers = models.BigIntegerField()
    trailing_orders = models.BigIntegerField()


class CohortCount(models.Model):
    """One line of a slice's cohort table; the lists hold a number per complete month since, the cohort's own first."""

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("slice_id", "cohort")
    slice = models.ForeignKey(Slice, on_delete=models.CASCADE, db_index=False, related_name="cohorts")
    cohort = models.DateField()
    size = models.BigIntegerField()
    repeaters = models.BigIntegerField()
    retained = ArrayField(models.BigIntegerField())
    orders = ArrayField(models.BigIntegerField())
    revenue = ArrayField(models.DecimalField(**MONEY))


class Note(models.Model):
    """What a manager remembers about a day, drawn on the charts: "price rise", "TV spot"."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    day = models.DateField(_("Day"))
    text = models.CharField(_("Note"), max_length=120)
    written_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["day", "id"]


class Letter(models.Model):
    """That the report was mailed on a day, so that it is not mailed twice."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "day"], name="metrics_letter_once")]
