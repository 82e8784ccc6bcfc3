"""Who a number or an identity stands for today."""

from collections.abc import Collection

from django.db.models import Q

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


def customers_of(numbers: Collection[int]) -> dict[int, int]:
    """The customer of each person number; those that are nobody's are left out."""
    return {pk: pk for pk in Customer.objects.filter(pk__in=numbers).values_list("pk", flat=True)}


def numbers_of(customer: Customer) -> list[int]:
    """All person numbers whose history is this customer's."""
    return [customer.pk]


def find(shop: Shop, value: str) -> list[Customer]:
    """Whoever has this shop number or e-mail address."""
    return list(Customer.objects.filter(Q(number=value) | Q(email__iexact=value), shop=shop).order_by("pk"))
