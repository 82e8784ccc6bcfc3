"""What the log is told of gifts. Never a code: whoever reads the log could use it."""

from datetime import datetime

from treue.act.gifts.models import Gift
from treue.core.api.values import rfc3339
from treue.core.events import naming
from treue.core.events.log import Happening, record

GIVEN = "Gift Given"
SOURCE = "treue"
naming.know([GIVEN])


def tell(gift: Gift, at: datetime) -> None:
    """In the transaction in which it is given."""
    plan = gift.plan
    ends = {"expires_at": rfc3339(gift.expires_at)} if gift.expires_at else {}
    happening = Happening(
        message_id=f"gift given {gift.pk}",
        name=GIVEN,
        person=gift.member.customer_id,
        source=SOURCE,
        occurred_at=at,
        facts={
            "gift": gift.pk,
            "plan": {"id": plan.pk, "name": plan.name},
            "occasion": plan.occasion,
            "day": gift.day.isoformat(),
            **_what(gift),
            **ends,
        },
    )
    record(plan.programme.shop, [happening])


def _what(gift: Gift) -> dict[str, object]:
    if gift.claim is not None:
        reward = gift.claim.reward
        return {"reward": {"id": reward.pk, "name": reward.name, "kind": reward.kind}, "claim": gift.claim.pk}
    return {"points": gift.points} if gift.points else {"campaign": {"name": gift.plan.campaign.name}}
