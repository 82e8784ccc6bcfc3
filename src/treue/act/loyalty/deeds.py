"""Points for something else than buying, by the programme's rules: once for a deed, kept with what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from treue.act.loyalty import awarding, families, ledger, membership, standings, tiering
from treue.act.loyalty.awarding import Rules
from treue.act.loyalty.earning.earned import Earned
from treue.act.loyalty.earning.evaluation import points_of_deed, rules_of_deed
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind, RuleSet
from treue.act.loyalty.errors import DeedTakenBack
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Kind, Lot, Member, Programme, RewardedDeed
from treue.act.loyalty.standings import Budgets
from treue.act.loyalty.taking_back import Giver

ONCE = {DeedKind.PROFILE_COMPLETED: "profile"}  # once for a member, whatever number somebody gives it


class Why(StrEnum):
    """A deed earns nothing."""

    NO_MEMBER = "not-a-member-then"
    NO_RULE = "no-rule"
    LIMIT = "limit-reached"


@dataclass(frozen=True)
class Given:
    """What a deed came to: what was kept, or why nothing was. is_known: it earned before, told in another way."""

    deed: RewardedDeed | None = None
    why: Why | None = None
    is_known: bool = False


@dataclass(frozen=True)
class Reckoned:
    """What a deed earns, by which rules, and of which budgets that is to be counted."""

    rules: RuleSet
    budgets: Budgets
    earned: Earned


def give(
    *, member: Member, deed: Deed, key: str, now: datetime, reference: str = "", free_at: datetime | None = None
) -> Given:
    """Give a member what a deed earns, once by its key and by its reference. Call it in a transaction that holds the
    member.

    key: what names the telling in the programme, such as its message. reference: the shop's own number of the deed,
    whoever tells of it; what is done once in a life has one by nature. free_at: until then the points are pending.
    """
    reference = ONCE.get(deed.kind, reference)
    key_hash = _hashed(member.programme, key)
    former = RewardedDeed.objects.filter(programme=member.programme, key_hash=key_hash).first()
    if former is not None:
        return Given(former)
    told_before = _of_reference(member, deed, reference)
    if told_before is not None:
        return Given(told_before, is_known=True)
    reckoned = _reckoned(member, deed)
    if isinstance(reckoned, Why):
        return Given(why=reckoned)
    earned = reckoned.earned
    lines = standings.lines_of(earned)
    reckoned.budgets.count(reckoned.rules, lines)
    reckoned.budgets.write()
    journal = _earn(member, deed, earned, key=f"deed {key_hash}", free_at=free_at)
    made = RewardedDeed.objects.create(
        programme=member.programme,
        member=member,
        kind=deed.kind.value,
        event=deed.event,
        reference=reference,
        key_hash=key_hash,
        happened_at=deed.moment,
        given_at=now,
        points=earned.points,
        qualifying=earned.qualifying,
        lines=lines,
        journal=journal,
    )
    tiering.refresh(member, now=now)
    return Given(made)


def worth(*, member: Member, deed: Deed) -> int:
    """How many points a deed would bring as things stand; nothing is held or written for it."""
    reckoned = _reckoned(member, deed, is_asking=True)
    return 0 if isinstance(reckoned, Why) else reckoned.earned.points


def of_kind(member: Member, kind: DeedKind) -> QuerySet[RewardedDeed]:
    """Those that earned, by whichever membership of the customer."""
    theirs = Member.everyone.filter(programme=member.programme_id, customer=member.customer_id)
    return RewardedDeed.objects.filter(member__in=theirs, kind=kind.value)


def _reckoned(member: Member, deed: Deed, *, is_asking: bool = False) -> Reckoned | Why:
    """By the rules of its moment, within what limits have left."""
    if not member.earns_at(deed.moment):
        return Why.NO_MEMBER
    rules = awarding.in_force(member.programme)
    ruleset = rules_at(rules, deed.moment)
    if ruleset is None or not rules_of_deed(deed, ruleset):
        return Why.NO_RULE
    budgets = Budgets(member.programme, [each for _version, each in rules], is_asking=is_asking)
    known = standings.awarded([member], budgets)[member.pk]
    earned = points_of_deed(deed, ruleset, known.standing(ruleset, deed.moment, is_first=False))
    return Reckoned(ruleset, budgets, earned) if earned.points or earned.qualifying else Why.LIMIT


def rules_at(rules: Rules, moment: datetime) -> RuleSet | None:
    """Those in force at a moment."""
    return next((each for version, each in rules if version.valid_from <= moment), None)


def _of_reference(member: Member, deed: Deed, reference: str) -> RewardedDeed | None:
    if not reference:
        return None
    return of_kind(member, deed.kind).filter(event=deed.event, reference=reference).order_by("pk").first()


def of_journal(journal: int) -> RewardedDeed:
    return RewardedDeed.objects.get(journal=journal)


def giver_of(journal: int) -> Giver | None:
    found = RewardedDeed.objects.filter(journal=journal).first()
    if found is None:
        return None
    is_content = found.kind == DeedKind.CONTENT
    where = "where the content is withdrawn or taken down" if is_content else "by the deed's own take-back"
    return Giver("deed", found.pk, f"A deed earned these points: they go back {where}.")


def take_back(*, deed: RewardedDeed, at: datetime, reason: str = "") -> RewardedDeed:
    """All that a deed came to and that is not back yet; budgets have it again, and caps go on counting it: nobody tries
    again and again. reason: a short code; the deed's kind where it is left out.

    Raises DeedTakenBack, and NoSuchMember where they were erased meanwhile.
    """
    with transaction.atomic():
        standing = membership.hold(deed.member_id)
        held = RewardedDeed.objects.select_for_update(of=("self",)).select_related("member__programme__shop")
        found = held.get(pk=deed.pk)
        if found.taken_back_at is not None:
            raise DeedTakenBack(found.pk)
        programme = found.member.programme
        rules = awarding.in_force(programme)
        budgets = Budgets(programme, [each for _version, each in rules])
        budgets.hold()
        families.fetch(found.journal, found.points, now=at)
        ledger.take_back(
            programme,
            found.journal,
            total=found.points,
            qualifying_total=found.qualifying,
            key=f"deed {found.key_hash} back",
            at=at,
            reason=reason or found.kind,
        )
        ruleset = rules_at(rules, found.happened_at)
        found.forgone = Lot.objects.values_list("forgone", flat=True).get(journal=found.journal)
        budgets.count(ruleset, standings.with_forgone([], found.lines, found.forgone), before=found.lines)
        budgets.write()
        found.taken_back_at = at
        found.save(update_fields=["taken_back_at", "forgone"])
        tiering.refresh(standing, now=at)
    return found


def let_go(members: Sequence[Member]) -> None:
    """What could not be taken back with deeds of members of one programme, and was since, is there again in budgets.

    Called in a transaction that has put nothing into the ledger: who does waits there for who holds budgets.
    """
    theirs = RewardedDeed.objects.filter(member__in=members, forgone__gt=0).order_by("pk")
    if not theirs.exists():
        return
    list(Member.everyone.select_for_update().filter(pk__in=[each.pk for each in members]).order_by("pk").values("pk"))
    deeds = {each.journal: each for each in theirs.select_for_update()}
    today = Lot.objects.filter(journal__in=deeds, journal__kind=Kind.EARN).values_list("journal", "forgone")
    left = {journal: forgone for journal, forgone in today if forgone < deeds[journal].forgone}
    if not left:
        return
    programme = members[0].programme
    rules = awarding.in_force(programme)
    budgets = Budgets(programme, [each for _version, each in rules])
    budgets.hold()
    for journal, forgone in left.items():
        deed = deeds[journal]
        before, now = (standings.with_forgone([], deed.lines, points) for points in (deed.forgone, forgone))
        budgets.count(rules_at(rules, deed.happened_at), now, before=before)
        deed.forgone = forgone
        deed.save(update_fields=["forgone"])
    budgets.write()


def _hashed(programme: Programme, key: str) -> str:
    return salted_hmac("treue.loyalty.deed", f"{programme.pk} {key}", algorithm="sha256").hexdigest()


def _earn(member: Member, deed: Deed, earned: Earned, *, key: str, free_at: datetime | None) -> int:
    programme = member.programme
    is_pending = free_at is not None and earned.points > 0
    earning = Earning(
        member=member.pk,
        points=earned.points,
        qualifying=earned.qualifying,
        key=key,
        at=deed.moment,
        reason=deed.kind.value,
        available_from=free_at if is_pending else None,
        expires_at=programme.expires_at(free_at if is_pending else deed.moment),
        by_activity=programme.waits_for_activity,
    )
    return ledger.earn(programme, [earning])[0].journal
