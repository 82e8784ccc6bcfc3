"""What each customer is worth and whether they stay, as the models say; and what the models are."""

from django.db import models
from django.utils import timezone

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

MONEY = {"max_digits": 20, "decimal_places": 4}
SHARE = {"max_digits": 5, "decimal_places": 4}
MOST_PURCHASES = 1e9


class Fit(models.Model):
    """What was learned from a shop's orders up to a day. Kept for good, its scores only while it is in force.

    since, until: the days of the first purchase and of the last that counts. parameters, standard_errors: by the
    papers' names, times in `unit`; errors of those that were estimated. spend: the same of what a purchase day brings.
    choice: why this model. validation: how each candidate did on purchases that it did not see (`choosing`). drift:
    parameters that left those of an earlier fit (`drift`). margin, discount_rate, currency: with which values are
    reckoned. fingerprint: of all that the scores depend on. in_force_at: None where the work was cut off before.
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

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    model = models.CharField(max_length=20, choices=Model, blank=True)
    status = models.CharField(max_length=40, choices=Status)
    choice = models.CharField(max_length=40, choices=Choice, blank=True)
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
    in_force_at = models.DateTimeField(null=True)
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop"], condition=models.Q(is_current=True), name="value_fit_one_current"),
            models.CheckConstraint(
                condition=models.Q(is_current=False) | models.Q(in_force_at__isnull=False),
                name="value_fit_current_is_whole",
            ),
        ]

    @property
    def has_scores(self) -> bool:
        return bool(self.model)


class Score(models.Model):
    """What a fit says of a customer with a purchase, from the day after its last one on.

    purchases_…: days with a purchase that are to be expected. spend: what such a day brings, in the fit's currency.
    lifetime_value: what is left of the next twelve months' purchases after the cost of the goods, at today's worth.
    wait_days: within so many days they buy again with a probability of one half, if they stay; None: more than ten
    years. next_purchase_on: the day on which that wait is over.
    """

    personal = PersonalData(
        fields=(
            "fit__until",
            "probability_alive",
            "purchases_90_days",
            "purchases_12_months",
            "spend",
            "lifetime_value",
            "next_purchase_on",
        ),
        owner="customer",
    )

    pk = models.CompositePrimaryKey("fit_id", "customer_id")
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, db_index=False, related_name="scores")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="scores")
    probability_alive = models.FloatField()
    purchases_90_days = models.FloatField()
    purchases_12_months = models.FloatField()
    spend = models.DecimalField(**MONEY)
    lifetime_value = models.DecimalField(**MONEY)
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
        ]
