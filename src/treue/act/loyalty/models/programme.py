"""The programme, the rules in force, and who takes part."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty import expiry
from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop
from treue.core.staff.models import User


def never() -> dict[str, object]:
    return expiry.written(expiry.Never())


class Programme(models.Model):
    """A shop's loyalty programme.

    debt_limit: how many points below zero a refund may take a balance; none for as far as it takes. return_days: how
    long the points of an order are pending. expiry: when points expire (`expiry.read`). grace_days: for how long points
    can at least be spent that came back from a redemption. correction_limit: how many points a colleague gives or takes
    by hand of one member within a day before a second one is asked; none for as many as they like. noticed_until: up to
    when members were told of points that expire.
    """

    personal = NOT_PERSONAL

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="programme")
    name = models.CharField(_("Name of the programme"), max_length=80)
    started_at = models.DateTimeField(default=timezone.now)
    debt_limit = models.BigIntegerField(_("Points below zero"), null=True, blank=True)
    return_days = models.PositiveSmallIntegerField(_("Days to return an order"), default=14)
    expiry = models.JSONField(default=never)
    grace_days = models.PositiveSmallIntegerField(_("Days to spend points that came back"), default=30)
    correction_limit = models.BigIntegerField(_("Points by hand without a second colleague"), null=True, blank=True)
    noticed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(debt_limit__gte=0), name="loyalty_programme_debt_without_sign"),
            models.CheckConstraint(
                condition=models.Q(correction_limit__gte=0), name="loyalty_programme_correction_limit_without_sign"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def waits_for_activity(self) -> bool:
        """Whether points expire by what their member does."""
        return self.expiry["kind"] == "after_inactivity"

    def expires_at(self, active_at: datetime) -> datetime | None:
        """When points expire that can be spent from a moment on, in UTC; None for never."""
        return expiry.expires_at(expiry.read(self.expiry), active_at, None, self.shop.tz)


class Unmerged(models.Manager["Member"]):
    """Memberships that stand for themselves."""

    def get_queryset(self) -> models.QuerySet["Member"]:
        return super().get_queryset().filter(merged_into=None)


class Everyone(models.Manager["Member"]):
    """Merged ones too."""


class Member(models.Model):
    """That a customer takes part. number: of the card, drawn at random, so that nobody finds another's by counting.

    joined_as: the customer's number then; who they are today may change by a merge. earns_from, left_at: the span of
    orders that earn; who left and came back keeps what earlier orders gave. tier, tier_since, tier_until: what follows
    from orders, ledger and rules (`tiering`), kept for pages; none is the truth. tier_changes_at: when it has to be
    reckoned anew although nothing happened. merged_into: another membership of the same customer, which has its points
    (`families`).
    """

    personal = PersonalData(
        fields=("number", "joined_at", "left_at", "tier", "tier_since", "tier_until"), owner="customer"
    )

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    joined_as = models.BigIntegerField(null=True)
    number = models.CharField(max_length=20)
    joined_at = models.DateTimeField(default=timezone.now)
    earns_from = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)
    tier = models.CharField(max_length=40, blank=True, db_default="")
    tier_since = models.DateTimeField(null=True)
    tier_until = models.DateTimeField(null=True)
    tier_changes_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, db_index=False, related_name="absorbed"
    )

    objects = Unmerged()
    everyone = Everyone()

    class Meta:
        base_manager_name = "everyone"
        indexes = [
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="loyalty_member_absorbed",
            ),
            models.Index(
                fields=["tier_changes_at"],
                condition=models.Q(tier_changes_at__isnull=False),
                name="loyalty_member_tier_changes",
            ),
            models.Index(fields=["programme", "joined_at", "id"], name="loyalty_member_joined"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "customer"], condition=models.Q(merged_into=None), name="loyalty_member_once"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="loyalty_member_not_into_itself",
            ),
            models.UniqueConstraint(fields=["programme", "number"], name="loyalty_member_number_once"),
            models.CheckConstraint(
                condition=models.Q(earns_from__gte=models.F("joined_at"))
                & (models.Q(left_at=None) | models.Q(left_at__gte=models.F("earns_from"))),
                name="loyalty_member_left_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def earns_at(self, moment: datetime) -> bool:
        return self.earns_from <= moment and (self.left_at is None or moment < self.left_at)


class RuleVersion(models.Model):
    """Which deeds and purchases earn how many points, from a moment on (`earning.documents`). An order goes by those in
    force when it happened.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="versions", db_index=False)
    valid_from = models.DateTimeField()
    document = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "valid_from"], name="loyalty_rules_once"),
        ]


class TierVersion(models.Model):
    """Which tiers there are and how one comes to them, from a day on (`tiers.as_json`)."""

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="tier_versions", db_index=False)
    valid_from = models.DateField()
    document = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "valid_from"], name="loyalty_tiers_once")]
