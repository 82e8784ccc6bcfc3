"""The demo shop: invented customers with a known truth, brought in the way every shop's files are."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.csv as pc
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treue.core import home
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.listen.imports import importing, uploads
from treue.listen.imports.columns import guess
from treue.listen.imports.models import Import
from treue.listen.imports.reading import open_source
from treue.science import simulate

SEED = 20261122
CUSTOMERS = 20_000
YEARS = 3
BLOCK = 1 << 20


def load(*, today: date, progress: Progress, customers: int = CUSTOMERS) -> tuple[Shop, simulate.Shop]:
    """Make the demo shop with its history up to yesterday, in the active language: its name, channels, products.

    Returns it and what was simulated, truth included.
    """
    invented = simulate.simulate(
        customers=customers,
        years=YEARS,
        until=today - timedelta(days=1),
        rng=np.random.default_rng(SEED),
        story=True,
        words=words(),
    )
    shop = Shop.objects.create(name=_("Forget-me-not Tea House (demo)"), is_demo=True)
    with tempfile.TemporaryDirectory(dir=home.home() / "tmp") as folder:
        for what, path in _files(invented, Path(folder)).items():
            bring_in(shop, what, path, progress)
    return shop, invented


def words() -> simulate.words.Words:
    """What things are called in the active language."""
    german = (get_language() or "").startswith("de")
    return simulate.words.GERMAN if german else simulate.words.ENGLISH


def _files(invented: simulate.Shop, folder: Path) -> dict[str, Path]:
    """The shop's exports, in the order in which they are brought in."""
    paths = {what: folder / f"demo-{what}.csv" for what in ("products", "customers", "orders", "costs")}
    pc.write_csv(invented.products, paths["products"])
    pc.write_csv(invented.customers, paths["customers"])
    simulate.write_order_lines(invented, paths["orders"])
    pc.write_csv(invented.costs, paths["costs"])
    return paths


def bring_in(shop: Shop, what: str, path: Path, progress: Progress) -> dict[str, object]:
    """Bring a file in at once, in this process. Returns the summary."""
    source = open_source(path)
    mapping = guess(source.columns, source.sample(), what)
    mapping.require()
    task = Import.objects.create(
        shop=shop,
        what=what,
        state=Import.State.RUNNING,
        file_name=path.name,
        stored_as=_store(path),
        size=path.stat().st_size,
        columns=mapping.columns,
    )
    return importing.run(task.pk, progress)


def _store(path: Path) -> str:
    with path.open("rb") as file:
        return uploads.keep(iter(lambda: file.read(BLOCK), b""), path.name)
