"""URLs made ready for a request: checked, without credentials or fragment."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import httpx2

_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_ANY_USERINFO = re.compile(
    r"^\s*(?:([a-z][a-z0-9+.-]*:)(?=[/\\])|(?![a-z][a-z0-9+.-]*:[/\\]))[/\\]*[^/?#]*:.*@",
    re.IGNORECASE | re.DOTALL,
)
"""What may be user and password in a text that no parser takes: all before its last ``@``."""
_HOST = re.compile(rb"[\w~-]{1,63}(?:\.[\w~-]{1,63})*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
"""Host names, the odd ones with underscores too, and IPv6 addresses without a zone."""


class BadUrl(ValueError):
    """Not an address of the web; ``reason`` is ``bad_url`` or ``forbidden_scheme``."""

    def __init__(self, message: str, reason: str = "bad_url") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """One address to ask, and what its own credentials become."""

    url: httpx2.URL
    """Absolute, http or https, normalised, without user, password and fragment."""
    authorization: str | None = None
    """The value for the Authorization header: HTTP Basic of the credentials in the URL."""

    @staticmethod
    def parse(text: str) -> Target:
        """The target that ``text`` names.

        Raises:
            BadUrl: it is not an absolute http or https URL with a host.
        """
        return _target(text)

    def follow(self, location: str) -> Self:
        """The target of a redirect from here.

        Raises:
            BadUrl: as for ``parse``.
        """
        try:
            return self.of(self.url.join(location))
        except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
            if isinstance(error, BadUrl):
                raise
            message = f"the redirect to {without_credentials(location)!r} is not an address: {error}"
            raise BadUrl(message) from error

    @classmethod
    def of(cls, url: httpx2.URL) -> Self:
        """The target of a URL, in the form that the library has it.

        Raises:
            BadUrl: as for ``parse``.
        """
        if url.scheme not in ("http", "https"):
            message = f"only http and https are fetched, not {url.scheme or 'a relative address'!r}"
            raise BadUrl(message, "forbidden_scheme" if url.scheme else "bad_url")
        if not _HOST.fullmatch(url.raw_host):
            message = f"{url.host!r} is no host name" if url.host else "the address has no host"
            raise BadUrl(message)
        if url.port is not None and not 0 < url.port < 65536:
            message = f"{url.port} is no port"
            raise BadUrl(message)
        authorization = None
        if url.userinfo:
            pair = f"{url.username}:{url.password}".encode()
            authorization = "Basic " + base64.b64encode(pair).decode("ascii")
        if url.userinfo or url.fragment:
            url = url.copy_with(username=None, password=None, fragment=None)
        return cls(url, authorization)

    @property
    def port(self) -> int:
        """The port, the scheme's own where the URL names none."""
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``: whom a robots.txt speaks for.

        >>> Target.parse("https://u:p@News.Example:443/a?b#c").origin
        'https://news.example'
        """
        return f"{self.url.scheme}://{self.host_key}"

    @property
    def host_key(self) -> str:
        """``host[:port]`` in lower case: whom politeness is owed to."""
        return self.url.netloc.decode("ascii")

    def __str__(self) -> str:
        return str(self.url)


def without_credentials(text: str) -> str:
    """``text`` with the user and password of any address in it taken out.

    >>> without_credentials("http://me:secret@news.example/feed")
    'http://news.example/feed'
    """
    return _USERINFO.sub("", text)


def withheld(text: str) -> str:
    """``text``, which is no address, without whatever in it could be a password.

    >>> withheld("http:/me:sec#ret@news.example/feed"), withheld("http://a..example/@me")
    ('http://news.example/feed', 'http://a..example/@me')
    """
    return without_credentials(_ANY_USERINFO.sub(r"\1//", text))


@lru_cache(
    maxsize=2048
)  # a poll needs it five times: for the queue, robots.txt, the turn, the request and the row
def _target(text: str) -> Target:
    try:
        url = httpx2.URL(text.strip())
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        message = f"{withheld(text)!r} is not an address"
        raise BadUrl(message) from error
    return Target.of(url)
