"""What the shop knows of a member, ready to print for the member."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from treue.act.loyalty import reading, wording
from treue.act.loyalty.member_showing import spaced
from treue.act.loyalty.models import Member
from treue.act.portal.sessions import SignedIn
from treue.core.customers import consent
from treue.core.customers.consent_wording import channel_name, purpose_name
from treue.core.customers.models import Channel, ConsentText, Customer
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


@dataclass(frozen=True)
class Consent:
    """What holds of one purpose and channel. text: what was agreed to; "" where it is not known."""

    purpose: str
    channel: str
    title: str
    state: str
    text: str
    is_allowed: bool


def facts(member: Member, signed_in: SignedIn) -> list[tuple[str, str]]:
    customer, zone = signed_in.customer, member.programme.shop.tz
    joined = formats.day(member.joined_at.astimezone(zone).date(), active_language())
    return [
        (_("E-mail"), customer.email or formats.NOTHING),
        (_("Card number"), spaced(member.number)),
        (_("Member since"), joined),
    ]


def consents(customer: Customer, shop: Shop) -> list[Consent]:
    """Every consent of which anything was ever said, as it holds today."""
    return [_consent(each, shop) for each in consent.standing(customer)]


def _consent(each: consent.Standing, shop: Shop) -> Consent:
    record = each.record
    day = formats.day(record.happened_at.astimezone(shop.tz).date(), active_language())
    words = {
        consent.Kind.GIVEN: _("Allowed since %(day)s"),
        consent.Kind.REQUESTED: _("Not confirmed yet, asked on %(day)s"),
        consent.Kind.WITHDRAWN: _("Withdrawn on %(day)s"),
    }
    name = purpose_name(record.purpose)
    return Consent(
        purpose=record.purpose,
        channel=record.channel,
        title=name if record.channel == Channel.NONE else f"{name}: {channel_name(record.channel)}",
        state=words[each.state] % {"day": day},
        text=record.text.text if record.text and each.is_allowed else "",
        is_allowed=each.is_allowed,
    )


def has_agreed(customer: Customer, text: ConsentText) -> bool:
    """Whether advertising by e-mail is allowed already."""
    return any(
        each.is_allowed and (each.record.purpose, each.record.channel) == (text.purpose, Channel.EMAIL)
        for each in consent.standing(customer)
    )


def done(what: str) -> str:
    """What was just done, as a sentence; "" for what is none of these."""
    sentences = {
        "name": _("Your name is saved."),
        "email": _("You sign in with the new address from now on. Every other device is signed out."),
        "preferences": _("Your preferences are saved."),
        "birthday": _("Your birthday is saved."),
        "agreed": _("Thank you. Your consent is recorded, and you can withdraw it at any time."),
        "withdrawn": _("Withdrawn. From now on nothing is sent for this any more."),
    }
    return sentences.get(what, "")


def lost(member: Member) -> list[str]:
    """What is gone with somebody's data, in sentences."""
    has = reading.balances(member)
    points = max(has.points, 0) + has.pending + has.held
    found = [
        _("Your name, your address, your orders, your consents and your preferences are deleted."),
        _("Your card and your vouchers are no longer valid."),
    ]
    return [_("%(points)s lapse.") % {"points": wording.points(points)}, *found] if points else found
