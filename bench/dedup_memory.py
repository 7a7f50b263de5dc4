"""Cost of finding copies in memory: ``python bench/dedup_memory.py [DOCUMENTS]`` (100,000 by default).

Invented documents of 60 to 900 words, spread evenly over 30 days; a third are copies of a story told
before, retyped, cut, or within a longer page. ``--footer SHARE`` gives that share of them one closing paragraph of 70 words that
no rule knows, which is the worst case for the candidates. Prints CPU and not wall-clock time.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from pipeline.dedup import compare, fingerprint, group_duplicates, keys

START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    id: int
    headline: str
    body: str
    published_at: datetime
    copy_of: int | None = None
    way: str | None = None
    """How it was copied: retyped, truncated, embedded."""
    url: None = None


def invented(count: int, random: Random, footer: float) -> list[Story]:
    """Documents of words that are as unevenly frequent as those of a language; of every nine one is a name, of 40 one a number."""
    vocabulary = ["".join(random.choices("aeioulnrstdmkp", k=random.randint(2, 9))) for _ in range(30_000)]
    vocabulary[5::9] = [word.capitalize() for word in vocabulary[5::9]]
    vocabulary[20::40] = [str(number) for number in range(len(vocabulary[20::40]))]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def prose(words: int) -> str:
        drawn = random.choices(vocabulary, cum_weights=weights, k=words)
        return "\n\n".join(" ".join(drawn[place : place + 40]) for place in range(0, words, 40))

    def copied(told: Story, way: str) -> str:
        words = told.body.split(" ")
        kept = words[: max(60, len(words) // 2)] if way == "truncated" else words
        body = " ".join(word[::-1] if random.random() < 0.02 else word for word in kept)
        return body if way != "embedded" else f"{prose(len(words))}\n\n{body}\n\n{prose(len(words) // 2)}"

    closing = prose(70)
    stories: list[Story] = []
    for number in range(count):
        at = START + timedelta(days=30) * random.random()
        if stories and random.random() < 1 / 3:
            told = random.choice(stories)
            (way,) = random.choices(("retyped", "truncated", "embedded"), (6, 3, 1))
            later = told.published_at + timedelta(hours=random.expovariate(1 / 12))
            headline = told.headline if way != "embedded" else prose(9)
            at = min(later, START + timedelta(days=30))
            stories.append(Story(number, headline, copied(told, way), at, told.id, way))
        else:
            body = prose(min(900, 60 + int(random.expovariate(1 / 290))))
            stories.append(Story(number, prose(9), body, at))
    return [
        replace(one, body=f"{one.body}\n\n{closing}") if random.random() < footer else one for one in stories
    ]


def timed(name: str, items: int, started: float) -> None:
    spent = time.process_time() - started
    print(f"{name:<34}{spent:>9.2f} s{spent / items * 1e6:>12.1f} µs each")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("documents", nargs="?", type=int, default=100_000)
    parser.add_argument("--footer", type=float, default=0.0, metavar="SHARE")
    asked = parser.parse_args()
    stories = invented(asked.documents, Random("dateline"), asked.footer)
    print(
        f"{len(stories):,} documents, {statistics.mean(len(one.body.split()) for one in stories):.0f} words each"
    )
    sample = stories[:3000]
    started = time.process_time()
    found = [keys(one.headline, one.body) for one in sample]
    timed("keys of a document", len(sample), started)
    print(f"{'keys':<34}{statistics.mean(map(len, found)):>9.1f} a document")
    prints = [fingerprint(one.headline, one.body) for one in sample]
    started = time.process_time()
    for left, right in itertools.pairwise(prints):
        compare(left, right, 1.0)
    timed("check of two strangers", len(prints), started)
    started = time.process_time()
    for one in prints:
        compare(one, one, 1.0)
    timed("check of two copies", len(prints), started)
    started = time.process_time()
    clusters = group_duplicates(stories)
    timed("group_duplicates", len(stories), started)
    print(
        f"{len(set(clusters.values())):,} clusters; {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
    )


if __name__ == "__main__":
    main()
