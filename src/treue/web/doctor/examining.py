"""All checks, in their order."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import Error
from django.utils.translation import gettext as _

from treue.web.doctor import folder, log, schema, server, stores, wallets, work
from treue.web.doctor.finding import Check, Clock, Finding

CHECKS: dict[str, Check] = {
    "folder.modes": folder.modes,
    "folder.owner": folder.owner,
    "folder.key": folder.key,
    "folder.room": folder.room,
    "folder.leftovers": folder.leftovers,
    "database.answers": server.answers,
    "database.version": server.version,
    "database.clock": server.clocks,
    "database.settings": server.settings,
    "database.connections": server.connections,
    "database.migrations": schema.migrations,
    "database.months": schema.months,
    "database.triggers": schema.references,
    "shop.zones": server.zones,
    "log.horizon": log.horizon,
    "log.numbers": log.numbers,
    "log.reactions": log.reactions,
    "log.stuck": log.stuck_places,
    "log.old_months": log.old_months,
    "log.moved_months": log.moved_months,
    "work.worker": work.worker,
    "work.jobs": work.jobs,
    "work.queue": work.queue,
    "work.mails": work.mails,
    "work.imports": work.imports,
    "wallets.keys": wallets.keys,
    "sums.orders": stores.order_sums,
    "sums.refunds": stores.refund_sums,
    "lake": stores.lake,
    "lake.engine": stores.engine,
    "backup": folder.saved,
}
# Where one of these finds something, the later ones could only stumble over it.
ALL_ELSE_DEPENDS_ON = frozenset({"database.answers", "database.version", "database.migrations"})
diary = logging.getLogger(__name__)


@dataclass(frozen=True)
class Examined:
    """findings: empty where all is well; None where the check was not made for what was found before."""

    check: str
    findings: list[Finding] | None

    @property
    def is_well(self) -> bool:
        return self.findings == []


def examine(clock: Clock, *, without: Collection[str] = ()) -> Iterator[Examined]:
    """Make every check but those in `without`, one after the other."""
    goes_on = True
    for name, check in CHECKS.items():
        if name in without:
            continue
        found = _make(name, check, clock) if goes_on else None
        goes_on = goes_on and not (found and name in ALL_ELSE_DEPENDS_ON)
        yield Examined(name, found)


def _make(name: str, check: Check, clock: Clock) -> list[Finding]:
    """A check that cannot be made is a finding itself."""
    try:
        return list(check(clock))
    except (Error, OSError) as error:
        diary.info("the check %s failed", name, exc_info=error)
        return [
            Finding(
                _("This could not be looked at (%(error)s).") % {"error": type(error).__name__},
                _("Set TREUE_LOG=DEBUG and run it again to see why."),
            )
        ]
