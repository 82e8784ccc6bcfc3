"""Endpoints that are switched off because nothing arrives there, and the letter that says so."""

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.staff import audit, letters
from treue.core.staff.models import User
from treue.core.webhooks.models import Endpoint


def switch_off_by_itself(endpoint_id: int, because: Endpoint.OffBecause) -> None:
    """Nothing is sent there until somebody switches it on again. Administrators get a letter, once, however many tries
    fail at the same time. Call it in a transaction."""
    was_on = Endpoint.objects.filter(pk=endpoint_id, is_on=True)
    if not was_on.update(is_on=False, off_because=because):
        return
    audit.record("webhook.switched_off", who=None, subject=f"webhook {endpoint_id}", because=str(because))
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    for admin in User.objects.active_admins():
        with letters.in_language(admin.language):
            _write(admin, endpoint, because)


def _write(admin: User, endpoint: Endpoint, because: Endpoint.OffBecause) -> None:
    why = {
        Endpoint.OffBecause.GONE: _("The receiver answered that it is gone for good (410)."),
        Endpoint.OffBecause.FAILING: _("For five days nothing could be delivered there."),
    }[because]
    letters.post(
        to=admin.email,
        subject=_("The webhook to %(host)s is switched off") % {"host": endpoint.host},
        paragraphs=[
            why,
            _("Treue does not send events to %(host)s any more.") % {"host": endpoint.host},
            _("When the receiver works again, switch the webhook on and send again what failed."),
        ],
        button=letters.Button(_("Open the webhook"), letters.absolute(reverse("webhook", args=[endpoint.pk]))),
    )
