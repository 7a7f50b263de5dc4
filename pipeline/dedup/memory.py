"""A ``KeyIndex`` that lives as long as the process: for lists of documents, and for tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from pipeline.dedup.clusters import Assignment, Candidate, Edge, Id, Neighbourhood, Text


class MemoryIndex:
    """Texts by their keys, edges by their stories, clusters as last recorded."""

    def __init__(self) -> None:
        self._texts: dict[Id, Text] = {}
        self._keys: dict[Id, tuple[int, ...]] = {}
        self._holders: dict[int, list[Id]] = defaultdict(list)
        self._edges: dict[Id, dict[Edge, None]] = defaultdict(dict)
        self._dated: dict[Id, Text] = {}
        self.clusters: dict[Id, Id] = {}
        """Each story and the one after which its cluster is named."""
        self._members: dict[Id, set[Id]] = defaultdict(set)

    def add(self, texts: Sequence[Text], keys: Mapping[Id, tuple[int, ...]]) -> None:
        for text in texts:
            if text.id in self._texts:
                continue
            self._texts[text.id] = self._dated[text.story] = text
            self._keys[text.id] = keys[text.id]
            for key in keys[text.id]:
                self._holders[key].append(text.id)
            if text.story not in self.clusters:
                self.clusters[text.story] = text.story
                self._members[text.story].add(text.story)

    def candidates(self, texts: Sequence[Text]) -> Iterator[Candidate]:
        for text in texts:
            shared = Counter(other for key in self._keys[text.id] for other in self._holders[key])
            for id_, count in shared.items():
                other = self._texts[id_]
                yield Candidate(text.id, id_, other.story, other.dated_at, count)

    def texts(self, ids: Collection[Id]) -> Iterable[Text]:
        return (self._texts[id_] for id_ in ids)

    def neighbourhood(self, stories: Collection[Id]) -> Neighbourhood:
        members = {
            member
            for cluster in {self.clusters[story] for story in stories}
            for member in self._members[cluster]
        }
        links = {edge.link for story in members if story in self._edges for edge in self._edges[story]}
        return Neighbourhood({story: self._dated[story].dated_at for story in members}, links)

    def record(self, assignment: Assignment) -> None:
        """Remembers what ``assign`` has given."""
        for edge in assignment.edges:
            for story in (edge.part_story, edge.whole_story):
                self._edges[story][edge] = None
        for story, cluster in assignment.clusters.items():
            self._members[self.clusters[story]].discard(story)
            self.clusters[story] = cluster
            self._members[cluster].add(story)
