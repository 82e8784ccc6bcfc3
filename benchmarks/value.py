"""Models of buying for a million customers, as ratios to lifetimes and pymc-marketing in the same run.

Each peer is installed into an environment of its own, once, beside this machine's caches; it gets the same arrays.
What is timed is the work alone, without reading files. Sizes: `TREUE_CUSTOMERS` and `TREUE_ORDERS`, a million and ten
million without. A peer that cannot be installed or fails is named, with its last line.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import treue.science as ts
from benchmarks.apart import apart
from benchmarks.big_shop import Row
from treue.science.buying.summary import Summary

CUSTOMERS = int(os.environ.get("TREUE_CUSTOMERS", "1000000"))
ORDERS = int(os.environ.get("TREUE_ORDERS", "10000000"))
DAYS = 546
TRUTH = {"r": 0.55, "alpha": 10.6, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.25, "q": 3.74, "gamma": 15.44}
BEGIN = datetime(2024, 7, 1, tzinfo=UTC)
PEERS = {
    "lifetimes": ["lifetimes==0.11.3", "numpy<1.27", "pandas<2", "scipy<1.12", "autograd<1.7"],
    "pymc-marketing": ["pymc-marketing"],
}
WORK = {
    "fit": (f"BG/NBD fit, {CUSTOMERS:,} customers", {"lifetimes": 30, "pymc-marketing": 20}),
    "spend": (f"Gamma-Gamma fit, {CUSTOMERS:,} customers", {"lifetimes": 20, "pymc-marketing": 20}),
    "value": (f"12-month CLV, {CUSTOMERS:,} customers", {"lifetimes": 100, "pymc-marketing": 40}),
    "summary": (f"summary from {ORDERS:,} orders, any Parquet", {"lifetimes": 10, "pymc-marketing": 10}),
}


def run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="treue-bench-") as folder:
        apart(generate, folder)
        ours = apart(measure, folder)
        peers = {name: _peer(name, folder) for name in PEERS}
    return [_row(work, ours[work], peers) for work in WORK]


def _row(work: str, seconds: float, peers: dict[str, dict[str, float] | str]) -> Row:
    what, targets = WORK[work]
    each = [
        f"{name} {found[work]:.1f} s, {found[work] / seconds:.0f} times"
        if isinstance(found, dict)
        else f"{name}: {found}"
        for name, found in peers.items()
    ]
    wanted = ", ".join(f"{times} times {name}" for name, times in targets.items())
    return {"what": what, "measured": f"{seconds:.2f} s; {'; '.join(each)}", "target": wanted}


def generate(folder: str) -> None:
    """Customers of the models' own making, and orders that hold no more than those of a shop."""
    rng = np.random.default_rng(2026)
    place = Path(folder)
    np.savez(place / "customers.npz", **customers(rng, CUSTOMERS))
    customer = rng.integers(0, ORDERS // 8, ORDERS)
    at = int(BEGIN.timestamp()) + rng.integers(0, DAYS * 86_400, ORDERS)
    amount = np.round(rng.gamma(2, 20, ORDERS), 2)
    np.savez(place / "orders.npz", customer_id=customer, ordered_at=at, amount=amount)
    moments = pa.array(at, pa.timestamp("s")).cast(pa.timestamp("us"))
    table = {"customer_id": customer, "order_id": np.arange(ORDERS), "ordered_at": moments, "amount": amount}
    pq.write_table(pa.table(table), place / "orders.parquet", compression="zstd")


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
        day = np.maximum(np.ceil(now[going] * 7) / 7, recency[going] + 1 / 7)
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
    """Seconds of each piece of work: from a table of customers, as the peers have it, to the result."""
    place, seconds = Path(folder), {}

    def timed(name: str, work: Callable[[], object]) -> object:
        begun = time.perf_counter()
        result = work()
        seconds[name] = time.perf_counter() - begun
        return result

    table = pd.DataFrame(dict(np.load(place / "customers.npz")))
    ts.BetaGeoNBD().fit(Summary.of(table.head(1000), unit=ts.WEEK))  # imports
    model = timed("fit", lambda: ts.BetaGeoNBD().fit(Summary.of(table, unit=ts.WEEK)))
    spend = timed("spend", lambda: ts.GammaGamma().fit(Summary.of(table, unit=ts.WEEK)))
    summary = Summary.of(table, unit=ts.WEEK)
    timed("value", lambda: ts.lifetime_value(summary, model, spend, months=12, discount_rate=0.1, margin=1))
    orders = ibis.read_parquet(place / "orders.parquet")
    until = (BEGIN.replace(tzinfo=None) + pd.Timedelta(days=DAYS)).date()
    timed("summary", lambda: len(ts.summarise(orders, until=until, unit=ts.WEEK).rows))
    return seconds


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
