"""What hangs on one story: its parts as rows, and the evidence for what was read of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline.warehouse.tables.metadata import METADATA, column, instant, optional, text
from pipeline.warehouse.tables.news import story


def _position(what: str) -> Column[Any]:
    return column("position", Integer, f"Place in the order of {what}, from 0", primary_key=True)


def _place() -> list[Column[Any]]:
    """A place as the gazetteer knows it."""
    return [
        column("name", Text, "Name of the place"),
        text("country", "ISO 3166-1 alpha-2"),
        text("admin1", "First-level division"),
        optional("lat", Float, "Latitude, WGS 84"),
        optional("lon", Float, "Longitude, WGS 84"),
        text("zone", "IANA zone of the place"),
        optional("geoname_id", Integer, "GeoNames id"),
    ]


ARTICLE_AUTHOR = Table(
    "article_author",
    METADATA,
    story(),
    _position("the byline"),
    column("name", Text, "Author's name without role, place or agency"),
    schema="news",
    comment="Authors",
)
ARTICLE_KEYWORD = Table(
    "article_keyword",
    METADATA,
    story(),
    _position("print"),
    column("keyword", Text, "Keyword or tag as printed"),
    Index(None, "keyword", postgresql_using="hash"),
    schema="news",
    comment="Keywords and tags",
)
ARTICLE_HEADING = Table(
    "article_heading",
    METADATA,
    story(),
    _position("the body"),
    column("heading", Text, "Section heading within the body"),
    schema="news",
    comment="Section headings of the body",
)
ARTICLE_IMAGE = Table(
    "article_image",
    METADATA,
    story(),
    _position("the page, the lead image first"),
    text("url", "Address of the picture; NULL where only its caption is known"),
    text("caption", "Caption as printed"),
    text("credit", "Credit line as printed"),
    schema="news",
    comment="Pictures of the story",
)
ARTICLE_LINK = Table(
    "article_link",
    METADATA,
    story(),
    _position("the page"),
    column("kind", Text, "related, read_more or teaser"),
    column("text", Text, "Text of the link"),
    text("url", "Address; NULL where only its text is known"),
    schema="news",
    comment="Links to other stories that are no part of the body",
)
ARTICLE_LIVE_POST = Table(
    "article_live_post",
    METADATA,
    story(),
    _position("the page"),
    text("headline", "Headline of the post"),
    column("body", Text, "Text of the post"),
    text("published_raw", "Its date as printed"),
    schema="news",
    comment="Posts of a live blog",
)
ARTICLE_NOTE = Table(
    "article_note",
    METADATA,
    story(),
    _position("the page"),
    column("note", Text, "Correction or editor's note as printed"),
    schema="news",
    comment="Corrections and editor's notes",
)
ARTICLE_METHOD = Table(
    "article_method",
    METADATA,
    story(),
    column("field", Text, "Field of the story", primary_key=True),
    column("method", Text, "Source that gave it: json_ld, meta, visible, feed …"),
    schema="news",
    comment="Which source gave each field of a story",
)
ARTICLE_FIELD_CANDIDATE = Table(
    "article_field_candidate",
    METADATA,
    story(),
    _position("trust"),
    column("field", Text, "Field of the story"),
    column("method", Text, "Source that says so: json_ld, meta, visible, feed …"),
    column("value", Text, "What it says; names and keywords joined by semicolons"),
    column("is_chosen", Boolean, "True: the story's field is taken from it"),
    text("reason", "Why it was taken or not"),
    schema="news",
    comment="What each source of a page says of a field: where they disagree, all are kept",
)
ARTICLE_DATE_CANDIDATE = Table(
    "article_date_candidate",
    METADATA,
    story(),
    _position("the page"),
    column(
        "method", Text, "Where it stands: json_ld, meta, microdata, time, visible, page_clock, feed or url"
    ),
    column("role", Text, "published, updated, page_clock, event or unknown, by where it stands"),
    column("raw", Text, "The date as printed"),
    column("detail", Text, "Property, element or label that held it"),
    schema="news",
    comment="Every date that a page or its feed states, as printed and not yet read: dates can be chosen again without the page",
)
ARTICLE_TIMESTAMP = Table(
    "article_timestamp",
    METADATA,
    story(),
    _position("trust"),
    column("role", Text, "published, updated, page_clock, event or unknown"),
    column("evidence", Text, "The text that was read"),
    text("method", "Source that gave it and what completed it"),
    instant("instant", "UTC; NULL where not certain"),
    optional("local", DateTime(timezone=False), "Wall clock as printed"),
    optional("utc_offset_minutes", Integer, "Offset from UTC"),
    text("zone", "IANA zone"),
    column("precision", Text, "second, minute, hour, day, month or year"),
    column("flags", ARRAY(Text), "What to know before trusting it: see docs/timestamps.md"),
    column("is_chosen", Boolean, "True: this is the article's publication date"),
    schema="news",
    comment="Every date found for a story, the chosen one marked",
)
ARTICLE_TIMESTAMP_READING = Table(
    "article_timestamp_reading",
    METADATA,
    story(),
    column("timestamp_position", Integer, "The row of article_timestamp", primary_key=True),
    _position("likelihood"),
    instant("instant", "UTC of this reading; NULL where no zone is known"),
    optional("local", DateTime(timezone=False), "Wall clock of this reading"),
    optional("utc_offset_minutes", Integer, "Offset from UTC"),
    text("zone", "IANA zone"),
    schema="news",
    comment="The readings of a date that can be read in several ways: none is dropped",
)
ARTICLE_DATELINE = Table(
    "article_dateline",
    METADATA,
    story(),
    column("raw", Text, "Dateline exactly as printed"),
    text("agency", "Agency named in it"),
    optional("filed_on", Date, "Day of filing printed in it"),
    schema="news",
    comment="Datelines",
)
ARTICLE_PLACE = Table(
    "article_place",
    METADATA,
    story(),
    column("rel", Text, "located: the place named in the dateline", primary_key=True),
    _position("print"),
    *_place(),
    text("method", "How it was told from its namesakes"),
    Index(None, "geoname_id"),
    schema="news",
    comment="Places of a story",
)
ARTICLE_PLACE_NAMESAKE = Table(
    "article_place_namesake",
    METADATA,
    story(),
    column("place_position", Integer, "The located row of article_place", primary_key=True),
    _position("likelihood"),
    *_place(),
    schema="news",
    comment="The namesakes that the located place was preferred to",
)

BRIDGES = (
    ARTICLE_AUTHOR,
    ARTICLE_KEYWORD,
    ARTICLE_HEADING,
    ARTICLE_IMAGE,
    ARTICLE_LINK,
    ARTICLE_LIVE_POST,
    ARTICLE_NOTE,
    ARTICLE_METHOD,
    ARTICLE_FIELD_CANDIDATE,
    ARTICLE_DATE_CANDIDATE,
    ARTICLE_TIMESTAMP,
    ARTICLE_TIMESTAMP_READING,
    ARTICLE_DATELINE,
    ARTICLE_PLACE,
    ARTICLE_PLACE_NAMESAKE,
)
"""The tables that hang on one article and are rewritten with it."""
