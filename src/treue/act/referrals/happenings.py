"""What the log is told of referrals. Never the code, and of the other one no more than an opaque number."""

from datetime import datetime

from treue.act.referrals.models import Referral
from treue.core.events import naming
from treue.core.events.log import Happening, record

FRIEND_REFERRED, REFERRAL_REWARDED = "Friend Referred", "Referral Rewarded"
REFERRAL_REFUSED, REFERRAL_REVERSED = "Referral Refused", "Referral Taken Back"
SOURCE = "treue"
naming.know([FRIEND_REFERRED, REFERRAL_REWARDED, REFERRAL_REFUSED, REFERRAL_REVERSED])


def tell(name: str, referral: Referral, person: int | None, at: datetime, **facts: object) -> None:
    """In the transaction of what it tells of. person: whose deed or reward it is; nothing where they are gone."""
    if person is None:
        return
    happening = Happening(
        message_id=f"{name.lower()} {referral.pk} {person}",
        name=name,
        person=person,
        source=SOURCE,
        occurred_at=at,
        facts={"referral": referral.pk, **facts},
    )
    record(referral.programme.shop, [happening])
