"""``python -m tests.compose.account STORIES [settled]``: whether the warehouse has what the newsroom published.

Every entry of every feed, once, in the state that the newsroom knows for it; one that waits may still come to it,
unless all are ``settled``, after every retry. No story twice, and the law of conservation. Exit status 1: faults,
printed.
"""

import sys
from collections import Counter

from pipeline.settings import settings
from pipeline.warehouse.engine import open_warehouse, transaction
from pipeline.warehouse.reports import conservation
from tests.newsroom import World

TOLD = {"loaded": "told", "duplicate": "told"}
"""Which of a story's entries is loaded and which a duplicate is the run's own affair."""
ENTRIES = "select f.url, l.url, l.state, l.reason from ops.ledger l join news.feed f using (feed_id)"
TWICE = "select canonical_url from news.article group by canonical_url having count(*) > 1"
UNLIKE = """
select (select count(*) from news.article) - (select count(*) from ops.ledger where state = 'loaded')
"""


def faults(world, rows, *, settled):
    """What is wrong with these ledger rows, a line each."""
    found = {(feed, url): (state, reason) for feed, url, state, reason in rows}
    expected = {(one.feed, one.url): one for one in world.expected(world.end)}
    yield from (f"not in the ledger: {key}" for key in expected.keys() - found.keys())
    yield from (f"published by nobody: {key}" for key in found.keys() - expected.keys())
    waiting = {one.story for key, one in expected.items() if found.get(key, "-")[0] == "waiting"}
    for key in expected.keys() & found.keys():
        one, (state, reason) = expected[key], found[key]
        if state == "discovered" and one.story in waiting:
            continue  # held back: the same address is waited for already, in another feed
        if state == "waiting" and reason and not settled:
            continue
        if TOLD.get(state, state) != TOLD.get(one.settled, one.settled) or (
            state == "rejected" and reason != one.reason
        ):
            yield f"{key} is {state} ({reason}) instead of {one.settled} ({one.reason})"
    loaded = Counter(
        expected[key].story for key in expected.keys() & found.keys() if found[key][0] == "loaded"
    )
    yield from (f"story {story} is loaded {times} times" for story, times in loaded.items() if times > 1)


def main(stories, *, settled):
    world = World(stories=stories)
    with transaction(open_warehouse(settings().warehouse_url)) as connection:
        rows = connection.exec_driver_sql(ENTRIES).all()
        wrong = list(faults(world, rows, settled=settled))
        wrong += [f"two stories at {url}" for (url,) in connection.exec_driver_sql(TWICE)]
        wrong += [f"{n} stories too many" for (n,) in connection.exec_driver_sql(UNLIKE) if n]
        wrong += [f"not conserved: {count}" for count in conservation(connection) if not count.is_conserved]
    states = Counter(state for _, _, state, _ in rows)
    print(f"{len(rows)}: {', '.join(f'{states[state]} {state}' for state in sorted(states))}")
    print(*wrong[:20], sep="\n", end="", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), settled="settled" in sys.argv))
