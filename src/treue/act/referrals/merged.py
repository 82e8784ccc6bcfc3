"""What becomes of friends where two customers turn out to be one, or to be two after all."""

from collections.abc import Sequence

from treue.act.referrals.models import Referral

State = Referral.State
OVER = (State.REWARDED, State.REVERSED, State.REFUSED)


def follow(to: int, numbers: Sequence[int]) -> None:
    """A friend goes along with the number under which they came. Where both came by somebody, the earliest counts."""
    moved = Referral.objects.filter(bound_as__in=numbers).exclude(friend=to)
    before = set(moved.values_list("friend", flat=True))
    programmes = set(moved.values_list("programme", flat=True))
    moved.update(friend=to, is_spare=True)
    for programme in programmes:
        for customer in {to, *before}:
            _settle(programme, customer)


def _settle(programme: int, customer: int) -> None:
    """One that was rewarded or decided counts before one that still waits: nobody is rewarded twice for a friend."""
    theirs = Referral.objects.filter(programme=programme, friend=customer)
    first, *spare = sorted(theirs, key=lambda each: (each.state not in OVER, each.bound_at, each.pk)) or [None]
    Referral.objects.filter(pk__in=[each.pk for each in spare]).update(is_spare=True)
    if first is not None:
        Referral.objects.filter(pk=first.pk).update(is_spare=False)
