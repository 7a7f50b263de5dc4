"""Small segments into large files: nothing is lost, nothing is found twice, whenever it stops."""

import os
import threading
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import fsspec
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.errors import ArchiveDamaged
from pipeline.fetch import Archive, compaction
from pipeline.fetch.compaction import plan
from pipeline.records import ArchiveRef, Response

pytestmark = pytest.mark.filterwarnings("error")

AT = datetime(2026, 3, 1, 6, tzinfo=UTC)
NOW = AT + timedelta(days=3)
BEFORE = date(2026, 3, 3)
PAGE = Response(
    url="https://news.example/a",
    final_url="https://news.example/a",
    status=200,
    headers={"content-type": "text/html"},
    body=b"<p>" + bytes(range(256)) * 8,
    fetched_at=AT,
    request_headers={"host": "news.example"},
)


@pytest.fixture(params=["folder", "memory"])
def location(request, tmp_path):
    if request.param == "folder":
        yield str(tmp_path / "archive")
        return
    name = uuid.uuid4().hex
    yield f"memory://{name}/archive"
    fsspec.filesystem("memory").rm(f"/{name}", recursive=True)


@pytest.fixture
def archive(location):
    return Archive(location)


def page(number, at=AT):
    return replace(
        PAGE, body=PAGE.body + str(number).encode(), final_url=f"{PAGE.url}{number}", fetched_at=at
    )


def fill(archive, batches=4, each=3, kind="page", day=AT):
    """Refs and responses of several segments of one day."""
    stored = []
    for batch in range(batches):
        at = day + timedelta(minutes=batch)
        with archive.segment(kind, at) as segment:
            for number in range(each):
                response = page(f"{kind}{batch}-{number}", at)
                stored.append((segment.append(response), response))
    return stored


class Rows:
    """What a warehouse holds of the archive; follows moves as one transaction does."""

    def __init__(self, refs):
        self.refs = list(refs)

    def __call__(self, moves):
        for at, ref in enumerate(self.refs):
            for move in moves:
                if move.object == ref.object and move.has(ref.offset):
                    offset = ref.offset - move.offset + move.new_offset
                    self.refs[at] = replace(ref, object=move.new_object, offset=offset)


def names(archive):
    return [file.name for file in archive.files()]


def everything(archive, kind="page"):
    return list(archive.scan(kind, AT - timedelta(days=9), NOW))


def troubles(archive, now=NOW):
    return [(finding.trouble, finding.problem) for finding in archive.verify(now=now)]


def test_segments_of_a_day_and_kind_become_one_file(archive):
    pages, feeds = fill(archive), fill(archive, kind="feed")
    other_day = fill(archive, day=AT + timedelta(days=1))
    alone = fill(archive, batches=1, kind="alone")
    rows = Rows(ref for ref, _ in pages + feeds + other_day + alone)
    joined = list(archive.compact(BEFORE, rows, now=NOW))
    assert sorted((one.name[11:15], one.segments) for one in joined) == [
        ("feed", 4),
        ("page", 4),
        ("page", 4),
    ]
    assert len(names(archive)) == 4
    assert names(archive)[0].startswith("2026/03/01/alone-060000-")  # a lone segment stays
    for ref, (old, response) in zip(rows.refs, pages + feeds + other_day + alone, strict=True):
        assert archive.read(ref) == archive.read(old) == response
        assert (ref.object == old.object) == (response == alone[0][1] or "alone" in response.final_url)
    assert everything(archive) == list(
        zip(rows.refs[:12] + rows.refs[24:36], [one for _, one in pages + other_day], strict=True)
    )
    assert troubles(archive) == []
    assert list(archive.compact(BEFORE, rows, now=NOW)) == []


def test_every_record_is_the_same_byte_for_byte(archive):
    stored = fill(archive)
    filesystem, root = fsspec.core.url_to_fs(archive.location)

    def raw(ref):
        return filesystem.cat_file(f"{root}/{ref.object}", start=ref.offset, end=ref.offset + ref.length)

    before = [raw(ref) for ref, _ in stored]
    rows = Rows(ref for ref, _ in stored)
    list(archive.compact(BEFORE, rows, now=NOW))
    assert [raw(ref) for ref in rows.refs] == before


