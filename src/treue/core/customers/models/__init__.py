"""The tables of this room: customers, by what they are known, consents, preferences, receipts of erasures."""

from treue.core.customers.models.consent import (
    Channel,
    ConsentRecord,
    ConsentRules,
    ConsentText,
    Preference,
    Purpose,
)
from treue.core.customers.models.customers import Customer, ErasedVisitor, Erasure, day_in_year
from treue.core.customers.models.persons import Identity, Merge, Trait, Visitor

__all__ = [
    "Channel",
    "ConsentRecord",
    "ConsentRules",
    "ConsentText",
    "Customer",
    "ErasedVisitor",
    "Erasure",
    "Identity",
    "Merge",
    "Preference",
    "Purpose",
    "Trait",
    "Visitor",
    "day_in_year",
]
