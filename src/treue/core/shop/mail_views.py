"""Settings: whether mail leaves this machine, and a mail to try it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.core.jobs import outbox
from treue.core.shop import trial_mail
from treue.core.shop.tabs import tabs
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission

EXAMPLES = [
    ("TREUE_SMTP_URL", "smtp://user:password@mail.example.org:587"),
    ("TREUE_MAIL_FROM", "treue@example.org"),
    ("TREUE_URL", "https://treue.example.org"),
]


@requires(Permission.EDIT_SHOP)
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    facts = [(_("Sender"), settings.DEFAULT_FROM_EMAIL), (_("Links in mails begin with"), settings.PUBLIC_URL)]
    if outbox.leaves():
        facts.insert(0, (_("Mail server"), urlsplit(settings.SMTP_URL).netloc.rpartition("@")[2]))
    may_see_mail = request.user.may(Permission.SEE_MAIL)
    context = {"leaves": outbox.leaves(), "facts": facts, "examples": EXAMPLES, "may_see_mail": may_see_mail}
    return render(request, "shop/mail.html", context | tabs("settings_mail"))


@requires(Permission.EDIT_SHOP)
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    trial_mail.send(to=request.user)
    messages.success(request, _("A mail to %(email)s is on its way.") % {"email": request.user.email})
    return redirect("settings_mail")
