"""What each source sent lately, from its tallies."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max, Q, Sum

from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.listen.tracking.models import Tally
from treue.listen.tracking.sources import with_keys

LATELY = timedelta(hours=24)
KEPT = timedelta(days=90)


@dataclass
class Active:
    """last_at: of the last event that was taken. taken, refused: events of the last 24 hours, whole hours counted.
    reasons: how many of the refused for which reason."""

    source: Source
    last_at: datetime | None = None
    taken: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        return sum(self.reasons.values())


def of(shop: Shop, now: datetime) -> list[Active]:
    return _with_tallies(with_keys(shop), now)


def of_one(source: Source, now: datetime) -> Active:
    return _with_tallies([source], now)[0]


def _with_tallies(sources: Iterable[Source], now: datetime) -> list[Active]:
    active = {source.pk: Active(source) for source in sources}
    lately = Sum("events", filter=Q(hour__gt=now - LATELY))
    tallies = Tally.objects.filter(source__in=active).values("source_id", "outcome")
    for tally in tallies.annotate(lately=lately, last=Max("last_at")).order_by("-lately", "outcome"):
        one = active[tally["source_id"]]
        if tally["outcome"] == Tally.TAKEN:
            one.taken, one.last_at = tally["lately"] or 0, tally["last"]
        elif tally["lately"]:
            one.reasons[tally["outcome"]] = tally["lately"]
    return list(active.values())


def forget(now: datetime) -> int:
    """Delete tallies older than `KEPT`. Returns how many."""
    deleted, _by_model = Tally.objects.filter(hour__lt=now - KEPT).delete()
    return deleted
