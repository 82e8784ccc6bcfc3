"""The keys by which member cards are signed for the wallets of phones."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from treue.act.portal.passes import signing_keys
from treue.act.portal.passes.errors import (
    CertificateExpired,
    FileUnusable,
    KeyProblem,
    KeysDoNotMatch,
    OtherName,
    SettingsMissing,
)
from treue.design.formats import day_long
from treue.understand.metrics.scope.basis import active_language
from treue.web.doctor.finding import Clock, Finding


def keys(clock: Clock) -> Iterator[Finding]:
    """A certificate is spoken of a month before it ends."""
    for problem in signing_keys.problems(clock()):
        yield FINDINGS[type(problem)](problem)


def _missing(problem: SettingsMissing) -> Finding:
    return Finding(
        _("Member cards for wallets are set up in part; %(settings)s is missing.")
        % {"settings": ", ".join(problem.names)},
        _("Set it in the environment, or take the others out: until then no card goes to that wallet."),
    )


def _unusable(problem: FileUnusable) -> Finding:
    return Finding(
        _("The file that %(setting)s names cannot be read, or holds something else.") % {"setting": problem.setting},
        _("Look at its path, its rights, and at docs/portal.md, which says what it holds."),
    )


def _expired(problem: CertificateExpired) -> Finding:
    facts = {"setting": problem.setting, "day": day_long(problem.last_day, active_language())}
    return Finding(
        _("The certificate that %(setting)s names ends on %(day)s; from then on no card goes to a wallet.") % facts,
        _("Have Apple make a new one, and put it there. Cards that are in wallets stay."),
    )


def _other_name(problem: OtherName) -> Finding:
    facts = {"setting": problem.setting, "found": problem.found or "–"}
    return Finding(
        _("The certificate for Apple's wallet does not match %(setting)s; it says %(found)s.") % facts,
        _("Set what the certificate says, or put the right certificate there."),
    )


def _no_match(problem: KeysDoNotMatch) -> Finding:
    return Finding(
        _("What %(setting)s names does not belong to the certificate for Apple's wallet.")
        % {"setting": problem.setting},
        _("Put the key there with which it was asked for, and Apple's intermediate certificate that signed it."),
    )


FINDINGS: dict[type[KeyProblem], Callable[..., Finding]] = {
    SettingsMissing: _missing,
    FileUnusable: _unusable,
    CertificateExpired: _expired,
    OtherName: _other_name,
    KeysDoNotMatch: _no_match,
}
