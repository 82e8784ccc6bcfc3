"""The shop's figures as additive counts, computed from the lake and read by pages.

No rate is stored. A filter is a sum over slices, and rates are made from sums (`treue.science.figures`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from treue.core.shop.models import Shop

MONEY = {"max_digits": 20, "decimal_places": 4}


class Snapshot(models.Model):
    """One computation of everything below: by which settings, up to which day."""

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


class Slice(models.Model):
    """Channel, country and category of a customer's first order; "" where unknown."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, db_index=False)
    channel = models.CharField(max_length=60)
    country = models.CharField(max_length=60)
    category = models.CharField(max_length=120)

    class Meta:
        abstract = True


class PeriodCount(Slice):
    unit = models.CharField(max_length=8)
    start = models.DateField()
    end = models.DateField()
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

    class Meta:
        indexes = [models.Index(fields=["snapshot", "unit", "start"], name="metrics_period_place")]


class CohortCount(Slice):
    cohort = models.DateField()
    k = models.PositiveSmallIntegerField()
    customers = models.BigIntegerField()
    orders = models.BigIntegerField()
    revenue = models.DecimalField(**MONEY)
    repeaters = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["snapshot", "cohort", "k"], name="metrics_cohort_place")]


class TotalCount(Slice):
    customers = models.BigIntegerField()
    repeat_customers = models.BigIntegerField()
    orders = models.BigIntegerField()
    revenue = models.DecimalField(**MONEY)
    lifetime_seconds = models.BigIntegerField()
    trailing_buyers = models.BigIntegerField()
    trailing_orders = models.BigIntegerField()
    first_order = models.DateField()
    last_order = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["snapshot"], name="metrics_total_place")]


class Note(models.Model):
    """What a manager remembers about a day, drawn on the charts: "price rise", "TV spot"."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    day = models.DateField(_("Day"))
    text = models.CharField(_("Note"), max_length=120)
    written_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["day", "id"]
