"""What each customer may want next, and what was learned for it from all that a shop's customers bought."""

from django.db import models
from django.utils import timezone

from treue.core.commerce.models import Product
from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.versioned import Version
from treue.science.recommending import METHODS, REASONS

# An undone import deletes products that nobody names any more; what is recommended then is not shown.
OF_A_PRODUCT = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Run(Version):
    """What was learned from a shop's purchases up to a day. Kept for good, its rows only while it is in force.

    method: how what is new to somebody is found; similarity: what goes with what, for visitors; is_seasonal: whether
    what sells lately counts for more in both. choice: why these.
    again: whether the probability to buy again could be learned. figures: by kind how good each way would have been in
    the last month, the chosen one first (`science.recommending.Figures`). in_force_at: None where the work was cut off
    before.
    """

    personal = NOT_PERSONAL

    class Status(models.TextChoices):
        LEARNED = "learned"
        NO_PURCHASES = "no purchases"

    class Choice(models.TextChoices):
        BEST = "best in the holdout"
        TOO_FEW = "too few to compare"

    until = models.DateField()
    status = models.CharField(max_length=20, choices=Status, default=Status.LEARNED)
    method = models.CharField(max_length=10, choices=[(each, each) for each in METHODS], blank=True)
    similarity = models.CharField(max_length=10, blank=True)
    is_seasonal = models.BooleanField(default=True)
    choice = models.CharField(max_length=40, choices=Choice, blank=True)
    again = models.CharField(max_length=40, blank=True)
    customers = models.BigIntegerField(default=0)
    products = models.BigIntegerField(default=0)
    figures = models.JSONField(default=dict)
    learned_at = models.DateTimeField(default=timezone.now)


class Kind(models.TextChoices):
    AGAIN = "again"
    NEW = "new"
    DEARER = "dearer"


class Recommendation(models.Model):
    """A product for a customer. rank: 1 the best of its kind. score: to be compared within one reason only; of what is
    bought again the probability that it is within 30 days, if the run learned it. reason: as `science` names it.
    because_of: what they bought and led to it.
    """

    personal = PersonalData(
        fields=("run__until", "kind", "rank", "product__code", "product__name", "reason", "because_of__code", "score"),
        owner="customer",
    )

    pk = models.CompositePrimaryKey("run_id", "customer_id", "kind", "rank")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_index=False, related_name="recommendations")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recommendations")
    kind = models.CharField(max_length=10, choices=Kind)
    rank = models.SmallIntegerField()
    product = models.ForeignKey(Product, **OF_A_PRODUCT)
    score = models.FloatField()
    reason = models.CharField(max_length=20, choices=[(each, each) for each in REASONS])
    because_of = models.ForeignKey(Product, null=True, **OF_A_PRODUCT)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rank__gte=1), name="recommendations_rank_from_one"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="recommendations_kind_known"),
        ]


class Neighbour(models.Model):
    """A product that is bought by those who bought another one, for visitors. rank: 1 the nearest. nearness: is added
    up where somebody looked at several."""

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("run_id", "product_id", "rank")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_index=False, related_name="neighbours")
    product = models.ForeignKey(Product, **OF_A_PRODUCT)
    rank = models.SmallIntegerField()
    neighbour = models.ForeignKey(Product, **OF_A_PRODUCT)
    nearness = models.FloatField()


class Popular(models.Model):
    """What most customers bought lately, for whoever nothing is known of. country: in which they do; "" for the whole
    shop. share: of the customers of the last 30 days."""

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("run_id", "country", "rank")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_index=False, related_name="popular")
    country = models.CharField(max_length=60, blank=True)
    rank = models.SmallIntegerField()
    product = models.ForeignKey(Product, **OF_A_PRODUCT)
    share = models.FloatField()


class Offer(models.Model):
    """To how many customers a product is recommended, by kind."""

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("run_id", "product_id")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, db_index=False, related_name="offers")
    product = models.ForeignKey(Product, **OF_A_PRODUCT)
    again = models.BigIntegerField()
    new = models.BigIntegerField()
    dearer = models.BigIntegerField()
