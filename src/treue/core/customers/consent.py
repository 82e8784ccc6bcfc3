"""Consents: a journal to which is only added, and what follows from it today.

What holds for a purpose and a channel is the last answer by the moment at which it was given; records may come in any
order. A withdrawal at the same moment as a consent wins: in doubt nobody is written to. A request alone allows nothing.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from treue.core.customers import consent_texts, persons
from treue.core.customers.consent_proof import NO_PROOF, Proof
from treue.core.customers.errors import NotARequest, NotHappenedYet, WithoutProof, WrongText
from treue.core.customers.models import Channel, ConsentRecord, ConsentText, Customer
from treue.core.events.log import Happening, record
from treue.core.events.naming import know
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

Kind, Source = ConsentRecord.Kind, ConsentRecord.Source

CLOCKS_DIFFER = timedelta(minutes=5)
CONSOLE = "console"
EVENTS = {
    Kind.REQUESTED: "Consent Requested",
    Kind.GIVEN: "Consent Given",
    Kind.WITHDRAWN: "Consent Withdrawn",
}
know(EVENTS.values())
# Where anybody can type anybody's address. Paper and a colleague's word are proof of another kind.
ANYBODY_COULD = frozenset({Source.FORM, Source.SHOP, Source.TRACKING})

# One short look into the index for each customer, and one for whoever was merged into them.
LAST = """
select kind, happened_at, r.id from customers_consentrecord r
where r.purpose = %(purpose)s and r.channel = %(channel)s and r.customer_id = {customer} and r.kind <> 'requested'
order by r.happened_at desc, r.kind desc, r.id desc limit 1"""
MAY_CONTACT = f"""
select asked.id from unnest(%(customers)s::bigint[]) as asked(id) cross join lateral (
    select kind from (
        ({LAST.format(customer="asked.id")})
        union all
        select theirs.* from customers_customer c cross join lateral ({LAST.format(customer="c.id")}) theirs
        where c.merged_into_id = asked.id) said
    order by happened_at desc, kind desc, id desc limit 1) last
where last.kind = 'given'"""  # noqa: S608 - our own constants

REFUSED = """
select customer from (
    select distinct on (customer, channel) customer, kind from (
        select coalesce(c.merged_into_id, c.id) as customer, r.channel, r.kind, r.happened_at, r.id
        from customers_consentrecord r join customers_customer c on c.id = r.customer_id
        where c.shop_id = %(shop)s and r.purpose = %(purpose)s and r.kind <> 'requested' {whose}) said
    order by customer, channel, happened_at desc, kind desc, id desc) last
where kind = 'withdrawn'"""
AMONG = "and (c.id = any(%(among)s) or c.merged_into_id = any(%(among)s))"

FOLLOWERS: list[Callable[[ConsentRecord], None]] = []


def followed_by(follow: Callable[[ConsentRecord], None]) -> None:
    """Have what a room above did by a consent end with it: `follow` gets each withdrawal, in its transaction."""
    FOLLOWERS.append(follow)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a purpose and a channel today, and the record from which it follows."""

    state: ConsentRecord.Kind
    record: ConsentRecord

    @property
    def is_allowed(self) -> bool:
        return self.state == Kind.GIVEN


@transaction.atomic
def give(
    *,
    customer: Customer,
    purpose: str,
    channel: str,
    happened_at: datetime,
    source: str,
    text: ConsentText | None = None,
    note: str = "",
    proof: Proof = NO_PROOF,
    by: User | None = None,
) -> ConsentRecord:
    """Write down that somebody agreed. Where the shop demands a confirmation and there is none yet, it is a request,
    and counts once it is confirmed. The same once more changes nothing.

    text: what they were shown; without it, the note says where the proof lies. Raises NotHappenedYet, WithoutProof,
    WrongText.
    """
    if text is None and not note.strip():
        raise WithoutProof
    if text is not None and (text.shop_id, text.purpose) != (customer.shop_id, purpose):
        raise WrongText(text.pk, purpose)
    waits = source in ANYBODY_COULD and not proof.confirmed_at and consent_texts.demands(customer.shop_id, channel)
    return _write(
        Kind.REQUESTED if waits else Kind.GIVEN,
        customer=customer,
        purpose=purpose,
        channel=channel,
        happened_at=happened_at,
        by=by,
        values={"source": source, "text": text, "note": note.strip(), "proof": proof.as_json()},
    )


@transaction.atomic
def confirm(*, requested: ConsentRecord, happened_at: datetime, proof: Proof = NO_PROOF) -> ConsentRecord:
    """Write down that a request was confirmed, once. Raises NotARequest, NotHappenedYet."""
    request = ConsentRecord.objects.select_for_update(of=["self"]).select_related("customer").get(pk=requested.pk)
    if request.kind != Kind.REQUESTED:
        raise NotARequest(request.pk)
    if confirmed := ConsentRecord.objects.filter(confirms=request).first():
        return confirmed
    told = {**proof.as_json(), "requested_at": request.happened_at.isoformat(), "confirmed_at": happened_at.isoformat()}
    values = {"source": request.source, "text_id": request.text_id, "note": request.note, "confirms": request}
    return _write(
        Kind.GIVEN,
        customer=request.customer,
        purpose=request.purpose,
        channel=request.channel,
        happened_at=happened_at,
        by=None,
        values={**values, "proof": {**request.proof, **told}},
    )


