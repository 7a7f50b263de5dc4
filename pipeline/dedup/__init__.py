"""One story once: fingerprints, and groups of copies."""

from pipeline.dedup.fingerprint import length_in_words, normal_words, text_hash
from pipeline.dedup.revision import Change, change
from pipeline.dedup.same import (
    ALGORITHM_VERSION,
    EntryId,
    Settlement,
    Telling,
    group_duplicates,
    settle,
    source_id,
    story_id,
    story_key,
    version_id,
)

__all__ = [
    "ALGORITHM_VERSION",
    "Change",
    "EntryId",
    "Settlement",
    "Telling",
    "change",
    "group_duplicates",
    "length_in_words",
    "normal_words",
    "settle",
    "source_id",
    "story_id",
    "story_key",
    "text_hash",
    "version_id",
]
