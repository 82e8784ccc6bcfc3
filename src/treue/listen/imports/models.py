"""Files that were brought in: where they lie, how they were read, what became of every row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from treue.core.commerce.models import Batch
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop


class Import(models.Model):
    class What(models.TextChoices):
        ORDERS = "orders", _("Orders")
        CUSTOMERS = "customers", _("Customers")
        PRODUCTS = "products", _("Products")
        COSTS = "costs", _("Acquisition costs")

    class State(models.TextChoices):
        MAPPING = "mapping", _("Assign columns")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Undone")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    what = models.CharField(max_length=10, choices=What)
    state = models.CharField(max_length=8, choices=State, default=State.MAPPING)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    batch = models.OneToOneField(Batch, null=True, on_delete=models.SET_NULL)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class SetAside(models.Model):
    """A row of the file that was not used, and why. `value` is cut to what helps to find the mistake."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows_set_aside")
    line_no = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["line_no", "id"]


class ReplacedOrder(models.Model):
    """An order as it was before an import replaced it, so that undoing the import brings it back."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE)
    number = models.CharField(max_length=80)
    order = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="imports_replaced_once")]
