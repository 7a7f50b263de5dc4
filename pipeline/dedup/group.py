"""Copies among a list of documents: the same core as the warehouse's, in memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Protocol

from pipeline.dedup.clusters import Text, assign, rank
from pipeline.dedup.memory import MemoryIndex
from pipeline.dedup.union import Union
from pipeline.urls import canonical_url


class Document(Protocol):
    """What ``group_duplicates`` needs to know of a story."""

    @property
    def id(self) -> Hashable: ...
    @property
    def headline(self) -> str | None: ...
    @property
    def body(self) -> str | None: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def url(self) -> str | None: ...


def group_duplicates(documents: Iterable[Document]) -> dict[Hashable, Hashable]:
    """For each document's id the id of the earliest document with the same story (its own if there is none).

    The same are copies, also cut, corrected or embedded in a longer page, within 30 days, and documents
    under one canonical address at any time. Ties of date go to the smaller id in print; a document without
    a date comes after dated ones. The order of the documents does not matter.

    >>> from types import SimpleNamespace as Story
    >>> text = "The council met on Tuesday and voted, after four hours, to keep the old bridge open. " * 5
    >>> group_duplicates([
    ...     Story(id=2, headline=None, body=text, published_at=None, url=None),
    ...     Story(id=1, headline=None, body=text.upper(), published_at=datetime(2026, 3, 1), url=None),
    ... ])
    {2: 1, 1: 1}
    """
    documents = list(documents)
    texts = [Text(one.id, one.id, one.published_at, one.headline, one.body) for one in documents]
    union = Union()
    for story, cluster in assign(texts, MemoryIndex()).clusters.items():
        union.join(("id", story), ("id", cluster))
    for document in documents:
        if document.url:
            union.join(("id", document.id), ("url", canonical_url(document.url)))
    first: dict[Hashable, Hashable] = {}
    for document in sorted(documents, key=lambda one: rank(one.id, one.published_at)):
        first.setdefault(union.root(("id", document.id)), document.id)
    return {document.id: first[union.root(("id", document.id))] for document in documents}
