"""The shop's customers."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Upper

from treue.core.privacy import OnErasure, PersonalData
from treue.core.shop.models import Shop


class Customer(models.Model):
    """One person or company. `id` is the dense, opaque number the lake knows; `number` is the shop's own."""

    personal = PersonalData(
        fields=("number", "name", "email", "phone", "city", "country", "signed_up_at", "created_at"), owner=""
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    number = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=60, blank=True)
    signed_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    search = models.GeneratedField(
        expression=SearchVector("number", "name", "email", "city", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="customers_customer_number_once"),
            models.CheckConstraint(condition=~models.Q(number=""), name="customers_customer_has_number"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="customers_customer_search"),
            models.Index(OpClass(Upper("name"), "text_pattern_ops"), name="customers_customer_name"),
            models.Index(OpClass(Upper("email"), "text_pattern_ops"), name="customers_customer_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.number


class Erasure(models.Model):
    """The receipt for a person who was erased: what was deleted, by keyed hash, without naming anybody."""

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A keyed hash alone, to keep the person erased when an old file is imported again.",
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    number_hash = models.CharField(max_length=64, db_index=True)
    erased_at = models.DateTimeField(auto_now_add=True)
    erased_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    deleted = models.JSONField(default=dict)
    lake_rewritten_at = models.DateTimeField(null=True)
