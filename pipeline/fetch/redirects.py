"""The way of one request: where it has been, where it goes next, and what it may carry there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.fetch.exchange import Answer
from pipeline.fetch.faults import Fault, fault, is_bot_check, status_fault
from pipeline.fetch.target import BadUrl, Target

MAX_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

# These go wherever a redirect leads. Any other header of the caller may be a secret: it stays with
# the host that it was meant for, and out of the archive.
_OPEN_HEADERS = frozenset(
    "accept accept-encoding accept-language a-im host if-modified-since if-none-match user-agent".split()
)


@dataclass(slots=True)
class Trip:
    """One request with its redirects so far."""

    asked: str
    """The address asked for, without credentials."""
    start: Target
    own: Mapping[str, str]
    """The caller's headers."""
    max_redirects: int = MAX_REDIRECTS
    target: Target = field(init=False)
    """The address to ask now."""
    hops: list[tuple[int, str]] = field(default_factory=list)
    spent_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.target = self.start

    def headers(self, user_agent: str) -> dict[str, str]:
        """What is sent to the target: the caller's secrets only to the host asked at first."""
        headers = {
            "host": self.target.host_key,
            "user-agent": user_agent,
            "accept": "*/*",
            "accept-encoding": "gzip, br, zstd",
        }
        own = {name.lower(): value for name, value in self.own.items()}
        at_home = self.target.origin in (self.start.origin, self.start.origin.replace("http:", "https:", 1))
        headers |= {name: value for name, value in own.items() if at_home or name in _OPEN_HEADERS}
        if at_home and self.start.authorization:
            headers["authorization"] = self.start.authorization
        if self.target.authorization:
            headers["authorization"] = self.target.authorization
        return headers

    def has_arrived(self, answer: Answer) -> bool:
        """True where ``answer`` is what was asked for: a success, or a 304 to a question with validators."""
        if answer.status == 304:
            return self._is_conditional
        return answer.status < 300 and not is_bot_check(answer.headers)

    @property
    def _is_conditional(self) -> bool:
        return any(name.lower() in ("if-none-match", "if-modified-since") for name in self.own)

    def follow(self, answer: Answer) -> Fault | None:
        """Moves the target to where ``answer`` points; the fault where it points nowhere."""
        location = answer.headers.get("location", "")
        if answer.status == 304:
            return fault("false_304", "the server says “not modified”, but was not told of any version")
        if answer.status not in _REDIRECTS or not location:
            return status_fault(answer.status, answer.headers)
        try:
            found = self.target.follow(_text(location))
        except BadUrl as error:
            reason = error.reason if error.reason == "forbidden_scheme" else "bad_redirect"
            return fault(reason, str(error))
        been = {str(self.start), *(address for _, address in self.hops)}
        self.hops.append((answer.status, str(found)))
        if str(found) in been:
            return fault("redirect_loop", "the redirects lead back to where they were")
        if len(self.hops) > self.max_redirects:
            return fault("redirect_loop", f"more than {self.max_redirects} redirects")
        self.target = found
        return None

    def told(self, detail: str) -> str:
        """``detail`` with the redirects that led to it."""
        if not self.hops:
            return detail
        shown = " → ".join(address for _, address in self.hops[:3]) + (" …" if len(self.hops) > 3 else "")
        return f"{detail} (after {len(self.hops)} redirects: {shown})"


def without_secrets(sent: Mapping[str, str]) -> dict[str, str]:
    """``sent`` with the value of every header withheld that may be a secret."""
    return {name: value if name in _OPEN_HEADERS else "(withheld)" for name, value in sent.items()}


def _text(location: str) -> str:
    """The header as text: many servers outside of ASCII send raw UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
