"""What the log is told of rewards. Never a code: whoever reads the log could use it."""

from datetime import datetime

from treue.act.rewards.models import Claim
from treue.core.events import naming
from treue.core.events.log import Happening, record

REDEEMED, HANDED_OVER, CANCELLED = "Reward Redeemed", "Reward Handed Over", "Reward Cancelled"
SOURCE = "treue"
naming.know([REDEEMED, HANDED_OVER, CANCELLED])


def tell(name: str, claim: Claim, at: datetime) -> None:
    """In the transaction of the deed. Each happens to a claim once."""
    order = {"order": claim.order_number} if claim.order_number else {}
    happening = Happening(
        message_id=f"{name.lower()} {claim.pk}",
        name=name,
        person=claim.member.customer_id,
        source=SOURCE,
        occurred_at=at,
        facts={
            "claim": claim.pk,
            "reward": {"id": claim.reward_id, "name": claim.reward.name, "kind": claim.reward.kind},
            "points": claim.points,
            **order,
        },
    )
    record(claim.programme.shop, [happening])
