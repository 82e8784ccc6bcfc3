"""The shop's customers."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Coalesce, Now, NullIf, Upper

from treue.core.customers.folding import Fold, Searchable
from treue.core.privacy import OnErasure, PersonalData
from treue.core.shop.models import Shop


class Unmerged(models.Manager["Customer"]):
    """Customers who stand for themselves; one that was merged into another is that one for everybody."""

    def get_queryset(self) -> models.QuerySet["Customer"]:
        return super().get_queryset().filter(merged_into=None)


class Everyone(models.Manager["Customer"]):
    """Merged ones too."""


class Customer(models.Model):
    """One person or company. `id` is the dense, opaque number the lake knows; `number` is the shop's own.

    Who was merged into another keeps this row: files go on naming the number, and the merge can be undone.

    `name_key` is what lists are sorted by; `words` is what a word, or its beginning, is looked for in. Numbers and
    addresses are found by their own indexes: as words they would make the index twenty times as large.
    """

    personal = PersonalData(
        fields=("id", "number", "name", "email", "phone", "city", "country", "signed_up_at", "created_at"), owner=""
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    number = models.CharField(max_length=120, db_collation="C")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=60, blank=True)
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
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customers_customer_merged"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.number


class Visitor(models.Model):
    """Somebody of whom only an anonymous id is known. `number` is drawn with the customers' numbers, so that an event
    names either of them; customer: who that is, as far as exactly one claims the id (`identities`)."""

    personal = PersonalData(fields=("anonymous_id", "seen_at"), owner="customer")

    number = models.BigIntegerField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    anonymous_id = models.CharField(max_length=255, db_collation="C")
    seen_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "anonymous_id"], name="customers_visitor_once")]
        indexes = [
            models.Index(fields=["customer"], condition=models.Q(customer__isnull=False), name="customers_visitor_of")
        ]


class Identity(models.Model):
    """That a customer says of an address, a card or an anonymous id: it is mine. What several say of one is nobody's.

    is_trusted: told by a server, a till or a colleague. A browser can be made to say anything; it counts where nobody
    else says more. value: as `identities.folded` makes it.
    """

    personal = PersonalData(fields=("kind", "value", "is_trusted", "said_at"), owner="customer")

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        CARD = "card"
        ANONYMOUS = "anonymous"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.CharField(max_length=255, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    is_trusted = models.BooleanField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "value", "customer"], name="customers_identity_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["email", "phone", "card", "anonymous"]), name="customers_identity_known"
            ),
        ]


class Trait(models.Model):
    """The latest that messages said of a customer, by name: whichever of them arrives first."""

    personal = PersonalData(fields=("name", "value", "is_trusted", "said_at"), owner="customer")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=254)
    is_trusted = models.BooleanField()
    said_at = models.DateTimeField()
    message_id = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="customers_trait_once")]


class Merge(models.Model):
    """That two customers are one, by a colleague's decision; kept when it is undone.

    absorbed_id: no reference, for this row may outlive them once the merge was undone. carried: customers who had been
    merged into the absorbed one before. filled: what the kept one's record had not and took over.
    """

    personal = PersonalData(fields=("merged_at", "filled", "undone_at"), owner="kept")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    absorbed_id = models.BigIntegerField()
    carried = models.JSONField(default=list)
    filled = models.JSONField(default=dict)
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed_id"], condition=models.Q(undone_at=None), name="customers_merge_once"
            ),
            models.CheckConstraint(condition=~models.Q(kept=models.F("absorbed_id")), name="customers_merge_of_two"),
        ]


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
