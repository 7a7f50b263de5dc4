"""The past of the test world itself: repeatable, served as it says, and no change to the world without it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.history_fields import HistoryModel
from tests.newsroom import Past, World, warcs
from tests.newsroom.doors import archive_pattern, feed_shape
from tests.newsroom.past import CAPTURED, START, captured_at
from tests.newsroom.web import Answer, Request


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(World(stories=300, start=START, days=400))


def ask(past: Past, url: str, at=None) -> Answer:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return past.answer(Request("GET", parts.hostname or "", target), at or past.end, 1)


def test_what_is_no_door_answers_as_the_world_does(past):
    shapes = {house.domain: feed_shape(house) for house in past.world.publishers}
    for truth in past.world.truth(past.world.end)[::7]:
        story = past.world.stories[truth.number]
        if not past.is_gone(story, past.end):
            request = Request("GET", story.host, story.path)
            assert past.answer(request, past.end, 1) == past.world.answer(request, past.end, 1)
    for house in past.world.publishers:
        for spec in house.feeds[1 if shapes[house.domain] in {"archived", "next"} else 0 :]:
            request = Request("GET", house.domain, spec.path)
            assert past.answer(request, past.end, 1) == past.world.answer(request, past.end, 1)


def test_all_shapes_occur(past):
    assert set(map(feed_shape, past.world.publishers)) == {"archived", "next", "paged", "page", "offset"}
    assert len(set(map(archive_pattern, past.world.publishers))) == 3
    for source in past.sources():
        ways = [HistoryModel.model_validate(one).via for one in source["history"]]
        assert ways == ["archive", "feed_pages", "sitemap", "archive_pages", "wayback"]


def test_what_is_gone_is_gone_and_has_a_copy(past):
    gone = [story for story in past.world.stories if past.is_gone(story, past.end)]
    assert Counter(ask(past, past.address(story)).status for story in gone).keys() == {404, 410}
    assert all(
        ask(past, past.address(story), story.published_at + timedelta(days=2)).status == 200 for story in gone
    )
    kept = past.found_by("wayback", START, past.end) | past.found_by("news_warc", START, past.end)
    assert {story.number for story in gone} <= kept


def test_the_index_of_the_archive(past):
    root = "http://web.archive.example/cdx/search/cdx?url=harbourpost.example&matchType=domain&filter=statuscode:200&filter=mimetype:text/html"
    whole = json.loads(ask(past, root + "&output=json").body)
    text = ask(past, root).body.decode().splitlines()
    assert [line.split(" ") for line in text] == whole[1:]
    part = json.loads(ask(past, root + "&output=json&limit=5&showResumeKey=true").body)
    assert part[:6] == whole[:6]
    rest = json.loads(ask(past, root + f"&output=json&resumeKey={part[-1][0]}").body)
    assert part[1:6] + rest[1:] == whole[1:]
    keys = [row[0] for row in json.loads(ask(past, root + "&output=json&collapse=urlkey&fl=urlkey").body)[1:]]
    assert keys == list(dict.fromkeys(row[0] for row in whole[1:]))
    for _, stamp, original, *_ in whole[1::10]:
        assert ask(past, f"http://web.archive.example/web/{stamp}id_/{original}").status == 200


def test_warcs_are_as_the_news_crawler_writes_them(past, tmp_path):
    paths = warcs.write(past, tmp_path / "one")
    again = warcs.write(past, tmp_path / "two")
    assert [hashlib.sha256(path.read_bytes()).digest() for path in paths] == [
        hashlib.sha256(path.read_bytes()).digest() for path in again
    ]
    listed = gzip.decompress((paths[0].parent / "warc.paths.gz").read_bytes()).decode().split()
    assert listed[0] == paths[0].relative_to(tmp_path / "one").as_posix()
    urls = {past.address(story): story for story in past.world.stories}
    found = set()
    for path in paths:
        with path.open("rb") as stream:
            kinds = []
            for record in ArchiveIterator(stream):
                kinds.append(record.rec_type)
                if record.rec_type == "response":
                    story = urls[record.rec_headers["WARC-Target-URI"]]
                    assert record.rec_headers["WARC-Date"] == f"{captured_at(story):%Y-%m-%dT%H:%M:%SZ}"
                    assert record.content_stream().read() == past.capture(story).body
                    found.add(story.number)
            assert kinds == ["warcinfo", *["request", "response"] * (len(kinds) // 2)]
    assert found == past.found_by("news_warc", START, past.end)
    assert {past.world.stories[number].kind for number in found} == set(CAPTURED)
