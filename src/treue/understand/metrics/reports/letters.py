"""The report by mail: every Monday, or on the first of the month, for those who run the shop."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from treue.core.jobs import outbox
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Role
from treue.design.figures import Figure, Finding
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.reading import Filters
from treue.understand.metrics.drawing import titles
from treue.understand.metrics.figures import cards
from treue.understand.metrics.groups import findings
from treue.understand.metrics.models import Letter, Snapshot
from treue.understand.metrics.scope import coverage
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice, latest

HOUR = 7
MONDAY = 0
READERS = (Role.ADMIN, Role.MANAGER)


@dataclass(frozen=True)
class Report:
    """What a letter says, in the active language. reach: how far the figures and the data reach."""

    morning: str
    reach: str
    figures: list[Figure]
    findings: list[Finding]


def is_due(shop: Shop, now: datetime) -> bool:
    """Whether today's letter should leave: from seven o'clock in the shop's zone on, on its day."""
    local = now.astimezone(shop.tz)
    days = {"weekly": local.weekday() == MONDAY, "monthly": local.day == 1}
    return days.get(shop.report_rhythm, False) and local.hour >= HOUR


def send_due(now: datetime) -> int:
    """Put the letters that are due into the outbox, once a day and shop; returns how many letters."""
    return sum(_send(shop, now.astimezone(shop.tz).date()) for shop in Shop.objects.all() if is_due(shop, now))


def _send(shop: Shop, day: date) -> int:
    snapshot = reading.current(shop)
    if snapshot is None or snapshot.first_order is None:
        return 0
    readers = User.objects.filter(is_active=True, role__in=READERS)
    with transaction.atomic():
        _letter, is_first = Letter.objects.get_or_create(shop=shop, day=day)
        if not is_first:
            return 0
        for reader in readers:
            with translation.override(reader.language or settings.LANGUAGE_CODE):
                _write(shop, snapshot, reader)
    return len(readers)


def _write(shop: Shop, snapshot: Snapshot, reader: User) -> None:
    report = compose(snapshot)
    context = {
        "report": report,
        "shop": shop,
        "freshness": coverage.freshness(shop, snapshot),
        "url": settings.PUBLIC_URL + reverse("cockpit"),
    }
    outbox.put(
        to=reader.email,
        subject=strip_tags(report.morning),
        text=render_to_string("metrics/letter.txt", context),
        html=render_to_string("metrics/letter.html", context),
    )


def compose(snapshot: Snapshot) -> Report:
    """The last complete month against the one before."""
    basis = Basis("month", snapshot.window_days, snapshot.as_of, snapshot.currency)
    timeline = reading.timeline(snapshot, "month", Filters())
    choice = latest(timeline)
    return Report(
        morning=titles.morning(choice, basis),
        reach=" ".join(filter(None, _reach(choice, snapshot, basis))),
        figures=cards.cards(choice, basis),
        findings=findings.findings(timeline, {}, basis),
    )


def _reach(choice: Choice, snapshot: Snapshot, basis: Basis) -> tuple[str, str, str]:
    return (
        coverage.reach(choice.current, snapshot.first_order, basis),
        coverage.last_order(snapshot),
        coverage.remark(choice, snapshot.first_order, basis),
    )
