"""What this room's deeds are called."""

from django.utils.translation import gettext_lazy as _

from treue.core.staff.audit_wording import name_actions

name_actions(
    {
        "portal.changed": _("Changed the members' portal"),
        "member.profile_changed": _("A member changed the own profile"),
    }
)
