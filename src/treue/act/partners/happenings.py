"""What the log is told of partners."""

from collections.abc import Mapping
from datetime import datetime

from treue.act.loyalty.models import Member
from treue.act.partners.models import Agreement, Dispute, Leg, Partner, Redemption, Statement
from treue.core.events import naming
from treue.core.events.log import Happening, record

ADDED, AGREED = "Partner Added", "Partner Agreement Made"
ISSUED, RETURNED = "Partner Points Issued", "Partner Points Returned"
HELD, RELEASED = "Partner Points Held", "Partner Points Released"
REDEEMED, ROLLED_BACK = "Partner Points Redeemed", "Partner Redemption Rolled Back"
CLOSED, DISPUTED = "Settlement Closed", "Settlement Disputed"
ACCEPTED, REJECTED = "Settlement Dispute Accepted", "Settlement Dispute Rejected"
SOURCE = "treue"
OF_LEGS = {1: ISSUED, 2: RETURNED, 3: REDEEMED, 4: ROLLED_BACK}
naming.know(
    [*(ADDED, AGREED, HELD, RELEASED, *OF_LEGS.values()), *(CLOSED, DISPUTED, ACCEPTED, REJECTED)],
)


def tell_leg(leg: Leg) -> None:
    facts = {"id": leg.pk, "points": leg.points, "reference": leg.reference, "transaction": leg.journal_id}
    _tell(OF_LEGS[leg.kind], leg.pk, leg.partner, leg.happened_at, facts, person=_person(leg.journal.member_id))


def tell_redemption(name: str, redemption: Redemption, at: datetime) -> None:
    facts = {"id": redemption.pk, "points": redemption.points, "reference": redemption.reference}
    _tell(name, redemption.pk, redemption.partner, at, facts, person=_person(redemption.journal.member_id))


def tell_partner(partner: Partner) -> None:
    _tell(ADDED, partner.pk, partner, partner.created_at, {"name": partner.name})


def tell_agreement(agreement: Agreement) -> None:
    facts = {"agreement": agreement.pk, "valid_from": agreement.valid_from.isoformat()}
    _tell(AGREED, agreement.pk, agreement.partner, agreement.made_at, facts)


def tell_statement(statement: Statement) -> None:
    facts = {
        "statement": statement.pk,
        "number": statement.number,
        "month": f"{statement.month:%Y-%m}",
        "amount": str(statement.amount),
        "currency": statement.currency,
    }
    _tell(CLOSED, statement.pk, statement.partner, statement.closed_at, facts)


def tell_dispute(name: str, dispute: Dispute, at: datetime) -> None:
    statement = dispute.line.statement
    facts = {"dispute": dispute.pk, "statement": statement.pk, "line": dispute.line_id}
    _tell(name, dispute.pk, statement.partner, at, facts)


def _tell(
    name: str, number: int, partner: Partner, at: datetime, facts: Mapping[str, object], *, person: int | None = None
) -> None:
    """In the transaction of the deed; each happens to its thing once."""
    about = {"partner": partner.pk, **facts}
    happening = Happening(f"{name.lower()} {number}", name, person, SOURCE, at, about)
    record(partner.programme.shop, [happening])


def _person(member: int) -> int | None:
    return Member.everyone.filter(pk=member).values_list("customer", flat=True).first()
