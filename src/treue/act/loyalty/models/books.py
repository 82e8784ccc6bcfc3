"""The points as a liability: what the books are reckoned with, keep by day, and have closed."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.models.programme import Programme
from treue.core.privacy import NOT_PERSONAL
from treue.core.staff.models import User

SHARE = {"max_digits": 5, "decimal_places": 4, "validators": [MinValueValidator(0), MaxValueValidator(1)]}
RATE = {"max_digits": 5, "decimal_places": 4, "default": Decimal(0)}
PER_POINT = {"max_digits": 12, "decimal_places": 6, "validators": [MinValueValidator(Decimal("0.000001"))]}
MONEY = {"max_digits": 18, "decimal_places": 2}


class BookTerms(models.Model):
    """What a point is worth, and what is taken for granted where the history does not say it.

    value_per_point: what it buys, at the shop's prices. cost_per_point: what that costs the shop; none for the same.
    cost_increase, interest_rate: a year. assumed_redemption: the share of points issued that will be redeemed, for as
    long as the cohorts cannot tell; none for all of them.
    """

    personal = NOT_PERSONAL

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="book_terms")
    value_per_point = models.DecimalField(_("Value of a point"), **PER_POINT)
    cost_per_point = models.DecimalField(_("Cost of a point"), null=True, blank=True, **PER_POINT)
    cost_increase = models.DecimalField(_("Rise of costs a year"), **RATE)
    interest_rate = models.DecimalField(_("Market interest rate"), **RATE)
    assumed_redemption = models.DecimalField(_("Assumed redemption"), null=True, blank=True, **SHARE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value_per_point__gt=0)
                & (models.Q(cost_per_point=None) | models.Q(cost_per_point__gt=0)),
                name="loyalty_terms_worth_something",
            ),
            models.CheckConstraint(
                condition=models.Q(assumed_redemption=None) | models.Q(assumed_redemption__range=(0, 1)),
                name="loyalty_terms_assume_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cost_increase__gt=-1, cost_increase__lt=1, interest_rate__gt=-1, interest_rate__lt=1
                ),
                name="loyalty_terms_rates",
            ),
        ]

    @property
    def cost(self) -> Decimal:
        return self.value_per_point if self.cost_per_point is None else self.cost_per_point


class BookCursor(models.Model):
    """Up to which journal the books by day are kept, and in which zone their days are."""

    personal = NOT_PERSONAL

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="book_cursor")
    through = models.BigIntegerField(default=0)
    zone = models.CharField(max_length=60)


class BookDay(models.Model):
    """How many points moved on a day, of all members. active, pending, held: by how many each wallet changed; what
    members owe counts against the active ones.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    day = models.DateField()
    earned = models.BigIntegerField()
    taken_back = models.BigIntegerField()
    redeemed = models.BigIntegerField()
    given_back = models.BigIntegerField()
    expired = models.BigIntegerField()
    adjusted = models.BigIntegerField()
    active = models.BigIntegerField()
    pending = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "day"], name="loyalty_book_day_once")]


class BookCohort(models.Model):
    """What became on a day of the points that were issued in a month.

    issuer: the partner who gave them; 0 for the shop. sold: those of `granted` that an order earned; sales: its money.
    redeemed: less what was given back. taken_back: with what paid a debt or was corrected.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    day = models.DateField()
    issue_month = models.DateField()
    issuer = models.BigIntegerField(default=0)
    granted = models.BigIntegerField()
    sold = models.BigIntegerField()
    sales = models.DecimalField(max_digits=20, decimal_places=4)
    redeemed = models.BigIntegerField()
    expired = models.BigIntegerField()
    taken_back = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "day", "issue_month", "issuer"], name="loyalty_book_cohort_once"
            )
        ]


class BookStanding(models.Model):
    """How many points were outstanding at the end of a day, by tier of their members and month in which they expire.

    tier: "" for none, and that of the day on which it was reckoned. expires: the first of the month; none for never.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    day = models.DateField()
    tier = models.CharField(max_length=40, blank=True)
    expires = models.DateField(null=True)
    points = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "day", "tier", "expires"], nulls_distinct=False, name="loyalty_standing_once"
            )
        ]


class BookMonth(models.Model):
    """A month that somebody closed: its figures stay as they were then, whatever is recorded for it later.

    through: the last journal that was known. active: without what members owe, which is `owed`. redemption: the share
    of the points outstanding that was expected to be redeemed, between low and high. The rest is money.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    month = models.DateField()
    through = models.BigIntegerField()
    active = models.BigIntegerField()
    pending = models.BigIntegerField()
    held = models.BigIntegerField()
    owed = models.BigIntegerField()
    redemption = models.DecimalField(max_digits=7, decimal_places=6)
    redemption_low = models.DecimalField(max_digits=7, decimal_places=6)
    redemption_high = models.DecimalField(max_digits=7, decimal_places=6)
    value_per_point = models.DecimalField(max_digits=12, decimal_places=6)
    cost_per_point = models.DecimalField(max_digits=12, decimal_places=6)
    liability = models.DecimalField(**MONEY)
    contract_liability = models.DecimalField(**MONEY)
    provision = models.DecimalField(**MONEY)
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month"], name="loyalty_book_month_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="loyalty_book_month_begins"),
        ]
