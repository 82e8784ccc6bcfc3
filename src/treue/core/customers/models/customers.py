"""The shop's customers."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, NullIf, Upper

from treue.core.customers.folding import Fold, PhoneEnd, Searchable
from treue.core.privacy import OnErasure, PersonalData
from treue.core.shop.models import Shop


class Unmerged(models.Manager["Customer"]):
    """Customers who stand for themselves; one that was merged into another is that one for everybody."""

    def get_queryset(self) -> models.QuerySet["Customer"]:
        return super().get_queryset().filter(merged_into=None)


class Everyone(models.Manager["Customer"]):
    """Merged ones too."""


def day_in_year(name: str) -> models.expressions.CombinedExpression:
    """Of a column that holds a day: the day as it comes again each year, as a number (1 March: 301)."""
    return ExtractMonth(name) * 100 + ExtractDay(name)


class Customer(models.Model):
    """One person or company. `id` is the dense, opaque number the lake knows; `number` is the shop's own.

    Who was merged into another keeps this row: files go on naming the number, and the merge can be undone.

    `name_key` is what lists are sorted by; `words` is what a word, or its beginning, is looked for in. Numbers and
    addresses are found by their own indexes: as words they would make the index twenty times as large.
    """

    personal = PersonalData(
        fields=("id", "number", "name", "email", "phone", "city", "country", "birthday", "signed_up_at", "created_at"),
        owner="",
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    number = models.CharField(max_length=120, db_collation="C")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=60, blank=True)
    birthday = models.DateField(null=True)
    signed_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name_key = models.GeneratedField(
        expression=Fold(Coalesce(NullIf("name", models.Value("")), "number")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    words = models.GeneratedField(
        expression=SearchVector(Fold(Searchable("name", "city", "email")), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = Unmerged()
    everyone = Everyone()

    class Meta:
        base_manager_name = "everyone"
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="customers_customer_number_once"),
            models.CheckConstraint(condition=~models.Q(number=""), name="customers_customer_has_number"),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="customers_customer_not_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "id"], name="customers_customer_by_id"),
            models.Index(fields=["shop", "name_key", "id"], name="customers_customer_by_name"),
            GinIndex(fields=["words"], name="customers_customer_words"),
            models.Index(OpClass(Upper("email"), "text_pattern_ops"), name="customers_customer_email"),
            models.Index(
                PhoneEnd("phone"),
                "shop",
                condition=~models.Q(phone=""),
                name="customers_customer_phone",
            ),
            models.Index(
                day_in_year("birthday"),
                "shop",
                condition=models.Q(birthday__isnull=False),
                name="customers_customer_birthday",
            ),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customers_customer_merged"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.number


class Erasure(models.Model):
    """The receipt for a person who was erased: what was deleted, by keyed hash, without naming anybody.

    `customer_id` is the opaque number that was theirs; nothing leads from it to the person any more. `deleted` counts
    rows by table and, once they were looked through, uploaded files under `UPLOADS`.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A keyed hash alone, to keep the person erased when an old file is imported again.",
    )

    UPLOADS = "uploads"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    number_hash = models.CharField(max_length=64, db_index=True)
    customer_id = models.BigIntegerField(unique=True)
    erased_at = models.DateTimeField(auto_now_add=True)
    erased_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    deleted = models.JSONField(default=dict)
    lake_rewritten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shop", "erased_at"], name="customers_erasure_last")]


class ErasedVisitor(models.Model):
    """An anonymous id under which an erased person browsed, by keyed hash: it belongs to their receipt."""

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A keyed hash alone, to keep the person erased when a browser tells late what they did before.",
    )

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="visitors", db_index=False)
    anonymous_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["erasure", "anonymous_hash"], name="customers_erasedvisitor_once")
        ]
