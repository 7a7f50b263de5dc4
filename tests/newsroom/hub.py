"""A WebSub hub on loopback, as the W3C Recommendation has it: ``python -m tests.newsroom.hub`` prints its port.

``POST /`` takes subscriptions and publications. Intent is verified after the answer, from a thread of its own;
a publication is fetched from the topic and pushed, signed, to each subscriber whose lease goes on, and again
where that fails. ``/rules`` is the test's: what to deny, how to sign, how long to lease; ``/state`` shows what is.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

TRIES = (0.0, 0.1, 0.4)
"""Seconds before each attempt to deliver."""


@dataclass
class Rules:
    algorithm: str = "sha256"
    longest_lease: int = 864000
    deny: list[str] = field(default_factory=list)
    """Topics that get no subscription."""
    silent: list[str] = field(default_factory=list)
    """Topics of which intent is never verified."""
    wrong_key: bool = False
    """Sign with another secret than the subscriber's."""


@dataclass
class Subscriber:
    topic: str
    callback: str
    secret: str
    lease_seconds: int
    ends: float


class Hub:
    """The hub's state and its work, behind one lock."""

    def __init__(self) -> None:
        self.rules = Rules()
        self.subscribers: dict[tuple[str, str], Subscriber] = {}
        self.log: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._work = ThreadPoolExecutor(8)

    def take(self, fields: dict[str, str]) -> tuple[int, str]:
        """Status and words of the answer to a form; the work begins."""
        mode, topic = fields.get("hub.mode", ""), fields.get("hub.topic") or fields.get("hub.url", "")
        if mode == "publish" and topic:
            self._work.submit(self._publish, topic)
            return 202, "will be pushed"
        if mode not in ("subscribe", "unsubscribe") or not topic or not fields.get("hub.callback"):
            return 400, "mode, topic and callback are needed"
        if len(fields.get("hub.secret", "").encode()) >= 200:
            return 400, "the secret is too long"
        self._note(event="asked", mode=mode, topic=topic, lease=fields.get("hub.lease_seconds"))
        self._work.submit(self._verify, mode, topic, fields)
        return 202, "will be verified"

    def state(self) -> dict[str, Any]:
        with self._lock:
            return {"subscribers": [asdict(one) for one in self.subscribers.values()], "log": list(self.log)}

    def _verify(self, mode: str, topic: str, fields: dict[str, str]) -> None:
        callback, rules = fields["hub.callback"], self.rules
        if topic in rules.silent:
            return
        if topic in rules.deny:
            status, _ = self._call(
                callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": "not here"}
            )
            self._note(event="denied", topic=topic, status=status)
            return
        challenge = secrets.token_hex(16)
        lease = min(int(fields.get("hub.lease_seconds") or rules.longest_lease), rules.longest_lease)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = str(lease)
        status, said = self._call(callback, query)
        is_meant = 200 <= status < 300 and said == challenge.encode()
        with self._lock:
            if is_meant and mode == "subscribe":
                self.subscribers[topic, callback] = Subscriber(
                    topic, callback, fields.get("hub.secret", ""), lease, time.time() + lease
                )
            elif is_meant:
                self.subscribers.pop((topic, callback), None)
        self._note(event="verified" if is_meant else "unverified", mode=mode, topic=topic, status=status)

    def _publish(self, topic: str) -> None:
        with urllib.request.urlopen(topic, timeout=5) as answer:
            body, kind = answer.read(), answer.headers.get("content-type", "application/octet-stream")
        with self._lock:
            wanting = [
                one for one in self.subscribers.values() if one.topic == topic and one.ends > time.time()
            ]
        for one in wanting:
            self._work.submit(self._deliver, one, body, kind)

    def _deliver(self, one: Subscriber, body: bytes, kind: str) -> None:
        method = self.rules.algorithm
        key = "somebody else's" if self.rules.wrong_key else one.secret
        headers = {
            "Content-Type": kind,
            "Link": f'<http://hub.example/>; rel="hub", <{one.topic}>; rel="self"',
            "X-Hub-Signature": f"{method}={hmac.new(key.encode(), body, method).hexdigest()}",
        }
        for wait in TRIES:
            time.sleep(wait)
            status, _ = _answer(urllib.request.Request(one.callback, body, headers, method="POST"))
            self._note(event="pushed", topic=one.topic, status=status)
            if status == 410:
                with self._lock:
                    self.subscribers.pop((one.topic, one.callback), None)
            if status == 410 or 200 <= status < 300:
                return

    def _call(self, callback: str, query: dict[str, str]) -> tuple[int, bytes]:
        glue = "&" if "?" in callback else "?"
        return _answer(urllib.request.Request(callback + glue + urlencode(query)))

    def _note(self, **what: Any) -> None:
        with self._lock:
            self.log.append(what)


def _answer(request: urllib.request.Request) -> tuple[int, bytes]:
    """Status and body; 0 where there is no answer."""
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        self._say(200 if self.path == "/state" else 404, json.dumps(self.hub.state()))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        if self.path == "/rules":
            self.hub.rules = Rules(**json.loads(body))
            self._say(200, "")
        elif self.headers.get("content-type") != "application/x-www-form-urlencoded":
            self._say(415, "a form is wanted")
        else:
            self._say(*self.hub.take({name: values[0] for name, values in parse_qs(body).items()}))

    def _say(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Quiet: ``/state`` has the log."""


def main() -> None:
    """Serves until it is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": Hub()}))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
