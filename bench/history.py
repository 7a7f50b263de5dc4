"""The past: stories a second from news WARCs to rows, replay against bare extraction, growth, and a second worker.

    python bench/history.py [--pages FOLDER] [--stories 256] [--rounds 2] [--scale 20000] [--json]

Pages are ``*.html`` and ``*.html.gz`` below the folder (the gold articles where they lie beside the checkout); without
any they are invented. Each story is one of them with a text of its own in it, in WARC files of the CC-NEWS layout.

* WARC to rows: ``enter_warcs`` and the load behind it, one process.
* Replay: ``compare`` by one process against extraction alone of the same pages, in turns; asked: at least 90 %.
* Growth: how long it takes to find what a day's window holds, in archives and ledgers of 1, 4 and 16 times the size.
* Two workers: processes with one slot each load the same entries that one does; asked: 1.4 times. Celery's workers are
  such processes (``deploy/requirements.lock`` has Celery, this environment has not); the queue is the warehouse either way.

Ratios are of one run; a machine that others use lowers the last one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import psutil
from rich.console import Console
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from archive import GOLD, bodies  # noqa: E402

from pipeline.fetch import Archive  # noqa: E402
from pipeline.flow.context import Context  # noqa: E402
from pipeline.flow.ingesting import claimed_article  # noqa: E402
from pipeline.flow.rebuilding import load_share  # noqa: E402
from pipeline.flow.replaying import compare  # noqa: E402
from pipeline.flow.warcs import enter_warcs  # noqa: E402
from pipeline.history.found import Window  # noqa: E402
from pipeline.records import Response, Source  # noqa: E402
from pipeline.settings import Settings  # noqa: E402
from pipeline.warehouse import registry, schema, server  # noqa: E402
from pipeline.warehouse.engine import open_warehouse, transaction  # noqa: E402
from pipeline.warehouse.rereading import received, standings  # noqa: E402

START = datetime(2017, 12, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=31))
HOUSES = 12
PER_FILE = 40
BETWEEN = timedelta(minutes=40)
"""Two captures."""
WORDS = (
    "council harbour bridge evening residents engineers repairs spring debate fishermen market school".split()
)
LEAST_REPLAY, LEAST_SPEEDUP = 0.90, 1.4


@dataclass(slots=True)
class Result:
    """What was measured."""

    stories: int = 0
    page_bytes: int = 0
    loaded: int = 0
    enter_seconds: float = 0.0
    load_seconds: float = 0.0
    bare_per_second: float = 0.0
    replay_per_second: float = 0.0
    replay_share: float = 0.0
    growth: tuple[tuple[int, float, float], ...] = ()
    """Times the size: milliseconds to find a window's stories in the ledger, and its records in the archive."""
    one_seconds: float = 0.0
    two_seconds: float = 0.0
    speedup: float = 0.0
    cpu: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Of the workers and of PostgreSQL, with one worker and with two."""


def write_warcs(pages: Sequence[bytes], count: int, folder: Path) -> int:
    """Stories as a crawler would have written them; the bytes of their pages."""
    chance, total = random.Random(7), 0
    for first in range(0, count, PER_FILE):
        at = START + BETWEEN * first
        path = folder / "CC-NEWS" / f"{at:%Y}" / f"{at:%m}" / f"CC-NEWS-{at:%Y%m%d%H%M%S}-{first:05}.warc.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            writer = WARCWriter(out, gzip=True)
            for number in range(first, min(first + PER_FILE, count)):
                own = " ".join(chance.choices(WORDS, k=40))
                body = pages[number % len(pages)].replace(
                    b"</body>", f"<p>{number}: {own}</p></body>".encode()
                )
                total += len(body)
                captured = at + BETWEEN * (number - first)
                head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                writer.write_record(
                    writer.create_warc_record(
                        f"https://house{number % HOUSES}.example/{number}/story-of-the-{WORDS[number % 12]}",
                        "response",
                        BytesIO(body),
                        len(body),
                        http_headers=head,
                        warc_headers_dict={"WARC-Date": f"{captured:%Y-%m-%dT%H:%M:%SZ}"},
                    )
                )
    return total


def context_at(url: str, archive: Path) -> Context:
    """A run's context; nothing is asked of the network."""
    return Context(open_warehouse(url), Archive(str(archive)), Settings(archive=str(archive)))


def database(admin_url: str, name: str, template: str | None = None) -> str:
    """URL of a migrated warehouse of that name, empty or a copy."""
    engine = open_warehouse(admin_url, pooled=False)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        copy = f" template {template} strategy file_copy" if template else ""
        connection.exec_driver_sql(f"create database {name}{copy}")
    url = admin_url.replace("/dateline?", f"/{name}?")
    if template is None:
        engine = open_warehouse(url)
        schema.migrate(engine)
        with transaction(engine) as connection:
            registry.sync(connection, [Source(f"House {n}", f"house{n}.example") for n in range(HOUSES)])
        engine.dispose()
    return url


