"""The tables of this room: customers, receipts of erasures, consents, preferences."""

from treue.core.customers.models.consent import (
    Channel,
    ConsentRecord,
    ConsentRules,
    ConsentText,
    Preference,
    Purpose,
)
from treue.core.customers.models.customers import Customer, Erasure

__all__ = [
    "Channel",
    "ConsentRecord",
    "ConsentRules",
    "ConsentText",
    "Customer",
    "Erasure",
    "Preference",
    "Purpose",
]
