"""Say what a point is worth."""

from django.db import transaction

from treue.act.loyalty.models import BookTerms
from treue.core.staff import audit
from treue.core.staff.models import User


@transaction.atomic
def save(*, terms: BookTerms, by: User | None) -> None:
    """Months that are closed keep what they were closed with."""
    terms.save()
    facts = {
        name: str(getattr(terms, name))
        for name in ("value_per_point", "cost_per_point", "cost_increase", "interest_rate", "assumed_redemption")
    }
    audit.record("books.valued", who=by, subject=f"programme {terms.programme_id}", **facts)
