"""WARC files as strangers write them: each record read, or passed over with a reason; none ends the reading."""

import gzip
import io
import random
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.history.found import Window
from pipeline.history.newswarc import read
from pipeline.history.warclist import collection, files, may_hold
from pipeline.history.warcstream import read_records

DECEMBER = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
HOST = "gazette.example"
PAGE = b"<html><body><p>" + b"The council voted on the bridge and went home. " * 40 + b"</p></body></html>"
MOST = 2_000_000


def http(body=PAGE, *, status=200, kind="text/html; charset=utf-8", lines=()):
    head = [f"HTTP/1.1 {status} OK", f"Content-Type: {kind}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def record(
    block=None, *, kind="response", path="a", host=HOST, at="2017-12-05T10:20:30Z", length=None, lines=()
):
    block = http() if block is None else block
    head = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: https://{host}/{path}",
        f"WARC-Date: {at}",
        f"WARC-Record-ID: <urn:uuid:{zlib.crc32(path.encode()):032x}>",
        *lines,
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def packed(*records):
    return b"".join(gzip.compress(one, mtime=0) for one in records)


INFO = record(
    b"software: a crawler\r\n", kind="warcinfo", host="none", lines=["Content-Type: application/warc-fields"]
)
ASKED = record(b"GET / HTTP/1.1\r\n\r\n", kind="request")


@pytest.fixture
def steps(tmp_path):
    """What is read of a file with these bytes; ``at``: from where on."""

    def read_bytes(data, *, at=0, name="CC-NEWS-20171205000000-00001.warc.gz", window=DECEMBER):
        path = tmp_path / name
        path.write_bytes(data)
        return list(
            read(str(path), is_known=lambda host: host == HOST, window=window, at=at, most_bytes=MOST)
        )

    return read_bytes


def told(found):
    """Paths of the captures, and the reasons in their order."""
    return (
        [one.capture.response.url.rpartition("/")[2] for one in found if one.capture],
        [one.skipped for one in found if one.skipped],
    )


THREE = [INFO, ASKED, record(path="a"), record(path="b"), record(path="c")]


@pytest.mark.parametrize(
    "data",
    [packed(*THREE), gzip.compress(b"".join(THREE)), b"".join(THREE)],
    ids=["each-packed", "packed-as-a-whole", "not-packed"],
)
def test_every_packing_gives_the_same_pages(steps, data):
    found = steps(data)
    assert told(found) == (["a", "b", "c"], [])
    first = next(one.capture for one in found if one.capture)
    assert first.response.body == PAGE
    assert first.response.fetched_at == datetime(2017, 12, 5, 10, 20, 30, tzinfo=UTC)
    assert first.response.headers["content-type"] == "text/html; charset=utf-8"
    assert first.record_id.startswith("urn:uuid:")


def test_what_is_not_a_page_of_ours_and_of_the_window(steps):
    found = steps(
        packed(
            record(path="other", host="elsewhere.example"),
            record(path="late", at="2018-01-01T00:00:00Z"),
            record(path="undated", at="yesterday"),
            record(http(status=404), path="gone"),
            record(http(kind="application/pdf"), path="pdf"),
            record(http(b"  "), path="empty"),
            record(http(), path="again", kind="revisit"),
            record(b"no head at all", path="headless"),
            record(http(b"x" * (MOST + 100_000)), path="long"),
            record(path="a"),
        )
    )
    reasons = "outside bad_date not_200 not_html empty revisit broken_http too_large".split()
    assert told(found) == (["a"], reasons)


def chunked(body, size=700):
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (chunked(PAGE), ["Transfer-Encoding: chunked"]),
        (PAGE, ["Transfer-Encoding: chunked"]),
        (gzip.compress(PAGE), ["Content-Encoding: gzip"]),
        (zlib.compress(PAGE), ["Content-Encoding: deflate"]),
        (brotli.compress(PAGE), ["Content-Encoding: br"]),
        (chunked(gzip.compress(PAGE)), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (PAGE, ["Content-Encoding: gzip"]),
        (PAGE, ["X-Crawl-Content-Encoding: gzip", "Content-Length: 17"]),
    ],
    ids="chunked said-chunked gzip deflate brotli both said-gzip decoded".split(),
)
def test_codings_are_undone_or_were(steps, body, lines):
    (found,) = steps(packed(record(http(body, lines=lines))))
    assert found.capture
    assert found.capture.response.body == PAGE


def test_a_body_that_ends_before_its_coding_counts_only_where_the_record_says_so(steps):
    text = PAGE + random.Random(7).randbytes(9_000).hex().encode()
    cut = http(gzip.compress(text)[:4_000], lines=["Content-Encoding: gzip"])
    found = steps(packed(record(cut), record(cut, path="b", lines=["WARC-Truncated: length"])))
    assert told(found) == (["b"], ["cut_short"])
    response = found[1].capture.response
    assert response.truncated == "length"
    assert response.body.startswith(PAGE[:100])


