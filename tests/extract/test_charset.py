"""Bytes to text, by the order of proof."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.charset import decode_page

TEXT = "Größe — “Flüsse” führen wieder Wasser"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_goes_before_a_label(codec):
    assert decode_page(TEXT.encode(codec), {"content-type": "text/html; charset=iso-8859-1"}) == TEXT


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Größe und “Maß”", "cp1252", "ISO-8859-1"),
        ("В городе открылся музей", "cp1251", "windows-1251"),
        ("В городе открылся музей", "koi8-r", "koi8-r"),
        ("海岸にようやく雨が降る", "cp932", "Shift_JIS"),
        ("海岸にようやく雨が降る", "euc_jp", "EUC-JP"),
        ("海岸にようやく雨が降る", "iso2022_jp", "ISO-2022-JP"),
        ("海岸终于下雨了", "gb18030", "gb2312"),
        ("해안에 마침내 비가 내렸다", "cp949", "euc-kr"),
    ],
)
def test_labels_are_read_as_browsers_read_them(text, codec, label):
    page = f"<meta charset={label}>{text}"
    assert decode_page(page.encode(codec), {}).endswith(text)
    assert decode_page(text.encode(codec), {"Content-Type": f"text/html; charset={label}"}) == text


def test_utf8_goes_before_a_wrong_label():
    assert decode_page(TEXT.encode(), {"content-type": "text/html; charset=windows-1251"}) == TEXT


def test_a_few_broken_bytes_do_not_turn_utf8_into_mojibake():
    body = (TEXT * 40).encode() + b"\xe9 " + TEXT.encode()
    text = decode_page(body, {"content-type": "text/html; charset=iso-8859-1"})
    assert text.count("\ufffd") == 1
    assert text.endswith(TEXT)


def test_a_page_cut_within_a_character():
    assert decode_page("Größe".encode()[:-1] + "ß".encode()[:1], {}) == "Größ"


def test_nothing_is_declared():
    russian = (
        "В городе открылся музей старинных часов, и в первый день его посетили более двухсот человек. " * 3
    )
    assert decode_page(russian.encode("cp1251"), {}) == russian


@pytest.mark.parametrize("label", ["utf-7", "hex", "no-such-charset", "idna", "zlib", "utf-16"])
def test_labels_that_are_none_are_ignored(label):
    assert decode_page(b"<p>plain</p>", {"content-type": f"text/html; charset={label}"}) == "<p>plain</p>"


@given(
    st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-16", "x; charset=gbk", "charset="])
)
def test_never_raises(body, header):
    assert isinstance(decode_page(body, {"content-type": header}), str)


@given(st.text(max_size=200).filter(lambda text: not text.startswith("\ufeff")))
def test_utf8_is_read_back(text):
    body = text.encode()
    if (
        not body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        and "\x00" not in text
    ):
        assert decode_page(body, {}) == text
