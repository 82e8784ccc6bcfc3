"""How a mail fares, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.jobs.models import Mail

NO_ANSWER = gettext_lazy("The mail server does not answer.")
UNTRUSTED = gettext_lazy("The mail server's certificate is not trusted.")
PROBLEMS = {
    "UnusableSmtpUrl": gettext_lazy("TREUE_SMTP_URL cannot be read; it looks like smtp://user:password@host:587."),
    "SMTPAuthenticationError": gettext_lazy("The mail server refuses the user name or the password."),
    "SMTPRecipientsRefused": gettext_lazy("The mail server does not accept this recipient."),
    "SMTPSenderRefused": gettext_lazy("The mail server does not accept our sender (TREUE_MAIL_FROM)."),
    "SMTPDataError": gettext_lazy("The mail server does not accept this mail."),
    "SMTPNotSupportedError": gettext_lazy("The mail server cannot do what TREUE_SMTP_URL asks for."),
    "SMTPServerDisconnected": NO_ANSWER,
    "SMTPConnectError": NO_ANSWER,
    "ConnectionRefusedError": NO_ANSWER,
    "ConnectionResetError": NO_ANSWER,
    "TimeoutError": NO_ANSWER,
    "OSError": NO_ANSWER,
    "gaierror": gettext_lazy("The mail server's name is not known."),
    "SSLError": UNTRUSTED,
    "SSLCertVerificationError": UNTRUSTED,
}


@dataclass(frozen=True)
class State:
    """badge: of the design system."""

    text: str
    badge: str


def state_of(mail: Mail) -> State:
    if mail.sent_at is not None:
        return State(_("Written to the folder") if mail.text else _("Sent"), "good")
    if mail.is_given_up:
        return State(_("Given up"), "bad")
    return State(_("Tried again later"), "warn") if mail.error else State(_("Waiting"), "info")


def problem_of(mail: Mail) -> str:
    """Why the last attempt failed, as a sentence."""
    if not mail.error:
        return ""
    known = PROBLEMS.get(mail.error)
    return str(known) if known else _("Sending failed (%(error)s).") % {"error": mail.error}
