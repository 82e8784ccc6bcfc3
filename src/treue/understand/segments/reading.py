"""What is in force, for pages."""

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.segments.models import Segmentation, Standing
from treue.understand.value.reading import is_wanted, unwanted

__all__ = ["current", "is_wanted", "of", "unwanted"]


def current(shop: Shop) -> Segmentation | None:
    """The groups in force; None as long as there were never any."""
    return Segmentation.objects.filter(shop=shop, is_current=True).first()


def of(customer: Customer) -> Standing | None:
    """Where a customer stands; None where no purchase counts, nor from the moment on in which they object."""
    if not is_wanted(customer):
        return None
    found = Standing.objects.select_related("segmentation")
    return found.filter(customer=customer, segmentation__is_current=True).first()
