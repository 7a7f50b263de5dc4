"""A past window: what our archive received then enters the ledger again."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from pipeline.flow.context import Context
from pipeline.flow.polling import PollLine, Progress, enter_answer, enter_group, silent
from pipeline.flow.pushing import enter_push, is_push
from pipeline.history.archive import received_feeds
from pipeline.warehouse import schema
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.feeds import feeds_to_poll, other_addresses
from pipeline.warehouse.replays import Replay, record_replay


def enter_window(
    context: Context,
    since: datetime,
    until: datetime,
    *,
    shard: int = 0,
    of: int = 1,
    only: Collection[str] = (),
    progress: Progress = silent,
) -> list[PollLine]:
    """Enters the feed documents that this shard's feeds gave in ``[since, until)``.

    The interval decides, never the clock; what the ledger knows already stays as it is. A document of a feed that
    is registered no more is passed over: its entries have no publisher. ``only`` names the domains of the
    publishers that are wanted, empty means all; of all, ``ops.replay`` then says that the window was done.

    Raises:
        ArchiveDamaged: a segment cannot be read to its end.
        SchemaMismatch: the warehouse is not at this code's revision.
    """
    schema.check(context.engine)
    with transaction(context.engine) as connection:
        feeds = {feed.url: feed for feed in feeds_to_poll(connection, shard=shard, of=of, every_state=True)}
        polled = {feed.source.domain for feed in feeds_to_poll(connection, shard=shard, of=of)}
        known = {feed.feed_id: feed for feed in feeds.values()}
        others = {url: known[feed] for url, feed in other_addresses(connection).items() if feed in known}
    wanted = None if polled <= set(only) or not only else set(only)
    lines, last = [], dict[uuid.UUID, str]()
    for one in received_feeds(context.archive, since, until, registered=feeds.keys()):
        ref, response = one.ref, one.response
        feed = feeds.get(response.url) or others.get(response.url)
        if feed is None or (wanted is not None and feed.source.domain not in wanted):
            continue
        # The same document again holds nothing new, but for an index: its sitemaps may.
        if one.index is None and last.get(feed.feed_id) == ref.digest:
            continue
        enter = enter_push if is_push(response) else enter_answer
        lines.append(enter_group(context, feed, one) if one.index else enter(context, feed, response, ref))
        last[feed.feed_id] = ref.digest
        progress("poll", 1)
    if wanted is not None:
        return lines
    told = Replay(since, until, shard, of, documents=len(lines), new=sum(line.new for line in lines))
    with transaction(context.engine) as connection:
        record_replay(connection, told, context.clock())
    return lines
