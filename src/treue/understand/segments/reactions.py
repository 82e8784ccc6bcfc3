"""What happens in between the nights, and bears upon the groups."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.customers.models import Purpose
from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.understand.segments import storing


@reaction("segments.objections", on={"Consent Withdrawn"})
def forget(events: Sequence[Happened]) -> None:
    """Whoever does not want to be evaluated leaves their group at once, not only in the next night."""
    objecting = {event.customer for event in events if event.facts.get("purpose") == Purpose.PROFILING}
    storing.forget(objecting - {None})


describe("segments.objections", name=_("Taking those who object out of their groups"))
