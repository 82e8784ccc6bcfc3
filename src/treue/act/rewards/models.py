"""What members get for points, and who got it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treue.act.loyalty.models import Member, Programme
from treue.act.vouchers.models import Campaign, Code
from treue.core.privacy import NOT_PERSONAL, PersonalData

MONEY = {"max_digits": 18, "decimal_places": 4}


class Reward(models.Model):
    """Something that can be had for points.

    campaign: of a voucher, the one whose codes are given. cost: what one costs the shop, in `currency`. stock: how many
    there were in all, stock_left: how many are left; both none where there is no end. most_per_member: how many each
    may have, in all or by calendar year of the shop. lowest_tier: the code of a published tier, or "". valid_from,
    valid_until: half-open.
    """

    personal = NOT_PERSONAL

    class Kind(models.TextChoices):
        VOUCHER = "voucher"
        PRODUCT = "product"
        GIFT = "gift"
        DONATION = "donation"
        EARLY_ACCESS = "early access"
        EVENT_SEAT = "event seat"
        SERVICE = "service"

    class Span(models.TextChoices):
        IN_ALL = "in all"
        YEAR = "year"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="rewards", db_index=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1000, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")
    points = models.PositiveIntegerField()
    cost = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    stock = models.PositiveIntegerField(null=True)
    stock_left = models.PositiveIntegerField(null=True)
    most_per_member = models.PositiveIntegerField(null=True)
    span = models.CharField(max_length=6, choices=Span, default=Span.IN_ALL)
    lowest_tier = models.CharField(max_length=40, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    is_offered = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="rewards_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="rewards_has_name"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["voucher", "product", "gift", "donation", "early access", "event seat", "service"]
                ),
                name="rewards_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="voucher", campaign__isnull=False) | (~Q(kind="voucher") & Q(campaign=None)),
                name="rewards_voucher_alone_has_a_campaign",
            ),
            models.CheckConstraint(condition=Q(points__gte=1), name="rewards_costs_points"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="rewards_cost_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="rewards_currency_is_a_code"),
            models.CheckConstraint(
                condition=Q(stock=None, stock_left=None)
                | Q(stock__isnull=False, stock_left__isnull=False, stock_left__gte=0, stock_left__lte=F("stock")),
                name="rewards_stock_kept",
            ),
            models.CheckConstraint(
                condition=Q(most_per_member=None) | Q(most_per_member__gte=1), name="rewards_limit_is_positive"
            ),
            models.CheckConstraint(condition=Q(span__in=["in all", "year"]), name="rewards_span_known"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lt=F("valid_until")),
                name="rewards_valid_for_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fetched(self) -> bool:
        """Whether somebody has to hand it over."""
        return self.kind in FETCHED

    def has_begun(self, now: datetime) -> bool:
        return self.valid_from is None or self.valid_from <= now

    def is_over(self, now: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= now

    def is_shown(self, now: datetime) -> bool:
        return self.is_offered and self.has_begun(now) and not self.is_over(now)


FETCHED = {Reward.Kind.PRODUCT, Reward.Kind.GIFT, Reward.Kind.EVENT_SEAT, Reward.Kind.SERVICE}
# There is nothing to be fetched and no code: who has it has had it.
AT_ONCE = {Reward.Kind.DONATION, Reward.Kind.EARLY_ACCESS}


class Claim(models.Model):
    """A reward that a member got for points, or as a gift. points: what it cost then, 0 of a gift. journal: of the
    ledger, that redeemed them; a gift has none.

    code: of a voucher; none once it is gone. is_counted: whether it came out of a stock, to which it goes back.
    """

    personal = PersonalData(
        fields=(
            *("reward__name", "points", "state", "order_number", "code__text"),
            *("redeemed_at", "handed_over_at", "cancelled_at"),
        ),
        owner="member__customer",
        quotes=("order_number",),
    )

    class State(models.TextChoices):
        REDEEMED = "redeemed"
        HANDED_OVER = "handed over"
        CANCELLED = "cancelled"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    reward = models.ForeignKey(Reward, on_delete=models.CASCADE, related_name="claims", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="claims", db_index=False)
    points = models.PositiveIntegerField()
    journal = models.BigIntegerField(null=True)
    code = models.ForeignKey(Code, null=True, on_delete=models.SET_NULL, related_name="+")
    is_counted = models.BooleanField()
    state = models.CharField(max_length=11, choices=State, default=State.REDEEMED)
    order_number = models.CharField(max_length=80, blank=True)
    redeemed_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    cancel_key_hash = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key_hash"], name="rewards_claim_once"),
            models.UniqueConstraint(fields=["programme", "cancel_key_hash"], name="rewards_cancelled_once"),
            models.UniqueConstraint(fields=["programme", "journal"], name="rewards_claim_of_its_journal"),
            models.CheckConstraint(
                condition=Q(points__gte=1, journal__isnull=False) | Q(points=0, journal=None),
                name="rewards_claim_cost_points_or_is_a_gift",
            ),
            models.CheckConstraint(
                condition=Q(state="redeemed", handed_over_at=None, cancelled_at=None, cancel_key_hash=None)
                | Q(state="handed over", handed_over_at__isnull=False, cancelled_at=None, cancel_key_hash=None)
                | Q(state="cancelled", handed_over_at=None, cancelled_at__isnull=False, cancel_key_hash__isnull=False),
                name="rewards_claim_state_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["reward", "-id"], name="rewards_claims_of_reward"),
            models.Index(fields=["member", "reward"], name="rewards_claims_of_member"),
        ]

    @property
    def is_gift(self) -> bool:
        """Whether it was given and not redeemed, of whichever kind the reward is."""
        return self.points == 0


class MemberCount(models.Model):
    """How many of a reward a member redeemed, where there is an end to it.

    year: of the shop's calendar; 0 for in all.
    """

    personal = PersonalData(fields=("reward__name", "year", "claims", "most"), owner="member__customer")

    reward = models.ForeignKey(Reward, on_delete=models.CASCADE, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    claims = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reward", "member", "year"], name="rewards_member_count_once"),
            models.CheckConstraint(condition=Q(claims__lte=F("most")), name="rewards_member_count_capped"),
        ]
