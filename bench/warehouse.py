"""What data teams wait for: the questions of sql/queries, look-ups, searches, the marts and exports, by size.

    python bench/warehouse.py [--stories 1000000] [--small 100000] [--plans plans.txt]
    python bench/warehouse.py --url postgresql://…/filled          # one that bench/warehouse_world.py has filled
    python bench/warehouse.py --only questions lookups searches    # some of the parts

The warehouse is invented (bench/warehouse_world.py), on an embedded PostgreSQL as it is shipped, with fsync off while
it is filled. A question is asked as `dateline query` asks it, four times; shown are the best time by the clock, the
server's CPU time of that run (on a busy machine the truer one), the memory that its sorts and hashes took, and the
nodes of its plan. `incremental` is a `dbt build` of the models after one hour's 2,000 stories more.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from bench.warehouse_world import AN_HOUR, build, fill  # noqa: E402
from pipeline.flow.exporting import export_months  # noqa: E402
from pipeline.warehouse import server  # noqa: E402
from pipeline.warehouse.engine import Engine, open_warehouse  # noqa: E402
from pipeline.warehouse.queries import session_options  # noqa: E402
from pipeline.warehouse.questions import questions  # noqa: E402

PARTS = ("marts", "questions", "lookups", "searches", "export")
LIMITS = {"questions": 300, "lookups": 5, "searches": 50}
"""What is asked for, in milliseconds."""

LOOKUPS = {
    "story by id": "select * from marts.fct_articles where story_id = md5('story' || {i})::uuid",
    "story by address": "select story_id, headline from news.article where canonical_url = (select canonical_url from news.article where story_id = md5('story' || {i})::uuid)",
    "its versions": "select * from marts.fct_article_versions where story_id = md5('story' || {i})::uuid order by version_number",
    "its authors": "select a.* from marts.bridge_article_author join marts.dim_authors a using (author_id) where story_id = md5('story' || {i})::uuid",
    "its places": "select p.* from marts.bridge_article_place join marts.dim_places p using (place_id) where story_id = md5('story' || {i})::uuid",
    "its dates": "select * from news.article_timestamp where story_id = md5('story' || {i})::uuid",
    "its entries": "select * from staging.stg_ledger_entries where story_id = md5('story' || {i})::uuid",
    "its body": "select b.body from news.article join news.article_body b using (version_id) where story_id = md5('story' || {i})::uuid",
    "who carries its text": "select c.* from marts.fct_articles a join marts.fct_articles c using (cluster_id) where a.story_id = md5('story' || {i})::uuid",
    "a publisher's day": "select sum(articles) from marts.fct_articles_daily where day = '2026-01-01' and source_id = md5('source' || {i} % 800)::uuid",
    "a feed's last polls": "select * from marts.fct_feed_polls where feed_id = md5('feed' || {i} % 1600)::uuid order by polled_at desc limit 20",
}
SEARCHES = {
    "a common word": ("{common}", None),
    "a common word of a language": ("{common}", "en"),
    "two words": ("{common} {middle}", None),
    "a rare word": ("{rare}", None),
    "a phrase": ('"{common} {second}"', None),
    "or, and not": ("{middle} or {rare} -{common}", "en"),
    "Chinese": ("国政", "zh"),
    "Japanese, two runs": ("東京 会議", None),
    "Thai": ("เมืองไทย", "th"),
    "nothing": ("qqqqq", None),
    "a typing error": ("{typo}", None),
}


@dataclass
class Measured:
    """One statement: best of the runs."""

    name: str
    milliseconds: float
    cpu: float | None
    rows: int
    kilobytes: int = 0
    plan: str = ""


def measure(connection: psycopg.Connection[Any], name: str, sql: str, runs: int = 4) -> Measured:
    best = None
    for _ in range(runs):
        cpu, began = _cpu(connection), time.perf_counter()
        rows = len(connection.execute(sql).fetchall())
        spent = (time.perf_counter() - began) * 1000
        used = None if cpu is None else _cpu(connection) - cpu
        if best is None or spent < best.milliseconds:
            best = Measured(name, spent, used, rows)
    assert best
    (plan,) = connection.execute(f"explain (analyze, format json) {sql}").fetchone()
    best.kilobytes, best.plan = _memory(plan[0]["Plan"]), " ".join(_nodes(plan[0]["Plan"]))
    return best


def _cpu(connection: psycopg.Connection[Any]) -> float | None:
    """CPU milliseconds of the session's server process so far, to the 10 ms that the kernel counts; None: it is elsewhere."""
    try:
        fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _memory(node: dict[str, Any]) -> int:
    own = node.get("Peak Memory Usage", 0) + node.get("Maximum Storage", 0)
    own += node.get("Sort Space Used", 0) if node.get("Sort Space Type") == "Memory" else 0
    return int(own) + sum(_memory(child) for child in node.get("Plans", ()))


def _nodes(node: dict[str, Any]) -> Iterator[str]:
    kind = node["Node Type"].replace(" ", "")
    yield kind + (f"({node['Relation Name']})" if "Relation Name" in node else "")
    for child in node.get("Plans", ()):
        yield from _nodes(child)


@contextmanager
def session(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, options=session_options(0), autocommit=True) as connection:
        yield connection


