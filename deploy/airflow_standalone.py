"""All of Airflow as a daemon on loopback, with its UI: started, watched and ended to the last process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from airflow_home import enter, environment, prepare, silenced

from pipeline.errors import DatelineError, SettingsError
from pipeline.settings import settings
from pipeline.warehouse import server

HEALTHY_SECONDS = 300.0
MARK = "DATELINE_STANDALONE"
"""Variable that every process of ``up`` inherits, and by which ``down`` finds each of them."""


def up(home: Path, dags: Path, port: int) -> int:
    """Starts all of Airflow on loopback and waits until it is healthy; 0 if it is."""
    running = _port(home)
    if running and _await_health(lambda: _leads(home), running):
        print(f"Airflow runs already: {_url(running)}")
        return 0
    _end_all(home)
    if not _is_free(port):
        raise SettingsError(f"port {port} is taken: choose another one with --port")
    enter({**environment(home, dags), **_standalone(home, port)})
    log = home / "standalone.log"
    print("Airflow: its database …", flush=True)
    with silenced(log):
        prepare(home)
    (home / "port").write_text(str(port))
    with log.open("a") as output:
        command = [sys.executable, "-m", "airflow", "standalone"]
        null = subprocess.DEVNULL
        process = subprocess.Popen(command, stdin=null, stdout=output, stderr=output, start_new_session=True)
    (home / "standalone.pid").write_text(str(process.pid))
    try:
        healthy = _await_health(lambda: process.poll() is None, port)
    except KeyboardInterrupt:
        healthy = False
    if healthy:
        print(f"Airflow is ready: {_url(port)} (no login; loopback only). Stop it with: down", flush=True)
        return 0
    _end_all(home)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    sys.stderr.write(f"{tail}\nAirflow did not start; its log is {log}\n")
    return 1


def _standalone(home: Path, port: int) -> dict[str, str]:
    worker, trigger = _free_ports(2)
    return {
        MARK: str(home),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        # No login: the API listens on loopback only.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": _url(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    }


def _await_health(alive: Callable[[], bool], port: int) -> bool:
    begun, shown = time.monotonic(), ""
    while alive() and time.monotonic() - begun < HEALTHY_SECONDS:
        states = _health(port)
        ready = sorted(name for name, state in states.items() if state == "healthy")
        line = f"Airflow: {', '.join(ready) or 'starting'} …"
        if line != shown:
            print(line, flush=True)
            shown = line
        if states and len(ready) == len(states):
            return True
        time.sleep(0.5)
    return False


def _health(port: int | None) -> dict[str, str]:
    """State of each of Airflow's parts that should run; empty: nothing answers."""
    if port is None:
        return {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{_url(port)}/api/v2/monitor/health", timeout=20) as answer:
            told = json.load(answer)
    except (OSError, ValueError):
        return {}
    return {name: str(part["status"]) for name, part in told.items() if part.get("status") is not None}


def down(home: Path) -> int:
    """Ends every process of ``up``, also of one that crashed, and the embedded server; 0 if none is left."""
    count = _end_all(home)
    print(f"Airflow: {count} processes ended" if count else "Airflow: none runs")
    if settings().warehouse_url is None and server.stop(settings().data_dir):
        print("PostgreSQL: stopped")
    return 0


def status(home: Path) -> int:
    """Prints what runs as a line of JSON; 0 if all of Airflow is healthy, else 3."""
    states = _health(_port(home))
    warehouse = settings().warehouse_url
    if warehouse is None:
        running = server.status(settings().data_dir)
        warehouse = running.url if running else None
    told = {
        "url": _url(_port(home)) if states else None,
        "health": states,
        "processes": len(_members(home, _live())),
    }
    print(json.dumps({**told, "warehouse": warehouse}))
    return 0 if states and set(states.values()) == {"healthy"} else 3


def _end_all(home: Path) -> int:
    """How many processes of ``up`` there were; none is left.

    SIGINT is the only signal at which ``airflow standalone`` ends its parts; what remains, or has
    lost it, is ended one by one.
    """
    seen: set[tuple[int, int]] = set()

    def rest() -> list[int]:
        # Whoever was seen once is remembered: what told it from others may die before it.
        live = _live()
        seen.update((process.pid, process.born) for process in _members(home, live))
        return sorted(process.pid for process in live.values() if (process.pid, process.born) in seen)

    leader = _number(home / "standalone.pid")
    steps = ((signal.SIGINT, 20.0), (signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0))
    for sign, seconds in steps:
        for pid in rest():
            if pid == leader or sign != signal.SIGINT:
                _kill(pid, sign)
        if _wait(lambda: not rest(), seconds if leader in rest() or sign != signal.SIGINT else 0.0):
            break
    else:
        raise DatelineError(f"these processes of Airflow do not end: {rest()}", url=str(home))
    for name in ("standalone.pid", "port"):
        (home / name).unlink(missing_ok=True)
    return len(seen)


def _leads(home: Path) -> bool:
    """Whether the first process of ``up`` is alive."""
    leader = _number(home / "standalone.pid")
    return any(process.pid == leader for process in _members(home, _live()))


class _Process(NamedTuple):
    """A process by its number and birth: numbers are used again."""

    pid: int
    born: int
    parent: int
    session: int


def _live() -> dict[int, _Process]:
    """All processes that are no zombies."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            except OSError:  # it ended
                continue
            if fields[0] not in "ZX":
                pid = int(entry.name)
                found[pid] = _Process(pid, int(fields[19]), int(fields[1]), int(fields[3]))
    return found


def _members(home: Path, live: Mapping[int, _Process]) -> set[_Process]:
    """The processes of ``up``: those that bear its mark or Airflow's title in its session, and their descendants.

    Airflow's parts that set their own title overwrite their environment with it, and the mark is lost.
    """
    mark = f"{MARK}={home}".encode()
    leader = _number(home / "standalone.pid")
    members = set()
    for process in live.values():
        folder = Path(f"/proc/{process.pid}")
        try:
            titled = process.session == leader and (folder / "cmdline").read_bytes().startswith(b"airflow ")
            if titled or mark in (folder / "environ").read_bytes().split(b"\0"):
                members.add(process)
        except OSError:  # it ended, or is another user's
            continue
    size = -1
    while size != len(members):
        size, pids = len(members), {process.pid for process in members}
        members |= {process for process in live.values() if process.parent in pids}
    return {process for process in members if process.pid != os.getpid()}


def _kill(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _port(home: Path) -> int | None:
    return _number(home / "port")


def _url(port: int | None) -> str:
    return f"http://127.0.0.1:{port}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
