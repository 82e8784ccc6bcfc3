"""By what customers are known, who browsed without being known, and who was found to be one."""

from django.db import models
from django.db.models.functions import Now

from treue.core.customers.models.customers import Customer
from treue.core.privacy import PersonalData
from treue.core.shop.models import Shop


class Visitor(models.Model):
    """Somebody of whom only an anonymous id is known. `number` is drawn with the customers' numbers, so that an event
    names either of them; customer: who that is, as far as exactly one claims the id (`identities`)."""

    personal = PersonalData(fields=("anonymous_id", "seen_at"), owner="number")

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
    else says more. value: as `identities.folded` makes it. given_up_at: since when the customer has another address in
    its place, given_up_by: by whose word (`given_up`).
    """

    personal = PersonalData(
        fields=("kind", "value", "is_trusted", "said_at", "given_up_at", "given_up_by"), owner="customer"
    )

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        CARD = "card"
        ANONYMOUS = "anonymous"

    class GivenUpBy(models.TextChoices):
        MEMBER = "member"
        SHOP = "shop"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.CharField(max_length=255, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    is_trusted = models.BooleanField()
    said_at = models.DateTimeField()
    given_up_at = models.DateTimeField(null=True)
    given_up_by = models.CharField(max_length=6, choices=GivenUpBy, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "value", "customer"], name="customers_identity_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["email", "phone", "card", "anonymous"]), name="customers_identity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(given_up_at=None, given_up_by="")
                | models.Q(given_up_at__isnull=False, given_up_by__in=["member", "shop"]),
                name="customers_identity_given_up_by_somebody",
            ),
        ]


class Trait(models.Model):
    """The latest that servers, tills and programs said of a customer, by name: whichever message arrives first. What a
    browser says is none of it."""

    personal = PersonalData(fields=("name", "value", "said_at"), owner="customer")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=254)
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
