"""What products cost and when, what members are offered, and who has had it."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treue.act.loyalty.models import Member, Programme
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

MONEY = {"max_digits": 18, "decimal_places": 4}
SUM = {"max_digits": 24, "decimal_places": 4}
CODE = {"max_length": 80}
LONGEST_HEAD_START_HOURS, LONGEST_FLASH = 336, timedelta(days=3)


class Price(models.Model):
    """From when on a product cost what, to whom. The row is never changed (`sql/prices.sql`); what was never asked for
    is withdrawn, and stays to be seen.

    product: the shop's item code; prices may come before the product is known. amount: None from when on it is not
    sold, or not for members any more. audience: what members pay counts for the lowest price too (`prior_price`, 7).
    """

    personal = NOT_PERSONAL

    class Audience(models.TextChoices):
        EVERYBODY = "everybody"
        MEMBERS = "members"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    product = models.CharField(**CODE)
    amount = models.DecimalField(**MONEY, null=True)
    currency = models.CharField(max_length=3)
    audience = models.CharField(max_length=9, choices=Audience, default=Audience.EVERYBODY)
    valid_from = models.DateTimeField()
    source = models.CharField(max_length=20)
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "product", "audience", "valid_from"],
                condition=Q(withdrawn_at=None),
                name="offers_price_once",
            ),
            models.CheckConstraint(condition=~Q(product=""), name="offers_price_has_product"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="offers_price_is_positive"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="offers_price_currency_is_a_code"),
            models.CheckConstraint(
                condition=Q(audience__in=["everybody", "members"]), name="offers_price_audience_known"
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "product", "-id"], name="offers_prices_of_product"),
            models.Index(
                fields=["shop", "product"], condition=Q(withdrawn_at__isnull=False), name="offers_prices_withdrawn"
            ),
        ]


class Offer(models.Model):
    """A price that members alone have, for a time.

    products, categories: what it is for; all that the shop has announced a price of where both are empty. percent,
    amount: of the benefit; amount is what is taken off, or the price itself. head_start_hours: by how much earlier
    members from `head_start_tier` on may buy. lowest_tier, segment: whom it is for; all members where both are "".
    units, units_left: how many pieces there are in all and left; budget, budget_left: of what it takes off; none where
    there is no end. exempt: why no lowest price of 30 days stands beside it. is_shown_to_others: whether members whose
    tier is too low see it.
    """

    personal = NOT_PERSONAL

    class Kind(models.TextChoices):
        FLASH_SALE = "flash sale"
        EARLY_ACCESS = "early access"
        EXCLUSIVE = "exclusive"

    class Benefit(models.TextChoices):
        PERCENT = "percent"
        AMOUNT = "amount"
        PRICE = "price"

    class Exempt(models.TextChoices):
        NO = "", "no"
        PERISHABLE = "perishable"
        INDIVIDUAL = "individual"
        NO_REDUCTION = "no reduction"

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        STOPPED = "stopped"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="offers", db_index=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1000, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)
    products = ArrayField(models.CharField(**CODE), default=list)
    categories = ArrayField(models.CharField(max_length=120), default=list)
    benefit = models.CharField(max_length=7, choices=Benefit)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    amount = models.DecimalField(**MONEY, null=True)
    currency = models.CharField(max_length=3)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    head_start_hours = models.PositiveSmallIntegerField(default=0)
    head_start_tier = models.CharField(max_length=40, blank=True)
    lowest_tier = models.CharField(max_length=40, blank=True)
    segment = models.CharField(max_length=40, blank=True)
    units = models.PositiveIntegerField(null=True)
    units_left = models.PositiveIntegerField(null=True)
    most_per_member = models.PositiveIntegerField(null=True)
    budget = models.DecimalField(**MONEY, null=True)
    budget_left = models.DecimalField(**MONEY, null=True)
    exempt = models.CharField(max_length=12, choices=Exempt, blank=True, default=Exempt.NO)
    is_shown_to_others = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="offers_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="offers_has_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["flash sale", "early access", "exclusive"]), name="offers_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(benefit="percent", percent__gt=0, percent__lt=100, amount=None)
                | Q(benefit__in=["amount", "price"], amount__gt=0, percent=None),
                name="offers_benefit_has_its_value",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="offers_currency_is_a_code"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="offers_lasts_some_time"),
            models.CheckConstraint(
                condition=Q(head_start_hours=0, head_start_tier="")
                | (Q(head_start_hours__gt=0, head_start_hours__lte=LONGEST_HEAD_START_HOURS) & ~Q(head_start_tier="")),
                name="offers_head_start_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(kind="early access") | Q(head_start_hours__gt=0), name="offers_early_access_is_early"
            ),
            models.CheckConstraint(condition=Q(lowest_tier="") | Q(segment=""), name="offers_for_one_group"),
            models.CheckConstraint(
                condition=Q(units=None, units_left=None)
                | Q(units__gte=1, units_left__isnull=False, units_left__lte=F("units")),
                name="offers_units_kept",
            ),
            models.CheckConstraint(
                condition=Q(budget=None, budget_left=None)
                | Q(budget__gt=0, budget_left__isnull=False, budget_left__gte=0, budget_left__lte=F("budget")),
                name="offers_budget_kept",
            ),
            models.CheckConstraint(
                condition=Q(most_per_member=None) | Q(most_per_member__gte=1), name="offers_limit_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(exempt__in=["", "perishable", "individual"]) | Q(exempt="no reduction", benefit="price"),
                name="offers_exemption_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, stopped_at=None)
                | Q(state="published", published_at__isnull=False, stopped_at=None)
                | Q(state="stopped", published_at__isnull=False, stopped_at__isnull=False),
                name="offers_state_has_its_moment",
            ),
        ]
        indexes = [models.Index(fields=["programme", "ends_at"], name="offers_by_end")]

    def __str__(self) -> str:
        return self.name

    @property
    def begins_at(self) -> datetime:
        """When the first members may buy: from then on its price is applied. Not before it was published."""
        begin = self.starts_at - timedelta(hours=self.head_start_hours)
        return max(begin, self.published_at) if self.published_at else begin

    @property
    def ended_at(self) -> datetime:
        """When it ends, or ended because it was stopped; not before it began."""
        return max(min(self.ends_at, self.stopped_at), self.begins_at) if self.stopped_at else self.ends_at

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_limited(self) -> bool:
        return self.units is not None or self.budget is not None

    def is_over(self, now: datetime) -> bool:
        return not self.is_draft and self.ended_at <= now

    def is_running(self, now: datetime) -> bool:
        return not self.is_draft and self.begins_at <= now < self.ended_at

    def is_coming(self, now: datetime) -> bool:
        return self.state == self.State.PUBLISHED and now < self.begins_at


class Priced(models.Model):
    """A product of a published offer, with the prices that were known then: the proof of what was looked at. What is
    asked for follows from the prices announced (`pricing`).

    product: the item code. lowest: of the 30 days before; lowest_since: from when on that was known.
    """

    personal = NOT_PERSONAL

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="priced", db_index=False)
    product = models.CharField(**CODE)
    regular = models.DecimalField(**MONEY, null=True)
    reduced = models.DecimalField(**MONEY, null=True)
    lowest = models.DecimalField(**MONEY, null=True)
    lowest_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "product"], name="offers_product_once")]
        indexes = [models.Index(fields=["product", "offer"], name="offers_of_product")]


class Redemption(models.Model):
    """That an order had prices of offers. bought_at: when the member bought, by which it is decided."""

    personal = PersonalData(
        fields=("order_number", "discount", "paid", "currency", "state", "bought_at", "redeemed_at", "rolled_back_at"),
        owner="member__customer",
        quotes=("order_number",),
    )

    class State(models.TextChoices):
        REDEEMED = "redeemed"
        ROLLED_BACK = "rolled back"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="offer_redemptions")
    order_number = models.CharField(max_length=80)
    discount = models.DecimalField(**SUM)
    paid = models.DecimalField(**SUM)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=11, choices=State, default=State.REDEEMED)
    bought_at = models.DateTimeField()
    redeemed_at = models.DateTimeField()
    rolled_back_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    roll_back_key_hash = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key_hash"], name="offers_redemption_once"),
            models.UniqueConstraint(fields=["programme", "roll_back_key_hash"], name="offers_rolled_back_once"),
            models.UniqueConstraint(
                fields=["programme", "order_number"], condition=Q(state="redeemed"), name="offers_order_once"
            ),
            models.CheckConstraint(condition=~Q(order_number=""), name="offers_redemption_of_an_order"),
            models.CheckConstraint(condition=Q(discount__gte=0, paid__gte=0), name="offers_redemption_not_negative"),
            models.CheckConstraint(
                condition=Q(state="redeemed", rolled_back_at=None, roll_back_key_hash=None)
                | Q(state="rolled back", rolled_back_at__isnull=False, roll_back_key_hash__isnull=False),
                name="offers_redemption_state_has_its_moment",
            ),
        ]


class RedeemedLine(models.Model):
    """What of an order had the price of an offer, with the prices that were shown: units pieces at `reduced` each."""

    personal = PersonalData(
        fields=("redemption__order_number", "offer__name", "product", "units", "regular", "reduced", "lowest"),
        owner="redemption__member__customer",
    )

    redemption = models.ForeignKey(Redemption, on_delete=models.CASCADE, related_name="lines", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="lines")
    product = models.CharField(**CODE)
    units = models.PositiveIntegerField()
    regular = models.DecimalField(**MONEY)
    reduced = models.DecimalField(**MONEY)
    lowest = models.DecimalField(**MONEY, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["redemption", "ordinal"], name="offers_line_once"),
            models.CheckConstraint(condition=Q(units__gte=1), name="offers_line_has_units"),
            models.CheckConstraint(
                condition=Q(reduced__gt=0, reduced__lte=F("regular")), name="offers_line_is_not_dearer"
            ),
        ]
