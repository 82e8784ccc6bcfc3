"""`make bench [ARGS="retention pages"]`: run the named benchmarks, or all, and add what was measured to RESULTS.md."""

import importlib
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = ("retention", "imports", "pages")


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE
    )
    return done.stdout.strip() or "no commit"


def main(names: list[str]) -> None:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    for name in names or BENCHMARKS:
        rows = importlib.import_module(f"benchmarks.{name}").run()
        lines = [f"\n## {name}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {commit()}", f"{machine()}\n"]
        lines += ["| what | measured | target |", "| --- | --- | --- |"]
        lines += [f"| {row['what']} | {row['measured']} | {row['target']} |" for row in rows]
        text = "\n".join(lines) + "\n"
        sys.stdout.write(text)
        with (HERE / "RESULTS.md").open("a") as file:
            file.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
