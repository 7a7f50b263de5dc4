"""Bytes to text: by byte-order mark, header, meta, then detection, in the order of their proof.

Labels are read as browsers read them (https://encoding.spec.whatwg.org/#names-and-labels), and a
page that is plainly UTF-8 is read as UTF-8 whatever it claims: a wrong label is common, a long run
of valid multi-byte sequences by accident is not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from bs4.dammit import EncodingDetector, UnicodeDammit

# What browsers mean by these labels; the supersets that Windows made of them.
_LABELS = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "unicode": "utf-8",
    "utf8": "utf-8",
}
# Python codecs that are no text encodings, or that no page is really in.
_REFUSED = frozenset(
    "utf-7 utf7 hex base64 rot13 zlib bz2 idna punycode unicode_escape raw_unicode_escape uu undefined".split()
)
_SEVEN_BIT = frozenset("iso2022_jp iso2022_kr hz iso2022_jp_2".split())
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD_BYTES = 8192
_SAMPLE_BYTES = 65_536


def decode_page(body: bytes, headers: Mapping[str, str]) -> str:
    """The page's text; never raises: bytes that fit nowhere become U+FFFD.

    >>> decode_page("Überfall".encode("cp1252"), {"Content-Type": "text/html; charset=ISO-8859-1"})
    'Überfall'
    >>> decode_page("Überfall in Köln".encode(), {"Content-Type": "text/html; charset=ISO-8859-1"})
    'Überfall in Köln'
    """
    body, marked = EncodingDetector.strip_byte_order_mark(body)
    if marked:
        return body.decode(marked, "replace")
    declared = _declared(body, headers)
    for name in declared:
        if name in _SEVEN_BIT:
            return body.decode(name, "replace")
    text = _as_utf8(body)
    if text is not None:
        return text
    for name in declared:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return _lossy_utf8(body) or _nearly(body, declared) or _detected(body)


def _declared(body: bytes, headers: Mapping[str, str]) -> list[str]:
    """The codecs that the header and the page name, header first."""
    header = next((value for key, value in headers.items() if key.lower() == "content-type"), "")
    found = _HEADER.findall(header)
    # Only the head: the library's pattern takes the square of the length on a page of nothing but "<meta".
    inside = EncodingDetector.find_declared_encoding(
        body[:_HEAD_BYTES], is_html=True, search_entire_document=True
    )
    found += [inside] if inside else []
    names = []
    for label in found:
        label = _LABELS.get(label.lower(), label.lower())  # noqa: PLW2901 - the label as browsers read it
        try:
            name = codecs.lookup(label).name
        except (LookupError, ValueError):
            continue
        if name not in _REFUSED and label not in _REFUSED and not name.startswith("utf-16"):
            names.append(name)
    return list(dict.fromkeys(names))


def _as_utf8(body: bytes) -> str | None:
    """The body if it is UTF-8, a sequence cut at the end apart."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end == len(body):
            return body[: error.start].decode()
    # Two NULs in a row of four bytes: UTF-16 without its mark.
    head = body[:400]
    for name, odd in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) >= 8 and odd.count(0) > 0.7 * len(odd):
            return body.decode(name, "replace")
    return None


def _lossy_utf8(body: bytes) -> str | None:
    """The body as UTF-8 with holes, where nearly every non-ASCII byte belongs to a valid sequence."""
    high = sum(map(len, re.findall(rb"[\x80-\xff]+", body)))
    valid = sum(map(len, _MULTIBYTE.findall(body)))
    return body.decode("utf-8", "replace") if valid >= 0.95 * high else None


def _nearly(body: bytes, declared: list[str]) -> str | None:
    """The body in a declared codec that fails on few bytes only."""
    for name in declared:
        text = body.decode(name, "replace")
        if text.count("\ufffd") <= max(3, len(text) // 2000):
            return text
    return None


def _detected(body: bytes) -> str:
    """The body in the encoding that a sample of it looks like."""
    guessed = UnicodeDammit(
        body[:_SAMPLE_BYTES], is_html=True, exclude_encodings=list(_REFUSED)
    ).original_encoding
    return body.decode(guessed or "cp1252", "replace")
