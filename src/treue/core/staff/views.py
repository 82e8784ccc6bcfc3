"""Who works with Treue: roles, access, invitations."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.core.shop import clock
from treue.core.staff import colleagues, invitations
from treue.core.staff.errors import AlreadyColleague, LastAdmin, TooManyInvitations
from treue.core.staff.forms import ChangeRole, Invite
from treue.core.staff.models import Invitation, User
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.tables import Cell, Column, Table


@requires(Permission.MANAGE_STAFF)
def staff(request: HttpRequest) -> HttpResponse:
    """The list of colleagues, open invitations, and the form that invites."""
    form = Invite(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        return redirect("staff")
    zone = clock.zone()
    waiting = [
        (invitation, clock.printed(invitation.expires_at, zone))
        for invitation in Invitation.objects.waiting().order_by("-pk")
    ]
    return render(request, "staff/staff.html", {"form": form, "table": _table(), "waiting": waiting})


def _invite(request: HttpRequest, form: Invite) -> bool:
    try:
        invitations.invite(**form.cleaned_data, by=request.user)
    except AlreadyColleague:
        form.add_error("email", _("There is an account with this address already."))
    except TooManyInvitations:
        form.add_error(None, _("Many invitations went out within the last hour. Please send the next one later."))
    else:
        messages.success(request, _("The invitation to %(email)s is on its way.") % form.cleaned_data)
        return True
    return False


@requires(Permission.MANAGE_STAFF)
@require_GET
def colleague(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(colleagues.everybody(), pk=user_id)
    facts = [
        (_("E-mail address"), user.email),
        (_("Last sign-in"), clock.printed(user.last_login, clock.zone())),
        (_("Two-factor sign-in"), _("On") if user.has_two_factor else _("Off")),
    ]
    form = ChangeRole(initial={"role": user.role})
    return render(request, "staff/colleague.html", {"colleague": user, "facts": facts, "form": form})


@requires(Permission.MANAGE_STAFF)
@require_POST
def change_role(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    form = ChangeRole(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return redirect("colleague", user_id=user.pk)
    return _unless_last_admin(
        request,
        lambda: colleagues.change_role(user=user, role=form.cleaned_data["role"], by=request.user),
        user=user,
        done=_("The new role of %(name)s holds from now on."),
    )


@requires(Permission.MANAGE_STAFF)
@require_POST
def deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    return _unless_last_admin(
        request,
        lambda: colleagues.deactivate(user=user, by=request.user),
        user=user,
        done=_("%(name)s can no longer sign in."),
    )


@requires(Permission.MANAGE_STAFF)
@require_POST
def reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    colleagues.reactivate(user=user, by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": user})
    return redirect("colleague", user_id=user.pk)


@requires(Permission.MANAGE_STAFF)
@require_POST
def switch_off_two_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(User, pk=user_id)
    colleagues.switch_off_two_factor(user=user, by=request.user)
    messages.success(request, _("%(name)s now signs in with the password alone.") % {"name": user})
    return redirect("colleague", user_id=user.pk)


def _unless_last_admin(request: HttpRequest, change: Callable[[], None], *, user: User, done: str) -> HttpResponse:
    try:
        change()
    except LastAdmin:
        messages.error(
            request, _("The last active administrator has to stay one. Make somebody else an administrator first.")
        )
    else:
        messages.success(request, done % {"name": user})
    return redirect("colleague", user_id=user.pk)


def _table() -> Table:
    zone = clock.zone()
    columns = [
        Column(_("Name")),
        Column(_("E-mail address"), full=True),
        Column(_("Role")),
        Column(_("Last sign-in")),
        Column(_("Two-factor sign-in")),
        Column(_("Access")),
    ]
    rows = [
        [
            Cell(str(user), url=reverse("colleague", args=[user.pk]), avatar=str(user)),
            user.email,
            user.get_role_display(),
            clock.printed(user.last_login, zone),
            Cell(_("On"), badge="good") if user.has_two_factor else Cell(_("Off"), kind="muted"),
            Cell(_("Active")) if user.is_active else Cell(_("Switched off"), badge="plain"),
        ]
        for user in colleagues.everybody()
    ]
    return Table(_("Staff"), columns, rows, stack=True)
