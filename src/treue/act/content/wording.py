"""What this room's states and deeds are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from treue.act.content.models import Submission
from treue.act.content.rewarding import TAKEN_BACK
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.wording import REASONS
from treue.core.staff.audit_wording import SUBJECTS, name_actions

State = Submission.State
STATES: dict[str, Promise | str] = {
    State.PENDING: pgettext_lazy("state of a submission", "To be looked at"),
    State.PUBLISHED: pgettext_lazy("state of a submission", "Published"),
    State.REJECTED: pgettext_lazy("state of a submission", "Rejected"),
    State.WITHDRAWN: pgettext_lazy("state of a submission", "Withdrawn"),
}
BADGES = {State.PENDING: "warn", State.PUBLISHED: "good", State.REJECTED: "bad", State.WITHDRAWN: "plain"}

name_actions(
    {
        "content.published": _("Published a member's content"),
        "content.rejected": _("Rejected a member's content"),
        "content.kept": _("Let reported content stand"),
        "content.withdrawn": _("Withdrew a member's content"),
        "content.terms_changed": _("Changed what members can submit"),
    }
)
SUBJECTS["submission"] = _("Submission %(number)s")
REASONS.update({DeedKind.CONTENT.value: _("Published text or photo"), TAKEN_BACK: _("Text or photo withdrawn")})