def test_a_young_day_and_a_kind_too_large_are_left(archive):
    stored = fill(archive)
    with pytest.raises(ValueError, match="under way"):
        archive.compact(date(2026, 3, 4), Rows([]), now=NOW)
    assert list(archive.joinable(AT.date())) == []
    sizes = [file.size_bytes for file in archive.files()]
    groups = list(plan(archive._reader, BEFORE, most_bytes=2 * max(sizes)))
    assert [len(group.segments) for group in groups] == [2, 2]
    assert list(plan(archive._reader, BEFORE, most_bytes=max(sizes))) == []
    assert [archive.read(ref) for ref, _ in stored] == [response for _, response in stored]


class Crash(Exception):
    """The process ends here."""


def crashing(*, after_rows):
    def repoint(moves):
        if after_rows:
            after_rows(moves)
        raise Crash

    return repoint


@pytest.mark.parametrize("committed", [False, True], ids=["before the rows", "after the rows"])
def test_a_crash_between_file_and_rows(archive, committed):
    stored = fill(archive)
    rows = Rows(ref for ref, _ in stored)
    with pytest.raises(Crash):
        list(archive.compact(BEFORE, crashing(after_rows=rows if committed else None), now=NOW))
    assert len(names(archive)) == 5
    again = Archive(archive.location)  # another process
    assert [response for _, response in everything(again)] == [
        response for _, response in stored
    ]  # once each
    assert [again.read(ref) for ref in rows.refs] == [response for _, response in stored]
    assert {trouble for trouble, _ in troubles(again)} == {"leftover"}
    assert list(again.compact(BEFORE, rows, now=NOW)) == []  # joined it was; what was left is finished
    assert len(names(again)) == 1
    assert [again.read(ref) for ref in rows.refs] == [response for _, response in stored]
    assert troubles(again) == []


@pytest.mark.parametrize("removed", [0, 1, 3])
def test_a_crash_while_segments_are_removed(archive, monkeypatch, removed):
    stored = fill(archive)
    rows = Rows(ref for ref, _ in stored)
    location, left = archive._reader.location, iter(range(removed))
    remove = location.remove

    def fails(name):
        if next(left, None) is None:
            raise Crash
        remove(name)

    monkeypatch.setattr(location, "remove", fails)
    with pytest.raises(Crash):
        list(archive.compact(BEFORE, rows, now=NOW))
    again = Archive(archive.location)
    assert len(names(again)) == 5 - removed
    assert [response for _, response in everything(again)] == [response for _, response in stored]
    assert [again.read(ref) for ref, _ in stored] == [response for _, response in stored]
    list(again.compact(BEFORE, rows, now=NOW))
    assert len(names(again)) == 1
    assert [again.read(ref) for ref in rows.refs] == [response for _, response in stored]


def test_a_crash_while_the_file_is_written(tmp_path, monkeypatch):
    archive = Archive(str(tmp_path))
    stored = fill(archive)
    monkeypatch.setattr(compaction, "_copy", lambda *_: (_ for _ in ()).throw(Crash))
    with pytest.raises(Crash):
        list(archive.compact(BEFORE, Rows([]), now=NOW))
    assert len(names(archive)) == 4
    (tmp_path / "2026/03/01" / f".{next(archive.joinable(BEFORE)).name[11:]}.part").write_bytes(b"of a kill")
    monkeypatch.undo()
    rows = Rows(ref for ref, _ in stored)
    assert len(list(archive.compact(BEFORE, rows, now=NOW))) == 1
    assert len(names(archive)) == 1
    assert [archive.read(ref) for ref in rows.refs] == [response for _, response in stored]


def test_a_segment_that_comes_late_gets_a_file_of_its_own(archive):
    stored = fill(archive)
    rows = Rows(ref for ref, _ in stored)
    list(archive.compact(BEFORE, rows, now=NOW))
    late = fill(archive, batches=2)
    rows.refs += [ref for ref, _ in late]
    (joined,) = archive.compact(BEFORE, rows, now=NOW)
    assert joined.segments == 2
    assert len(names(archive)) == 2
    assert [archive.read(ref) for ref in rows.refs] == [response for _, response in stored + late]


def test_a_reader_at_work_notices_nothing(archive):
    stored = fill(archive)
    scan = archive.scan("page", AT, NOW)
    first = [next(scan) for _ in range(4)]
    list(Archive(archive.location).compact(BEFORE, Rows([]), now=NOW))
    rest = list(scan)
    assert [response for _, response in first + rest] == [response for _, response in stored]
    assert [archive.read(ref) for ref, _ in first + rest] == [response for _, response in stored]


