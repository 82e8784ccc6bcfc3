"""A real Spark cluster on this machine: a master, two workers and a Connect server, on loopback and nowhere else."""

import ctypes
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = "127.0.0.1"
SECONDS_TO_START, SECONDS_TO_STOP = 180, 15
SPARK = "org.apache.spark"
PARENT_DEATH_SIGNAL = 1  # of prctl
SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
SERVER = {
    "spark.connect.grpc.binding.address": HERE,
    "spark.connect.grpc.binding.port": "0",
    "spark.driver.host": HERE,
    "spark.driver.bindAddress": HERE,
    "spark.executor.memory": "640m",
    "spark.executor.extraJavaOptions": SMALL,
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
}


@dataclass(frozen=True)
class Cluster:
    """url: of the Connect server. pages: of the master, where it says what its workers do."""

    url: str
    pages: str
    processes: tuple[psutil.Process, ...]

    def state(self) -> dict:
        with urllib.request.urlopen(f"{self.pages}/json/", timeout=10) as answer:
            return json.load(answer)

    def listening(self) -> set[str]:
        """The addresses at which any process of the cluster can be reached, executors included."""
        family = [process for parent in self.processes for process in (parent, *parent.children(recursive=True))]
        at = [each for process in family for each in process.net_connections("inet")]
        return {each.laddr.ip.removeprefix("::ffff:") for each in at if each.status == psutil.CONN_LISTEN}


@contextmanager
def running(home: Path, folder: Path) -> Iterator[Cluster]:
    """A cluster until the end of the block. home: of an installed Spark. folder: for all that it writes."""
    with ExitStack() as held:
        master = held.enter_context(_master(home, folder))
        at = master.said(r"Starting Spark master at (spark://\S+)")
        workers = [held.enter_context(_worker(home, folder, number, at)) for number in (1, 2)]
        pages = master.said(r"Bound MasterWebUI to \S+, and started at \S+?(:\d+)")
        for worker in workers:
            worker.said(r"(Successfully registered with master)")
        server = held.enter_context(_server(home, folder, at))
        port = server.said(r"Spark Connect server started at: \S+?:(\d+)")
        processes = tuple(psutil.Process(each.process.pid) for each in (master, *workers, server))
        yield Cluster(f"sc://{HERE}:{port}", f"http://{HERE}{pages}", processes)


@dataclass(frozen=True)
class Daemon:
    name: str
    process: subprocess.Popen
    log: Path

    def said(self, pattern: str) -> str:
        """What it has said by now or says soon, as the pattern's group."""
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            if found := re.search(pattern, self.log.read_text()):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"Spark's {self.name} did not come up:\n{self.log.read_text()[-4000:]}")


def _master(home: Path, folder: Path) -> "contextmanager[Daemon]":
    where = ("--host", HERE, "--port", "0", "--webui-port", "0")
    return _daemon(home, folder, "master", ("spark-class", f"{SPARK}.deploy.master.Master", *where), memory="256m")


def _worker(home: Path, folder: Path, number: int, master: str) -> "contextmanager[Daemon]":
    name = f"worker-{number}"
    where = ("--host", HERE, "--port", "0", "--webui-port", "0", "--work-dir", str(folder / name / "work"))
    command = ("spark-class", f"{SPARK}.deploy.worker.Worker", *where, "--cores", "1", "--memory", "1g", master)
    return _daemon(home, folder, name, command, memory="256m")


def _server(home: Path, folder: Path, master: str) -> "contextmanager[Daemon]":
    settings = [part for name, value in SERVER.items() for part in ("--conf", f"{name}={value}")]
    settings += ["--conf", f"spark.sql.warehouse.dir={folder / 'warehouse'}"]
    main = ("--class", f"{SPARK}.sql.connect.service.SparkConnectServer", "--name", "treue", "--master", master)
    return _daemon(home, folder, "server", ("spark-submit", *main, *settings, "spark-internal"), memory="1g")


@contextmanager
def _daemon(home: Path, folder: Path, name: str, command: tuple[str, ...], *, memory: str) -> Iterator[Daemon]:
    """One of the cluster's processes, in a session of its own, with whatever it starts."""
    own = folder / name
    (own / "tmp").mkdir(parents=True)
    (folder / "conf").mkdir(exist_ok=True)
    program, *arguments = command
    with (own / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(home / "bin" / program), *arguments],
            cwd=own, env=_environment(home, folder, own, memory), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_end_with_the_tests,
        )  # fmt: skip
    try:
        yield Daemon(name, process, own / "log")
    finally:
        _stop(process)


def _end_with_the_tests() -> None:
    """Tests that are killed clear nothing up: Linux then asks the daemon to stop."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _environment(home: Path, folder: Path, own: Path, memory: str) -> Mapping[str, str]:
    """Nothing of the machine's own Spark, if it has one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    return kept | {
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": HERE,
        "SPARK_LOCAL_DIRS": str(own / "tmp"),
        "SPARK_DAEMON_MEMORY": memory,
        "SPARK_DAEMON_JAVA_OPTS": f"{SMALL} -Djava.io.tmpdir={own / 'tmp'}",
    }


def _stop(process: subprocess.Popen) -> None:
    try:
        process.terminate()
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_session(process.pid)
        process.wait()


def _kill_session(leader: int) -> None:
    """Whatever is left of a process and of those that it started."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
