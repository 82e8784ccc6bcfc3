"""What happens in between the nights, and bears upon the recommendations."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.customers.models import Purpose
from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.understand.recommendations import storing


@reaction("recommendations.objections", on={"Consent Withdrawn"})
def forget(events: Sequence[Happened]) -> None:
    """Whoever does not want to be evaluated loses what was chosen for them, not only in the next night."""
    objecting = {event.customer for event in events if event.facts.get("purpose") == Purpose.PROFILING}
    storing.forget(objecting - {None})


describe("recommendations.objections", name=_("Forgetting recommendations of those who object"))
