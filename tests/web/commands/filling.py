"""An installation with a little of everything, and what must be the same after an upgrade, a backup or a move.

Run as a program it writes what `test_upgrade.py` begins with, by the release that is installed:
`python tests/web/commands/filling.py 0.1.0`.
"""

import json
import sys
import tarfile
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from installations import Installation

RELEASES = Path(__file__).parent / "releases"
LAST_MONTH = "2026-06"  # later ones change while the days go by
CUSTOMERS = 40

# An erasure, so that it can be seen to hold; the rest of it is done by whoever works next.
ERASE = """
from treue.core.customers import erasure
from treue.core.customers.models import Customer
erasure.erase(customer=Customer.objects.get(number="K7"), by=None)
"""

# A reaction that leaves a row for each order: which it has dealt with must be known after a move, too.
REACT = """
from treue.core.commerce.models import Batch
from treue.core.events import reacting, reading, registry
from treue.core.shop.models import Shop
registry.REACTIONS.clear()
@registry.reaction("test.notes", starts="beginning")
def note(events):
    for event in events:
        Batch.objects.create(shop=Shop.objects.get(), source=f"saw {event.message_id}")
reading.begin()
reacting.drain()
"""

TELL = f"""
import json
from django.db import connection
from treue.core.commerce.models import Batch, Order, OrderLine, RefundMatch
from treue.core.customers.models import Customer, Erasure
from treue.understand.metrics.models import PeriodCount
names = "customers_start customers_end retained lost new won_back orders revenue".split()
months = PeriodCount.objects.filter(unit="month", slice__snapshot__is_current=True, slice__channel="",
    slice__country="", slice__category="", start__lte="{LAST_MONTH}-01").order_by("start")
with connection.cursor() as cursor:
    cursor.execute("select message_id, name, facts::jsonb::text from events_event order by xid, seq")
    events = cursor.fetchall()
print(json.dumps({{
    "months": [[month.start, *(getattr(month, name) for name in names)] for month in months],
    "orders": [Order.objects.count(), sum(Order.objects.values_list("amount", flat=True))],
    "refunded": sum(Order.objects.values_list("refunded_amount", flat=True)),
    "lines": OrderLine.objects.count(),
    "matches": RefundMatch.objects.count(),
    "customers": sorted(Customer.objects.values_list("number", "name")),
    "erasures": Erasure.objects.count(),
    "events": events,
    "saw": sorted(Batch.objects.filter(source__startswith="saw").values_list("source", flat=True)),
}}, default=str))
"""


def fill(installation: Installation, folder: Path, *, today: date) -> None:
    """Customers, orders of three years and a half, refunds, an erasure, and news of today that a reaction has seen."""
    files = {"customers": _customers(), "orders": _orders(), "again": _news(today)}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    do(installation, "import", "customers", str(folder / "customers.csv"))
    do(installation, "import", "orders", str(folder / "orders.csv"))
    do(installation, "import", "orders", str(folder / "again.csv"))
    shell(installation, REACT)
    shell(installation, ERASE)
    do(installation, "import", "customers", str(folder / "customers.csv"))  # works off what the erasure left to do


def _customers() -> str:
    rows = (f"K{n};Kunde Nummer {n};kunde{n}@example.org\n" for n in range(CUSTOMERS))
    return "Kundennummer;Name;E-Mail\n" + "".join(rows)


BEGIN, LEAVE, BACK, END = (
    datetime(*month, 1, 10, tzinfo=UTC) for month in ((2023, 1), (2024, 3), (2026, 2), (2026, 7))
)
HEADER = "Bestellnummer;Kundennummer;Datum;Artikelnummer;Menge;Einzelpreis;Land;Kanal\n"


def _orders() -> str:
    """Customer n buys every n + 20 days from a day in January 2023 on; every fourth stays away from March 2024 on, and
    every eighth is back in 2026. Of every seventh order one piece comes back."""
    rows = []
    for n in range(CUSTOMERS):
        moment, count = BEGIN + timedelta(days=n % 28), 0
        while moment < END:
            if n % 4 == 1 and LEAVE < moment < (BACK if n % 8 == 1 else END):
                moment += timedelta(days=n + 20)
                continue
            where = f"{('DE', 'AT', 'CH')[n % 3]};{('Web', 'Store')[n % 2]}"
            number = f"{n:03}-{count:03}"
            for article in range(1 + count % 2):
                rows.append(f"{number};K{n};{moment:%d.%m.%Y %H:%M};A{article};2;{n + 4},50;{where}\n")
            if (n + count) % 7 == 0:
                rows.append(f"{number};K{n};{moment + timedelta(days=5):%d.%m.%Y %H:%M};A0;-1;{n + 4},50;{where}\n")
            moment, count = moment + timedelta(days=n + 20), count + 1
    return HEADER + "".join(rows)


def _news(today: date) -> str:
    return HEADER + "".join(f"N{n};K{n};{today:%d.%m.%Y} 00:0{n};A1;1;9,90;DE;Web\n" for n in range(5))


def facts(installation: Installation) -> dict[str, object]:
    """What must not change."""
    return json.loads(shell(installation, TELL))


def shell(installation: Installation, code: str) -> str:
    return do(installation, "manage", "shell", "--no-imports", "-v0", "-c", code)


def do(installation: Installation, *arguments: str) -> str:
    done = installation.run(*arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def write_release(name: str, *, today: date) -> None:
    """The backup, packed, and what it must show."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as place:
        folder = Path(place)
        installation = Installation(folder / "home")
        fill(installation, folder, today=today)
        do(installation, "backup", str(folder / "saved.tar"))
        (RELEASES / f"{name}.json").write_text(json.dumps(facts(installation), indent=None) + "\n")
        _pack(folder / "saved.tar", RELEASES / f"{name}.tar.xz")


def _pack(source: Path, target: Path) -> None:
    """The same, smaller, and without a word about who made it."""
    with tarfile.open(source) as saved, tarfile.open(target, "w:xz", preset=9) as packed:
        for member in saved:
            member.uname = member.gname = ""
            member.uid = member.gid = 0
            packed.addfile(member, saved.extractfile(member))


if __name__ == "__main__":
    write_release(sys.argv[1], today=datetime.now().astimezone().date())
