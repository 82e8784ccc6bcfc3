"""What each customer is worth and whether they stay, as the models say; and what the models are."""

from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.versioned import Version

MONEY = {"max_digits": 20, "decimal_places": 4}
SHARE = {"max_digits": 5, "decimal_places": 4}
MOST_PURCHASES = 1e9
HOW_SURE = 0.8  # that what a customer will be worth lies in the range that is told
LEAST_RISK = 0.25  # of leaving, from which on it is not small (`design.cells.risk`)

# What is still expected of somebody × how likely they have left: highest where both are. An index holds just this.
AT_STAKE = Cast("lifetime_value", models.FloatField()) * (models.Value(1.0) - models.F("probability_alive"))


class Fit(Version):
    """What was learned from a shop's orders up to a day. Kept for good, its scores only while it is in force.

    since, until: the days of the first purchase and of the last that counts. parameters, standard_errors: by the
    papers' names, times in `unit`; errors of those that were estimated. spend: the same of what a purchase day brings.
    choice: why this model; recommended: which other one finds dropout where this one does not. validation: how each
    candidate did on purchases that it did not see (`choosing`). drift: parameters that left those of an earlier fit
    (`drift`). margin, discount_rate, currency: with which values are reckoned. fingerprint: of all that the scores
    depend on. in_force_at: None where the work was cut off before.
    """

    personal = NOT_PERSONAL

    class Model(models.TextChoices):
        BG_NBD = "bg_nbd", "BG/NBD"
        MBG_NBD = "mbg_nbd", "MBG/NBD"
        PARETO_NBD = "pareto_nbd", "Pareto/NBD"

    class Status(models.TextChoices):
        CONVERGED = "converged"
        NOT_IDENTIFIED = "dropout not identified"
        NO_PURCHASES = "no purchases"
        TOO_FEW = "too few repeat buyers"

    class Choice(models.TextChoices):
        LOWEST_DEVIANCE = "lowest deviance"
        TOO_SHORT = "history too short"
        TOO_FEW_BEFORE = "too few repeat buyers before"

    model = models.CharField(max_length=20, choices=Model, blank=True)
    status = models.CharField(max_length=40, choices=Status)
    choice = models.CharField(max_length=40, choices=Choice, blank=True)
    recommended = models.CharField(max_length=20, choices=Model, blank=True)
    since = models.DateField(null=True)
    until = models.DateField()
    unit = models.CharField(max_length=10)
    customers = models.BigIntegerField(default=0)
    repeat_buyers = models.BigIntegerField(default=0)
    parameters = models.JSONField(default=dict)
    standard_errors = models.JSONField(default=dict)
    log_likelihood = models.FloatField(null=True)
    spend = models.JSONField(default=dict)
    validation = models.JSONField(default=dict)
    drift = models.JSONField(default=dict)
    margin = models.DecimalField(**SHARE)
    discount_rate = models.DecimalField(**SHARE)
    currency = models.CharField(max_length=3)
    fingerprint = models.CharField(max_length=64)
    fitted_at = models.DateTimeField(default=timezone.now)

    @property
    def has_scores(self) -> bool:
        return bool(self.model)

    @property
    def tells_of_leaving(self) -> bool:
        """Whether the orders told that customers leave at all."""
        return self.status == self.Status.CONVERGED

    @property
    def is_blind_to_the_once_seen(self) -> bool:
        """Whether the model takes everybody who bought on one day only for a customer still."""
        return self.model == self.Model.BG_NBD

    def tells_whether_left(self, score: "Score") -> bool:
        """Of whom it is certain because it cannot be otherwise, it tells nothing."""
        is_blind = self.is_blind_to_the_once_seen and score.probability_alive == 1
        return self.tells_of_leaving and not is_blind


class Score(models.Model):
    """What a fit says of a customer with a purchase, from the day after its last one on.

    purchases_…: days with a purchase that are to be expected. buys_90_days: the probability of at least one. spend:
    what such a day brings, in the fit's currency. lifetime_value: what is left of the next twelve months' purchases
    after the cost of the goods, at today's worth; value_low, value_high: between which it will lie with the probability
    `HOW_SURE`, None where it was scored before there were such. wait_days: within so many days they buy again with a
    probability of one half, if they stay; None: more than ten years. next_purchase_on: the day on which that wait is
    over.
    """

    personal = PersonalData(
        fields=(
            "fit__until",
            "probability_alive",
            "purchases_90_days",
            "buys_90_days",
            "purchases_12_months",
            "spend",
            "lifetime_value",
            "value_low",
            "value_high",
            "next_purchase_on",
        ),
        owner="customer",
    )

    pk = models.CompositePrimaryKey("fit_id", "customer_id")
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, db_index=False, related_name="scores")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="scores")
    probability_alive = models.FloatField()
    purchases_90_days = models.FloatField()
    buys_90_days = models.FloatField(default=0)
    purchases_12_months = models.FloatField()
    spend = models.DecimalField(**MONEY)
    lifetime_value = models.DecimalField(**MONEY)
    value_low = models.DecimalField(null=True, **MONEY)
    value_high = models.DecimalField(null=True, **MONEY)
    wait_days = models.FloatField(null=True)
    next_purchase_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(probability_alive__range=(0, 1)), name="value_score_is_a_probability"
            ),
            models.CheckConstraint(
                condition=models.Q(purchases_90_days__range=(0, MOST_PURCHASES))
                & models.Q(purchases_12_months__range=(0, MOST_PURCHASES)),
                name="value_score_purchases_possible",
            ),
            models.CheckConstraint(
                condition=models.Q(spend__gte=0) & models.Q(lifetime_value__gte=0),
                name="value_score_worth_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(value_low__gte=0) & models.Q(value_low__lte=models.F("value_high")),
                name="value_score_range_in_order",
            ),
            models.CheckConstraint(condition=models.Q(buys_90_days__range=(0, 1)), name="value_score_buys_or_not"),
        ]
        indexes = [
            models.Index(models.F("fit"), AT_STAKE, models.F("customer"), name="value_score_at_stake"),
            # Read alone, without the table: of those who are due, the most valuable are found in milliseconds.
            models.Index(fields=["fit", "next_purchase_on", "lifetime_value", "customer"], name="value_score_due"),
        ]

    @property
    def at_stake(self) -> float:
        """What is still expected of them × how likely they have left: money."""
        return float(self.lifetime_value) * (1 - self.probability_alive)


class Worth(models.Model):
    """What all customers of a fit are worth together, summed when they were scored: a page reads no million of rows.

    at_stake: what is expected × how likely they have left. at_risk: how many stand on the list of those who may have.
    left_out: who bought and does not want to be evaluated. untold…: of those of whom the model cannot tell whether they
    have left, who are not in `at_stake`. buyers_90_days: how many are to be expected to buy at all; error: of that at
    95 %, by chance alone. amounts: (from which value on, customers, their value), in the steps of `amounts`. tenths:
    (customers, their value), the best first. Money in the fit's currency.
    """

    personal = NOT_PERSONAL

    fit = models.OneToOneField(Fit, on_delete=models.CASCADE, primary_key=True, related_name="worth")
    customers = models.BigIntegerField()
    value = models.DecimalField(**MONEY)
    at_stake = models.DecimalField(**MONEY)
    at_risk = models.BigIntegerField()
    left_out = models.BigIntegerField(default=0)
    untold = models.BigIntegerField()
    untold_value = models.DecimalField(**MONEY)
    buyers_90_days = models.FloatField()
    buyers_error = models.FloatField()
    amounts = models.JSONField()
    tenths = models.JSONField()
