"""The demo shop's partners, week by week: a café and a bookshop where its members earn and redeem the same points."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _

from treue.act.loyalty import reading
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import disputes, issuing, merchants, redeeming, settlement, settling
from treue.act.partners.legs import month_of
from treue.act.partners.merchants import Profile, Terms
from treue.act.partners.models import Kind, Line, Partner, Statement
from treue.core.shop.models import Shop

SEED = 20261202
CAFE, BOOKS = "cafe-am-teehaus", "buchladen-am-markt"
PURCHASES, LARGEST_RECEIPT = 0.25, 60  # of those who bought in a week; points of a receipt
REDEEMS, COST = 0.15, 80
RETURNS = 0.06
OPEN_MONTHS = 1  # left as a draft for whoever looks
CHANGED_AFTER = timedelta(days=181)
TERMS = {
    CAFE: (Decimal("0.012"), Decimal("0.009"), Decimal("25.00"), Decimal(0)),
    BOOKS: (Decimal("0.010"), Decimal("0.009"), Decimal(0), Decimal("0.05")),
}
RAISED = Decimal("0.014")


def pass_week(programme: Programme, active: Sequence[Member], since: datetime, until: datetime) -> None:
    """Some of those who bought tea were at a partner too; a month that ended is settled."""
    partners = _partners(programme, since, until)
    rng = np.random.default_rng([SEED, until.toordinal()])
    points = {number: found.points for number, found in reading.balances_of(active).items()}
    for member in active:
        at = since + (until - since) * float(rng.random())
        chance, which, receipt = rng.random(), int(rng.integers(2)), f"{until:%y%m%d}-{member.pk}"
        there = partners[which]
        if chance < PURCHASES:
            given = 10 + int(rng.integers(LARGEST_RECEIPT))
            about = {"member": member, "points": given, "reference": receipt, "key": f"demo {receipt}", "now": until}
            leg = issuing.issue(partner=there, **about)
            if rng.random() < RETURNS:
                back = {"reference": f"{receipt}-R", "key": f"demo {receipt}", "now": until}
                issuing.take_back(issued=leg, total=given // 2, **back)
        elif points.get(member.pk, 0) >= COST and chance > 1 - REDEEMS and member.merged_into_id is None:
            about = {"member": member, "points": COST, "reference": receipt, "key": f"demo {receipt}"}
            redeeming.redeem(partner=there, now=max(at, until - timedelta(hours=9)), **about)
    _settle(programme, until)


def _partners(programme: Programme, since: datetime, until: datetime) -> list[Partner]:
    found = {each.code: each for each in merchants.of(programme.shop)}
    if not found:
        found = {each.code: each for each in _begin(programme, since)}
    if found[CAFE].agreements.count() == 1 and until > programme.started_at + CHANGED_AFTER:
        _raise(found[CAFE], until)
    return [found[CAFE], found[BOOKS]]


def _begin(programme: Programme, at: datetime) -> list[Partner]:
    named = {CAFE: _("Café at the Tea House"), BOOKS: _("Bookshop on the Market")}
    day = at.astimezone(programme.shop.tz).date()
    made = []
    for code, name in named.items():
        profile = Profile(name=name, code=code, email=f"office@{code}.example")
        partner = merchants.add(programme=programme, profile=profile, by=None, now=at)
        merchants.agree(partner=partner, terms=Terms(day, *TERMS[code]), by=None, now=at)
        made.append(partner)
    return made


def _raise(partner: Partner, now: datetime) -> None:
    """From the next month on an issued point costs more."""
    begins: date = settlement.after(month_of(now, partner.programme.shop.tz))
    _issue, *others = TERMS[CAFE]
    merchants.agree(partner=partner, terms=Terms(begins, RAISED, *others), by=None, now=now)


def _settle(programme: Programme, now: datetime) -> None:
    """Every month but the last that is over, with what was disputed of it."""
    settling.draft_due(programme, now=now)
    over = settling.of(programme.shop).filter(month__lt=month_of(now, programme.shop.tz))
    drafts = over.filter(state=Statement.State.DRAFT).order_by("month", "partner")
    latest = sorted({each.month for each in drafts})[-OPEN_MONTHS:]
    for each in drafts:
        if each.month not in latest:
            settling.close(statement=each, seen=None, by=None, now=now)


def write(shop: Shop, *, now: datetime) -> None:
    """Of the last closed statements one line waits for a decision, and one was put right; once."""
    closed = settling.of(shop).filter(state=Statement.State.CLOSED).order_by("-month", "partner")[:2]
    if len(closed) < 2 or disputes.of(closed[0].partner).exists():
        return
    reasons = (_("Two receipts of the last Saturday are missing."), _("A box of returns was not booked."))
    made = [
        disputes.open_on(line=line, reason=reason, by=None, by_partner=True, now=now)
        for statement, reason in zip(closed, reasons, strict=True)
        if (line := _issued(statement)) is not None
    ]
    if len(made) == 2:
        right = made[1].line.amount - Decimal("1.50")
        disputes.accept(dispute=made[1], right_amount=right, by=None, now=now)


def _issued(statement: Statement) -> Line | None:
    rows = Line.objects.select_related("statement__partner__programme__shop")
    return rows.filter(statement=statement, kind=Kind.ISSUE).first()
