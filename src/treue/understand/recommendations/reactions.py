"""What happens in between the nights, and bears upon the recommendations."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe
from treue.understand.recommendations import storing
from treue.understand.value import reading as value


@reaction("recommendations.objections", on={"Consent Withdrawn"})
def forget(events: Sequence[Happened]) -> None:
    """Whoever does not want to be evaluated loses what was chosen for them, not only in the next night."""
    storing.forget(value.objecting(events))


describe("recommendations.objections", name=_("Forgetting recommendations of those who object"))
