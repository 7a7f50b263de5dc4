import json
import os
import random
import signal
import stat
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.errors import ArchiveAway, ArchiveDamaged, SettingsError
from pipeline.fetch import Archive
from pipeline.fetch.archive import Reference, Scope, Tally
from pipeline.records import ArchiveRef, Response

pytestmark = pytest.mark.filterwarnings("error")

AT = datetime(2026, 3, 1, 23, 59, 30, 123456, tzinfo=UTC)
PAGE = Response(
    url="http://news.example/ä b",
    final_url="https://news.example/%C3%A4?q=1",
    status=200,
    headers={
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "transfer-encoding": "chunked",
        "content-length": "17",
        "etag": 'W/"\xe9"',
        "x-archive-orig-x": "odd",
        "x-empty": "",
    },
    body="<p>Søren — 新聞\r\n\r\n</p>".encode(),
    fetched_at=AT,
    redirects=((301, "https://news.example/a"), (302, "https://news.example/%C3%A4?q=1")),
    duration_seconds=0.25,
    request_headers={"host": "news.example", "user-agent": "Dateline/0.1"},
)
NOW = AT + timedelta(hours=1)


@pytest.fixture(params=["folder", "memory"])
def archive(request, tmp_path):
    if request.param == "folder":
        yield Archive(str(tmp_path / "deep folder" / "archive"))
        return
    name = uuid.uuid4().hex
    yield Archive(f"memory://{name}/archive")
    if fsspec.filesystem("memory").exists(f"/{name}"):
        fsspec.filesystem("memory").rm(f"/{name}", recursive=True)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def store(archive, *responses, kind="page", at=AT):
    with archive.segment(kind, at) as segment:
        return [segment.append(response) for response in responses]


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_round_trip(archive):
    empty = replace(PAGE, body=b"", status=404, headers={}, redirects=(), request_headers={})
    pages = [PAGE, empty, replace(PAGE, body=os.urandom(300_000)), PAGE]
    refs = store(archive, *pages)
    assert [archive.read(ref) for ref in refs] == pages
    assert refs[0].digest == refs[3].digest != refs[2].digest
    assert refs[0].object.startswith("2026/03/01/page-235930-")
    assert list(archive.scan("page", AT, NOW)) == list(zip(refs, pages, strict=True))
    assert list(archive.verify(now=NOW)) == []


text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")).map(str.strip)
name = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
responses = st.builds(
    Response,
    url=st.text(max_size=50),
    final_url=st.from_regex(r"https://[a-z]{1,9}\.example/[!-~]{0,30}", fullmatch=True),
    status=st.integers(200, 599).filter(lambda status: status != 304),
    headers=st.dictionaries(name, text, max_size=6),
    body=st.binary(max_size=3000) | st.just(b"HTTP/1.1 200 OK\r\n\r\nWARC/1.1\r\n\r\n"),
    fetched_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    redirects=st.lists(st.tuples(st.sampled_from([301, 302]), st.text(max_size=20)), max_size=3).map(tuple),
    duration_seconds=st.floats(0, 100),
    request_headers=st.dictionaries(name, text, max_size=3),
    truncated=st.sampled_from([None, "length", "time", "disconnect", "unspecified"]),
)


@settings(max_examples=50)
@given(st.lists(responses, min_size=1, max_size=4))
def test_any_response_comes_back_as_it_was(pages):
    archive = Archive("memory://any")
    refs = store(archive, *pages)
    assert [archive.read(ref) for ref in refs] == pages
    assert [archive.at(ref.object, ref.offset) for ref in refs] == list(zip(refs, pages, strict=True))


def test_other_tools_can_read_it(folder, capsys):
    refs = store(Archive(str(folder)), PAGE, replace(PAGE, body=b""))
    path = folder / refs[0].object
    with path.open("rb") as file:
        records = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", *["response", "request", "metadata"] * 2]
    assert records[1] == ("response", PAGE.final_url, PAGE.body)

    checker = Checker(type("Command", (), {"verbose": True, "inputs": [str(path)]}))
    checker.process_all()
    shown = capsys.readouterr().out
    assert not checker.exit_value, shown
    assert shown.count("digest pass") == 7


