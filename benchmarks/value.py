"""Models of buying for a million customers, as ratios to lifetimes and pymc-marketing in the same run.

Each peer is installed into an environment of its own, once, beside this machine's caches; it gets the same arrays.
What is timed is the work alone, without reading files, but for the summaries of Treue, which read theirs. Fit,
questions, spend and value follow one another on one table, as in the library's example; making Treue's summary of it is
part of the fit's time.
Sizes: `TREUE_CUSTOMERS` and `TREUE_ORDERS`, a million and ten million without. A peer that cannot be installed or fails
is named, with its last line.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import treue.science as ts
from benchmarks import big_shop, summaries
from benchmarks.apart import apart
from benchmarks.big_shop import Row
from treue.science.buying.summary import Summary

CUSTOMERS = int(os.environ.get("TREUE_CUSTOMERS", "1000000"))
ORDERS = int(os.environ.get("TREUE_ORDERS", "10000000"))
DAYS = 546
TRUTH = {"r": 0.55, "alpha": 10.6, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.25, "q": 3.74, "gamma": 15.44}
TURNS = 3
PEERS = {
    "lifetimes": ["lifetimes==0.11.3", "numpy<1.27", "pandas<2", "scipy<1.12", "autograd<1.7"],
    "pymc-marketing": ["pymc-marketing"],
}
WORK = {
    "fit": (f"BG/NBD fit, {CUSTOMERS:,} customers", {"lifetimes": 30, "pymc-marketing": 20}),
    "questions": (f"staying and purchases of 39 weeks, {CUSTOMERS:,} customers", {}),
    "spend": (f"Gamma-Gamma fit, {CUSTOMERS:,} customers", {"lifetimes": 20, "pymc-marketing": 20}),
    "value": (f"12-month CLV, {CUSTOMERS:,} customers", {"lifetimes": 100, "pymc-marketing": 40}),
    "summary": (f"summary from {ORDERS:,} orders, any Parquet", {"lifetimes": 10, "pymc-marketing": 10}),
    "lake": (f"summary from {ORDERS:,} orders, from the lake", {"lifetimes": 50, "pymc-marketing": 50}),
}


def run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="treue-bench-") as folder:
        apart(generate, folder)
        ours = apart(measure, folder)
        peers = {name: _peer(name, folder) for name in PEERS}
    return [_row(work, ours[work], peers) for work in WORK]


def _row(work: str, seconds: float, peers: dict[str, dict[str, float] | str]) -> Row:
    what, targets = WORK[work]
    theirs = "summary" if work == "lake" else work
    each = [
        f"{name} {found[theirs]:.1f} s, {found[theirs] / seconds:.0f} times"
        if isinstance(found, dict)
        else f"{name}: {found}"
        for name, found in peers.items()
    ]
    wanted = ", ".join(f"{times} times {name}" for name, times in targets.items())
    return {"what": what, "measured": f"{seconds:.3f} s; {'; '.join(each)}", "target": wanted}


def generate(folder: str) -> None:
    """Customers of the models' own making, and a shop's orders: as its lake, as one file, and as the peers' arrays."""
    place = Path(folder)
    np.savez(place / "customers.npz", **customers(np.random.default_rng(2026), CUSTOMERS))
    with big_shop.opened(place / "home"):
        from treue.core.lake import manifest

        summaries.write(ORDERS)
        summaries.write_customers()
        names = ["customer_id", "order_id", "ordered_at", "revenue"]
        orders = pq.read_table(manifest.folder(summaries.SHOP) / "orders", columns=names)
    amount = orders["revenue"].cast(pa.float64())
    orders = orders.drop_columns("revenue").append_column("amount", amount)
    pq.write_table(orders, place / "orders.parquet", compression="zstd")
    at = orders["ordered_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
    np.savez(
        place / "orders.npz", customer_id=orders["customer_id"].to_numpy(), ordered_at=at, amount=amount.to_numpy()
    )


def customers(rng: np.random.Generator, number: int) -> dict[str, np.ndarray]:
    """Histories as BG/NBD has them, on whole days, in weeks; and their mean spends as Gamma-Gamma has them."""
    age = rng.integers(1, DAYS, number) / 7
    rate = rng.gamma(TRUTH["r"], 1 / TRUTH["alpha"], number)
    stops_after = rng.geometric(np.clip(rng.beta(TRUTH["a"], TRUTH["b"], number), 1e-9, 1))
    frequency, recency, now = np.zeros(number), np.zeros(number), np.zeros(number)
    going = np.arange(number)
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] < age[going]]
        day = np.maximum(np.ceil(now[going] * 7), np.rint(recency[going] * 7) + 1) / 7
        going, day = going[day <= age[going]], day[day <= age[going]]
        frequency[going] += 1
        recency[going] = day
        going = going[frequency[going] < stops_after[going]]
    scale = rng.gamma(SPEND["q"], 1 / SPEND["gamma"], number)
    times = np.maximum(frequency, 1)
    monetary = np.where(frequency > 0, rng.gamma(SPEND["p"] * times) / times / scale, 0.0)
    return {
        "customer_id": np.arange(number),
        "frequency": frequency,
        "recency": recency,
        "age": age,
        "monetary": monetary,
    }


def measure(folder: str) -> dict[str, float]:
    """Median seconds of each piece of work, over some turns."""
    table = pd.DataFrame(dict(np.load(Path(folder) / "customers.npz")))
    orders = ibis.read_parquet(Path(folder) / "orders.parquet")
    _models(table.head(1000))  # imports
    with big_shop.opened(Path(folder) / "home"):
        from treue.core.lake import tables

        with tables.opened(summaries.SHOP, here=True) as lake:
            turns = [_models(table) | _summaries(orders, lake) for _turn in range(TURNS)]
    return {work: median(turn[work] for turn in turns) for work in WORK}


def _models(table: pd.DataFrame) -> dict[str, float]:
    """From a table of customers, as the peers have it."""
    begun = time.perf_counter()
    summary = Summary.of(table, unit=ts.WEEK)
    model = ts.BetaGeoNBD().fit(summary)
    fitted = time.perf_counter()
    model.probability_alive(summary), model.expected_purchases(summary, horizon=39)
    answered = time.perf_counter()
    spend = ts.GammaGamma().fit(summary)
    learned = time.perf_counter()
    ts.lifetime_value(summary, model, spend, months=12, discount_rate=0.1, margin=1)
    over = time.perf_counter()
    return {"fit": fitted - begun, "questions": answered - fitted, "spend": learned - answered, "value": over - learned}


def _summaries(orders: ir.Table, lake: Any) -> dict[str, float]:
    until, begun = lake.manifest.as_of, time.perf_counter()
    ts.summarise(orders, until=until, unit=ts.WEEK).table.release()
    read = time.perf_counter()
    summaries.released(lake.histories(), until)
    return {"summary": read - begun, "lake": time.perf_counter() - read}


def _peer(name: str, folder: str) -> dict[str, float] | str:
    try:
        python = _environment(name)
        script = Path(__file__).parent / "peers" / f"with_{name.replace('-', '_')}.py"
        done = subprocess.run([python, script, folder], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        return (error.stderr or error.stdout or "failed").strip().splitlines()[-1]
    return json.loads(done.stdout.splitlines()[-1])["seconds"]


def _environment(name: str) -> Path:
    home = Path.home() / ".cache" / "treue-benchmarks" / name
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True, text=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[name]]
        subprocess.run(install, check=True, capture_output=True, text=True)
        (home / "complete").touch()
    return python
