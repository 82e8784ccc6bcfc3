"""Campaigns of vouchers, their codes, and what was redeemed. Amounts are in the campaign's currency."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop
from treue.core.staff.models import User

MONEY = {"max_digits": 18, "decimal_places": 4}
LONGEST_CODE = 40


class Campaign(models.Model):
    """One kind of voucher: what it gives, for what, until when, how often.

    products, categories: what it is for; the discount is reckoned on lines that fit one of them (on all lines where
    both are empty). match: whether one of them in the basket is enough (any) or each must be there (all).
    keeps_rest: of an amount that is worth more than the basket the rest stays on the code.
    uses_per_code: how often each code can be used; None for without end. most_codes: how many can be made.

    redemptions, spent: what was redeemed and not rolled back. They are kept only where `is_counted`, that is where
    `most_redemptions` or `budget` sets an end: every redemption of such a campaign waits for this one row. Without an
    end nothing is written here, so that thousands of tills with codes of their own never wait for each other; what was
    redeemed is then read from the redemptions (`figures`).
    """

    personal = NOT_PERSONAL

    class Benefit(models.TextChoices):
        AMOUNT = "amount"
        PERCENT = "percent"
        PRODUCT = "product"
        DELIVERY = "delivery"

    class Match(models.TextChoices):
        ANY = "any"
        ALL = "all"

    class Kind(models.TextChoices):
        MULTI = "multi"
        UNIQUE = "unique"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=Kind)
    benefit = models.CharField(max_length=8, choices=Benefit)
    amount = models.DecimalField(**MONEY, null=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    product = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    minimum = models.DecimalField(**MONEY, null=True)
    products = ArrayField(models.CharField(max_length=80), default=list)
    categories = ArrayField(models.CharField(max_length=120), default=list)
    match = models.CharField(max_length=3, choices=Match, default=Match.ANY)
    is_combinable = models.BooleanField(default=False)
    exclusive_group = models.CharField(max_length=60, blank=True)
    keeps_rest = models.BooleanField(default=False)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    uses_per_code = models.PositiveIntegerField(null=True)
    most_codes = models.PositiveIntegerField(null=True)
    most_redemptions = models.PositiveIntegerField(null=True)
    most_per_customer = models.PositiveIntegerField(null=True)
    budget = models.DecimalField(**MONEY, null=True)
    codes_made = models.PositiveIntegerField(default=0)
    redemptions = models.PositiveIntegerField(default=0)
    spent = models.DecimalField(**MONEY, default=0)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="vouchers_campaign_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="vouchers_campaign_has_name"),
            models.CheckConstraint(condition=Q(kind__in=["multi", "unique"]), name="vouchers_kind_known"),
            models.CheckConstraint(condition=Q(match__in=["any", "all"]), name="vouchers_match_known"),
            models.CheckConstraint(
                condition=Q(benefit="amount", amount__gt=0, percent=None, product="")
                | Q(benefit="percent", amount=None, percent__gt=0, percent__lte=100, product="")
                | (Q(benefit="product", amount=None, percent=None) & ~Q(product=""))
                | Q(benefit="delivery", amount=None, percent=None, product=""),
                name="vouchers_benefit_is_one",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="vouchers_currency_is_a_code"),
            models.CheckConstraint(
                condition=Q(keeps_rest=False) | Q(benefit="amount", kind="unique", uses_per_code=None),
                name="vouchers_rest_of_an_amount",
            ),
            models.CheckConstraint(condition=Q(minimum=None) | Q(minimum__gte=0), name="vouchers_minimum_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lt=F("valid_until")),
                name="vouchers_valid_for_some_time",
            ),
            models.CheckConstraint(
                condition=(Q(uses_per_code=None) | Q(uses_per_code__gte=1))
                & (Q(most_per_customer=None) | Q(most_per_customer__gte=1))
                & (Q(budget=None) | Q(budget__gt=0)),
                name="vouchers_limits_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(most_codes=None) | Q(codes_made__lte=F("most_codes")), name="vouchers_codes_capped"
            ),
            models.CheckConstraint(
                condition=Q(most_redemptions=None) | Q(redemptions__lte=F("most_redemptions")),
                name="vouchers_redemptions_capped",
            ),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(budget=None) | Q(spent__lte=F("budget"))), name="vouchers_budget_kept"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def takes_off(self, now: datetime) -> bool:
        """Whether a code of it would take something off, now or later."""
        is_over = self.valid_until is not None and self.valid_until <= now
        is_used_up = self.most_redemptions is not None and self.redemptions >= self.most_redemptions
        is_spent = self.budget is not None and self.spent >= self.budget
        return not (is_over or is_used_up or is_spent)

    @property
    def is_counted(self) -> bool:
        return self.most_redemptions is not None or self.budget is not None


class Batch(models.Model):
    """An order of many codes: `made` moves with each piece of them, so that work taken up again makes none twice."""

    personal = NOT_PERSONAL

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="batches")
    prefix = models.CharField(max_length=12, blank=True)
    wanted = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(made__lte=F("wanted")), name="vouchers_batch_capped")]


class Code(models.Model):
    """What is typed at the till. text: without dashes, in capitals (`codes.plain`); a secret.

    uses: counted only where `most_uses` sets an end. worth: of a code that keeps its rest; spent: what of it is gone.
    """

    personal = PersonalData(
        fields=("campaign__name", "text", "state", "uses", "most_uses", "worth", "spent", "given_at"), owner="customer"
    )

    class State(models.TextChoices):
        GIVEN = "given"
        CANCELLED = "cancelled"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="codes")
    text = models.CharField(max_length=LONGEST_CODE, db_collation="C")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.GIVEN, db_default=State.GIVEN)
    uses = models.PositiveIntegerField(default=0, db_default=0)
    most_uses = models.PositiveIntegerField(null=True)
    worth = models.DecimalField(**MONEY, null=True)
    spent = models.DecimalField(**MONEY, default=0, db_default=0)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "text"], name="vouchers_code_once"),
            models.CheckConstraint(condition=Q(text__regex="^[A-Z0-9]{4,}$"), name="vouchers_code_is_plain"),
            models.CheckConstraint(condition=Q(state__in=["given", "cancelled"]), name="vouchers_code_state_known"),
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(uses__lte=F("most_uses")), name="vouchers_uses_capped"
            ),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(worth=None) | Q(spent__lte=F("worth"))), name="vouchers_worth_kept"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "id"], name="vouchers_code_of_campaign"),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="vouchers_code_customer"),
        ]


class Redemption(models.Model):
    """One code of one order. Several codes of one order have the same `key_hash`, each its own `ordinal`.

    basket: worth of the goods (or the delivery) that the discount was reckoned on. returned: of that what came back;
    rolled_back: of the discount what was taken back with it. uses_code: whether it counts among the code's uses.
    customer: of a code that was given to somebody, the number that it was given to.
    """

    personal = PersonalData(
        fields=(
            *("campaign__name", "code__text", "order_number", "amount", "currency", "basket", "redeemed_at"),
            *("state", "returned", "rolled_back", "rolled_back_at"),
        ),
        owner="customer",
        quotes=("order_number",),
    )

    class State(models.TextChoices):
        REDEEMED = "redeemed"
        ROLLED_BACK = "rolled back"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False)
    code = models.ForeignKey(Code, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    order_number = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(**MONEY)
    basket = models.DecimalField(**MONEY)
    returned = models.DecimalField(**MONEY, default=0)
    rolled_back = models.DecimalField(**MONEY, default=0)
    state = models.CharField(max_length=11, choices=State, default=State.REDEEMED)
    redeemed_at = models.DateTimeField()
    rolled_back_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    ordinal = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "key_hash", "ordinal"], name="vouchers_redemption_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=F("basket")), name="vouchers_amount_within_basket"
            ),
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("basket"), rolled_back__gte=0)
                & Q(rolled_back__lte=F("amount")),
                name="vouchers_rolled_back_capped",
            ),
            models.CheckConstraint(
                condition=Q(state="redeemed", rolled_back_at=None)
                | Q(state="rolled back", rolled_back_at__isnull=False, rolled_back=F("amount")),
                name="vouchers_rolled_back_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "-id"], include=["amount", "rolled_back", "state"], name="vouchers_of_campaign"
            ),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="vouchers_redeemed_by"),
            models.Index(fields=["shop", "order_number"], name="vouchers_of_order"),
        ]


class RollBack(models.Model):
    """One taking back, whole or in part. returned: worth of the goods that came back, amount: of the discount."""

    personal = PersonalData(
        fields=("redemption__order_number", "returned", "amount", "at"), owner="redemption__customer"
    )

    redemption = models.ForeignKey(Redemption, on_delete=models.CASCADE, related_name="roll_backs")
    returned = models.DecimalField(**MONEY)
    amount = models.DecimalField(**MONEY)
    at = models.DateTimeField()
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["redemption", "key_hash"], name="vouchers_roll_back_once"),
            models.CheckConstraint(condition=Q(returned__gte=0, amount__gte=0), name="vouchers_roll_back_without_sign"),
        ]


class CustomerUse(models.Model):
    """How often a customer used the codes of a campaign that sets an end to that. most: that end."""

    personal = PersonalData(fields=("campaign__name", "uses", "most"), owner="customer")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    uses = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="vouchers_customer_use_once"),
            models.CheckConstraint(condition=Q(uses__lte=F("most")), name="vouchers_customer_use_capped"),
        ]
