"""Webhooks in words: why an address is refused, how a delivery fares, why one is switched off."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.shop import clock
from treue.core.staff.audit_facts import word_values
from treue.core.webhooks.errors import (
    NotEncrypted,
    PortRefused,
    PrivateAddress,
    UnknownHost,
    Unreadable,
    UnusableNetworks,
    WebhookError,
)
from treue.core.webhooks.models import Delivery, Endpoint
from treue.core.webhooks.sending import STATUS

NO_ANSWER = gettext_lazy("The receiver does not answer.")
BROKE_OFF = gettext_lazy("The receiver broke off the connection.")
PROBLEMS = {
    "TimeoutError": gettext_lazy("The receiver does not answer in time."),
    "ConnectionRefusedError": NO_ANSWER,
    "OSError": NO_ANSWER,
    "ConnectionResetError": BROKE_OFF,
    "BrokenPipeError": BROKE_OFF,
    "RemoteDisconnected": BROKE_OFF,
    "SSLCertVerificationError": gettext_lazy("The receiver's certificate is not trusted, or is of another name."),
    "SSLError": gettext_lazy("An encrypted connection to the receiver does not come about."),
    "SSLEOFError": BROKE_OFF,
    "SSLZeroReturnError": BROKE_OFF,
    "UnusableAnswer": gettext_lazy("The receiver's answer is no HTTP."),
    "UnknownHost": gettext_lazy("The receiver's name is not known."),
    "PrivateAddress": gettext_lazy("The receiver's name leads into a private network, where Treue sends nothing."),
    "NotEncrypted": gettext_lazy("The address begins with http:. Treue sends only to https:."),
    "Unreadable": gettext_lazy("The address cannot be read."),
    "PortRefused": gettext_lazy("Treue sends nothing to this port."),
    "UnusableNetworks": gettext_lazy("TREUE_WEBHOOK_NETWORKS cannot be read; it looks like 10.1.0.0/16,fd12::/16."),
    "EventGone": gettext_lazy("The event is not in the log any more."),
}


@dataclass(frozen=True)
class State:
    """badge: of the design system."""

    text: str
    badge: str


def refusal(error: WebhookError) -> str:
    """Why an address cannot be entered, and what would help."""
    match error:
        case NotEncrypted():
            return _("Treue sends only to addresses that begin with https://")
        case PortRefused(port=port):
            return _("Port %(port)s is not for webhooks; 443 is, or one from 1024 on") % {"port": port}
        case UnknownHost(host=host):
            return _("Nobody knows the name %(host)s; is it spelled correctly?") % {"host": host}
        case PrivateAddress(host=host, address=address) if host == str(address):
            return _(
                "%(host)s lies in a private network. Treue sends nothing there unless whoever runs it opens that "
                "network (TREUE_WEBHOOK_NETWORKS)"
            ) % {"host": host}
        case PrivateAddress(host=host, address=address):
            return _(
                "%(host)s is %(address)s, which lies in a private network. Treue sends nothing there unless whoever "
                "runs it opens that network (TREUE_WEBHOOK_NETWORKS)"
            ) % {"host": host, "address": address}
        case UnusableNetworks():
            return str(PROBLEMS["UnusableNetworks"])
        case Unreadable():
            return _("Enter a whole address without name and password in it, such as https://shop.example.org/treue")
    raise error


def state_of(delivery: Delivery) -> State:
    if delivery.state == Delivery.State.DELIVERED:
        return State(_("Delivered"), "good")
    if delivery.state == Delivery.State.GIVEN_UP:
        return State(_("Given up"), "bad")
    return State(_("Tried again later"), "warn") if delivery.problem else State(_("Waiting"), "info")


def problem_of(delivery: Delivery) -> str:
    """Why the last try failed, as a sentence."""
    if not delivery.problem:
        return ""
    if delivery.problem == STATUS:
        return _status(delivery.status)
    known = PROBLEMS.get(delivery.problem)
    return str(known) if known else _("Sending failed (%(error)s).") % {"error": delivery.problem}


def _status(number: int) -> str:
    if 300 <= number < 400:
        return _("The receiver sends Treue elsewhere (%(status)s). Enter the address that it leads to.") % {
            "status": number
        }
    if number == 410:
        return _("The receiver says that it is gone for good (410).")
    return _("The receiver refuses (%(status)s).") % {"status": number}


def endpoint_state(endpoint: Endpoint) -> State:
    if endpoint.is_on:
        return State(_("Fails"), "warn") if endpoint.failing_since else State(_("On"), "good")
    return State(_("Off"), "plain" if endpoint.off_because == Endpoint.OffBecause.ASKED else "bad")


def why_off(endpoint: Endpoint) -> str:
    """What happened, and what that means; "" while it is on."""
    reasons = {
        Endpoint.OffBecause.ASKED: _("This webhook is switched off."),
        Endpoint.OffBecause.GONE: _("This webhook is switched off: the receiver answered that it is gone for good."),
        Endpoint.OffBecause.FAILING: _("This webhook is switched off: for five days nothing could be delivered there."),
    }
    return "" if endpoint.is_on else reasons[endpoint.off_because]


def _because(value: str) -> str:
    words = {"gone": _("the receiver is gone"), "failing": _("nothing arrived for five days")}
    return words.get(value, value)


def _since(value: str) -> str:
    return clock.printed(datetime.fromisoformat(value), clock.zone())


word_values("because", _because)
word_values("since", _since)
