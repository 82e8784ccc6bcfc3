"""What is in force, for pages and the API."""

from collections.abc import Collection, Iterable

from treue.core.customers import consent
from treue.core.customers.models import Customer, Purpose
from treue.core.events.happened import Happened
from treue.core.shop.models import Shop
from treue.understand.value.models import Fit, Score


def current(shop: Shop) -> Fit | None:
    """The fit in force; None as long as there was never one."""
    return Fit.objects.filter(shop=shop, is_current=True).first()


def unwanted(shop: Shop, *, among: Collection[int] | None = None) -> set[int]:
    """Customers (ids) who do not want to be evaluated personally; of all, or of some."""
    return consent.refused(shop, Purpose.PROFILING, among=among)


def objecting(events: Iterable[Happened]) -> set[int]:
    """Customers (ids) who say in some events that they do not want to be evaluated."""
    said = {event.customer for event in events if event.facts.get("purpose") == Purpose.PROFILING}
    return {customer for customer in said if customer is not None}


def is_wanted(customer: Customer) -> bool:
    """Whether somebody may be evaluated: until they object."""
    return not consent.has_refused(customer, Purpose.PROFILING)


def of(customer: Customer) -> tuple[Fit | None, Score | None]:
    """The fit in force and what it says of a customer, both of one moment; nothing where no purchase counts, nor from
    the moment on in which they object."""
    if not is_wanted(customer):
        return current(customer.shop), None
    score = Score.objects.select_related("fit__shop").filter(customer=customer, fit__is_current=True).first()
    return (score.fit, score) if score else (current(customer.shop), None)
