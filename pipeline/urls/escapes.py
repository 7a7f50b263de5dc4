"""Percent-encoding in one form."""

from __future__ import annotations

import re

# RFC 3986, 2.3: unreserved characters mean the same encoded or not. The other signs here are reserved, but no
# server of a newspaper gives them a meaning that its encoded form lacks, and tools encode them as they like.
# What separates stays as it was: / ? # [ ] ; = & + and the per cent sign itself.
_PLAIN = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*,:@",
)
_TO_DO = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$'()*,:@/?;=&+]")


def normal_escapes(text: str) -> str:
    """``text`` with every character either plain or encoded, upper case, never one here and the other there.

    RFC 3986, 6.2.2; a character outside ASCII, a space or a stray ``%`` is encoded as UTF-8.

    >>> normal_escapes("/%7ejoe/caf%c3%a9/café%2fx%2Cy/100%")
    '/~joe/caf%C3%A9/caf%C3%A9%2Fx,y/100%25'
    """
    return _TO_DO.sub(_normal, text)


def _normal(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) == 3:
        character = chr(int(found[1:], 16))
        return character if character in _PLAIN else found.upper()
    return "".join(f"%{byte:02X}" for byte in found.encode("utf-8", "surrogatepass"))