def test_the_records_say_when_and_what(folder):
    (ref,) = store(Archive(str(folder)), PAGE)
    with (folder / ref.object).open("rb") as file:
        found = {record.rec_type: record for record in ArchiveIterator(file)}
        response = found["response"].rec_headers
        assert response.get_header("WARC-Date") == "2026-03-01T23:59:30.123456Z"
        assert response.get_header("WARC-Payload-Digest") == ref.digest
        assert found["request"].rec_headers.get_header("WARC-Concurrent-To") == response.get_header(
            "WARC-Record-ID"
        )
        assert found["response"].http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
        assert found["request"].http_headers.statusline == "/%C3%A4?q=1 HTTP/1.1"


def test_folders_are_private(folder):
    (ref,) = store(Archive(str(folder)), PAGE)
    path = folder / ref.object
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for made in (folder, folder / "2026", path.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_an_empty_segment_leaves_nothing(folder):
    assert store(Archive(str(folder))) == []
    assert not folder.exists()


def test_a_failed_batch_leaves_nothing(archive, folder):
    def fails():
        with archive.segment("page", AT) as segment:
            segment.append(PAGE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert list(archive.scan("page", AT, NOW)) == []
    assert list(archive.verify(now=NOW)) == []


def test_nothing_is_seen_before_the_end(archive):
    with archive.segment("page", AT) as segment:
        ref = segment.append(PAGE)
        assert list(archive.scan("page", AT, NOW)) == []
        with pytest.raises((ArchiveDamaged, ArchiveAway)):
            archive.read(ref)
    assert archive.read(ref) == PAGE


def test_scan_keeps_to_its_window(archive):
    later = [replace(PAGE, fetched_at=AT + timedelta(minutes=m)) for m in (0, 1, 2, 3)]
    store(archive, *later, at=AT)  # the batch begins before midnight and ends after it
    store(archive, replace(PAGE, fetched_at=AT + timedelta(minutes=2)), kind="feed")
    store(archive, replace(PAGE, fetched_at=AT - timedelta(days=5)), at=AT - timedelta(days=5))
    found = archive.scan("page", AT + timedelta(minutes=1), AT + timedelta(minutes=3))
    assert [response for _, response in found] == later[1:3]
    assert len(list(archive.scan("feed", AT, NOW))) == 1
    assert len(list(archive.scan("page", AT - timedelta(days=9), NOW))) == 5
    assert list(archive.scan("page", NOW, NOW)) == []


def test_scan_is_in_the_order_of_names(archive):
    for minute in (5, 1, 3):
        at = datetime(2026, 3, 2, 10, minute, tzinfo=UTC)
        store(archive, replace(PAGE, fetched_at=at), replace(PAGE, fetched_at=at, body=b"2"), at=at)
    refs = [ref for ref, _ in archive.scan("page", AT, AT + timedelta(days=2))]
    assert refs == sorted(refs, key=lambda ref: (ref.object, ref.offset))
    assert len(refs) == 6


def test_reading_one_does_not_read_the_rest(folder):
    archive = Archive(str(folder))
    noise = replace(PAGE, body=os.urandom(200_000))
    refs = store(archive, noise, PAGE, noise)
    path = folder / refs[0].object
    whole = path.read_bytes()
    path.write_bytes(b"\0" * refs[1].offset + whole[refs[1].offset : refs[1].offset + refs[1].length])
    assert archive.read(refs[1]) == PAGE
    with pytest.raises((ArchiveDamaged, ArchiveAway)):
        archive.read(refs[0])


def unreadable(archive, ref):
    try:
        archive.read(ref)
    except ArchiveDamaged as error:
        return error
    return None


def test_damage(folder):
    archive = Archive(str(folder))
    refs = store(archive, PAGE, replace(PAGE, body=b"second " * 100))
    path = folder / refs[0].object
    whole = path.read_bytes()
    for at in range(refs[0].offset, refs[0].offset + refs[0].length, 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        problem = unreadable(archive, refs[0])
        if problem is None:  # the time in a gzip header carries nothing
            assert archive.read(refs[0]) == PAGE
        else:
            assert "Restore that file" in str(problem)
            assert problem.url == refs[0].object
            assert list(archive.verify(now=NOW))
    for cut in (0, 1, refs[0].offset + 5, refs[1].offset + 20, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(ArchiveDamaged):
            archive.read(refs[1])
        if cut > 1:
            (finding,) = archive.verify(now=NOW)
            assert finding.object == refs[0].object
            with pytest.raises(ArchiveDamaged):
                list(archive.scan("page", AT, NOW))


def test_another_body_than_the_ref_names(folder):
    archive = Archive(str(folder))
    first, second = store(archive, PAGE, replace(PAGE, body=b"other"))
    with pytest.raises(ArchiveDamaged, match="does not hold"):
        archive.read(replace(first, offset=second.offset, length=second.length))
    with pytest.raises(ArchiveDamaged):
        archive.read(replace(first, object="2026/03/01/page-gone.warc.gz"))
    with pytest.raises(ArchiveDamaged, match="leads out"):
        archive.read(replace(first, object="../../etc/passwd"))
    with pytest.raises(ArchiveDamaged):
        archive.read(
            ArchiveRef(first.object, 0, first.offset, first.digest)
        )  # the record that opens the segment


def test_verify_tells_of_what_does_not_belong(folder):
    (ref,) = store(Archive(str(folder)), PAGE)
    (folder / "notes.txt").write_text("hello")
    old = folder / (ref.object + ".part")
    old.write_bytes(b"x")
    os.utime(old, (AT.timestamp(), AT.timestamp()))
    findings = {
        finding.object: finding.trouble for finding in Archive(str(folder)).verify(now=AT + timedelta(days=2))
    }
    assert findings == {"notes.txt": "foreign", ref.object + ".part": "unfinished"}
    assert not [f for f in Archive(str(folder)).verify(now=NOW) if f.object.endswith(".part")]


NOISE = replace(PAGE, body=random.Random(1).randbytes(20_000), redirects=())
AGAIN = replace(
    NOISE,
    fetched_at=AT + timedelta(days=1),
    headers={"age": "7", "content-encoding": "br"},
    duration_seconds=3.5,
)


def store_again(archive, response, ref):
    with archive.segment("page", response.fetched_at) as segment:
        return segment.append(response, same_as=ref)


def test_the_same_bytes_again_are_referred_to(archive):
    (first,) = store(archive, NOISE)
    second = store_again(archive, AGAIN, first)
    third = store_again(archive, replace(AGAIN, fetched_at=AT + timedelta(days=2)), second)
    assert second.length < 2000 < first.length
    assert second.digest == first.digest
    assert archive.read(second) == AGAIN
    assert archive.at(second.object, second.offset) == (second, AGAIN)
    assert archive.read(third).body == NOISE.body
    found = dict(archive.scan("page", AT, AT + timedelta(days=3)))
    assert (len(found), found[second]) == (3, AGAIN)
    assert list(archive.verify(now=NOW)) == []


def test_a_revisit_names_the_first_record_to_other_tools(folder, capsys):
    archive = Archive(str(folder))
    (first,) = store(archive, NOISE)
    third = store_again(archive, AGAIN, store_again(archive, AGAIN, first))  # by way of another one
    records = []
    for ref in (first, third):
        with (folder / ref.object).open("rb") as file:
            records += [
                (one.rec_type, one.rec_headers, one.http_headers, one.content_stream().read())
                for one in ArchiveIterator(file)
            ]
    whole = next(headers for kind, headers, _, _ in records if kind == "response")
    ((headers, http, body),) = [rest for kind, *rest in records if kind == "revisit"]
    assert (
        headers.get_header("WARC-Profile")
        == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    )
    assert headers.get_header("WARC-Payload-Digest") == first.digest
    assert headers.get_header("WARC-Refers-To") == whole.get_header("WARC-Record-ID")
    assert headers.get_header("WARC-Refers-To-Target-URI") == whole.get_header("WARC-Target-URI")
    assert headers.get_header("WARC-Refers-To-Date") == whole.get_header("WARC-Date")
    assert headers.get_header("WARC-Date") == "2026-03-02T23:59:30.123456Z"
    assert (http.get_statuscode(), http.get_header("age"), body) == ("200", "7", b"")
    checker = Checker(type("Command", (), {"verbose": True, "inputs": list(map(str, folder.rglob("*.gz")))}))
    checker.process_all()
    assert not checker.exit_value, capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    [
        {"body": NOISE.body + b"!"},
        {"body": b"short"},
        {"final_url": "https://news.example/another", "body": NOISE.body},
    ],
    ids=["another body", "a short body", "another address"],
)
def test_what_is_not_the_same_is_kept_whole(archive, changed):
    first, short = store(archive, NOISE, replace(NOISE, body=b"short"))
    other = replace(AGAIN, **changed)
    ref = store_again(archive, other, short if other.body == b"short" else first)
    if not archive.location.startswith("memory"):
        for name in {first.object, short.object}:
            Path(archive.location, name).unlink()
        assert archive.read(ref) == other
    assert archive.read(ref) == other


def test_a_body_that_is_damaged_is_kept_whole_again(folder):
    archive = Archive(str(folder))
    (first,) = store(archive, NOISE)
    second = store_again(archive, AGAIN, first)
    path = folder / first.object
    path.write_bytes(path.read_bytes()[:-5000])
    assert unreadable(archive, second)
    third = store_again(archive, AGAIN, first)
    assert archive.read(third) == AGAIN
    path.unlink()
    fourth = store_again(archive, AGAIN, second)
    assert archive.read(fourth) == AGAIN
    assert [finding.trouble for finding in archive.verify(now=NOW)] == ["dangling"]


def test_answers_of_any_status_are_kept_but_no_304(archive):
    errors = [replace(PAGE, status=status, body=f"<h1>{status}".encode()) for status in (404, 410, 429, 503)]
    assert [archive.read(ref) for ref in store(archive, *errors)] == errors
    with archive.segment("feed", AT) as segment, pytest.raises(ValueError, match="304"):
        segment.append(replace(PAGE, status=304, body=b""))
    assert list(archive.scan("feed", AT, NOW)) == []


def test_what_the_feed_said_of_a_page_lies_beside_it(folder):
    about = {"feed": "https://news.example/rss", "published": "Sun, 01 Mar 2026 20:00:00 +0100"}
    archive = Archive(str(folder))
    with archive.segment("page", AT) as segment:
        ref = segment.append(PAGE, about=about)
    assert archive.read(ref) == PAGE
    with (folder / ref.object).open("rb") as file:
        (metadata,) = [
            json.loads(r.content_stream().read()) for r in ArchiveIterator(file) if r.rec_type == "metadata"
        ]
    assert metadata["about"] == about


def referred(*refs, **changes):
    return [
        replace(Reference(ref.object, ref.offset, ref.length, ref.digest, "ops.fetch"), **changes)
        for ref in refs
    ]


def test_verify_follows_what_the_warehouse_refers_to(archive):
    pages = store(archive, PAGE, replace(PAGE, body=b"2"), replace(PAGE, body=b"3"))
    feeds = store(archive, PAGE, kind="feed")
    gone = replace(pages[0], object="2026/02/01/page-000000-gone.warc.gz")
    later = replace(pages[0], object="2026/03/01/zzz-000000-gone.warc.gz")
    known = sorted(
        [
            *referred(*pages[:2], gone, later),
            *referred(pages[0], offset=pages[0].offset + 1, table="ops.ledger", length=None, digest=None),
            *referred(pages[1], digest=pages[0].digest),
        ],
        key=lambda one: (one.object, one.offset),
    )

    def troubles(known, **scope):
        tally = Tally()
        found = archive.verify(now=soon, scope=Scope(**scope), known=known, tally=tally)
        return [(finding.object, finding.trouble) for finding in found], tally

    soon = datetime.now(UTC)
    found, tally = troubles(known)
    assert found == [
        (gone.object, "missing"),
        (pages[0].object, "missing"),
        (pages[0].object, "missing"),
        (later.object, "missing"),
    ]
    assert (tally.files, tally.records, tally.references) == (2, 4, 6)
    soon += timedelta(days=2)  # what no row refers to may be on its way for a day, and no longer
    assert (feeds[0].object, "orphan") in troubles(known)[0]
    whole, _ = troubles(referred(*feeds, *pages))
    assert whole == []
    assert troubles(iter(()), since=date(2026, 3, 2))[1].files == 0
    assert troubles(iter(()), until=date(2026, 3, 2))[1].files == 2


def test_a_sample_reads_its_share_and_another_one_each_day(folder):
    archive = Archive(str(folder))
    refs = [store(archive, PAGE)[0] for _ in range(60)]
    beyond = replace(refs[7], offset=10**6)
    known = sorted(referred(*refs, beyond), key=lambda one: (one.object, one.offset))
    read = set()
    for day in range(40):
        tally = Tally()
        now = AT + timedelta(days=day)
        findings = list(archive.verify(now=now, scope=Scope(share=0.1), known=known, tally=tally))
        assert [finding.trouble for finding in findings] == ["missing"]
        assert tally.files + tally.unread == 60
        assert tally.files < 20
        read.add(tally.files)
    assert len(read) > 1


def test_a_kind_is_a_word(folder):
    for kind in ("", "../x", "Page", "a-b"):
        with pytest.raises(ValueError):
            Archive(str(folder)).segment(kind, AT)


WRITER = """
import sys
from datetime import datetime, UTC
from pipeline.fetch import Archive
from pipeline.records import Response
at = datetime(2026, 3, 1, tzinfo=UTC)
def page(n):
    return Response(url="http://a.example/", final_url="http://a.example/", status=200, headers={},
                    body=str(n).encode() * 1000, fetched_at=at)
archive = Archive(sys.argv[1])
for batch in range(5):
    with archive.segment("page", at) as segment:
        for n in range(20):
            segment.append(page(n))
        if len(sys.argv) > 2:
            print("appended", flush=True)
            sys.stdin.read()
"""


def test_two_processes_at_once(folder):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder)]) for _ in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    archive = Archive(str(folder))
    assert len(list(archive.scan("page", AT - timedelta(days=1), AT))) == 200
    assert len(files(folder)) == 10
    assert list(archive.verify(now=NOW)) == []


def test_killed_between_append_and_close(folder):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == b"appended\n"
        writer.send_signal(signal.SIGKILL)
    archive = Archive(str(folder))
    (left,) = files(folder)
    assert left.name.endswith(".part")
    assert list(archive.scan("page", AT - timedelta(days=1), AT)) == []
    refs = store(archive, PAGE)
    assert archive.read(refs[0]) == PAGE


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("s3://bucket/prefix", r"s3fs is not installed.*pip install 's3fs==2.*'dateline\[s3\]'"),
        ("gs://bucket/prefix", "gcsfs"),
        ("nothing://bucket", "nothing"),
    ],
)
def test_a_kind_of_location_that_is_not_installed_is_told(location, told, monkeypatch):
    for package in ("s3fs", "gcsfs"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingsError, match=f"the archive {location} cannot be opened: .*{told}"):
        Archive(location)


def test_relative_locations(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archive = Archive("here")
    (ref,) = store(archive, PAGE)
    monkeypatch.chdir("/")
    assert archive.read(ref) == PAGE
    assert Path(tmp_path / "here" / ref.object).exists()
