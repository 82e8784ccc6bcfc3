"""What was bought and what came back. Money is in the shop's currency, after conversion.

The big tables' references (`db_constraint=False`) are checked by the database once per statement instead of once
per row, which makes a bulk write three times as fast: see migration 0002.
"""

from django.db import models

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

MONEY = {"max_digits": 18, "decimal_places": 4}
UNITS = {"max_digits": 14, "decimal_places": 3}
BULK = {"db_constraint": False, "db_index": False}


class Batch(models.Model):
    """One delivery of facts, so that it can be told where an order came from and be taken back."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    source = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)


class Channel(models.Model):
    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="commerce_channel_once")]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=250, blank=True)
    category = models.CharField(max_length=120, blank=True)
    unit_cost = models.DecimalField(**MONEY, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="commerce_product_once")]

    def __str__(self) -> str:
        return self.name or self.code


class Order(models.Model):
    """An order of a known customer. `amount` and `units` are the sums of its lines, `refunded…` of its matches:
    written by the same statement that writes those, and checked by `treue doctor` and the tests.

    person: under which number it came in, where that is not the customer's own: a visitor's who was recognised, or that
    of a customer who was merged.
    """

    personal = PersonalData(
        fields=(
            "number",
            "ordered_at",
            "channel__name",
            "country",
            "category",
            "amount",
            "units",
            "refunded_amount",
            "refunded_units",
        ),
        owner="customer",
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, **BULK)
    number = models.CharField(max_length=80)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, **BULK)
    ordered_at = models.DateTimeField()
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, **BULK)
    country = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=120, blank=True)
    amount = models.DecimalField(**MONEY)
    units = models.DecimalField(**UNITS)
    refunded_amount = models.DecimalField(**MONEY, default=0)
    refunded_units = models.DecimalField(**UNITS, default=0)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_constraint=False)
    person = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="commerce_order_once"),
            models.CheckConstraint(
                condition=models.Q(refunded_units__lte=models.F("units"), refunded_units__gte=0),
                name="commerce_order_refunds_capped",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ordered_at"], name="commerce_order_customer"),
            models.Index(fields=["shop", "ordered_at", "id"], name="commerce_order_by_time"),
            models.Index(fields=["person"], condition=models.Q(person__isnull=False), name="commerce_order_person"),
        ]


class OrderLine(models.Model):
    personal = PersonalData(
        fields=(
            "order__number",
            "ordinal",
            "bought_at",
            "product__code",
            "product__name",
            "quantity",
            "unit_price",
            "amount",
        ),
        owner="order__customer",
    )

    pk = models.CompositePrimaryKey("order_id", "ordinal")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", **BULK)
    ordinal = models.IntegerField()
    bought_at = models.DateTimeField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, **BULK)
    quantity = models.DecimalField(**UNITS)
    unit_price = models.DecimalField(**MONEY, null=True)
    amount = models.DecimalField(**MONEY)
    cost = models.DecimalField(**MONEY, null=True)


class Refund(models.Model):
    """One line that came back; quantity and amount without sign. `refers_to` is the order number it named, if any.

    `document` is its number and its moment as the shop's clock showed it: under its order's number an order can be
    refunded more than once, and a number may begin anew every month.
    """

    personal = PersonalData(
        fields=(
            "number",
            "ordinal",
            "refunded_at",
            "refers_to",
            "product__code",
            "product__name",
            "quantity",
            "amount",
            "reason",
        ),
        owner="customer",
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    number = models.CharField(max_length=80)
    document = models.CharField(max_length=120)
    ordinal = models.IntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, **BULK)
    refers_to = models.CharField(max_length=80, blank=True)
    quantity = models.DecimalField(**UNITS)
    amount = models.DecimalField(**MONEY)
    refunded_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)
    person = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=models.Q(person__isnull=False), name="commerce_refund_person"),
            models.Index(
                fields=["shop", "refers_to"], condition=~models.Q(refers_to=""), name="commerce_refund_refers_to"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "document", "ordinal"], name="commerce_refund_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0, amount__gte=0), name="commerce_refund_without_sign"
            ),
        ]


class RefundMatch(models.Model):
    """Which units of which order line a refund took back."""

    personal = PersonalData(fields=("refund__number", "order__number", "units", "amount"), owner="order__customer")

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="matches")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refund_matches")
    ordinal = models.IntegerField()
    units = models.DecimalField(**UNITS)
    amount = models.DecimalField(**MONEY)


class Touched(models.Model):
    """A customer whose orders changed since the figures were last computed (`touched`)."""

    personal = PersonalData(fields=("at",), owner="customer_id")

    customer_id = models.BigIntegerField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    at = models.DateTimeField()
