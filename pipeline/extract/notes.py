"""What a newsroom says about its own story: corrections, editor's notes, posts of a live blog."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract import jsonld
from pipeline.extract.body import Block, html_blocks
from pipeline.extract.headline import plain
from pipeline.records import LivePost

_NOTE = re.compile(
    r"^[\W_]*(?:editor['’]?s['’]? note|note from the editor|correction|corrections|clarification|this (?:story|article|post|report|piece) (?:has been|was) (?:updated|corrected|amended|modified|clarified)|"
    r"(?:an )?(?:earlier|previous) version of this|anmerkung der redaktion|hinweis der redaktion|korrektur|berichtigung|note de la rédaction|ndlr|correctif|rectificatif|"
    r"nota del editor|nota de la redacción|corrección|fe de errores|nota da redação|correção|errata|nota della redazione|correzione|noot van de redactie|correctie|rättelse|rettelse|oikaisu|"
    r"sprostowanie|примечание редакции|от редакции|исправление|更正|编者按|編按|訂正|정정)\b",
    re.IGNORECASE,
)
_LONGEST_NOTE = 120
_MAX_POSTS = 500


def editor_notes_in(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Those paragraphs that are corrections or editor's notes; they stay in the body too.

    >>> editor_notes_in([Block("Correction: The ferry sank in 1953."), Block("Rain fell.")])
    ('Correction: The ferry sank in 1953.',)
    """
    return tuple(
        block.text for block in blocks if len(block.text.split()) <= _LONGEST_NOTE and _NOTE.match(block.text)
    )


def live_posts_in(nodes: Iterable[jsonld.Node]) -> tuple[LivePost, ...]:
    """The posts of a live blog, in the page's order, from its ``liveBlogUpdate``."""
    posts: list[LivePost] = []
    for node in nodes:
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else [updates]:
            if not isinstance(update, dict) or len(posts) >= _MAX_POSTS:
                continue
            text = jsonld.first_text(update.get("articleBody")) or jsonld.first_text(update.get("text")) or ""
            body = "\n\n".join(block.text for block in html_blocks(text))
            headline = plain(
                jsonld.first_text(update.get("headline")) or jsonld.first_text(update.get("name"))
            )
            if body or headline:
                posts.append(LivePost(headline or None, body, jsonld.first_text(update.get("datePublished"))))
    return tuple(dict.fromkeys(posts))
