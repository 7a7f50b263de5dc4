"""The stories of a world as Common Crawl's news crawler would have written them: WARC files in the CC-NEWS layout.

``crawl-data/CC-NEWS/YYYY/MM/CC-NEWS-YYYYMMDDHHMMSS-NNNNN.warc.gz``, a gzip member for each record, beside
``warc.paths.gz`` of the month, as data.commoncrawl.org has them.
"""

from __future__ import annotations

import gzip
import io
import uuid
from datetime import datetime
from itertools import groupby
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from .past import Past, captured_at
from .schedule import Story

_ROOT = "crawl-data/CC-NEWS"
_PER_FILE = 50


def write(
    past: Past, folder: Path, *, per_file: int = _PER_FILE, until: datetime | None = None
) -> list[Path]:
    """The files, in the order of their time: at most ``per_file`` stories of one day of capture each.

    ``until``: only what was captured before; None: all.
    """
    found: list[Path] = []
    for day, stories in groupby(_captured(past, until), lambda story: captured_at(story).date()):
        listed = list(stories)
        parts = [listed[place : place + per_file] for place in range(0, len(listed), per_file)]
        found += [
            _write_file(past, folder, f"{day:%Y/%m}", part, number) for number, part in enumerate(parts)
        ]
    for month, paths in groupby(found, lambda path: path.parent):
        index = "".join(f"{path.relative_to(folder).as_posix()}\n" for path in paths)
        (month / "warc.paths.gz").write_bytes(gzip.compress(index.encode(), mtime=0))
    return found


def _captured(past: Past, until: datetime | None) -> list[Story]:
    stories = [story for story in past.world.stories if past.has("news_warc", story)]
    return [story for story in stories if until is None or captured_at(story) < until]


def _write_file(past: Past, folder: Path, month: str, stories: list[Story], number: int) -> Path:
    name = f"CC-NEWS-{captured_at(stories[0]):%Y%m%d%H%M%S}-{number:05}.warc.gz"
    path = folder / _ROOT / month / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        info = writer.create_warcinfo_record(
            name, {"software": "StormCrawler", "format": "WARC File Format 1.0"}
        )
        info.rec_headers.replace_header("WARC-Date", _date(captured_at(stories[0])))
        info.rec_headers.replace_header("WARC-Record-ID", _record_id(name))
        writer.write_record(info)
        for story in stories:
            _write_story(writer, past, story)
    return path


def _write_story(writer: WARCWriter, past: Past, story: Story) -> None:
    url, answer = past.address(story), past.capture(story)
    about = {"WARC-Date": _date(captured_at(story)), "WARC-IP-Address": "192.0.2.1"}
    asked = StatusAndHeaders(
        f"GET {story.path} HTTP/1.1",
        [("Host", story.host), ("User-Agent", "CCBot/2.0")],
        is_http_request=True,
    )
    lines = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    head = StatusAndHeaders(f"{answer.status} OK", lines, protocol="HTTP/1.1")
    for kind, block, http in (("request", b"", asked), ("response", answer.body, head)):
        own = {**about, "WARC-Record-ID": _record_id(f"{kind} {url}")}
        writer.write_record(
            writer.create_warc_record(
                url, kind, io.BytesIO(block), len(block), http_headers=http, warc_headers_dict=own
            )
        )


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _record_id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"
