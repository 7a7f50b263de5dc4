"""What is not a record of ours is told from what is, and never read half."""

import gzip
import io
import re
import zlib
from datetime import UTC, datetime

import pytest
from warcio.recordbuilder import RecordBuilder
from warcio.warcwriter import WARCWriter

from pipeline.fetch.warc import Damaged, read_held, read_responses
from pipeline.fetch.warcwriting import digest_of, write_info, write_response
from pipeline.records import Response

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = Response("https://a.example/", "https://a.example/", 200, {"server": "x"}, b"<p>Rain</p>", AT)


def written(response=PAGE):
    out = io.BytesIO()
    write_info(out, "a.warc.gz", AT)
    write_response(out, response, digest_of(response.body), None, {})
    return out.getvalue()


def members(data):
    """The records, unpacked."""
    found, rest = [], data
    while rest:
        unpacker = zlib.decompressobj(31)
        found.append(unpacker.decompress(rest))
        rest = unpacker.unused_data
    return found


def packed(records):
    return io.BytesIO(b"".join(gzip.compress(record, mtime=0) for record in records))


def test_what_was_written_is_read():
    data = written()
    (stored,) = read_responses(io.BytesIO(data))
    assert stored.response == PAGE
    assert stored.length == len(data) - stored.offset
    assert len(members(data)) == 4


def changed(pattern, replacement, number=1):
    records = members(written())
    records[number] = re.sub(pattern, replacement, records[number], count=1)
    return packed(records)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (changed(rb"Rain", b"Snow"), "not the one that was archived"),
        (changed(rb"server: x", b"server: y"), "not the one that was archived"),
        (changed(rb"duration", b"durating", 3), "not the one that was archived"),
        (changed(rb"WARC-Block-Digest: [^\r]+\r\n", b""), "not the one that was archived"),
        (changed(rb"WARC-Payload-Digest: [^\r]+\r\n", b""), "not the one that was archived"),
        (changed(rb"WARC-Record-ID: [^\r]+\r\n", b""), "no WARC-Record-ID"),
        (changed(rb"WARC-Date: [^\r]+\r\n", b""), "no WARC-Date"),
        (changed(rb"Content-Length: \d+", b"Content-Length: 5"), "not as long"),
        (changed(rb"Content-Length: \d+", b"Content-Length: 99999"), "not as long"),
        (changed(rb"Content-Length: \d+", b"Content-Length: many"), "no WARC record"),
        (changed(rb"\r\n\r\n$", b"\r\n"), "not as long"),
        (changed(rb"WARC/1.1", b"HTTP/1.1"), "no WARC record"),
        (packed(members(written())[:2]), "do not hold a whole response"),
        (packed([b""]), "no WARC record"),
        (io.BytesIO(b"<html>"), "cannot be unpacked"),
        (io.BytesIO(written()[:-3]), "cut off"),
    ],
    ids=[
        "body",
        "header",
        "metadata",
        "no block digest",
        "no payload digest",
        "no id",
        "no date",
        "too long",
        "too short",
        "no length",
        "no end",
        "another protocol",
        "a part",
        "an empty member",
        "no gzip",
        "cut off",
    ],
)
def test_damage_is_told(file, words):
    with pytest.raises(Damaged, match=words):
        list(read_responses(file))


def test_a_record_of_another_writer_is_no_response_of_ours():
    out = io.BytesIO()
    record = RecordBuilder().create_warc_record(
        "https://a.example/", "resource", payload=io.BytesIO(b"x"), length=1
    )
    WARCWriter(out, gzip=True).write_record(record)
    assert list(read_responses(io.BytesIO(out.getvalue()))) == []


def test_a_file_says_what_it_holds_of_others():
    out = io.BytesIO()
    held = ("2026/03/01/page-1.warc.gz 0 12 0", "2026/03/01/page-2.warc.gz 0 9 12")
    write_info(out, "joined", AT, held)
    length = out.tell()
    assert read_held(io.BytesIO(out.getvalue() + b"whatever follows")) == (length, list(held))
    assert read_held(io.BytesIO(written()))[1] == []
    with pytest.raises(Damaged, match="empty"):
        read_held(io.BytesIO())
