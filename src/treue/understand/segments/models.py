"""In which group each customer stands, how often they usually buy, and how the groups change."""

from django.db import models
from django.utils import timezone

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.versioned import Version
from treue.science.rfm import FIFTHS, GROUPS, NOT_YET
from treue.science.rhythm import STATES
from treue.understand.value.models import Fit

MONEY = {"max_digits": 20, "decimal_places": 4}
LONGEST_NAME = 20


class Segmentation(Version):
    """A shop's customers in groups, up to a day. Only the one in force is kept.

    customers: in all groups. left_out: who bought and does not want to be evaluated. fingerprint: of all that it says.
    in_force_at: None where the work was cut off before.
    """

    personal = NOT_PERSONAL

    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    customers = models.BigIntegerField()
    left_out = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    computed_at = models.DateTimeField(default=timezone.now)


class Standing(models.Model):
    """Where a customer with a purchase stands: measures, fifths and group of RFM, and their own rhythm.

    What each is: `science.rfm.scores` and `science.rhythm.rhythms`. expected_on: the day of the last purchase and one
    rhythm. What follows from a rhythm is None, and state "unknown", where there are too few days with a purchase.
    """

    personal = PersonalData(
        fields=(
            *("segmentation__as_of", "group", "recency_days", "frequency", "monetary"),
            *("recency_quintile", "frequency_quintile", "monetary_quintile"),
            *("rhythm_days", "quartile_low_days", "quartile_high_days", "patience_days", "expected_on", "state"),
        ),
        owner="customer",
    )

    pk = models.CompositePrimaryKey("segmentation_id", "customer_id")
    segmentation = models.ForeignKey(Segmentation, on_delete=models.CASCADE, db_index=False, related_name="standings")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="standings")
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary = models.DecimalField(**MONEY)
    recency_quintile = models.SmallIntegerField()
    frequency_quintile = models.SmallIntegerField()
    monetary_quintile = models.SmallIntegerField()
    group = models.CharField(max_length=LONGEST_NAME)
    rhythm_days = models.FloatField(null=True)
    quartile_low_days = models.FloatField(null=True)
    quartile_high_days = models.FloatField(null=True)
    patience_days = models.FloatField(null=True)
    expected_on = models.DateField(null=True)
    state = models.CharField(max_length=LONGEST_NAME)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(group__in=list(GROUPS.values())), name="segments_group_known"),
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="segments_state_known"),
            models.CheckConstraint(
                condition=models.Q(recency_quintile__range=(1, FIFTHS))
                & models.Q(frequency_quintile__range=(1, FIFTHS))
                & models.Q(monetary_quintile__range=(1, FIFTHS)),
                name="segments_quintiles_are_fifths",
            ),
        ]
        indexes = [
            models.Index(fields=["segmentation", "group", "-monetary", "customer"], name="segments_group_by_monetary")
        ]


class Cell(models.Model):
    """Those of a group who share the fifths of recency and frequency. monetary: what they spent in all."""

    personal = NOT_PERSONAL

    segmentation = models.ForeignKey(Segmentation, on_delete=models.CASCADE, db_index=False, related_name="cells")
    recency_quintile = models.SmallIntegerField()
    frequency_quintile = models.SmallIntegerField()
    group = models.CharField(max_length=LONGEST_NAME)
    customers = models.BigIntegerField()
    monetary = models.DecimalField(**MONEY)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segmentation", "recency_quintile", "frequency_quintile", "group"], name="segments_cell_once"
            )
        ]


class Move(models.Model):
    """How many customers of a group of an earlier day stand in which one now. months: how long ago that day is.

    from_group: "not yet" where they had not bought by then.
    """

    personal = NOT_PERSONAL

    segmentation = models.ForeignKey(Segmentation, on_delete=models.CASCADE, db_index=False, related_name="moves")
    months = models.SmallIntegerField()
    since = models.DateField()
    from_group = models.CharField(max_length=LONGEST_NAME)
    to_group = models.CharField(max_length=LONGEST_NAME)
    customers = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segmentation", "months", "from_group", "to_group"], name="segments_move_once"
            ),
            models.CheckConstraint(
                condition=models.Q(from_group__in=[*GROUPS.values(), NOT_YET]), name="segments_move_from_known"
            ),
        ]


class Worth(models.Model):
    """What those of a group will be worth over the next twelve months, by a fit of the models: added up when the groups
    were made, in the fit's currency."""

    personal = NOT_PERSONAL

    segmentation = models.ForeignKey(Segmentation, on_delete=models.CASCADE, db_index=False, related_name="worths")
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=LONGEST_NAME)
    value = models.DecimalField(**MONEY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segmentation", "group"], name="segments_worth_once")]
