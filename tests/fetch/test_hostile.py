"""A hostile server: every trick ends within its time, with its own reason, and in little memory."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.fetch import Archive, LocalRobotsCache, LocalSlots, Robots, Turns, Visit, fetch_feed
from pipeline.records import Response, Source
from tests.fetch.hostile import CASES

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def battery():
    """What ``bench/hostile.py`` saw, all cases at once, the server in another process."""
    ran = subprocess.run(
        [sys.executable, ROOT / "bench" / "hostile.py", "--json"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert not ran.stderr, ran.stderr.decode()
    seen = json.loads(ran.stdout)
    return seen | {"outcomes": {one["case"]: one for one in seen["outcomes"]}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_ends_in_time_with_its_own_reason(battery, case):
    outcome = battery["outcomes"][case.name]
    assert outcome["end"] == case.end, outcome
    assert outcome["seconds"] <= case.cap_seconds + 1
    if outcome["end"].startswith("http_"):
        assert outcome["retry_after_seconds"] == case.retry_after_seconds


def test_all_of_them_take_little_memory(battery):
    assert battery["bytes_above_idle"] < 100_000_000


def test_more_memory_would_be_seen():
    """The measure itself, also of what was given back before it is read."""
    code = (
        "import sys; sys.path.insert(0, 'bench')\n"
        "import hostile\n"
        "idle = hostile.held_bytes()\n"
        "del (held := [b'x' * 150_000_000])[:]\n"
        "print(hostile.peak_bytes() - idle)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert int(ran.stdout) > 140_000_000


SECRET = "s3cr3t-pass"


@pytest.mark.parametrize("end", ["page", "redirect", "failure", "broken"])
def test_credentials_of_an_address_are_nowhere(run, serve, client, answer, caplog, tmp_path, end):
    caplog.set_level(logging.DEBUG)
    asked = []

    async def handler(request, writer):
        asked.append(request)
        home = f"http://me:{SECRET}@127.0.0.1:{request.port}/there"
        ends = {
            "redirect": answer(status="302 Found", location=home),
            "failure": answer(status="500 Oh"),
            "broken": b"HTTP/1.1 abc\r\n\r\n",
        }
        page = answer(b"<rss/>", content_type="text/xml")
        writer.write(ends.get(end, page) if request.path == "/feed" else page)

    async def main():
        async with serve(handler) as port, client(port) as it:
            visit = Visit(
                client=it,
                robots=Robots(it, LocalRobotsCache(), user_agent=it.user_agent),
                turns=Turns(LocalSlots()),
                delay_seconds=0,
            )
            url = f"http://me:{SECRET}@127.0.0.1:{port}/feed"
            source = Source(name="The Test", domain="127.0.0.1", feeds=(url,))
            return await fetch_feed(url, source=source, visit=visit, max_bytes=999)

    result = run(main())
    assert asked[-1].headers["authorization"].startswith("Basic ")
    kept = repr(result) + caplog.text
    if isinstance(result, Response):
        archive = Archive(str(tmp_path))
        with archive.segment("feeds", result.fetched_at) as segment:
            ref = segment.append(result)
        kept += repr(archive.read(ref)) + repr([file.read_bytes() for file in tmp_path.rglob("*.*")])
    for secret in (SECRET, asked[-1].headers["authorization"].removeprefix("Basic ")):
        assert secret not in kept