def test_readers_in_threads_while_it_is_compacted(archive):
    stored = fill(archive, batches=12)
    done, wrong = threading.Event(), []

    def read():
        reader = Archive(archive.location)
        while not done.is_set():
            wrong.extend(ref for ref, response in stored if reader.read(ref) != response)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    list(archive.compact(BEFORE, Rows([]), now=NOW))
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_damaged_segment_stays_as_it_is_and_is_told(tmp_path):
    archive = Archive(str(tmp_path))
    stored = fill(archive)
    path = tmp_path / stored[3][0].object
    data = bytearray(path.read_bytes())
    data[stored[4][0].offset + 100] ^= 0xFF
    path.write_bytes(data)
    rows = Rows(ref for ref, _ in stored)
    (joined,) = archive.compact(BEFORE, rows, now=NOW)
    assert joined.segments == 3
    assert [error.url for error in joined.damaged] == [stored[3][0].object]
    assert path.read_bytes() == data
    assert archive.read(rows.refs[0]) == stored[0][1]
    assert archive.read(rows.refs[3]) == stored[3][1]
    assert [trouble for trouble, _ in troubles(archive)] == ["damaged"]


def test_segments_are_not_removed_for_a_joined_file_that_is_too_short(tmp_path):
    archive = Archive(str(tmp_path))
    stored = fill(archive)
    with pytest.raises(Crash):
        list(archive.compact(BEFORE, crashing(after_rows=None), now=NOW))
    (joined,) = tmp_path.rglob("*.joined.warc.gz")
    joined.write_bytes(joined.read_bytes()[:-1000])
    with pytest.raises(ArchiveDamaged, match="still there"):
        list(archive.compact(BEFORE, Rows([]), now=NOW))
    assert [archive.read(ref) for ref, _ in stored] == [response for _, response in stored]


def test_what_refers_to_an_earlier_body_finds_it_after_compaction(archive):
    noise = replace(PAGE, body=os.urandom(5000))
    with archive.segment("page", AT) as segment:
        first = segment.append(noise)
        other = segment.append(page(1))
    later = replace(noise, fetched_at=AT + timedelta(days=1), headers={"age": "7"})
    with archive.segment("page", later.fetched_at) as segment:
        second = segment.append(later, same_as=first)
    fill(archive)
    fill(archive, day=later.fetched_at)
    assert second.length < first.length / 4
    rows = Rows([first, other, second])
    list(archive.compact(BEFORE, rows, now=NOW))
    fresh = Archive(archive.location)
    assert [fresh.read(ref) for ref in rows.refs] == [noise, page(1), later]
    assert fresh.read(second) == later
    assert later in [response for _, response in everything(fresh)]
    assert troubles(fresh) == []
    with fresh.segment("page", NOW) as segment:  # and again, by a place from before and one from after
        thirds = [
            segment.append(replace(later, fetched_at=NOW), same_as=ref) for ref in (second, rows.refs[2])
        ]
    assert [fresh.read(ref).body for ref in thirds] == [noise.body] * 2


def test_other_tools_read_a_joined_file(tmp_path, capsys):
    archive = Archive(str(tmp_path))
    with archive.segment("page", AT) as segment:
        first = segment.append(PAGE)
    with archive.segment("page", AT) as segment:
        segment.append(PAGE, same_as=first)
    fill(archive)
    list(archive.compact(BEFORE, Rows([]), now=NOW))
    (path,) = (file for file in tmp_path.rglob("*") if file.is_file())
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert kinds.count("warcinfo") == 7
    assert (kinds.count("response"), kinds.count("revisit")) == (13, 1)
    checker = Checker(type("Command", (), {"verbose": True, "inputs": [str(path)]}))
    checker.process_all()
    assert not checker.exit_value, capsys.readouterr().out


def test_a_place_of_nothing_is_damage_after_compaction_too(archive):
    stored = fill(archive)
    list(archive.compact(BEFORE, Rows([]), now=NOW))
    ref = stored[0][0]
    for wrong in (
        replace(ref, object=ref.object.replace("page-", "page-0")),
        replace(ref, offset=10**6),
        replace(ref, offset=ref.offset + 1),
        ArchiveRef("2026/03/09/page-x.warc.gz", 0, 10, ref.digest),
    ):
        with pytest.raises(ArchiveDamaged):
            archive.read(wrong)
