"""What happens in between the nights, and bears upon the groups."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.understand.segments import storing
from treue.understand.value import reading as value


@reaction("segments.objections", on={"Consent Withdrawn"})
def forget(events: Sequence[Happened]) -> None:
    """Whoever does not want to be evaluated leaves their group at once, not only in the next night."""
    storing.forget(value.objecting(events))


describe("segments.objections", name=_("Taking those who object out of their groups"))
