"""How far members came, by the month in which they joined."""

from django.db import models
from django.utils import timezone

from treue.act.loyalty.models.programme import Programme
from treue.core.privacy import NOT_PERSONAL


class FunnelCohort(models.Model):
    """Of the members who joined in a month: how many came to each step, and in how many days half of those had.

    month: the first of the month; none for all members together, where `customers` is known too. least: with how many
    points a member could redeem, as it was reckoned.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    month = models.DateField(null=True)
    customers = models.BigIntegerField(null=True)
    enrolled = models.BigIntegerField()
    earned = models.BigIntegerField()
    could_redeem = models.BigIntegerField()
    redeemed = models.BigIntegerField()
    redeemed_again = models.BigIntegerField()
    days_to_earn = models.FloatField(null=True)
    days_to_could_redeem = models.FloatField(null=True)
    days_to_redeem = models.FloatField(null=True)
    days_to_redeem_again = models.FloatField(null=True)
    least = models.BigIntegerField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "month"], nulls_distinct=False, name="loyalty_funnel_cohort_once"
            ),
            models.CheckConstraint(
                condition=models.Q(enrolled__gte=models.F("earned"), earned__gte=models.F("could_redeem"))
                & models.Q(could_redeem__gte=models.F("redeemed"), redeemed__gte=models.F("redeemed_again")),
                name="loyalty_funnel_narrows",
            ),
        ]
