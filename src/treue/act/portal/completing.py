"""The deed of completing one's profile: told once, when a member saves what the page asks for and nothing is missing.

It earns by the programme's rules as every other deed does: once, also where a server tells of it, too (`deeds.ONCE`).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from treue.act.loyalty import deeds, membership, wording
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.errors import NoSuchMember
from treue.act.loyalty.models import Member
from treue.act.portal import presents
from treue.core.events.log import Happening, record, was_told
from treue.core.events.naming import know

COMPLETED, SOURCE = "Profile Completed", "portal"
KIND = DeedKind.PROFILE_COMPLETED
know([COMPLETED])


def tell(*, member: Member, now: datetime) -> int:
    """Tell of it where nothing is missing and nobody did before. Returns how many points came of it."""
    with transaction.atomic():
        try:
            held = membership.hold(member.pk)
        except NoSuchMember:  # erased meanwhile
            return 0
        if held.left_at is not None or _missing(held, now) or _is_told(held):
            return 0
        record(held.programme.shop, [_happening(held, now)])
        given = deeds.give(member=held, deed=Deed(KIND, now), key=_name(held), now=now)
    return given.deed.points if given.deed else 0


def promise(member: Member, now: datetime) -> str:
    """What is left to do for how many points; "" where it brings none any more."""
    if member.left_at is not None or _is_told(member):
        return ""
    points = deeds.worth(member=member, deed=Deed(KIND, now))
    if not points:
        return ""
    sentences = {
        (): _("Check your name and save it, and you get %(points)s for a complete profile."),
        ("name",): _("Enter your name, and you get %(points)s for a complete profile."),
        ("birthday",): _("Enter your birthday, and you get %(points)s for a complete profile."),
        ("name", "birthday"): _("Enter your name and your birthday, and you get %(points)s for a complete profile."),
    }
    return sentences[_missing(member, now)] % {"points": wording.points(points)}


def thanks(member: Member) -> str:
    """What it brought; "" where it brought nothing."""
    earned = deeds.of_kind(member, KIND).order_by("-pk").first()
    if earned is None or not earned.points:
        return ""
    return _("Your profile is complete. You got %(points)s for it.") % {"points": wording.points(earned.points)}


def _missing(member: Member, now: datetime) -> tuple[str, ...]:
    """The birthday only where the page asks for it."""
    customer = member.customer
    needs_birthday = customer.birthday is None and presents.congratulates(member, now)
    wanted = (("name", not customer.name.strip()), ("birthday", needs_birthday))
    return tuple(name for name, is_missing in wanted if is_missing)


def _is_told(member: Member) -> bool:
    """By the portal, whether it earned anything or not; by whomever, where it earned something."""
    return was_told(member.programme.shop, _name(member)) or deeds.of_kind(member, KIND).exists()


def _name(member: Member) -> str:
    """With a blank: no message from outside has such an id."""
    return f"profile completed {member.customer_id}"


def _happening(member: Member, now: datetime) -> Happening:
    return Happening(
        message_id=_name(member),
        name=COMPLETED,
        person=member.customer_id,
        source=SOURCE,
        occurred_at=now,
        facts={"reference": deeds.ONCE[KIND]},
    )
