"""The datasets of an export: their columns, which stay as they are, and the SQL behind each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "texts", "places", "int32", "int64", "float64", "bool", "instant", "clock"]
"""``instant`` is a moment in UTC, ``clock`` a wall clock without zone; ``texts`` and ``places`` are lists."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a dataset: its name, its kind, and the SQL that gives it."""

    name: str
    kind: Kind
    sql: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A kind of file: one row for each row of ``tables``."""

    name: str
    tables: str
    month_of: str
    """SQL of the instant by whose month, in UTC, a row is filed."""
    mark: str
    """SQL of a text that is another one when the row is."""
    order: tuple[str, ...]
    """Columns that put the rows in order; together they name a row."""
    columns: tuple[Column, ...]
    beside: str = ""
    """Joined for the rows alone."""
    kept: Literal["nothing", "values", "rows"] = "nothing"
    """What of the file before goes into the next one: nothing; values that the warehouse has no more; or rows, too."""
    rows_at_once: int = 10_000
    """Rows of a row group."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _of(prefix: str, *columns: str) -> tuple[Column, ...]:
    """Columns taken as they are, each written ``name:kind``; a text where no kind is said."""
    pairs = (one.partition(":") for one in columns)
    return tuple(
        Column(name, kind or "text", f"{prefix}.{name}")  # type: ignore[arg-type]  # written below
        for name, _, kind in pairs
    )


def _moment(prefix: str) -> tuple[Column, ...]:
    names = (
        "at:instant",
        "local:clock",
        "utc_offset_minutes:int32",
        "zone",
        "precision",
        "method",
        "evidence",
    )
    return _of("a", *(f"{prefix}_{name}" for name in (*names, "flags:texts")))


def _list(table: str, column: str) -> str:
    return f"array(select x.{column} from news.{table} x where x.story_id = a.story_id order by x.position)"  # noqa: S608  # names of ours


_PLACES = """(
    select coalesce(jsonb_agg(jsonb_build_object(
        'name', x.name, 'country', x.country, 'admin1', x.admin1, 'lat', x.lat, 'lon', x.lon,
        'zone', x.zone, 'geoname_id', x.geoname_id) order by x.position), '[]')
    from news.article_place x where x.story_id = a.story_id)"""
_CHANGES = """left join lateral (
    select array_agg(x.field order by x.field) as changed, sum(x.words_removed) as removed, sum(x.words_added) as added
    from news.article_change x where x.version_id = v.version_id) d on true"""

STORIES = Dataset(
    "stories",
    tables="news.article a join news.source s using (source_id) left join news.story_cluster c using (story_id)",
    month_of="a.published_at",
    mark="concat_ws(' ', a.story_id, a.content_hash, a.version_id, a.extractor_version, a.fetched_at, "
    "a.first_seen_at, a.url, a.canonical_url, c.cluster_id, s.domain, s.name, s.country)",
    order=("published_at", "story_id"),
    columns=(
        Column("story_id", "text", "a.story_id::text"),
        Column("version_id", "text", "a.version_id::text"),
        Column("cluster_id", "text", "c.cluster_id::text"),
        Column("source_domain", "text", "s.domain"),
        Column("source_name", "text", "s.name"),
        Column("source_country", "text", "s.country"),
        *_of("a", "url", "final_url", "canonical_url", "headline", "alternative_headline", "byline"),
        Column("authors", "texts", _list("article_author", "name")),
        *_of("a", "publisher", "description", "section"),
        Column("keywords", "texts", _list("article_keyword", "keyword")),
        *_of("a", "language", "word_count:int32", "is_free_access:bool"),
        Column(
            "dateline", "text", "(select x.raw from news.article_dateline x where x.story_id = a.story_id)"
        ),
        Column("places", "places", _PLACES),
        *_moment("published"),
        *_moment("modified"),
        *_of("a", "first_seen_at:instant", "fetched_at:instant", "extractor_version", "text_hash"),
    ),
)
VERSIONS = Dataset(
    "versions",
    tables="news.article a join news.source s using (source_id) join news.article_version v using (story_id)",
    month_of="a.published_at",
    mark="concat_ws(' ', v.version_id, v.captured_at, v.extractor_version, a.version_id, s.domain)",
    order=("story_id", "number"),
    columns=(
        Column("version_id", "text", "v.version_id::text"),
        Column("story_id", "text", "v.story_id::text"),
        Column("source_domain", "text", "s.domain"),
        Column(
            "number",
            "int32",
            "row_number() over (partition by v.story_id order by v.captured_at, v.version_id)",
        ),
        Column("is_current", "bool", "v.version_id = a.version_id"),
        *_of(
            "v",
            "captured_at:instant",
            "archived_by",
            "headline",
            "published_at:instant",
            "published_local:clock",
        ),
        Column("changed", "texts", "coalesce(d.changed, '{}')"),
        Column("words_removed", "int32", "d.removed"),
        Column("words_added", "int32", "d.added"),
        *_of("v", "extractor_version"),
    ),
    beside=_CHANGES,
)
BODIES = Dataset(
    "bodies",
    tables="news.article a join news.article_version v using (story_id)",
    month_of="a.published_at",
    mark="v.version_id::text",
    order=("story_id", "version_id"),
    columns=(
        Column("version_id", "text", "v.version_id::text"),
        Column("story_id", "text", "v.story_id::text"),
        Column("body", "text", "b.body"),
    ),
    beside="left join news.article_body b on b.version_id = v.version_id",
    kept="values",
    rows_at_once=4000,
)
POLLS = Dataset(
    "polls",
    tables="ops.feed_poll p join news.feed f using (feed_id) join news.source s using (source_id)",
    month_of="p.polled_at",
    mark="concat_ws(' ', p.feed_id, p.polled_at, p.entries, p.new_entries, p.entered_entries)",
    order=("polled_at", "feed_id"),
    columns=(
        *_of("p", "polled_at:instant"),
        Column("feed_id", "text", "p.feed_id::text"),
        Column("source_domain", "text", "s.domain"),
        Column("feed_url", "text", "f.url"),
        *_of("p", "outcome", "status:int32", "reason", "detail", "format", "fault", "entries:int32"),
        *_of("p", "new_entries:int32", "entered_entries:int32", "is_gap:bool", "asked_url", "final_url"),
        *_of("p", "is_conditional:bool", "is_false_304:bool", "body_bytes:int64", "duration_seconds:float64"),
    ),
    kept="rows",
)
FETCHES = Dataset(
    "fetches",
    tables="ops.fetch p join news.feed f using (feed_id) join news.source s using (source_id)",
    month_of="p.fetched_at",
    mark="concat_ws(' ', p.fetch_id, p.url)",
    order=("fetched_at", "fetch_id"),
    columns=(
        *_of("p", "fetched_at:instant"),
        Column("fetch_id", "text", "p.fetch_id::text"),
        Column("feed_id", "text", "p.feed_id::text"),
        Column("source_domain", "text", "s.domain"),
        *_of("p", "entry_key", "url", "final_url", "status:int32", "reason", "detail", "content_type"),
        *_of("p", "body_bytes:int64", "duration_seconds:float64"),
    ),
    kept="rows",
)
DATASETS = {one.name: one for one in (STORIES, VERSIONS, BODIES, POLLS, FETCHES)}
