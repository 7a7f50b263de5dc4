"""Where a walk through the past goes on: small facts as text, which outlives the process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def written(**facts: Any) -> str:
    """The facts as text, for ``read``.

    >>> written(page=3, seen=["a"])
    '{"page":3,"seen":["a"]}'
    """
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False)


def read(cursor: str | None) -> dict[str, Any]:
    """The facts; none where there is no cursor, or it is none of ours: the walk begins anew.

    >>> read(written(page=3)), read(None), read("x")
    ({'page': 3}, {}, {})
    """
    try:
        facts = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def digest(parts: Iterable[str]) -> str:
    """Sixteen hexadecimal digits that stand for the parts, whatever their order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
