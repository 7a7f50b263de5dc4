"""Seconds that each newsroom page takes, over a warehouse of invented rows.

python bench/pages.py --feeds 10000 --stories 200000 --polls 1000000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from dateline_newsroom.app import create_app  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from sqlalchemy import text  # noqa: E402

from pipeline.warehouse import alarms, pages_ledger, schema, server  # noqa: E402
from pipeline.warehouse.engine import Engine, open_warehouse, transaction  # noqa: E402
from pipeline.warehouse.pages import reading  # noqa: E402

RUNS = 7
_ID = "uuid_in(md5('{0}' || {1})::cstring)"
FEED, SOURCE, STORY, VERSION = (
    _ID.format("f", "i % :feeds"),
    _ID.format("s", "i % :feeds % :sources"),
    _ID.format("a", "i"),
    _ID.format("v", "i"),
)
FILL = (
    f"""insert into news.source (source_id, domain, name, is_feed_only, state, obeys_robots_for_feeds, headers, hints)
    select {_ID.format("s", "i")}, 'paper' || i || '.example', 'Paper ' || i, false, 'active', true, '{{}}', '[]'
    from generate_series(0, :sources - 1) i""",
    f"""insert into news.feed (feed_id, source_id, url, state)
    select {_ID.format("f", "i")}, {SOURCE}, 'https://paper' || i % :sources || '.example/' || i || '.xml', 'active'
    from generate_series(0, :feeds - 1) i""",
    f"""insert into ops.feed_state (feed_id, last_polled_at, last_success_at, last_news_at, news_every_seconds,
        next_poll_at, interval_seconds, failures, last_reason)
    select {FEED}, :now - interval '1 s' * (i % 600), :now - interval '1 s' * (i % 600),
        :now - interval '1 s' * (i * 37 % 90000), 1800 + i % 7200, :now + interval '1 s' * (i % 1800), 300 + i % 3000,
        case when i % 23 = 0 then 3 else 0 end, case when i % 23 = 0 then 'http_503' end
    from generate_series(0, :feeds - 1) i""",
    # Most answers are 304s; one in ten brings new entries.
    f"""insert into ops.feed_poll (feed_id, polled_at, outcome, status, entries, new_entries, entered_entries, is_gap)
    select {FEED}, :now - interval '30 days' * (i::float / :polls), case when i % 10 = 0 then 'changed' else 'unchanged' end,
        case when i % 10 = 0 then 200 else 304 end, case when i % 10 = 0 then 30 else 0 end, case when i % 10 = 0 then 3 else 0 end,
        case when i % 10 = 0 then 30 else 0 end, i % 1000 = 0
    from generate_series(0, :polls - 1) i""",
    f"""insert into news.article (story_id, source_id, version_id, url, final_url, canonical_url, canonical_version, headline,
        description, language, word_count, published_at, published_local, published_utc_offset_minutes, published_precision,
        published_method, published_evidence, published_flags, modified_flags, first_seen_at, fetched_at, extractor_version,
        content_hash, loaded_at)
    select {STORY}, {SOURCE}, {VERSION}, 'https://paper' || i % :feeds % :sources || '.example/story/' || i, 'https://paper.example/' || i,
        'https://paper.example/' || i, '1', 'The council votes on bridge number ' || i, repeat('A summary of some length. ', 12),
        'en', 400, at, at, 0, 'minute', 'json_ld', at::text, '{{}}', '{{}}', at + interval '6 min', at + interval '7 min', 'bench', md5(i::text), :now
    from generate_series(0, :stories - 1) i, lateral (select :now - interval '30 days' * (i::float / :stories) as at) t""",
    f"""insert into news.article_version (version_id, story_id, captured_at, headline)
    select {VERSION}, {STORY}, :now, 'The council votes' from generate_series(0, :stories - 1) i""",
    f"""insert into news.article_body select {VERSION}, repeat('The council met again on Tuesday. ', 60) from generate_series(0, :stories - 1) i""",
    f"""insert into news.story_cluster select {STORY}, {_ID.format("a", "i - i % 3")}, '1', :now from generate_series(0, :stories - 1) i""",
    f"""insert into news.article_dateline (story_id, raw) select {STORY}, 'TOWN ' || i % 400 || ' (Wire)' from generate_series(0, :stories - 1, 2) i""",
    f"""insert into news.article_place (story_id, rel, position, name, country, lat, lon)
    select {STORY}, 'located', 0, 'Town ' || i % 400, 'GB', i % 400 % 110 - 50, i % 400 * 17 % 340 - 170 from generate_series(0, :stories - 1, 2) i""",
    f"""insert into ops.ledger (feed_id, entry_key, source_id, url, entry, discovered_at, state, reason, detail, story_id, settled_at)
    select {FEED}, 'k' || i, {SOURCE}, 'https://paper.example/' || i,
        jsonb_build_object('headline', 'The council votes ' || i, 'summary', repeat('A summary of some length. ', 12)), at,
        case when i < :stories then 'loaded' when i % 10 = 0 then 'discovered' else 'rejected' end,
        case when i >= :stories and i % 10 <> 0 then (array['http_404', 'not_an_article', 'robots'])[i % 3 + 1] end, null,
        case when i < :stories then {STORY} end, at
    from generate_series(0, :stories * 3 / 2 - 1) i, lateral (select :now - interval '30 days' * (i % :stories * 1.0 / :stories) as at) t""",
    # Of four alarms one lasts.
    f"""insert into ops.alarm (subject, kind, first_seen_at, last_seen_at, words, feed_id, resolved_at)
    select ({FEED})::text, (array['failing', 'silent', 'gap', 'rejected_share'])[i / :feeds % 4 + 1], at, at + interval '2 h', 'it fails: http_503', {FEED},
        case when i % 4 > 0 then at + interval '2 h' end
    from generate_series(0, :feeds * 4 - 1) i, lateral (select :now - interval '30 days' * (i::float / :feeds / 4) as at) t""",
)
PATHS = (
    "/", "/feeds", "/feeds?sort=gaps&order=desc", "/feeds?q=paper77&page=1", "/feeds?page=200", "/stories", "/stories?q=paper77",
    "/alarms", "/alarms?over=true&q=paper77&page=2", "/alarms?kind=failing&page=10", "/ledger", "/ledger?reason=robots&page=20", "/history", "/feeds/{feed}", "/stories/{story}",
)  # fmt: skip


def main() -> None:
    """Fills a temporary warehouse and prints a line a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (("feeds", 10_000), ("stories", 200_000), ("polls", 1_000_000)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument(
        "--index", action="append", default=[], help="also create this index: 'news.article (first_seen_at)'"
    )
    asked = parser.parse_args()
    with server.temporary() as running:
        engine = open_warehouse(running.url)
        schema.migrate(engine)
        _fill(engine, asked)
        _measure(engine)
        engine.dispose()


def _fill(engine: Engine, asked: argparse.Namespace) -> None:
    begun = time.perf_counter()
    sizes = {
        "feeds": asked.feeds,
        "stories": asked.stories,
        "polls": asked.polls,
        "sources": asked.feeds // 5,
        "now": datetime.now(UTC),
    }
    for statement in FILL:
        with transaction(engine) as connection:
            connection.execute(
                text(statement), {name: value for name, value in sizes.items() if f":{name}" in statement}
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for index in asked.index:
            connection.exec_driver_sql(f"create index on {index}")
        connection.exec_driver_sql("vacuum analyze")
    print(
        f"{asked.feeds:,} feeds, {asked.stories:,} stories, {asked.polls:,} polls: filled in {time.perf_counter() - begun:.0f} s"
    )


def _measure(engine: Engine) -> None:
    with engine.connect() as connection:
        ids = {
            name: connection.exec_driver_sql(f"select {name}_id from news.{table} limit 1").scalar_one()
            for name, table in (("feed", "feed"), ("story", "article"))
        }
    begun = time.perf_counter()
    with reading(engine) as connection:
        pages_ledger.census(connection, datetime.now(UTC))
    print(f"{time.perf_counter() - begun:8.3f} s  the count of the whole ledger, once a minute at most")
    client = TestClient(create_app(lambda: engine, may_read=lambda: None, may_write=lambda: None))
    client.get("/")
    for path in PATHS:
        times, size = [], 0
        for _ in range(RUNS):
            begun = time.perf_counter()
            answer = client.get(path.format(**ids))
            times.append(time.perf_counter() - begun)
            assert answer.status_code == 200, answer.text[-500:]
            size = len(answer.content)
        print(f"{statistics.median(times):8.3f} s  {size / 1000:6.0f} kB  {path}")
    begun = time.perf_counter()
    with transaction(engine) as connection:
        alarms.review(connection, datetime.now(UTC))
    print(f"{time.perf_counter() - begun:8.3f} s  the review of all feeds, once an hourly run")


if __name__ == "__main__":
    main()
