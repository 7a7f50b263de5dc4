"""How long an answer is fresh by its own word: when asking again could bring anything new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.fetch.faults import http_date

LONGEST_SECONDS = 31 * 86_400.0
"""A month. What is done with it is the schedule's affair: headers of a year stand on feeds that change hourly."""

_DIRECTIVE = re.compile(
    r'\s*([!#$%&\'*+.^_`|~0-9a-z-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?[^,]*,?', re.IGNORECASE
)
_SECONDS = re.compile(r"\d+(?=\.\d*$|$)")


def fresh_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds, from when it came, that the answer with these headers stays fresh; None: it does not say.

    RFC 9111 as for a cache that one reader has to himself. ``max-age`` comes before ``Expires``
    (section 5.3), the first of two counts, ``Age`` is taken off (4.2.3). ``s-maxage`` is for shared caches.
    ``no-cache`` (without names of fields: 5.2.2.4) and ``no-store`` win over ``max-age`` (4.2.1) and mean 0;
    ``must-revalidate`` speaks of what is stale already. ``Expires`` is measured against the server's own ``Date``, whose clock may be wrong.
    What cannot be read says nothing: either way nobody has to wait for it. At most ``LONGEST_SECONDS``.

    ``headers``: names in lower case; those of a 304, a 503 or a 429 count as much as a 200's.

    >>> fresh_seconds({"cache-control": "public, max-age=600", "age": "240"})
    360.0
    >>> fresh_seconds({"date": "Tue, 24 Nov 2026 12:00:00 GMT", "expires": "Tue, 24 Nov 2026 12:05:00 GMT"})
    300.0
    >>> fresh_seconds({"cache-control": "max-age=soon"}) is None
    True
    """
    directives: dict[str, str] = {}
    for name, value in _directives(headers.get("cache-control", "")):
        directives.setdefault(name, value)
    if directives.get("no-cache") == "" or "no-store" in directives:
        return 0.0
    stated = directives.get("max-age")
    lifetime = _until_expiry(headers) if stated is None else _seconds(stated)
    if lifetime is None:
        return None
    age = _seconds(headers.get("age", "").partition(",")[0]) or 0.0
    return min(max(lifetime - age, 0.0), LONGEST_SECONDS)


def _directives(text: str) -> Iterator[tuple[str, str]]:
    for match in _DIRECTIVE.finditer(text[:4096]):
        yield match[1].lower(), match[2] if match[2] is not None else (match[3] or "")


def _seconds(text: str) -> float | None:
    """Delta seconds (section 1.2.2); a fraction, which some servers send, is cut off."""
    read = _SECONDS.match(text.strip()[:40])
    return float(read[0]) if read and read[0].isascii() else None


def _until_expiry(headers: Mapping[str, str]) -> float | None:
    until, since = (http_date(headers.get(name, "")) for name in ("expires", "date"))
    return (until - since).total_seconds() if until and since else None
