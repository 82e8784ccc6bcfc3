"""The portal's home: what a member has, what comes and goes, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.translation import gettext as _

from treue.act.loyalty import reading, tier_showing, wording
from treue.act.loyalty.days import day_of, last_day_before
from treue.act.loyalty.member_showing import signed, spaced
from treue.act.loyalty.models import Lot, Member
from treue.act.loyalty.tiering import Rank
from treue.act.loyalty.tiers import Standing
from treue.act.loyalty.tiers.wording import progress_sentence
from treue.act.portal import happened
from treue.act.vouchers import codes, given, sentences
from treue.act.vouchers.models import Code
from treue.core.customers import persons
from treue.core.shop.models import Shop
from treue.design import formats, qr
from treue.understand.metrics.scope.basis import active_language

MOST_DAYS, MOST_VOUCHERS, LATEST = 3, 12, 5


@dataclass(frozen=True)
class Meter:
    """How far it is to the next tier."""

    label: str
    value: float
    most: float
    text: str


@dataclass(frozen=True)
class Voucher:
    """text: as people read it."""

    title: str
    text: str
    drawing: qr.Drawing
    terms: list[str]


def home(member: Member, rank: Rank, now: datetime) -> dict[str, object]:
    """Template context: as of now, whatever of it is not booked yet."""
    shop, found = member.programme.shop, rank.standing
    today, points = day_of(now, shop.tz), reading.spendable(member, now)
    ahead = [f"{each}." for each in tier_showing.ahead(found, now, shop)]
    return {
        "tier": found.level.name(active_language()) if found.level else "",
        "total": signed(points),
        "lines": [*_pending(member, now, shop), *_owed(points), *ahead],
        "meter": _meter(found, now, shop),
        "benefits": _tiers(found),
        "expiring": _expiring(member, now, today, shop),
        "vouchers": vouchers(member, now, shop),
        "latest": happened.of(member, list(reading.journals(member).order_by("-happened_at", "-pk")[:LATEST])),
        "has_left": member.left_at is not None,
    }


def card(member: Member) -> dict[str, object]:
    """Template context. The picture holds the bare number, which a till's scanner types."""
    return {"number": spaced(member.number), "drawing": qr.draw(member.number)}


def vouchers(member: Member, now: datetime, shop: Shop) -> list[Voucher]:
    found = given.usable(persons.numbers_of(member.customer), now=now, most=MOST_VOUCHERS)
    return [_voucher(each, shop) for each in found]


def _voucher(code: Code, shop: Shop) -> Voucher:
    terms = sentences.conditions(code.campaign, shop.tz)
    if code.worth is not None and code.spent:
        left = sentences.money(code.worth - code.spent, code.campaign.currency)
        terms = [_("%(amount)s are left on it.") % {"amount": left}, *terms]
    return Voucher(sentences.benefit(code.campaign).rstrip("."), codes.grouped(code.text), qr.draw(code.text), terms)


def _pending(member: Member, now: datetime, shop: Shop) -> list[str]:
    """What is pending, by the day on which it becomes free; further days as a sum."""
    today, lots = day_of(now, shop.tz), [each for each in reading.pending_lots(member) if each.available_from > now]
    by_day = [(day, list(of_day)) for day, of_day in groupby(lots, key=lambda lot: day_of(lot.available_from, shop.tz))]
    lines = [_pending_on(day, of_day, today) for day, of_day in by_day[:MOST_DAYS]]
    later = sum(lot.remaining for _day, of_day in by_day[MOST_DAYS:] for lot in of_day)
    return [*lines, _("+%(points)s pending, free later.") % {"points": wording.number(later)}] if later else lines


def _pending_on(day: date, lots: Sequence[Lot], today: date) -> str:
    """Only orders wait for the time to return: what was published waits for other reasons."""
    if all(lot.journal.order_id for lot in lots):
        words = _("+%(points)s pending, free from %(day)s, when the time to return is over.")
    else:
        words = _("+%(points)s pending, free from %(day)s.")
    return words % {"points": wording.number(sum(lot.remaining for lot in lots)), "day": _in_words(day, today)}


def _owed(points: int) -> list[str]:
    if points >= 0:
        return []
    words = _("%(points)s of a returned order had been redeemed; the next ones pay them.")
    return [words % {"points": wording.points(-points)}]


def _tiers(found: Standing) -> list[tuple[str, list[str]]]:
    """What the tier gives, and what more the next one will, each with its heading."""
    language, parts = active_language(), []
    if found.level and found.level.benefits:
        heading = _("With %(tier)s you have") % {"tier": found.level.name(language)}
        parts.append((heading, tier_showing.benefits(found.level)))
    if found.next and (more := tier_showing.more_with(found.next.level, found.level)):
        parts.append((_("From %(tier)s on you will have") % {"tier": found.next.level.name(language)}, more))
    return parts


def _meter(found: Standing, now: datetime, shop: Shop) -> Meter | None:
    if found.next is None:
        return None
    sentence = progress_sentence(found.next, today=day_of(now, shop.tz), currency=shop.currency)
    label = _("The way to %(tier)s") % {"tier": found.next.level.name(active_language())}
    return Meter(label, float(max(found.counted, 0)), float(found.next.level.threshold), f"{sentence}.")


def _expiring(member: Member, now: datetime, today: date, shop: Shop) -> str:
    """ "250 points expire after 31 December."; "" where nothing does."""
    found = reading.next_to_expire(member, now)
    if found is None:
        return ""
    moment, points = found
    facts = {"points": wording.points(points), "day": _in_words(last_day_before(moment, shop.tz), today)}
    return _("%(points)s can be spent until %(day)s, then they expire.") % facts


def _in_words(day: date, today: date) -> str:
    language = active_language()
    return formats.day_in_year(day, language) if day.year == today.year else formats.day_long(day, language)
