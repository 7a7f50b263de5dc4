"""An address taken apart, each part brought to its normal form, and put together again."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from pipeline.urls.fragments import kept_fragment
from pipeline.urls.hosts import ascii_name, out_of_cache, site
from pipeline.urls.parameters import kept_query
from pipeline.urls.paths import normal_path, without_rendering

CANONICAL_VERSION = "2"

# RFC 3986, appendix B, for the web's schemes alone. The user's name goes with the last "@".
_ADDRESS = re.compile(
    r"(?:https?:)?//(?:[^/?#]*@)?(\[[0-9a-f:.]+\]|[^/?#:@\[\]]+)(?::([0-9]{0,5}))?(/[^?#]*)?"
    r"(?:\?([^#]*))?(?:#(.*))?",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS = re.compile(r"[\t\r\n]")
_DEFAULT_PORTS = frozenset({None, "", "80", "443"})
_MAX_PORT = 65535
# RFC 9110, 4.1, asks servers for 8,000 octets; what is longer carries data, and is no story's address.
_LONGEST = 8192


def canonical_url(url: str, *, base: str | None = None) -> str:
    """The key under which every spelling of a page's address meets: ``https``, no ``www``, no tags.

    Args:
        url: the address as printed; a relative one is joined to ``base``.
        base: the address of the document that printed it.

    Returns:
        The key; applying the function to it gives it again. An address that is no web address
        (``mailto:``, empty, unparsable, over 8,192 characters) comes back stripped of white space and
        otherwise as it was.

    >>> canonical_url("http://www.example.com:80/World/story.html?utm_source=x&id=7#comments")
    'https://example.com/World/story.html?id=7'
    >>> canonical_url("../b?amp=1", base="https://m.example.com/news/a/")
    'https://example.com/news/b'
    >>> canonical_url("https://www-example-com.cdn.ampproject.org/v/s/www.example.com/a.amp?usqp=mq331")
    'https://example.com/a'
    """
    text = _one_line(url)
    if base is not None:
        try:
            text = urljoin(base, text)
        except ValueError:
            return text
    match = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return text
    printed, port, path, query, fragment = match.groups()
    name = site(printed)
    if not name or not (port in _DEFAULT_PORTS or int(port) <= _MAX_PORT):
        return text
    path = normal_path(path) if path else "/"
    while cached := out_of_cache(name, path):
        name, path = cached
        port = None
    path = without_rendering(path)
    anchor = kept_fragment(fragment, path) if fragment else ""
    key = f"https://{name}{path}" if port in _DEFAULT_PORTS else f"https://{name}:{int(port)}{path}"
    if query:
        key += kept_query(query, path, anchor)
    return key + anchor


def host(url: str) -> str:
    """The host of ``url`` in lower case and ASCII, without port or a closing dot; empty where it has none.

    >>> host("https://WWW.Example.com.:8443/x")
    'www.example.com'
    """
    match = _ADDRESS.fullmatch(_one_line(url))
    return ascii_name(match.group(1)).strip("[]") if match else ""


def _one_line(url: str) -> str:
    r"""``url`` without what pasting adds to it; ``\`` before the query is ``/``, as in every browser.

    https://url.spec.whatwg.org/#concept-basic-url-parser
    """
    text = url.strip()
    if not text.isprintable():
        text = _BREAKS.sub("", text).strip()
    if "\\" in text:
        end = next((at for at, sign in enumerate(text) if sign in "?#"), len(text))
        text = text[:end].replace("\\", "/") + text[end:]
    return text
