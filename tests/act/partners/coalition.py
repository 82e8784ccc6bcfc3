"""The smallest partners, agreements and purchases a test can need."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.act.rewards.treats import broken, earn, member, points
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import disputes, issuing, merchants, redeeming, settling
from treue.act.partners.merchants import Profile, Terms
from treue.act.partners.models import Agreement, Leg, Partner, Redemption, Statement

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BEGUN = datetime(2026, 9, 1, 8, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 8, tzinfo=UTC)
__all__ = ["broken", "earn", "member", "points"]


def partner(programme: Programme, name: str = "Café Blatt", code: str = "cafe-blatt", **terms: object) -> Partner:
    """With an agreement since September."""
    profile = Profile(name=name, code=code, email=f"{code}@example.org")
    made = merchants.add(programme=programme, profile=profile, by=None, now=BEGUN)
    agree(made, date(2026, 9, 1), **terms)
    return made


def agree(of: Partner, valid_from: date, *, now: datetime = BEGUN, **terms: object) -> Agreement:
    values = {"issue_price": Decimal("0.01"), "redemption_price": Decimal("0.008"), **terms}
    return merchants.agree(partner=of, terms=Terms(valid_from=valid_from, **values), by=None, now=now)


def issue(at: Partner, to: Member, count: int, reference: str = "R-1", *, now: datetime = NOW, **more: object) -> Leg:
    about = {"key": f"issue {reference}", **more}
    return issuing.issue(partner=at, member=to, points=count, reference=reference, now=now, **about)


def take_back(leg: Leg, total: int, *, key: str = "return", now: datetime = NOW) -> Leg:
    return issuing.take_back(issued=leg, total=total, reference="RET-1", key=key, now=now)


def redeem(
    at: Partner, by: Member, count: int, reference: str = "B-1", *, now: datetime = NOW, **more: object
) -> Redemption:
    about = {"key": f"redeem {reference}", **more}
    return redeeming.redeem(partner=at, member=by, points=count, reference=reference, now=now, **about)


def roll_back(redemption: Redemption, total: int, *, key: str = "back", now: datetime = NOW) -> Leg:
    return redeeming.roll_back(redemption=redemption, total=total, reference="RB-1", key=key, now=now)


def closed(of: Partner, until: date, *, now: datetime = DECEMBER) -> list[Statement]:
    """All statements up to a month, closed."""
    settling.draft_due(of.programme, now=now)
    drafts = Statement.objects.filter(partner=of, month__lte=until).order_by("month")
    return [settling.close(statement=each, seen=None, by=None, now=now) for each in drafts]


def disputed(statement: Statement, place: int = 1, reason: str = "We sold less.") -> object:
    line = statement.lines.select_related("statement__partner__programme__shop").get(place=place)
    return disputes.open_on(line=line, reason=reason, by=None, by_partner=True, now=DECEMBER)
