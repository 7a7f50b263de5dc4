"""Text that is not XML made into text that is, before any parser sees it.

Everything here takes linear time and changes nothing that was well formed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container, Iterator
from html.entities import html5

from pipeline.poll.elements import NAMESPACES

# A CDATA section that is closed before the next one opens; an open one is a fault like any other.
SECTION = r"<!\[CDATA\[[^<\]]*(?:(?:<(?!!\[CDATA\[)|\](?!\]>))[^<\]]*)*\]\]>"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(
    rf"({SECTION})|<!\[CDATA\[|&(?:#(?:\d{{1,8}}|[xX][0-9a-fA-F]{{1,8}});|(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{{1,31}};)?)"
)
_USED = re.compile(r"[<\s]([A-Za-z][\w.-]{0,20}):[A-Za-z]")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
# The fields that tell a story.
_FIELD = re.compile(
    rf"{SECTION}|<(?P<end>/?)(?P<name>(?:(?P<prefix>[\w.-]+):)?(?P<local>title|description|summary|encoded|content|guid|id|link|"
    r"pubdate|published|updated|date|author|creator|category|(?P<item>item|entry)))(?P<attributes>\s[^<>]*?)?(?P<empty>/?)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""\s(href|rel|type|isPermaLink|term|label|rdf:about)\s*=\s*("[^"<>]*"|'[^'<>]*')""", re.IGNORECASE
)
_HOLD_MARKUP = {"title", "description", "summary", "encoded", "content"}
_ANY_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>?")


def mended(text: str) -> str:
    """``text`` with HTML's entities and all numbers as their characters, and bare ampersands escaped.

    Characters that XML forbids are gone, and so is the mark of a CDATA section that never ends.

    >>> mended("<t>fish & chips &nosuch; caf&eacute; &#150; &lt;<![CDATA[ & ]]></t>")
    '<t>fish &amp; chips &amp;nosuch; café – &lt;<![CDATA[ & ]]></t>'
    """
    return _REFERENCE.sub(_reference, _FORBIDDEN.sub("", text))


def _reference(match: re.Match[str]) -> str:
    if match[1] or match[0][0] == "<":
        return match[1] or ""
    if match[0] == "&" or (match[2] and match[2] not in html5):
        return f"&amp;{match[0][1:]}"
    return html.escape(_FORBIDDEN.sub("", html.unescape(match[0])), quote=False)


def with_prefixes(opening: str, document: str) -> str:
    """The opening tag with the usual prefixes declared that ``document`` uses and it does not declare.

    >>> with_prefixes("<rss>", "<dc:date>1</dc:date><zz:x/>")
    '<rss xmlns:dc="http://purl.org/dc/elements/1.1/">'
    """
    missing = set(_USED.findall(document)) & NAMESPACES.keys() - prefixes_in(opening)
    declared = "".join(f' xmlns:{name}="{NAMESPACES[name]}"' for name in sorted(missing))
    end = -2 if opening.endswith("/>") else -1
    return opening[:end] + declared + opening[end:]


def prefixes_in(opening: str) -> frozenset[str]:
    """The prefixes that an opening tag declares."""
    return frozenset(_DECLARED.findall(opening))


def closed_fields(document: str) -> Iterator[str]:
    """``document`` in parts, each field closed where another field begins or the item ends."""
    written, left_open = 0, ""
    for tag in _FIELD.finditer(document):
        name, begins = tag["name"], not tag["end"]
        if name is None or not (begins or tag["item"] or name == left_open):
            continue
        if left_open and (begins or tag["item"]):
            yield document[written : tag.start()] + f"</{left_open}>"
            written = tag.start()
        left_open = name if begins and not tag["empty"] and not tag["item"] else ""
    yield document[written:] + (f"</{left_open}>" if left_open else "")


def field_by_field(items: str, prefixes: Container[str]) -> str:
    """``items`` with nothing but the fields that tell a story, well formed whatever stood in them.

    Markup in a text is kept as text, elsewhere it is dropped. ``prefixes``: those that are declared.

    >>> field_by_field("<item><title>Fog <b>late</title><x:y><guid>7</item>", frozenset())
    '<item><title>Fog &lt;b&gt;late</title><guid>7</guid></item>'
    """
    document = "".join(closed_fields(items))
    parts: list[str] = []
    inside_item, field = False, None
    for tag in _FIELD.finditer(document):
        if tag["item"]:
            parts += ["</item>"] if inside_item else []
            inside_item, field = not tag["end"], None
            parts += [f"<item{_attributes(tag)}>"] if inside_item else []
        elif not inside_item or tag["name"] is None or (tag["prefix"] and tag["prefix"] not in prefixes):
            continue
        elif tag["empty"]:
            parts.append(f"<{tag['name']}{_attributes(tag)}/>")
        elif not tag["end"]:
            field = tag
        elif field is not None and field["name"] == tag["name"]:
            parts.append(_field(field, document[field.end() : tag.start()]))
            field = None
    return "".join(parts) + ("</item>" if inside_item else "")


def _field(tag: re.Match[str], text: str) -> str:
    if re.fullmatch(SECTION, text) is None and "<" in text:
        text = (
            html.escape(text, quote=False) if tag["local"].lower() in _HOLD_MARKUP else _ANY_TAG.sub("", text)
        )
    return f"<{tag['name']}{_attributes(tag)}>{text}</{tag['name']}>"


def _attributes(tag: re.Match[str]) -> str:
    return "".join(
        f" {name}={value}" for name, value in dict(_ATTRIBUTE.findall(tag["attributes"] or "")).items()
    )
