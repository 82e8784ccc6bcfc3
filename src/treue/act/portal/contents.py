"""A member's own texts and photos, ready to print for them."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.content import reading, showing, terms
from treue.act.content.models import Submission
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty import wording
from treue.act.loyalty.days import last_day_before
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.member_showing import day
from treue.act.loyalty.models import Member
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

State = Submission.State


@dataclass(frozen=True)
class Item:
    """One of the list. state: a sentence."""

    title: str
    about: str
    state: str
    url: str


def may_submit(member: Member) -> bool:
    return member.left_at is None and terms.of(member.programme).is_open


def listed(them: list[Submission], shop: Shop) -> list[Item]:
    products = reading.product_names(shop, [each.product for each in them])
    return [
        Item(showing.title(each), showing.about(each, products), state(each), reverse("portal_content", args=[each.pk]))
        for each in them
    ]


def one(submission: Submission, shop: Shop, now: datetime) -> dict[str, object]:
    """Template context."""
    products = reading.product_names(shop, [submission.product])
    facts = [
        (_("About"), showing.about(submission, products)),
        (_("Submitted"), day(submission.submitted_at, shop)),
    ]
    if submission.state != State.WITHDRAWN:
        facts.append((_("Name beside it"), submission.shown_name or _("no name")))
    return {
        "submission": submission,
        "title": showing.title(submission),
        "state": state(submission),
        "points": _points(submission, shop, now),
        "facts": facts,
        "pictures": showing.pictures(submission, "portal_content_photo"),
        "may_withdraw": submission.state != State.WITHDRAWN,
        "loses": submission.points > 0 and submission.free_at is not None and now < submission.free_at,
    }


def state(submission: Submission) -> str:
    return {
        State.PENDING: _("The shop looks at it before it is shown."),
        State.PUBLISHED: _("It is published."),
        State.REJECTED: _("It is not shown. The shop says why: %(reason)s") % {"reason": submission.reason},
        State.WITHDRAWN: _("You withdrew it. Text and photos are deleted."),
    }[State(submission.state)]


def _points(submission: Submission, shop: Shop, now: datetime) -> str:
    if not submission.points:
        return ""
    count = {"points": wording.points(submission.points)}
    if submission.free_at is not None and now < submission.free_at:
        until = formats.day_long(last_day_before(submission.free_at, shop.tz), active_language())
        return _("%(points)s for it are pending until %(day)s.") % (count | {"day": until})
    return _("You got %(points)s for it.") % count


def promise(member: Member) -> str:
    """What a published text or photo earns; "" where the programme gives nothing for it."""
    rules = loyalty.rules_of(member.programme)
    points = sum(each.points for each in rules.for_deeds if each.deed is DeedKind.CONTENT) if rules else 0
    if not points:
        return ""
    return _("%(points)s for you once it is published, whether it praises or not.") % {"points": wording.points(points)}


def done(what: str) -> str:
    """What was just done, as a sentence; "" for what is none of these."""
    sentences = {
        "submitted": _("Thank you. The shop looks at it, and it stands here what becomes of it."),
        "withdrawn": _("Withdrawn. It is shown no longer, and text and photos are deleted."),
    }
    return sentences.get(what, "")
