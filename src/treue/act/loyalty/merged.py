"""What becomes of memberships where two customers turn out to be one, or to be two after all."""

from collections.abc import Sequence

from django.utils import timezone

from treue.act.loyalty import families
from treue.act.loyalty.models import Due


def follow(to: int, numbers: Sequence[int]) -> None:
    """A membership goes along with the number under which it was begun, there and back; so do its orders' points."""
    changed = families.follow(to, numbers, now=timezone.now())
    Due.objects.bulk_create(Due(customer_id=each) for each in sorted(changed))
