"""A site of one function, and its feeds polled at whatever hour a test says."""

from datetime import UTC, datetime, timedelta

from tests.newsroom.web import Answer, not_found

START = datetime(2026, 3, 1, tzinfo=UTC)
RSS = {"Content-Type": "application/rss+xml"}


def rss(*numbers, host="a.example", **headers):
    items = "".join(
        f"<item><title>Story {n}</title><link>http://{host}/{n}</link><guid>{host}-{n}</guid></item>"
        for n in numbers
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>"
    return Answer(200, RSS | named, body.encode())


class Wire:
    """A site of one function: ``answer(host, path, headers, hours since the start)``."""

    end = START

    def __init__(self, answer, *feeds, others=(), offline=(), rules=None):
        self._answer, self._feeds, self._others, self._offline = answer, feeds, others, offline
        self._robots = Answer(200, {"Content-Type": "text/plain"}, rules.encode()) if rules else not_found()

    def hosts(self):
        return sorted({url.split("/")[2] for url in self._feeds} - set(self._offline) | set(self._others))

    def offline_hosts(self):
        return self._offline

    def answer(self, request, at, earlier):
        if request.target == "/robots.txt":
            return self._robots
        hours = (at - START) / timedelta(hours=1)
        return self._answer(request.host, request.target, request.headers, hours)

    def sources(self):
        hosts = {url.split("/")[2]: [] for url in self._feeds}
        for url in self._feeds:
            hosts[url.split("/")[2]].append(url)
        return [{"name": host, "domain": host, "feeds": feeds} for host, feeds in hosts.items()]
