"""Invitations: sent again, revoked, accepted."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from treue.core.staff import invitations
from treue.core.staff.errors import InvitationSpent, TooManyInvitations
from treue.core.staff.forms import Accept
from treue.core.staff.models import Invitation, User
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@requires(Permission.MANAGE_STAFF)
@require_POST
def send_again(request: HttpRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.waiting(), pk=invitation_id)
    try:
        invitations.send_again(invitation=invitation, by=request.user)
    except InvitationSpent:
        messages.warning(request, _("This invitation was accepted or revoked in the meantime."))
    except TooManyInvitations:
        messages.error(request, _("Many invitations went out within the last hour. Please send the next one later."))
    else:
        messages.success(
            request, _("%(email)s gets a new mail; the link in the old one is void.") % {"email": invitation.email}
        )
    return redirect("staff")


@requires(Permission.MANAGE_STAFF)
@require_POST
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.waiting(), pk=invitation_id)
    invitations.revoke(invitation=invitation, by=request.user)
    messages.success(request, _("The invitation to %(email)s is revoked.") % {"email": invitation.email})
    return redirect("staff")


@login_not_required
@sensitive_post_parameters("password1", "password2")
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """An invited colleague chooses name and password, and is in. Only the POST spends the link."""
    try:
        invitation = invitations.find(token)
        form = Accept(
            request.POST or None,
            instance=User(email=invitation.email, role=invitation.role),
            initial={"language": invitation.language or get_language()},
        )
        if request.method == "POST" and form.is_valid():
            user = invitations.accept(token=token, user=form.account())
            return perform_login(request, user, redirect_url=reverse("cockpit"))
    except InvitationSpent:
        return render(request, "staff/invitation_spent.html", status=410)
    return render(request, "staff/invitation.html", {"form": form, "invitation": invitation})
