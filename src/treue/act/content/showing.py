"""Content ready to print for moderators."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.act.content import signals
from treue.act.content.models import Photo, Submission
from treue.act.content.wording import BADGES, STATES
from treue.act.loyalty.wording import number, points
from treue.core.shop import clock
from treue.design.tables import Cell, Column, Table

SHOWN = 90
REPORTED = "reported"


def tabs(counts: Mapping[str, int], address: str) -> list[dict[str, str]]:
    labels = {**STATES, REPORTED: pgettext("state of a submission", "Reported")}
    order = ("pending", REPORTED, "published", "rejected", "withdrawn")
    return [{"label": f"{labels[each]} ({number(counts[each])})", "url": f"{address}?state={each}"} for each in order]


def listed(them: Sequence[Submission], products: Mapping[str, str], zone: ZoneInfo, *, caption: str) -> Table:
    columns = [
        Column(_("Content")),
        Column(_("State"), corner=True),
        Column(_("About")),
        Column(_("Photos"), numeric=True),
        Column(_("Hints")),
        Column(_("Submitted")),
    ]
    hints = signals.of_all(them)
    rows = [
        [
            Cell(title(each), url=reverse("content_item", args=[each.pk]), sub=each.shown_name),
            state(each),
            about(each, products),
            number(each.photo_count),
            " ".join(hints[each.pk]),
            clock.printed(each.submitted_at, zone),
        ]
        for each in them
    ]
    return Table(_("Content"), columns, rows, caption=caption, stack=True)


def title(submission: Submission) -> str:
    if submission.text:
        return Truncator(" ".join(submission.text.split())).chars(SHOWN)
    if submission.photo_count:
        words = ngettext("%(count)s photo without a text", "%(count)s photos without a text", submission.photo_count)
        return words % {"count": number(submission.photo_count)}
    return _("No. %(number)s") % {"number": number(submission.pk)}


def state(submission: Submission) -> Cell:
    return Cell(str(STATES[submission.state]), badge=BADGES[submission.state])


def about(submission: Submission, products: Mapping[str, str]) -> str:
    return products.get(submission.product, submission.product) or _("the shop")


def facts(submission: Submission, products: Mapping[str, str], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Of one with `is_verified`."""
    proof = _("yes, the order is known") if submission.is_verified else _("no order of theirs is known")
    consent = submission.consent.text
    found = [
        (_("About"), about(submission, products)),
        (_("Bought"), proof),
        (_("Name shown"), submission.shown_name or _("none")),
        (_("Submitted"), clock.printed(submission.submitted_at, zone)),
        (_("Consent"), _("version %(version)s") % {"version": consent.version} if consent else _("yes")),
    ]
    if submission.decided_at is not None:
        found.append((_("Decided"), _decided(submission, zone)))
    if submission.withdrawn_at is not None:
        found.append((pgettext("state of a submission", "Withdrawn"), clock.printed(submission.withdrawn_at, zone)))
    if submission.points:
        found.append((_("Points for it"), points(submission.points)))
    return found


def _decided(submission: Submission, zone: ZoneInfo) -> str:
    moment = clock.printed(submission.decided_at, zone)
    return f"{moment} · {submission.decided_by}" if submission.decided_by else moment


def pictures(submission: Submission, url_name: str) -> list[dict[str, object]]:
    """Addresses by `url_name`, for who may see them in every state."""
    return [
        {
            "url": reverse(url_name, args=[submission.pk, each.ordinal, "full"]),
            "small_url": reverse(url_name, args=[submission.pk, each.ordinal, "small"]),
            "alt": _("Photo %(place)s of %(count)s") % {"place": each.ordinal, "count": submission.photo_count},
            **_sizes(each),
        }
        for each in submission.photos.all()
    ]


def _sizes(photo: Photo) -> dict[str, int]:
    """Of the small one."""
    longest = max(photo.width, photo.height)
    scale = min(1.0, 480 / longest)
    return {"width": max(1, round(photo.width * scale)), "height": max(1, round(photo.height * scale))}


def reports(submission: Submission, zone: ZoneInfo) -> list[tuple[str, str]]:
    rows = submission.reports.filter(is_open=True).order_by("-pk")
    return [(clock.printed(each.reported_at, zone), each.reason) for each in rows]