def dbt(engine: Engine, folder: Path, *arguments: str) -> float:
    """Seconds that it took."""
    url = engine.url.render_as_string(hide_password=False)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.warehouse.dbt", *arguments],
        env=os.environ | {"DATELINE_WAREHOUSE_URL": url, "DATELINE_DATA_DIR": str(folder)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(f"dbt {' '.join(arguments)} failed:\n{done.stdout[-2000:]}")
    return time.perf_counter() - began


def marts(engine: Engine, folder: Path, stories: int) -> None:
    models = ("build", "--resource-type", "model", "--resource-type", "snapshot")
    print(f"dbt, all models anew           {dbt(engine, folder, *models, '--full-refresh'):8.1f} s")
    print(f"dbt, all tests                 {dbt(engine, folder, 'test'):8.1f} s")
    print(f"dbt, models, nothing new       {dbt(engine, folder, *models):8.1f} s")
    fill(engine, stories, stories + AN_HOUR)
    print(f"dbt, models, an hour more      {dbt(engine, folder, *models):8.1f} s   (asked: 10)")
    print(f"dbt, starting and parsing only {dbt(engine, folder, 'ls', '--select', 'dim_dates'):8.1f} s")


def ask_questions(engine: Engine, plans: Path | None) -> None:
    with session(engine) as connection:
        told = [measure(connection, one.name, one.sql) for one in questions().values()]
        if plans:
            texts = (
                f"{one.name}\n"
                + "\n".join(row[0] for row in connection.execute(f"explain (analyze, buffers) {one.sql}"))
                for one in questions().values()
            )
            plans.write_text("\n\n".join(texts), "utf-8")
    show("questions", told)


def look_up(engine: Engine, stories: int) -> None:
    with session(engine) as connection:
        show(
            "lookups",
            [measure(connection, name, sql.format(i=stories // 3), 6) for name, sql in LOOKUPS.items()],
        )


def search(engine: Engine) -> None:
    words = "select word from ts_stat($$select document from ops.story_search where language = 'en' limit 20000$$) order by ndoc desc, word"
    with session(engine) as connection:
        ranked = [row[0] for row in connection.execute(words)]
        chosen = {
            "common": ranked[0],
            "second": ranked[1],
            "middle": ranked[len(ranked) // 20],
            "rare": ranked[len(ranked) // 2],
            "typo": "".join(reversed(ranked[0])) + ranked[3][1:],
        }
        told = []
        for name, (query, language) in SEARCHES.items():
            literal = psycopg.sql.Literal(query.format(**chosen)).as_string(connection)
            spoken = psycopg.sql.Literal(language).as_string(connection)
            told.append(
                measure(connection, name, f"select * from news.search({literal}, language := {spoken})")
            )
    show("searches", told)


def show(part: str, told: list[Measured]) -> None:
    limit = LIMITS[part]
    print(f"{part:28} {'ms':>8} {'CPU ms':>8} {'rows':>7} {'KB':>7}   plan (asked: {limit} ms)")
    for one in told:
        cpu = "" if one.cpu is None else f"{one.cpu:.0f}"
        late = " <- over" if one.milliseconds > limit else ""
        print(
            f"{one.name:28} {one.milliseconds:8.1f} {cpu:>8} {one.rows:7,} {one.kilobytes:7,}   {one.plan[:110]}{late}"
        )
    print(f"{'slowest':28} {max(one.milliseconds for one in told):8.1f}")


def export(engine: Engine, folder: Path) -> None:
    began = time.perf_counter()
    written = export_months(engine, str(folder / "export"), now=datetime.now(UTC))
    seconds = time.perf_counter() - began
    stories = sum(one.rows for one in written if one.table == "stories")
    for table in sorted({one.table for one in written}):
        size = sum(one.size_bytes for one in written if one.table == table)
        print(f"export, {table:10} {size / 1e6:9.1f} MB, {size / stories:7.0f} bytes a story")
    print(f"export, all        {seconds:9.1f} s, {stories / seconds:,.0f} stories a second")


def bench(engine: Engine, stories: int, parts: list[str], folder: Path, plans: Path | None) -> None:
    with session(engine) as connection:
        ((version, size),) = connection.execute(
            "select current_setting('server_version'), pg_database_size(current_database())"
        ).fetchall()
    load = os.getloadavg()[0]
    print(
        f"\n{stories:,} stories, PostgreSQL {version}, {size / 1e9:.1f} GB, {size / stories:,.0f} bytes a story; load {load:.1f}"
    )
    if "marts" in parts:
        marts(engine, folder, stories)
    with session(engine) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("vacuum analyze")
    if "questions" in parts:
        ask_questions(engine, plans)
    if "lookups" in parts:
        look_up(engine, stories)
    if "searches" in parts:
        search(engine)
    if "export" in parts:
        export(engine, folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=100_000, help="the smaller size, to see growth; 0: none")
    parser.add_argument("--url", help="a filled warehouse; its size is looked up")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--plans", type=Path, help="write the plans of the questions there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.url:
            engine = open_warehouse(asked.url)
            with session(engine) as connection:
                ((stories,),) = connection.execute("select count(*) from news.article").fetchall()
            bench(engine, stories, asked.only, Path(folder), asked.plans)
            return
        for stories in sorted({asked.small, asked.stories} - {0}):
            with server.temporary() as running:
                engine = open_warehouse(running.url)
                began = time.perf_counter()
                build(engine, stories)
                print(f"filled in {time.perf_counter() - began:.0f} s")
                bench(engine, stories, asked.only, Path(folder) / str(stories), asked.plans)
                engine.dispose()


if __name__ == "__main__":
    main()
