"""What the log is told of vouchers. Never the code: whoever reads the log could use it."""

from collections.abc import Sequence

from treue.act.vouchers.models import Redemption, RollBack
from treue.core.api.values import plain
from treue.core.events import naming
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop

VOUCHER_REDEEMED, VOUCHER_ROLLED_BACK = "Voucher Redeemed", "Voucher Rolled Back"
naming.know([VOUCHER_REDEEMED, VOUCHER_ROLLED_BACK])


def tell_redeemed(shop: Shop, made: Sequence[Redemption], *, source: str) -> None:
    """In the transaction of the redemption."""
    record(
        shop,
        [
            Happening(
                message_id=f"voucher redeemed {each.pk}",
                name=VOUCHER_REDEEMED,
                person=each.customer_id,
                source=source,
                occurred_at=each.redeemed_at,
                facts={**_about(each), "total": plain(each.amount, decimals=2)},
            )
            for each in made
        ],
    )


def tell_rolled_back(shop: Shop, done: RollBack, *, source: str, is_whole: bool) -> None:
    """In the transaction of the roll-back. whole: whether nothing of the redemption is left."""
    redemption = done.redemption
    happening = Happening(
        message_id=f"voucher rolled back {done.pk}",
        name=VOUCHER_ROLLED_BACK,
        person=redemption.customer_id,
        source=source,
        occurred_at=done.at,
        facts={**_about(redemption), "total": plain(done.amount, decimals=2), "whole": is_whole},
    )
    record(shop, [happening])


def _about(redemption: Redemption) -> dict[str, object]:
    order = {"order": redemption.order_number} if redemption.order_number else {}
    return {
        "redemption": redemption.pk,
        "campaign": {"name": redemption.campaign.name},
        "currency": redemption.currency,
        **order,
    }
