"""Real feeds, day by day as they were received: nothing crashes, nothing is lost, nothing comes twice."""

import re
from pathlib import Path

import pytest

from pipeline.flow.run import poll_shard
from pipeline.poll import parse_feed
from tests.newsroom import FeedReplay, serve, unpack

SNAPSHOTS = Path(__file__).resolve().parents[2].parent / "shared" / "gold" / "feeds" / "dev_snapshots.tar.zst"

MARKED = "[#@][0-9a-f]{16}$"
"""Further stories under a GUID used again, and further statements of a story: rows that no single document names."""

pytestmark = pytest.mark.gold


def test_real_feeds_replayed_day_by_day(make_run, tmp_path, at_full_length):
    if not SNAPSHOTS.is_file():
        pytest.skip(f"the real feeds are not beside the checkout ({SNAPSHOTS})")
    replay = FeedReplay(unpack(SNAPSHOTS, tmp_path / "snapshots"))
    seen = {}
    with serve(replay) as server:
        run = make_run(server)
        for day in replay.days if at_full_length else replay.days[::5]:
            server.set_time(day)
            run.now = day
            polls = poll_shard(run.context, every=True)
            assert all(line.reason in (None, "http_404") for line in polls), [
                line for line in polls if line.reason
            ]
            for source in run.sources:
                (url,) = source.feeds
                path = replay.snapshot(source.domain, day)
                if path is not None:
                    document = parse_feed(path.read_bytes(), url=url)
                    seen.setdefault(url, set()).update(entry.key for entry in document.entries)
        assert run.conserved() == []
        rows = run.rows(
            "select f.url, count(*), count(distinct l.entry_key) from ops.ledger l join news.feed f using (feed_id) "
            f"where l.entry_key !~ '{MARKED}' group by 1"
        )
        known = run.hashes()
        for line in poll_shard(run.context, every=True):
            assert line.new == 0
        assert run.hashes() == known
    plain = {url: [key for key in keys if not re.search(MARKED, key)] for url, keys in seen.items()}
    assert {url: count for url, count, _ in rows} == {url: len(keys) for url, keys in plain.items() if keys}
    assert all(count == distinct for _, count, distinct in rows)
    assert len(rows) >= 115
