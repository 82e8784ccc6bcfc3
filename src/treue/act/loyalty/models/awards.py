"""What orders earned, and whose orders are to be looked at."""

from django.db import models

from treue.act.loyalty.models.ledger import LOOSE
from treue.act.loyalty.models.programme import Member, RuleVersion
from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData


class Award(models.Model):
    """What an order earned: by which rules, and where its member stood then, so that it is reckoned the same again.

    order_id: Treue's number of it. standing: as `earning.standing.Standing`. lines: what limits count of it, by rule:
    what it gives of the order as it now stands, and what a return could not get back. points, qualifying: what it
    earns as it now stands.
    """

    personal = PersonalData(fields=("order_id", "points", "qualifying", "lines"), owner="member__customer")

    pk = models.CompositePrimaryKey("member_id", "order_id")
    member = models.ForeignKey(Member, **LOOSE, db_index=False, related_name="awards")
    order_id = models.BigIntegerField()
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, db_index=False)
    ordered_at = models.DateTimeField()
    standing = models.JSONField()
    lines = models.JSONField()
    points = models.BigIntegerField()
    qualifying = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(points__gte=0, qualifying__gte=0), name="loyalty_award_without_sign"
            ),
        ]


class Budget(models.Model):
    """How much of a rule's budget is given; the row of a rule that has one."""

    personal = NOT_PERSONAL

    programme = models.ForeignKey("loyalty.Programme", on_delete=models.CASCADE, db_index=False)
    rule = models.CharField(max_length=60)
    given = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "rule"], name="loyalty_budget_once"),
            models.CheckConstraint(condition=models.Q(given__gte=0), name="loyalty_budget_without_sign"),
        ]


class Due(models.Model):
    """That orders of a member changed: written by a trigger with the change itself (`sql/orders.sql`). By the ledger,
    too, where it takes what a return could not get: budgets shall have it again."""

    personal = PersonalData(fields=(), owner="customer")

    customer = models.ForeignKey(Customer, **LOOSE, db_index=False)
