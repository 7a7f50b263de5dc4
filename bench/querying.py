"""Writes docs/querying.md: how to ask the warehouse, and every question of sql/queries with its answer.

    python bench/querying.py > docs/querying.md

The answers are those of the demo's world (tests/sql/demo.py). A test makes the page again and compares.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.warehouse import server  # noqa: E402
from pipeline.warehouse.engine import Engine  # noqa: E402
from pipeline.warehouse.queries import run_query  # noqa: E402
from pipeline.warehouse.questions import Question, questions  # noqa: E402

ROWS, WIDTH = 6, 56

TEXT = """\
# Asking the warehouse

Three schemas are for readers. `marts` has the tables that most questions need (`docs/dictionary.md` describes
every column), `news` has all that publishers said with the evidence for it, `staging` has views of both, one to one.

    dateline query --list                                   # the questions below, and their parameters
    dateline query headline_changes --set days=2            # one of them
    dateline query "select headline, published_at from marts.fct_articles limit 10"
    dateline query mine.sql --format csv > mine.csv         # table, csv, json or jsonl
    dateline shell                                          # psql, read-only

Both only read: a statement that writes is refused by the database, and one that takes longer than a minute is ended
(`--timeout`). The demo's warehouse answers with `--demo`; another one with `--warehouse URL`.

## Parameters

A file of `sql/queries` runs as it stands in any tool. What it can be asked with is `news.asked(name, otherwise)`,
which reads a setting of the session: `dateline query NAME --set days=2`, or in any SQL tool

    set query.days = 2;

Times end with the newest story, not with today, so that a question about an old warehouse has an answer.

## Searching

    select published_at, source, headline, snippet from news.search('flood or storm -football', language := 'en')

`news.search(query, since, until, language, most)` finds stories by headline and description, best first. A word is
found in all its forms, by the stemmer of the story's language (28 languages; of others as written), with or without its
accents; `"several words"` in that order; `or`; `-word`. In Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer any
part of the text is found, for their words are not told apart by spaces. Without a language, every story is searched by
the rules of its own. `since` and `until` are bounds of publication (of stories without an instant, of when they were
first seen). Ranked are the newest 500 stories that match; a word in the headline counts more. Where no story matches,
headlines of nearly the same letters come: a typing error still finds something.

The same rules are there for other texts: `to_tsvector('news.french', body)`, and `news.plain(text)` for text in lower
case without accents.

## Connecting

The embedded server listens on a socket alone, which `dateline shell` finds by itself. Give other tools a PostgreSQL of
your own (`DATELINE_WAREHOUSE_URL`) and a login with the role `dateline_analyst` (`sql/roles.sql`): it can read `marts`
and `news`, and not write.

**psql**: `psql postgresql://analyst@db.example/dateline`, then `\\i sql/queries/places.sql`.

**DBeaver**: New connection, PostgreSQL, host and database as in the URL; under *Connection settings, Initialization*
put `set default_transaction_read_only = on`. The comments of tables and columns show as descriptions. Open a file of
`sql/queries` and run it; parameters by `set query.days = 2`.

**Superset**: Settings, Database connections, `postgresql+psycopg2://analyst:…@db.example/dateline`; add
`marts.fct_articles` as a dataset with `published_at` as its time column. `marts.fct_articles_daily` is small and quick.

**pandas**, by SQLAlchemy as Dateline has it:

```python
import pandas as pd
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg://analyst@db.example/dateline")
days = pd.read_sql(
    "select day, source_domain, articles from marts.fct_articles_daily", engine, parse_dates=["day"]
)
```

**Polars**: `pl.read_database(query, engine)` with the same engine, or `pl.scan_parquet("export/stories/*/*.parquet")`.

**DuckDB**, on the files of `dateline export export/`, without any server:

```sql
select language, count(*) from read_parquet('export/stories/*/*.parquet') group by all order by 2 desc;
```

A notebook with plots is [`querying.ipynb`](querying.ipynb): set `DATELINE_WAREHOUSE_URL` and run it.

## The questions

The answers are those of the demo's invented publishers; the first {rows} rows of each.

{questions}"""


def page(engine: Engine) -> str:
    """The whole page, asked of that warehouse."""
    told = [_section(one, engine) for one in questions().values()]
    return TEXT.format(rows=ROWS, questions="\n".join(told))


def _section(question: Question, engine: Engine) -> str:
    columns, rows = run_query(engine, question.sql)
    lines = [
        f"### {question.question}\n",
        f"[`{question.name}`](../sql/queries/{question.name}.sql). {question.reading}".strip() + "\n",
    ]
    if question.parameters:
        told = [
            f"`{one.name}` {one.meaning} ({one.default})".replace("  ", " ") for one in question.parameters
        ]
        lines.append(f"Parameters: {'; '.join(told)}.\n")
    if not rows:
        return "\n".join([*lines, "Nothing here: no rows."]) + "\n"
    lines += [_row(columns), _row("---" for _ in columns)]
    lines += [_row(map(_cell, row)) for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"\n… and {len(rows) - ROWS:,} more.")
    return "\n".join(lines) + "\n"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" + ("Z" if value.utcoffset() == timedelta(0) else "")
    if isinstance(value, date):
        return value.isoformat()
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
    return (
        text.replace("|", "\\|")
        .replace("\n", " ")
        .replace("<", "&lt;")
        .replace("*", "\\*")
        .replace("_", "\\_")
    )


def main() -> None:
    from tests.sql.demo import fill

    with server.temporary() as running, tempfile.TemporaryDirectory() as folder:
        run = fill(running.url, Path(folder))
        sys.stdout.write(page(run.engine))
        run.close()


if __name__ == "__main__":
    main()
