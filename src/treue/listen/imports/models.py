"""Files that were brought in: where they lie, how they were read, what became of every row, how to take it back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from treue.core.commerce.models import Batch
from treue.core.jobs.models import Job
from treue.core.privacy import NOT_PERSONAL, OnErasure, PersonalData
from treue.core.shop.models import Shop


class ImportQuerySet(models.QuerySet):
    def with_moment(self) -> "ImportQuerySet":
        """Each with the `moment` at which it ended; until then, at which its file came."""
        return self.annotate(moment=Coalesce("finished_at", "created_at"))


class Import(models.Model):
    """One file and what was done with it. Its batch names the orders that are here because of it.

    preview: how the file is written, its columns, what was guessed, and its first rows. columns: field to column.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A file without the person is kept for thirty days, to try again; one that names them is deleted.",
        quotes=("preview", "probe"),
    )

    class What(models.TextChoices):
        ORDERS = "orders", _("Orders")
        CUSTOMERS = "customers", _("Customers")
        PRODUCTS = "products", _("Products")
        COSTS = "costs", _("Acquisition costs")

    class State(models.TextChoices):
        MAPPING = "mapping", _("Not imported yet")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    what = models.CharField(max_length=10, choices=What)
    state = models.CharField(max_length=9, choices=State, default=State.MAPPING)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=80, blank=True)
    size = models.BigIntegerField(default=0)
    sheet = models.CharField(max_length=120, blank=True)
    preview = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    probe = models.JSONField(null=True)
    summary = models.JSONField(default=dict)
    batch = models.OneToOneField(Batch, null=True, on_delete=models.SET_NULL)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class SetAside(models.Model):
    """A row of the file that was not used, and why. `value` is cut to what helps to find the mistake."""

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A row set aside belongs to no customer; it is deleted with its file after thirty days.",
        quotes=("value",),
    )

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows_set_aside", db_index=False)
    line_no = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["line_no", "id"]
        indexes = [models.Index(fields=["of", "line_no"], name="imports_set_aside_place")]


class Trace(models.Model):
    """What an import left behind, by id, so that it can be undone even by who is interrupted in doing so.

    Customers, products and channels that were new with it, which undoing it may remove; customers whose orders or
    refunds are changed by undoing it; and orders of which it was the one to tell that they happened.
    """

    personal = NOT_PERSONAL

    class What(models.TextChoices):
        CUSTOMER = "customer"
        PRODUCT = "product"
        CHANNEL = "channel"
        TOUCHED = "touched"
        TOLD = "told"

    of = models.ForeignKey(Import, on_delete=models.CASCADE)
    what = models.CharField(max_length=10, choices=What)
    ids = ArrayField(models.BigIntegerField())


class Replaced(models.Model):
    """Something as it was before an import replaced it, so that undoing the import brings it back.

    key: the order number, customer number, product code, or channel and month. batch: where the former came from.
    """

    personal = PersonalData(fields=("what", "key", "former"), owner="customer")

    class What(models.TextChoices):
        ORDER = "order"
        REFUND = "refund"
        CUSTOMER = "customer"
        PRODUCT = "product"
        COST = "cost"

    of = models.ForeignKey(Import, on_delete=models.CASCADE)
    what = models.CharField(max_length=10, choices=What)
    key = models.CharField(max_length=200)
    customer = models.ForeignKey("customers.Customer", null=True, on_delete=models.CASCADE)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.CASCADE)
    former = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "what", "key"], name="imports_replaced_once")]
