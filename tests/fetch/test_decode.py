import gzip
import zlib
from itertools import pairwise

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.decode import CutShort, Decoder, TooLarge

pytestmark = pytest.mark.filterwarnings("error")

BODY = b"every word of it, " * 40 + bytes(range(256))
PACKED = {
    "gzip": gzip.compress(BODY[:100], mtime=0)
    + gzip.compress(b"", mtime=0)
    + gzip.compress(BODY[100:], mtime=0),
    "x-gzip": gzip.compress(BODY, mtime=0) + bytes(9),
    "br": brotli.compress(BODY),
    "zstd": zstd.compress(BODY[:100]) + zstd.compress(BODY[100:]),
    "deflate": zlib.compress(BODY),
    " Deflate": zlib.compress(BODY, wbits=-15),
    "gzip, br": brotli.compress(gzip.compress(BODY, mtime=0)),
    "identity": BODY,
}


def pieces(data, cuts):
    edges = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("coding", PACKED)
@given(cuts=st.lists(st.integers(0, 5000), max_size=8))
def test_wherever_the_stream_is_cut(coding, cuts):
    decoder = Decoder(coding, len(BODY) + 100)
    assert b"".join(out for piece in pieces(PACKED[coding], cuts) for out in decoder.feed(piece)) == BODY
    decoder.end()


@pytest.mark.parametrize("coding", PACKED)
def test_byte_by_byte(coding):
    decoder = Decoder(coding, len(BODY) + 100)
    assert b"".join(out for byte in PACKED[coding] for out in decoder.feed(bytes([byte]))) == BODY
    decoder.end()


def capped(decoder, parts):
    """What comes out, and whether the cap was passed."""
    got = b""
    for part in parts:
        try:
            for piece in decoder.feed(part):
                got += piece
        except TooLarge as excess:
            return got + excess.args[0], True
    return got, False


@pytest.mark.parametrize("coding", PACKED)
@given(cap=st.integers(0, len(BODY) - 1), cuts=st.lists(st.integers(0, 5000), max_size=4))
def test_the_cap_holds_and_what_fits_is_right(coding, cap, cuts):
    got, passed = capped(Decoder(coding, cap), pieces(PACKED[coding], cuts))
    assert passed
    assert len(got) <= cap
    assert BODY.startswith(got)


@pytest.mark.parametrize("coding", [coding for coding in PACKED if coding not in {"identity", "x-gzip"}])
def test_a_stream_without_its_end(coding):
    packed = PACKED[coding][:-1]
    decoder = Decoder(coding, len(BODY) + 100)
    list(decoder.feed(packed))
    with pytest.raises(CutShort):
        decoder.end()


def test_plain_bytes_under_the_name_of_gzip():
    for body in (b"<p>", b"\x1f", b"\x1fx", b"xy"):
        decoder = Decoder("gzip", 100)
        got = b"".join(out for byte in body for out in decoder.feed(bytes([byte])))
        if len(body) > 1:
            assert got == body
            decoder.end()
