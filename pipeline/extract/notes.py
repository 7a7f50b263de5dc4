"""What a newsroom says about its own story: corrections and editor's notes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract.body import Block

_NOTE = re.compile(
    r"^[\W_]*(?:editor['’]?s['’]? note|note from the editor|correction|corrections|clarification|this (?:story|article|post|report|piece) (?:has been|was) (?:updated|corrected|amended|modified|clarified)|"
    r"(?:an )?(?:earlier|previous) version of this|anmerkung der redaktion|hinweis der redaktion|korrektur|berichtigung|note de la rédaction|ndlr|correctif|rectificatif|"
    r"nota del editor|nota de la redacción|corrección|fe de errores|nota da redação|correção|errata|nota della redazione|correzione|noot van de redactie|correctie|rättelse|rettelse|oikaisu|"
    r"sprostowanie|примечание редакции|от редакции|исправление|更正|编者按|編按|訂正|정정)\b",
    re.IGNORECASE,
)
_LONGEST_NOTE = 120


def editor_notes_in(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Those paragraphs that are corrections or editor's notes; they stay in the body too.

    >>> editor_notes_in([Block("Correction: The ferry sank in 1953."), Block("Rain fell.")])
    ('Correction: The ferry sank in 1953.',)
    """
    return tuple(
        block.text for block in blocks if len(block.text.split()) <= _LONGEST_NOTE and _NOTE.match(block.text)
    )
