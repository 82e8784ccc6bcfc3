"""What happens in between the nights, and bears upon the scores."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.core.jobs import work
from treue.understand.value import reading, storing
from treue.understand.value.tasks import SCORE


@reaction("value.objections", on={"Consent Withdrawn"})
def forget(events: Sequence[Happened]) -> None:
    """Whoever does not want to be evaluated loses what was worked out about them, not only in the next night: where
    nothing is sold, none comes. The sums follow."""
    objecting = reading.objecting(events)
    for shop in storing.forget(objecting):
        work.start(SCORE, lock=f"{SCORE}.{shop}", shop_id=shop, customers=sorted(objecting))


describe("value.objections", name=_("Forgetting scores of those who object"))
