"""Union-find: which things hang together."""

from __future__ import annotations

from collections.abc import Hashable


class Union:
    """Sets of things that were joined, directly or by way of others; with path splitting.

    >>> union = Union()
    >>> union.join("a", "b"); union.join("c", "b")
    >>> union.root("a") == union.root("c"), union.root("a") == union.root("d")
    (True, False)
    """

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def root(self, node: Hashable) -> Hashable:
        """The thing that stands for the set of ``node``: any of its members, the same for all."""
        parent = self._parent
        above = parent.setdefault(node, node)
        # Whatever the sets hold is the thing first named, so that being the same is enough: a uuid's == is slow.
        while (higher := parent[above]) is not above:
            parent[node] = higher
            node, above = above, higher
        return above

    def join(self, left: Hashable, right: Hashable) -> None:
        """Makes one set of the two."""
        self._parent[self.root(left)] = self.root(right)