@transaction.atomic
def withdraw(
    *,
    customer: Customer,
    purpose: str,
    channel: str,
    happened_at: datetime,
    source: str,
    note: str = "",
    proof: Proof = NO_PROOF,
    by: User | None = None,
) -> ConsentRecord:
    """Write down that somebody does not agree any more, or never did. The same once more changes nothing.

    Raises NotHappenedYet.
    """
    withdrawal = _write(
        Kind.WITHDRAWN,
        customer=customer,
        purpose=purpose,
        channel=channel,
        happened_at=happened_at,
        by=by,
        values={"source": source, "note": note.strip(), "proof": proof.as_json()},
    )
    for follow in FOLLOWERS:
        follow(withdrawal)
    return withdrawal


def standing(customer: Customer) -> list[Standing]:
    """What holds today, one for each purpose and channel of which anything was ever said."""
    records = journal(customer)
    answers = {(each.purpose, each.channel): each for each in _last(records.exclude(kind=Kind.REQUESTED))}
    requests = {(each.purpose, each.channel): each for each in _last(records.filter(kind=Kind.REQUESTED))}
    return [_standing(answers.get(key), requests.get(key)) for key in sorted(answers.keys() | requests.keys())]


def journal(customer: Customer) -> models.QuerySet[ConsentRecord]:
    """All that was ever recorded of somebody."""
    of_theirs = ConsentRecord.objects.filter(customer_id__in=persons.numbers_of(customer))
    return of_theirs.select_related("text", "recorded_by")


def may_contact(customers: Collection[int], purpose: str, channel: str) -> set[int]:
    """Those of the customers (ids) who agreed to be written to for this purpose through this channel."""
    facts = {"customers": list(customers), "purpose": purpose, "channel": channel}
    with connection.cursor() as cursor:
        cursor.execute(MAY_CONTACT, facts)
        return {customer for (customer,) in cursor.fetchall()}


def refused(shop: Shop, purpose: str, *, among: Collection[int] | None = None) -> set[int]:
    """The customers of a shop (ids) whose last answer for a purpose is that they do not want it, through whichever
    channel. among: those of whom it is asked; None for all.

    For what may be done until somebody objects (GDPR Art. 21), where `may_contact` is for what needs a consent.
    """
    with connection.cursor() as cursor:
        facts = {"shop": shop.pk, "purpose": purpose, "among": list(among or ())}
        cursor.execute(REFUSED.format(whose="" if among is None else AMONG), facts)
        return {number for (number,) in cursor.fetchall()}


def has_refused(customer: Customer, purpose: str) -> bool:
    """The same of one customer, without a look at all the others."""
    answers = journal(customer).filter(purpose=purpose).exclude(kind=Kind.REQUESTED)
    return any(each.kind == Kind.WITHDRAWN for each in _last(answers))


def _last(records: models.QuerySet[ConsentRecord]) -> models.QuerySet[ConsentRecord]:
    order = ("purpose", "channel", "-happened_at", "-kind", "-id")
    return records.order_by(*order).distinct("purpose", "channel")


def _standing(answer: ConsentRecord | None, request: ConsentRecord | None) -> Standing:
    """A request matters only after the last answer, and not where that allows already."""
    if answer is None or (
        request is not None and answer.kind == Kind.WITHDRAWN and request.happened_at > answer.happened_at
    ):
        return Standing(Kind.REQUESTED, request)
    return Standing(Kind(answer.kind), answer)


def _write(
    kind: ConsentRecord.Kind,
    *,
    customer: Customer,
    purpose: str,
    channel: str,
    happened_at: datetime,
    by: User | None,
    values: dict[str, object],
) -> ConsentRecord:
    now = timezone.now()
    if happened_at > now + CLOCKS_DIFFER:
        raise NotHappenedYet(happened_at)
    written, is_new = ConsentRecord.objects.get_or_create(
        customer=customer,
        purpose=purpose,
        channel=Channel(channel).value,
        kind=kind,
        happened_at=min(happened_at, now),
        defaults={**values, "recorded_at": now, "recorded_by": by},
    )
    if is_new:
        _tell(written, customer, by)
    return written


def _tell(written: ConsentRecord, customer: Customer, by: User | None) -> None:
    """To the log, unless it is imported history, and to the audit trail where a colleague did it."""
    facts = {"purpose": written.purpose, "channel": written.channel}
    if by is not None:
        audit.record(f"consent.{written.kind}", who=by, subject=f"customer {customer.pk}", **facts)
    if written.source == Source.IMPORT:
        return
    version = written.text.version if written.text else ""
    happening = Happening(
        message_id=f"consent {written.kind} {written.pk}",
        name=EVENTS[Kind(written.kind)],
        person=customer.pk,
        source=CONSOLE if by else written.source,
        occurred_at=written.happened_at,
        facts={**facts, "record": written.pk, **({"version": version} if version else {})},
    )
    record(customer.shop, [happening])
