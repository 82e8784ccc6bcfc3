"""`make bench [ARGS="retention pages"]`: run the named benchmarks, or all, and add what was measured to RESULTS.md.

`make bench ARGS="pages --home FOLDER"` keeps the large shop in that folder, and finds it there the next time.
"""

import argparse
import importlib
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = (
    *("retention", "imports", "pages", "timeline", "api", "tracking", "log", "kills", "value", "summaries"),
    *("recommending", "ledger", "members"),
)


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE
    )
    return done.stdout.strip() or "no commit"


def main(names: list[str], home: str) -> None:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    for name in names or BENCHMARKS:
        run = importlib.import_module(f"benchmarks.{name}").run
        rows = run(home) if name == "pages" else run()
        lines = [f"\n## {name}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {commit()}", f"{machine()}\n"]
        lines += ["| what | measured | target |", "| --- | --- | --- |"]
        lines += [f"| {row['what']} | {row['measured']} | {row['target']} |" for row in rows]
        text = "\n".join(lines) + "\n"
        sys.stdout.write(text)
        with (HERE / "RESULTS.md").open("a") as file:
            file.write(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*", metavar="benchmark")
    parser.add_argument("--home", default="", help="where the large shop of `pages` is kept")
    asked = parser.parse_args()
    main(asked.names, asked.home)
