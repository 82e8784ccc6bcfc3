"""Say what referrals give."""

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction

from treue.act.loyalty.models import Programme
from treue.act.referrals.models import Scheme
from treue.act.vouchers.models import Campaign
from treue.core.staff import audit
from treue.core.staff.models import User


@dataclass(frozen=True)
class Terms:
    """As `models.Scheme` has them."""

    is_open: bool
    advocate_points: int
    friend_points: int
    welcome: Campaign | None
    minimum: Decimal
    is_first_only: bool
    most_per_year: int | None
    window_days: int
    review_from: int
    landing: str


def save(*, programme: Programme, terms: Terms, by: User | None) -> Scheme:
    """Friends who came before keep the terms of their day."""
    values = {each.name: getattr(terms, each.name) for each in fields(terms)}
    with transaction.atomic():
        scheme, _is_new = Scheme.objects.update_or_create(programme=programme, defaults=values)
        audit.record("referrals.scheme_saved", who=by, subject=f"programme {programme.pk}")
    return scheme
