"""Join the programme, and leave it."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from treue.act.loyalty import awarding, ledger, tiering
from treue.act.loyalty.errors import NoSuchMember, NotInForce
from treue.act.loyalty.models import Member, Programme
from treue.core.customers.models import Customer
from treue.core.events.log import Happening, record
from treue.core.staff import audit
from treue.core.staff.models import User

JOINED, LEFT = "Programme Joined", "Programme Left"
SOURCE = "treue"
DIGITS = 15  # and one to check them


def join(*, programme: Programme, customer: Customer, at: datetime, by: User | None = None) -> tuple[Member, bool]:
    """Make a customer a member, with accounts for points; who left before comes back to what they had.

    at: orders from then on earn points. Returns the member, and whether anything changed.
    """
    with transaction.atomic():
        made, is_new = Member.objects.get_or_create(
            programme=programme, customer=customer, defaults=_new(customer.pk, at)
        )
        member = Member.objects.select_for_update().get(pk=made.pk)
        if not is_new and member.left_at is None:
            return member, False
        if is_new:
            ledger.open_accounts(programme, [member])
        else:
            awarding.reckon(member, now=at)  # by the span that is over
            member.earns_from, member.left_at = at, None
            member.save(update_fields=["earns_from", "left_at"])
        tiering.refresh(member, now=at)
        _tell(JOINED, member, at)
        audit.record("member.joined", who=by, subject=f"member {member.pk}")
    return member, True


def enrol(
    *, programme: Programme, joining: Mapping[int, datetime], now: datetime, by: User | None = None
) -> list[Member]:
    """Make many customers members, each with accounts for points and from a moment on. joining: by customer (id).

    Who is or was one is left as they are. Returns the new ones; one line of the audit log speaks of all of them.
    """
    with transaction.atomic():
        known = Member.objects.filter(programme=programme, customer__in=joining).values_list("customer", flat=True)
        new = sorted(joining.keys() - set(known))
        rows = [Member(programme=programme, customer_id=each, **_new(each, joining[each])) for each in new]
        made = Member.objects.bulk_create(rows, batch_size=1_000)
        if made:
            ledger.open_accounts(programme, made)
            tiering.refresh_all(made, now=now)
            record(programme.shop, [_happening(JOINED, each, each.joined_at) for each in made])
            audit.record("members.enrolled", who=by, subject=f"programme {programme.pk}", members=len(made))
    return made


def _new(customer: int, at: datetime) -> dict[str, object]:
    return {"number": new_number(), "joined_as": customer, "joined_at": at, "earns_from": at}


def leave(*, member: Member, at: datetime, by: User | None = None) -> None:
    """End a membership: no order earns from then on. What is there can still be redeemed. Raises NotInForce."""
    with transaction.atomic():
        locked = Member.objects.select_for_update().get(pk=member.pk)
        if locked.left_at is not None:
            raise NotInForce(member.pk)
        awarding.reckon(locked, now=at)
        locked.left_at = max(at, locked.earns_from)
        locked.save(update_fields=["left_at"])
        tiering.refresh(locked, now=at)
        _tell(LEFT, locked, at)
        audit.record("member.left", who=by, subject=f"member {member.pk}")


def hold(member: int) -> Member:
    """A membership, or the one into which it was merged; locked in the order in which who merges locks them, and the
    customer before, where whoever erases begins. Raises NoSuchMember where it went meanwhile."""
    hold_customers([member])
    into = Member.everyone.filter(pk=member).values("merged_into")
    rows = Member.everyone.select_for_update(of=("self",)).select_related("programme__shop").order_by("pk")
    found = {each.pk: each for each in rows.filter(Q(pk=member) | Q(pk__in=into))}
    if member not in found:
        raise NoSuchMember(member)
    return found.get(found[member].merged_into_id, found[member])


def hold_customers(members: Collection[int]) -> None:
    """Let nobody erase or merge whose memberships these are until the transaction ends."""
    theirs = Member.everyone.filter(pk__in=members).values("customer")
    rows = Customer.everyone.select_for_update(of=("self",), no_key=True).filter(pk__in=theirs)
    list(rows.order_by("pk").values_list("pk"))


def new_number() -> str:
    """Sixteen digits that nobody guesses from another's, the last of which checks the others (ISO/IEC 7812, Luhn)."""
    digits = "".join(secrets.choice("0123456789") for _each in range(DIGITS))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    doubled = [int(each) * (2 if place % 2 == 0 else 1) for place, each in enumerate(reversed(digits))]
    return str(-sum(each // 10 + each % 10 for each in doubled) % 10)


def _tell(name: str, member: Member, at: datetime) -> None:
    record(member.programme.shop, [_happening(name, member, at)])


def _happening(name: str, member: Member, at: datetime) -> Happening:
    return Happening(
        message_id=f"{name.lower()} {member.pk} {at.isoformat()}",
        name=name,
        person=member.customer_id,
        source=SOURCE,
        occurred_at=at,
        facts={"member": member.pk},
    )
