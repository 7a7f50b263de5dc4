"""The warehouse that docs/querying.md shows: two hours of the newsroom, a sequel, and the marts over both.

The newsroom's publishers never take a word back. What happens to stories after publication, and what feeds lose, is
therefore written into the tables as the pipeline would have written it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.warehouse import dbt
from pipeline.warehouse.engine import transaction
from tests.integration.conftest import Run
from tests.newsroom import World, serve

# Of the stories in a fixed order: the first five get another headline, the first two of them another body, the next
# a correction, then one that is gone; and each publisher's first feed once showed nothing that was known.
_SEQUEL = """
create temp table told on commit drop as
select row_number() over (order by canonical_url) as n, story_id, version_id, headline, fetched_at
from news.article where language = 'en' and published_at is not null;
insert into news.article_version (version_id, story_id, captured_at, headline, published_at, extractor_version)
select md5('sequel' || version_id)::uuid, story_id, v.captured_at + n * interval '7 minutes', 'Updated: ' || v.headline, v.published_at, v.extractor_version
from told join news.article_version as v using (story_id, version_id) where n <= 5;
insert into news.article_change (version_id, field, previous_version_id, words_removed, words_added, diff)
select md5('sequel' || version_id)::uuid, field, version_id, 0, n, '{+Updated:+} …'
from told, (values ('headline'), ('body')) as changed (field) where n <= 5 and (field = 'headline' or n <= 2);
update news.article set headline = 'Updated: ' || article.headline, version_id = md5('sequel' || article.version_id)::uuid,
    fetched_at = article.fetched_at + n * interval '7 minutes', loaded_at = article.loaded_at + interval '1 hour'
from told where told.story_id = article.story_id and n <= 5;
insert into news.article_note (story_id, position, note)
select story_id, 0, 'Correction: an earlier version of this story gave another number.' from told where n = 6
on conflict do nothing;
update ops.revisit set outcome = 'gone', answered_at = fetched_at + interval '1 day', tries = 1
from told where told.story_id = revisit.story_id and n in (7, 8) and turn = 1;
update news.article set loaded_at = article.loaded_at + interval '1 hour' from told where told.story_id = article.story_id and n in (6, 7, 8);
update ops.feed_poll set is_gap = true
where (feed_id, polled_at) in (select feed_id, max(polled_at) from ops.feed_poll where outcome = 'changed' group by feed_id order by feed_id limit 2);
"""


def fill(url: str, folder: Path) -> Run:
    """A warehouse with that all, at an empty database; the caller closes the run."""
    world = World(stories=120)
    with serve(world) as server:
        run = Run(server, url, folder)
        run.now = world.end
        run.hour()
        run.later(hours=1)
        run.hour()
    with transaction(run.engine) as connection:
        for statement in _SEQUEL.split(";\n")[:-1]:
            connection.exec_driver_sql(statement)
    build = ["build", "--resource-type", "model", "--resource-type", "snapshot"]
    subprocess.run(
        [sys.executable, "-m", "pipeline.warehouse.dbt", *build],
        env=os.environ | {"DATELINE_WAREHOUSE_URL": url, "DATELINE_DATA_DIR": str(folder / "data")},
        cwd=dbt.PROJECT.parent,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return run
