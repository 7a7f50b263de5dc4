"""Requests and answers as values, and the conditional part of HTTP; a site is a function of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    method: str
    host: str
    """Without the port, in lower case."""
    target: str
    """Path and query as sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server gives back."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Site(Protocol):
    """Whatever ``serve`` can serve: a function of the request, the moment and what went before."""

    @property
    def end(self) -> datetime:
        """The moment at which all is published: where a server's clock starts unless told."""

    def hosts(self) -> Iterable[str]:
        """The host names that answer."""

    def offline_hosts(self) -> Iterable[str]:
        """Host names that have an address where nobody listens."""

    def answer(self, request: Request, at: datetime, earlier: int) -> Answer:
        """The answer at a virtual moment; ``earlier`` counts the requests for the same URL before."""

    def sources(self) -> list[dict[str, Any]]:
        """The publishers as ``sources.yaml`` lists them."""


def html(text: str, status: int = 200, **headers: str) -> Answer:
    """A page in UTF-8."""
    return Answer(status, {"Content-Type": "text/html; charset=utf-8", **headers}, text.encode())


def redirect(location: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(status, {"Location": location, "Content-Type": "text/html"}, b"")


def not_found() -> Answer:
    """A 404 with a page for people."""
    return html("<!DOCTYPE html><title>404</title><h1>404</h1><p>Nothing here.</p>", 404)


def validated(answer: Answer, modified_at: datetime, kinds: str) -> Answer:
    """The answer with the validators that a house sends: ``both``, ``etag``, ``modified`` or ``none``."""
    headers = dict(answer.headers)
    if kinds in {"both", "etag"}:
        headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    if kinds in {"both", "modified"}:
        headers["Last-Modified"] = format_datetime(
            modified_at.astimezone(UTC).replace(microsecond=0), usegmt=True
        )
    return replace(answer, headers=headers)


def revalidated(answer: Answer, request: Request) -> Answer:
    """The answer, or a 304 where the client's validators still hold (RFC 9110, 13.2.2)."""
    if answer.status != 200:
        return answer
    headers, asked = answer.headers, request.headers
    if "if-none-match" in asked:
        tags = [tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")]
        fresh = headers.get("ETag") in tags
    else:
        fresh = _not_modified_since(headers.get("Last-Modified"), asked.get("if-modified-since"))
    if not fresh:
        return answer
    kept = {
        name: text for name, text in headers.items() if name in {"ETag", "Last-Modified", "Cache-Control"}
    }
    return Answer(304, kept)


def _not_modified_since(modified: str | None, since: str | None) -> bool:
    if modified is None or since is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