def measure_replay(context: Context, rounds: int, result: Result) -> None:
    """Extraction alone and replay in turns, by CPU time of this process: the median of each."""
    until = START + BETWEEN * (result.stories // 2)  # half of them will do
    with transaction(context.engine) as connection:
        units = received(connection, START, until)
        claims = [claim for one in standings(connection, units) for claim in one.captures()]
    pages: list[Response | None] = [
        context.archive.read(claim.archived) for claim in claims if claim.archived
    ]
    bare, replay = [], []
    for _ in range(rounds):
        begun = time.process_time()
        for claim, page in zip(claims, pages, strict=True):
            claimed_article(claim, page)
        bare.append(len(claims) / (time.process_time() - begun))
        begun = time.process_time()
        found = compare(context, START, until, jobs=1)
        replay.append(found.captures / (time.process_time() - begun))
        assert not found.differing, found.examples[:3]
    result.bare_per_second, result.replay_per_second = statistics.median(bare), statistics.median(replay)
    result.replay_share = statistics.median(b / a for a, b in zip(bare, replay, strict=True))


def measure_growth(admin_url: str, folder: Path, scale: int) -> Iterator[tuple[int, float, float]]:
    """Milliseconds to find a day of ``scale`` stories in a ledger and an archive of twice so many days."""
    context = context_at(database(admin_url, "growth"), folder / "growth")
    with transaction(context.engine) as connection:
        ((source, feed),) = connection.exec_driver_sql(
            "insert into news.feed (feed_id, source_id, url, state) select gen_random_uuid(), source_id, 'x:', 'past' "
            "from news.source limit 1 returning source_id, feed_id"
        ).all()
    days = 0
    for times in (1, 4, 16):
        # Beside a day its eve is read too, for a batch begun on it: it has one in each size.
        while days < 2 * times:
            _add_day(context, source, feed, scale, days)
            days += 1
        with transaction(context.engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
            connection.exec_driver_sql("vacuum analyze")
        window = START + timedelta(days=days - 1), START + timedelta(days=days)
        in_ledger, in_archive = [], []
        for _ in range(5):
            begun = time.perf_counter()
            with transaction(context.engine) as connection:
                assert len(received(connection, *window)) == scale
            in_ledger.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            assert sum(1 for _ in context.archive.scan("page", *window)) == 40 * 24
            in_archive.append(time.perf_counter() - begun)
        yield times, statistics.median(in_ledger) * 1000, statistics.median(in_archive) * 1000


def _add_day(context: Context, source: object, feed: object, scale: int, day: int) -> None:
    at = START + timedelta(days=day)
    key = f"'{day}:' || n"
    numbers = f"generate_series(1, {scale}) n"
    moment = f"'{at:%Y-%m-%d}'::timestamptz + n * interval '4 seconds'"
    story = f"md5({key})::uuid"
    statements = (
        (
            "insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version, "
            "word_count, published_flags, modified_flags, first_seen_at, fetched_at, extractor_version, content_hash, loaded_at) "
            f"select {story}, '{source}', {story}, {key}, {key}, {key}, '1', 1, '{{}}', '{{}}', {moment}, {moment}, '1', 'x', {moment} from {numbers}"
        ),
        (
            "insert into ops.ledger (feed_id, entry_key, source_id, entry, discovered_at, state, story_id, told_story_id, fetch_id) "
            f"select '{feed}', {key}, '{source}', '{{}}', {moment}, 'loaded', {story}, {story}, {story} from {numbers}"
        ),
        (
            "insert into ops.fetch (fetch_id, feed_id, entry_key, url, fetched_at, archive_object, archive_offset) "
            f"select {story}, '{feed}', {key}, {key}, {moment}, '{at:%Y/%m/%d}/page-x.warc.gz', n from {numbers}"
        ),
    )
    with transaction(context.engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    for number in range(40):
        begun = at + timedelta(minutes=30 * number)
        with context.archive.segment("page", begun) as segment:
            for place in range(24):
                segment.append(
                    Response(
                        "https://x.example/",
                        "https://x.example/",
                        200,
                        {},
                        b"<p>" * 300,
                        begun + timedelta(seconds=place),
                    )
                )


WORKER = """
import sys
sys.path[:0] = [{root!r}, {bench!r}]
from pathlib import Path
from history import context_at
from pipeline.flow.rebuilding import load_share
context = context_at({url!r}, Path({archive!r}))
print("ready", flush=True)
sys.stdin.readline()
load_share(context, 0)
print("done", flush=True)
sys.stdin.readline()
"""


def measure_workers(
    url: str, archive: Path, count: int, postmaster: psutil.Process
) -> tuple[float, float, float]:
    """Seconds that so many workers take for all entries; CPU seconds of theirs, and of PostgreSQL."""
    code = WORKER.format(root=str(ROOT), bench=str(ROOT / "bench"), url=url, archive=str(archive))
    with workers(code, count) as started:
        before = [sum(psutil.Process(one.pid).cpu_times()[:2]) for one in started]
        database_before, begun = _cpu(postmaster), time.perf_counter()
        for one in started:
            _tell(one)
        for one in started:
            assert one.stdout
            assert one.stdout.readline().strip() == "done"
        seconds = time.perf_counter() - begun
        after = [sum(psutil.Process(one.pid).cpu_times()[:2]) for one in started]
        return seconds, sum(after) - sum(before), _cpu(postmaster) - database_before


@contextmanager
def workers(code: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many processes that have loaded all that they need and wait to be told to begin."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(count)
    ]
    try:
        for one in started:
            assert one.stdout
            assert one.stdout.readline().strip() == "ready"
        yield started
        for one in started:
            _tell(one)
    finally:
        for one in started:
            one.communicate(timeout=60)


def _tell(one: subprocess.Popen[str]) -> None:
    assert one.stdin
    one.stdin.write("\n")
    one.stdin.flush()


def _cpu(postmaster: psutil.Process) -> float:
    """Of the server and its processes, those that have ended among them."""
    own = postmaster.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in postmaster.children(recursive=True):
        try:
            total += sum(child.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


def measure(pages: Sequence[bytes], options: argparse.Namespace) -> Result:
    result = Result(stories=options.stories)
    with tempfile.TemporaryDirectory() as name, server.temporary() as running:
        folder = Path(name)
        result.page_bytes = write_warcs(pages, options.stories, folder)
        archive = folder / "archive"
        entered = context_at(database(running.url, "entered"), archive)
        begun = time.perf_counter()
        report = enter_warcs(entered, WINDOW, [str(folder / "CC-NEWS")])
        result.enter_seconds = time.perf_counter() - begun
        assert report.entered == options.stories, report
        entered.engine.dispose()
        one, two = (database(running.url, name, "entered") for name in ("one", "two"))
        begun = time.perf_counter()
        done = load_share(entered, 0)
        result.load_seconds, result.loaded = time.perf_counter() - begun, done.loaded
        measure_replay(entered, options.rounds, result)
        postmaster = psutil.Process(running.pid)
        result.one_seconds, *cpu_one = measure_workers(one, archive, 1, postmaster)
        result.two_seconds, *cpu_two = measure_workers(two, archive, 2, postmaster)
        result.speedup = result.one_seconds / result.two_seconds
        result.cpu = (*cpu_one, *cpu_two)
        result.growth = tuple(measure_growth(running.url, folder, options.scale))
    return result


def show(result: Result, console: Console) -> None:
    whole = result.enter_seconds + result.load_seconds
    console.print(
        f"{result.stories} pages of {result.page_bytes / result.stories / 1000:.0f} kB on average, {result.loaded} stories loaded"
    )
    console.print(
        f"WARC to rows, one process: {result.stories / whole:.1f} stories/s "
        f"({result.stories / result.enter_seconds:.0f}/s into the archive and the ledger, {result.stories / result.load_seconds:.1f}/s from there)"
    )
    console.print(
        f"replay: {result.replay_per_second:.1f} stories/s of CPU, extraction alone {result.bare_per_second:.1f}: "
        f"{result.replay_share:.0%} (asked: {LEAST_REPLAY:.0%})"
    )
    one, one_db, two, two_db = result.cpu
    console.print(
        f"one worker {result.one_seconds:.1f} s, two {result.two_seconds:.1f} s: {result.speedup:.2f} times (asked: {LEAST_SPEEDUP}); "
        f"CPU of workers and PostgreSQL {one:.1f} + {one_db:.1f} s, {two:.1f} + {two_db:.1f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    for times, ledger, archive in result.growth:
        console.print(
            f"a day found in {times:2} times the size: {ledger:.0f} ms in the ledger, {archive:.0f} ms in the archive"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=Path, default=GOLD)
    parser.add_argument("--stories", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scale", type=int, default=20_000, help="stories of a day, for the growth")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(bodies(options.pages), options)
    if options.json:
        print(json.dumps(asdict(result)))
    else:
        show(result, Console(width=160))


if __name__ == "__main__":
    main()
