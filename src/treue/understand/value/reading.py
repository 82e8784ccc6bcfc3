"""What is in force, for pages and the API."""

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.value.models import Fit, Score


def current(shop: Shop) -> Fit | None:
    """The fit in force; None as long as there was never one."""
    return Fit.objects.filter(shop=shop, is_current=True).first()


def of(customer: Customer) -> tuple[Fit | None, Score | None]:
    """The fit in force and what it says of a customer, both of one moment; nothing where no purchase counts."""
    score = Score.objects.select_related("fit__shop").filter(customer=customer, fit__is_current=True).first()
    return (score.fit, score) if score else (current(customer.shop), None)
