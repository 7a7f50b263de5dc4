"""One story once: identity within a publisher, fingerprints, and clusters of copies across publishers."""

from pipeline.dedup.check import CHECK_VERSION, Scores, Verdict, compare
from pipeline.dedup.clusters import (
    NEAR_DAYS,
    WINDOW_DAYS,
    Assignment,
    Candidate,
    Edge,
    KeyIndex,
    Link,
    Neighbourhood,
    Text,
    assign,
    find_edges,
    is_candidate,
    partition,
    regroup,
)
from pipeline.dedup.fingerprint import (
    Fingerprint,
    fingerprint,
    keys,
    length_in_words,
    normal_words,
    text_hash,
)
from pipeline.dedup.group import group_duplicates
from pipeline.dedup.memory import MemoryIndex
from pipeline.dedup.revision import Change, change
from pipeline.dedup.same import (
    EntryId,
    Settlement,
    Telling,
    settle,
    source_id,
    story_id,
    story_key,
    version_id,
)

__all__ = [
    "CHECK_VERSION",
    "NEAR_DAYS",
    "WINDOW_DAYS",
    "Assignment",
    "Candidate",
    "Change",
    "Edge",
    "EntryId",
    "Fingerprint",
    "KeyIndex",
    "Link",
    "MemoryIndex",
    "Neighbourhood",
    "Scores",
    "Settlement",
    "Telling",
    "Text",
    "Verdict",
    "assign",
    "change",
    "compare",
    "find_edges",
    "fingerprint",
    "group_duplicates",
    "is_candidate",
    "keys",
    "length_in_words",
    "normal_words",
    "partition",
    "regroup",
    "settle",
    "source_id",
    "story_id",
    "story_key",
    "text_hash",
    "version_id",
]