def test_much_out_of_little_is_not_unpacked(steps):
    bomb = http(gzip.compress(b"<p>" + bytes(50_000_000)), lines=["Content-Encoding: gzip"])
    assert told(steps(packed(record(bomb), record(path="b")))) == (["b"], ["too_large"])
    endless = gzip.compress(record(b"x" * 100, length=10**12) + bytes(300_000_000))
    found = steps(endless + packed(record(path="b")))
    assert told(found) == ([], ["endless"])
    assert found[-1].is_end


@pytest.mark.parametrize("length", [3, 10**6, 10**15, "-4", "many", ""])
def test_a_wrong_length_costs_that_record_and_no_other(steps, length):
    wrong = [record(path="a"), record(path="wrong", length=length), record(path="b"), record(path="c")]
    reason = ["wrong_length" if isinstance(length, int) and length < 10**7 else "too_large"]
    if isinstance(length, str):
        reason = ["broken_head"]
    assert told(steps(packed(*wrong))) == (["a", "b", "c"], reason)
    pages, reasons = told(steps(b"".join(wrong)))
    assert pages[0] == "a"
    if length in (3, "-4", "many", ""):
        assert pages == ["a", "b", "c"]
    assert reasons


def test_damage_amid_a_file_and_a_file_cut_off(steps):
    whole = [gzip.compress(one, mtime=0) for one in (record(path="a"), record(path="b"), record(path="c"))]
    broken = whole[0] + whole[1][:40] + b"\xff" * 30 + whole[1][70:] + whole[2]
    assert told(steps(broken)) == (["a", "c"], ["broken_member"])
    assert told(steps(whole[0] + whole[1][:-9])) == (["a"], ["cut_off"])
    assert told(steps(whole[0] + b"garbage\n" * 9 + whole[1] + bytes(99))) == (
        ["a", "b"],
        ["no_record", "no_record"],
    )
    assert told(steps(b"")) == ([], [])
    assert told(steps(b"<html>no WARC</html>")) == ([], ["no_record"])
    assert told(steps(packed(b"WARC/1.0\r\n" + b"X: y\r\n" * 30_000, record(path="b")))) == (
        ["b"],
        ["broken_head"],
    )


@pytest.mark.parametrize("pack", [packed, lambda *records: b"".join(records)], ids=["packed", "plain"])
def test_reading_goes_on_where_it_was_stopped(steps, pack):
    data = pack(*THREE[:3], record(path="wrong", length=3), *THREE[3:])
    whole = steps(data)
    for number, one in enumerate(whole):
        rest = steps(data, at=one.next_offset)
        assert [step.capture for step in rest] == [step.capture for step in whole[number + 1 :]]


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=12),
    st.integers(0, 6_000),
    st.booleans(),
)
def test_whatever_the_bytes_reading_ends(changes, length, is_packed):
    data = bytearray(packed(*THREE) if is_packed else b"".join(THREE))
    for at, value in changes:
        data[at % len(data)] = value
    data = bytes(data[: length or None])
    places = [
        one.next_offset for one in read_records(io.BytesIO(data), wanted=lambda _: True, most_bytes=10_000)
    ]
    assert len(places) <= len(data)
    assert places == sorted(places)


def test_files_of_a_location(tmp_path):
    month = tmp_path / "crawl-data" / "CC-NEWS" / "2017" / "12"
    month.mkdir(parents=True)
    names = [f"CC-NEWS-201712{day:02}000000-0000{day}.warc.gz" for day in (1, 2)]
    for name in names:
        (month / name).write_bytes(b"")
    (month / "notes.txt").write_text("no WARC")
    paths = "".join(f"crawl-data/CC-NEWS/2017/12/{name}\n" for name in names)
    (month / "warc.paths.gz").write_bytes(gzip.compress(paths.encode()))
    (month / "own.paths").write_text(f"# one\n{names[1]}\nmemory://elsewhere/x.warc.gz\n")
    urls = [f"file://{month}/{name}" for name in names]
    assert files(str(tmp_path)) == urls
    assert files(str(month / "*-00002.warc.gz")) == urls[1:]
    assert files(f"file://{month}/{names[0]}") == urls[:1]
    assert files(str(month / "warc.paths.gz")) == urls
    assert files(str(month / "own.paths")) == [urls[1], "memory://elsewhere/x.warc.gz"]
    assert {collection(url) for url in urls} == {"CC-NEWS"}
    with pytest.raises(SettingsError, match="no WARC file"):
        files(str(month / "*.arc"))
    with pytest.raises(SettingsError, match="cannot be opened"):
        files("nosuch://x")


def test_the_moment_in_a_name():
    assert may_hold("2017/12/CC-NEWS-20171231235959-00001.warc.gz", DECEMBER)
    assert not may_hold("CC-NEWS-20180102000000-00001.warc.gz", DECEMBER)
    assert may_hold("CC-NEWS-20171399000000-00001.warc.gz", DECEMBER)
    assert may_hold("all.warc.gz", DECEMBER)
