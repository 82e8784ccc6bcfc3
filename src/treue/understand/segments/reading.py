"""What is in force, for pages."""

from collections.abc import Collection

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.segments.models import Segmentation, Standing, Worth
from treue.understand.value.reading import is_wanted, unwanted

__all__ = ["current", "groups", "is_wanted", "of", "unwanted", "worths"]


def current(shop: Shop) -> Segmentation | None:
    """The groups in force; None as long as there were never any."""
    return Segmentation.objects.filter(shop=shop, is_current=True).first()


def of(customer: Customer) -> Standing | None:
    """Where a customer stands; None where no purchase counts, nor from the moment on in which they object."""
    if not is_wanted(customer):
        return None
    found = Standing.objects.select_related("segmentation")
    return found.filter(customer=customer, segmentation__is_current=True).first()


def groups(shop: Shop, customers: Collection[int]) -> dict[int, str]:
    """The group of each of some customers, of whom `of` says where they stand."""
    objecting = unwanted(shop, among=customers)
    found = Standing.objects.filter(customer__in=set(customers) - objecting, segmentation__is_current=True)
    return dict(found.values_list("customer", "group"))


def worths(segmentation: Segmentation) -> dict[str, Worth]:
    """What each group will be worth, by group; those of whom the models say nothing are not in it."""
    return {worth.group: worth for worth in segmentation.worths.select_related("fit")}
