"""The archive's speed and size: writing, reading, verifying and compacting a day of pages.

    python bench/archive.py [--pages FOLDER] [--stories 2000] [--json]

Pages are ``*.html`` and ``*.html.gz`` below the folder (the gold articles where they lie beside the
checkout); without any they are invented. Each story is one of them with a number of its own in it.
Batches of 24 are a segment, as in ingestion. Then each story is looked at again a day and a week
later, and the share of pages that come back the same byte for byte is varied: publishers differ.
Rates are by CPU time of this process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch import Archive  # noqa: E402
from pipeline.records import ArchiveRef, Response  # noqa: E402

GOLD = ROOT.parent / "shared" / "gold" / "articles"
AT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = AT + timedelta(days=30)
BATCH = 24
SAME = (0.0, 0.1, 0.3, 0.6, 0.9)
"""Shares of second looks that give the same bytes."""


@dataclass(frozen=True)
class Line:
    """One step of the bench."""

    step: str
    responses: int
    raw_bytes: int
    cpu_seconds: float
    wall_seconds: float

    @property
    def rates(self) -> tuple[float, float]:
        """MB of bodies and responses a second of CPU."""
        seconds = max(self.cpu_seconds, 1e-9)
        return self.raw_bytes / seconds / 1e6, self.responses / seconds


def bodies(folder: Path) -> list[bytes]:
    """Pages to be archived, real ones if there are any."""
    found = sorted(path for path in folder.rglob("*.html*") if path.suffix in (".html", ".gz"))[:400]
    if found:
        return [
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for path in found
        ]
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuv", k=chance.randint(2, 9))) for _ in range(4000)]
    return [
        "".join(
            f'<div class="{chance.choice(words)}"><p>{" ".join(chance.choices(words, k=60))}</p></div>'
            for _ in range(200)
        ).encode()
        for _ in range(60)
    ]


def stories(pages: list[bytes], count: int) -> list[Response]:
    """As many responses, no two the same."""
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "server": "nginx",
        "etag": '"x"',
    }
    sent = {"host": "news.example", "user-agent": "Dateline/0.1 (news archive)", "accept": "text/html"}
    made = []
    for number in range(count):
        url = f"https://news.example/2026/03/01/story-{number}"
        body = pages[number % len(pages)] + f"<!-- {number} -->".encode()
        at = AT + timedelta(seconds=number * 80_000 / count)
        made.append(Response(url, url, 200, headers, body, at, request_headers=sent))
    return made


def write(archive: Archive, responses: list[Response], earlier: list[ArchiveRef | None]) -> list[ArchiveRef]:
    """Archives the responses in batches; returns their places."""
    refs: list[ArchiveRef] = []
    for start in range(0, len(responses), BATCH):
        with archive.segment("page", responses[start].fetched_at) as segment:
            for response, before in zip(
                responses[start : start + BATCH], earlier[start : start + BATCH], strict=True
            ):
                refs.append(segment.append(response, same_as=before))
    return refs


def size(archive: Archive) -> int:
    """Bytes of all files."""
    return sum(file.size_bytes for file in archive.files())


def looked_at_again(
    responses: list[Response], share: float, days: int, chance: random.Random
) -> Iterator[Response]:
    """The same pages some days later; a share of them is the same byte for byte."""
    for response in responses:
        body = response.body if chance.random() < share else response.body + f"<!-- {days} -->".encode()
        yield replace(response, body=body, fetched_at=response.fetched_at + timedelta(days=days))


def saved(folder: Path, responses: list[Response], share: float) -> dict[str, float]:
    """Bytes of the archive after two second looks, with and without references to earlier bodies."""
    sizes = {}
    for name in ("whole", "referring"):
        archive, chance = Archive(str(folder / f"{name}-{share}")), random.Random(3)
        refs: list[ArchiveRef | None] = list(write(archive, responses, [None] * len(responses)))
        latest = responses
        for days in (1, 7):
            latest = list(looked_at_again(latest, share, days, chance))
            refs = list(write(archive, latest, refs if name == "referring" else [None] * len(latest)))
        sizes[name] = size(archive)
    return {"same": share, **sizes, "saved": 1 - sizes["referring"] / sizes["whole"]}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--pages", type=Path, default=GOLD)
    options.add_argument("--stories", type=int, default=2000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    responses = stories(bodies(chosen.pages), chosen.stories)
    raw, lines = sum(len(one.body) for one in responses), []

    def timed(step: str, do: Callable[[], list[ArchiveRef] | int]) -> list[ArchiveRef]:
        cpu, wall = time.process_time(), time.perf_counter()
        given = do()
        lines.append(Line(step, len(responses), raw, time.process_time() - cpu, time.perf_counter() - wall))
        return given if isinstance(given, list) else []

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        archive = Archive(str(folder / "day"))
        refs = timed("write", lambda: write(archive, responses, [None] * len(responses)))
        packed = size(archive)
        timed("read one by one", lambda: sum(len(archive.read(ref).body) for ref in refs))
        timed("scan", lambda: sum(1 for _ in archive.scan("page", AT, NOW)))
        timed("verify", lambda: sum(1 for _ in archive.verify(now=NOW)))
        before = len(archive.files())
        timed(
            "compact",
            lambda: sum(1 for _ in archive.compact((AT + timedelta(days=2)).date(), lambda _: None, now=NOW)),
        )
        joined, after = size(archive), len(archive.files())
        timed("read by old places", lambda: sum(len(archive.read(ref).body) for ref in refs))
        same = [replace(one, fetched_at=one.fetched_at + timedelta(days=1)) for one in responses]
        timed("write the same again", lambda: write(archive, same, list(refs)))
        again_bytes = size(archive) - joined
        sample = responses[: max(BATCH, len(responses) // 5)]
        again = [saved(folder, sample, share) for share in SAME]
    figures = {
        "stories": len(responses), "raw_bytes": raw, "archived_bytes": packed, "joined_bytes": joined,
        "files_before": before, "files_after": after, "again_bytes": again_bytes,
        "rates": {line.step: line.rates for line in lines}, "second_looks": again,
    }  # fmt: skip
    if chosen.json:
        print(json.dumps(figures))
        return
    show(lines, figures)


def show(lines: list[Line], figures: dict) -> None:
    """Prints the tables."""
    out = Console(width=110)
    table = Table(
        title=f"{figures['stories']:,} pages, {figures['raw_bytes'] / 1e6:,.1f} MB of bodies",
        title_justify="left",
    )
    for name in ("step", "MB/s (CPU)", "responses/s (CPU)", "CPU s", "wall s"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for line in lines:
        megabytes, each = line.rates
        table.add_row(
            line.step,
            f"{megabytes:,.1f}",
            f"{each:,.0f}",
            f"{line.cpu_seconds:.2f}",
            f"{line.wall_seconds:.2f}",
        )
    out.print(table)
    share = figures["archived_bytes"] / figures["raw_bytes"]
    out.print(
        f"archived {figures['archived_bytes'] / 1e6:,.1f} MB ({share:.1%} of the bodies) in {figures['files_before']} files; "
        f"joined {figures['joined_bytes'] / 1e6:,.1f} MB in {figures['files_after']}; "
        f"the same again {figures['again_bytes'] / figures['stories']:,.0f} bytes each"
    )
    table = Table(title="Each page looked at again after a day and a week", title_justify="left")
    for name in ("same byte for byte", "all kept whole MB", "with references MB", "saved"):
        table.add_column(name, justify="right")
    for one in figures["second_looks"]:
        table.add_row(
            f"{one['same']:.0%}",
            f"{one['whole'] / 1e6:,.1f}",
            f"{one['referring'] / 1e6:,.1f}",
            f"{one['saved']:.1%}",
        )
    out.print(table)


if __name__ == "__main__":
    main()
