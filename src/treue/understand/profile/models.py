"""What is known of each customer, ready to read: one row, with one writer."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from treue.core.customers.models import Customer
from treue.core.privacy import PersonalData
from treue.core.shop.models import Shop


class BuyingProfile(models.Model):
    """A customer's buying so far, from the lake, as of the shop's current figures."""

    personal = PersonalData(
        fields=("first_order_at", "last_order_at", "orders", "revenue", "channel", "country", "category"),
        owner="customer",
    )

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="buying")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    first_order_at = models.DateTimeField()
    last_order_at = models.DateTimeField()
    orders = models.IntegerField()
    revenue = models.DecimalField(max_digits=18, decimal_places=4)
    channel = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=120, blank=True)
    # The customer's own, once more: who looks for a name under a filter need not look at each customer of that name.
    # A corrected name is followed by the database (migration 0002).
    words = SearchVectorField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "last_order_at", "customer"], name="profile_buying_last"),
            models.Index(fields=["shop", "first_order_at", "customer"], name="profile_buying_first"),
            models.Index(fields=["shop", "revenue", "customer"], name="profile_buying_revenue"),
            models.Index(fields=["shop", "orders", "customer"], name="profile_buying_orders"),
            # Read alone, without the table: whatever is filtered for, finding the few who fit takes milliseconds.
            models.Index(
                fields=[
                    *("shop", "channel", "country", "category", "orders", "revenue"),
                    *("last_order_at", "first_order_at", "customer"),
                ],
                name="profile_buying_facts",
            ),
            GinIndex(fields=["words"], name="profile_buying_words"),
        ]


class NeverOrdered(models.Model):
    """A customer without an order that counts: to look a million customers through for the few who have no profile
    would take too long for a page.

    The database keeps it: whoever is written down as a customer stands here until the first profile, and goes with the
    customer (migration 0002). References checked row by row would slow down the import of customers.
    """

    personal = PersonalData(fields=("customer_id",), owner="customer")

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="never_ordered", db_constraint=False
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False, db_constraint=False)
