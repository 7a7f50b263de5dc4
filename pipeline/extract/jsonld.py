"""JSON-LD: the nodes of a page, broken JSON repaired, and the one node that is this page's story."""

from __future__ import annotations

import html as html_lib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pipeline.extract.broken_json import read_json

Node = dict[str, Any]

# Trust in a node as the story, by its type. https://schema.org/Article and its descendants.
_STORY_TYPES = {
    **dict.fromkeys(
        "newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
        "reviewnewsarticle askpublicnewsarticle advertisercontentarticle satiricalarticle liveblogposting".split(),
        6,
    ),
    **dict.fromkeys("article blogposting report techarticle scholarlyarticle".split(), 5),
    **dict.fromkeys("socialmediaposting discussionforumposting review".split(), 3),
    **dict.fromkeys("videoobject recipe podcastepisode creativework interview".split(), 2),
    **dict.fromkeys("webpage itempage medicalwebpage".split(), 1),
}
STORY_TRUST = 3
"""Least trust at which a node speaks of a story and not merely of its page."""
_LISTS = (
    "itemlistelement",
    "haspart",
    "relatedlink",
    "mentions",
    "comment",
    "isbasedon",
    "citation",
    "video",
    "blogpost",
    "liveblogupdate",
)
_MAX_NODES = 2000


def load_nodes(scripts: list[str]) -> list[tuple[Node, bool]]:
    """Every typed node of the scripts, in page order, and whether it only lists or mentions another story."""
    found: list[tuple[Node, bool]] = []
    by_id: dict[str, Node] = {}
    for script in scripts:
        for value in read_json(script):
            for node, listed in _walk(value):
                if len(found) >= _MAX_NODES:
                    break
                found.append((node, listed))
                key = node.get("@id")
                if isinstance(key, str) and len(node) > 1:
                    by_id.setdefault(key, node)
    return [(_resolved(node, by_id), listed) for node, listed in found if types(node)]


def types(node: Node) -> list[str]:
    """The node's types in lower case, without their vocabulary's address."""
    value = node.get("@type")
    return [
        str(item).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
        for item in (value if isinstance(value, list) else [value])
        if item
    ]


def trust(node: Node) -> int:
    """How far the node's type makes it a story: 6 a news article, 1 a web page, 0 neither."""
    return max((_STORY_TYPES.get(name, 0) for name in types(node)), default=0)


def story_node(nodes: list[tuple[Node, bool]], addresses: set[str], titles: list[str]) -> Node:
    """The node that speaks of this page, or an empty one.

    Args:
        nodes: from ``load_nodes``.
        addresses: the page's own addresses, as ``address_key`` writes them.
        titles: the page's titles; a node whose headline shares no word with them is another story.
    """
    words = {word for title in titles for word in _words(title)}
    best: tuple[float, Node] = (0.0, {})
    for node, listed in nodes:
        rank = trust(node)
        if not rank:
            continue
        score = float(rank) - (4 if listed else 0)
        here = any(address_key(value) in addresses for value in _addresses(node))
        score += 2 if here else 0
        headline = _words(first_text(node.get("headline")) or "")
        if headline and words:
            shared = len(headline & words) / len(headline)
            score += 2 * shared if shared >= 0.5 else -3
        score += 0.5 * ("datePublished" in node) + 0.3 * ("author" in node)
        if score > best[0]:
            best = (score, node)
    return best[1]


def address_key(value: str) -> str:
    """An address for comparison within a page: host and path alone."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return value
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", html_lib.unescape(text).casefold()))


def first_text(value: Any) -> str | None:
    """The first text in a value that may be a text, a list, or a node with a name or a value."""
    for _ in range(6):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url") or value.get("@id")
        else:
            break
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def texts(value: Any) -> list[str]:
    """Every text of a value: of a list, or of nodes by their names."""
    if isinstance(value, list):
        return [text for item in value[:200] if (text := first_text(item))]
    text = first_text(value)
    return [text] if text else []


def _walk(value: Any) -> Iterator[tuple[Node, bool]]:
    stack: list[tuple[Any, bool, int]] = [(value, False, 0)]
    while stack:
        item, listed, depth = stack.pop()
        if depth > 40:
            continue
        if isinstance(item, list):
            stack.extend((child, listed, depth + 1) for child in reversed(item))
        elif isinstance(item, dict):
            yield item, listed
            for key, child in reversed(list(item.items())):
                if isinstance(child, dict | list):
                    stack.append((child, listed or key.lower() in _LISTS, depth + 1))


def _resolved(node: Node, by_id: dict[str, Node]) -> Node:
    """The node with each bare reference ``{"@id": …}`` replaced by what it names."""

    def follow(value: Any) -> Any:
        if (
            isinstance(value, dict)
            and len(value) <= 2
            and isinstance(value.get("@id"), str)
            and "name" not in value
        ):
            return by_id.get(value["@id"], value)
        if isinstance(value, list):
            return [follow(item) if isinstance(item, dict) else item for item in value]
        return value

    return {key: follow(value) if isinstance(value, dict | list) else value for key, value in node.items()}
