"""A feed's bytes as text, whatever the server and the document say about them.

Labels lie in both directions: servers stamp ``iso-8859-1`` on everything, documents claim UTF-8 and
carry Windows bytes. Bytes that are valid UTF-8 are UTF-8, for no other encoding's prose is by accident;
otherwise the document's own label is tried before the server's. A document that fits no label is in the
encoding of old that goes with the language it states; failing that, a byte that fits nothing is read as
Windows-1252 by itself, so one bad quotation mark costs no story.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# "<?" or "<r" without a mark (XML 1.0, appendix F).
_SHAPES = (
    (re.compile(rb"<\0[?!A-Za-z]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[?!A-Za-z]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{2,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
# Only text encodings that the web uses: Python's registry also holds zip, punycode and escapes.
_KNOWN = re.compile(
    r"utf-?8|utf-?(?:16|32)(?:-?[bl]e)?|(?:us-)?ascii|latin-?1|iso-?8859-\d{1,2}|(?:windows|cp)-?\d{3,4}|koi8-[ru]|gbk|"
    r"gb2312|gb18030|big5(?:-hkscs)?|shift[_-]jis|euc-(?:jp|kr)|iso-2022-jp|ks_c_5601-1987|tis-620|mac(?:intosh|cyrillic)"
)
# The superset that publishers mean by a label (WHATWG Encoding Standard).
_MEANT = {
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "macintosh": "mac-roman",
    "utf8": "utf-8",
}
_LANGUAGE = re.compile(
    rb"""<(?:[\w.-]+:)?language>\s*([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)\s*<|\sxml:lang\s*=\s*["']([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)["']""",
    re.IGNORECASE,
)
# The legacy encodings of the WHATWG Encoding Standard by language; the strictest first where there are several.
_OF_LANGUAGE = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg"), ("windows-1251",)),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "hr", "sl", "ro", "sq", "bs"), ("windows-1250",)),
    **dict.fromkeys(("lt", "lv", "et"), ("windows-1257",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("windows-1256",)),
    **dict.fromkeys(("he", "iw"), ("windows-1255",)),
    **dict.fromkeys(("tr", "az"), ("windows-1254",)),
    "el": ("windows-1253",),
    "vi": ("windows-1258",),
    "th": ("cp874",),
    "ja": ("euc-jp", "cp932"),
    "ko": ("cp949",),
    "zh-tw": ("big5hkscs",),
    "zh-hk": ("big5hkscs",),
    "zh": ("gb18030",),
}
# WHATWG's windows-1252: the five bytes that Microsoft left empty are control characters.
_WINDOWS = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))

_HIGH = bytes(range(0x80, 0x100))

MAX_MENDED = 10_000
"""With more wrong bytes the label is wrong, not the bytes."""
_AS_WINDOWS = "dateline-as-windows"


def decoded(body: bytes, headers: Mapping[str, str]) -> tuple[str, str | None]:
    """The text of ``body`` without a byte order mark, and what was wrong with its label (None: nothing).

    Never raises. ``headers`` has its names in lower case.

    >>> decoded("<?xml version='1.0' encoding='utf-8'?><rss>café".encode() + bytes([0x92]), {})
    ("<?xml version='1.0' encoding='utf-8'?><rss>café’", 'charset: 1 bytes are no utf-8, read as windows-1252')
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _lenient(body, name)
    for shape, name in _SHAPES:
        if shape.match(body):
            return _lenient(body, name)
    labels = list(_labels(body, headers))
    if not body.isascii() or not labels:
        try:
            return body.decode("utf-8"), _mislabelled(labels, "utf-8")
        except UnicodeDecodeError:
            pass
    for name in (*labels, *_of_its_language(body, labels)):
        try:
            text = _windows(body) if name == "windows-1252" else body.decode(name)
            return text, _mislabelled(labels or ["utf-8"], name)
        except (UnicodeDecodeError, LookupError):
            continue
    return _lenient(body, labels[0] if labels else "utf-8")


def _labels(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """The encodings claimed: the document's first, then the server's; unknown ones left out."""
    inside = _DECLARED.search(body[:2000])  # a warning of the publishing system may precede it
    outside = _CHARSET.search(headers.get("content-type", ""))
    for label in (inside.group(1).decode() if inside else None, outside.group(1) if outside else None):
        name = (label or "").lower()
        if _KNOWN.fullmatch(name) and not name.startswith(("utf-16", "utf16", "utf-32", "utf32")):
            yield _MEANT.get(name, name)


def _of_its_language(body: bytes, labels: list[str]) -> tuple[str, ...]:
    """The encodings of old of the language that the document states; none where it is UTF-8 with single faults.

    Where a label names another encoding than UTF-8, that one with single faults is likelier.
    """
    if set(labels) - {"utf-8"}:
        return ()
    stated = _LANGUAGE.search(body[:20_000])
    text = body.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    sound = len(text) - len(body.translate(None, _HIGH)) - faults
    if stated is None or faults <= sound:
        return ()
    language = (stated[1] or stated[2]).decode().lower().replace("_", "-")
    return _OF_LANGUAGE.get(language) or _OF_LANGUAGE.get(language[:2], ())


def _mislabelled(labels: list[str], used: str) -> str | None:
    first = labels[0] if labels else used
    ascii_compatible = {first, used} == {"windows-1252", "utf-8"}
    if first == used or (ascii_compatible and first == "windows-1252"):
        return None  # a server's default label says nothing about the document
    return f"charset: labelled {first}, read as {used}"


def _lenient(body: bytes, name: str) -> tuple[str, str | None]:
    text = body.decode(name, "replace").removeprefix("\ufeff")
    bad = text.count("\ufffd")
    if not bad:
        return text, None
    if name != "utf-8":
        return text, f"charset: {bad} characters are no {name}"
    if bad > MAX_MENDED:
        return _windows(body), "charset: it is no utf-8, read as windows-1252"
    text = body.decode(name, _AS_WINDOWS).removeprefix("\ufeff")
    bad -= text.count("\ufffd")  # those that the document prints itself
    return text, f"charset: {bad} bytes are no utf-8, read as windows-1252" if bad else None


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _windows(error.object[error.start : error.end]), error.end


def _windows(body: bytes) -> str:
    return body.decode("latin-1").translate({byte: _WINDOWS[byte] for byte in range(0x80, 0xA0)})


codecs.register_error(_AS_WINDOWS, _as_windows)
