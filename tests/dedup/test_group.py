"""``group_duplicates``: the public way to find copies in a list."""

from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import group_duplicates
from tests.dedup import wire

START = datetime(2026, 3, 1, tzinfo=UTC)
BODY = "\n\n".join(wire.paragraphs(Random("group"), 5))


def document(name, body, at=START, url=None, headline=None):
    return SimpleNamespace(id=name, headline=headline, body=body, published_at=at, url=url)


DOCUMENTS = [
    document("copy", BODY, START + timedelta(hours=3)),
    document("undated", BODY, None),
    document("first", BODY),
    document("updated", f"{BODY}\n\nAnd then it rained.", START + timedelta(hours=1)),
    document("other", "\n\n".join(wire.paragraphs(Random("other"), 5))),
    document("same page", "short", START, "https://a.example/x?utm_source=1"),
    document("same page, again", "short!", START, "http://www.a.example/x"),
    document("nothing", None, None),
]
GROUPED = {
    "copy": "first",
    "undated": "first",
    "first": "first",
    "updated": "first",
    "other": "other",
    "same page": "same page",
    "same page, again": "same page",
    "nothing": "nothing",
}


def test_documents_are_grouped_under_the_earliest():
    assert group_duplicates(DOCUMENTS) == GROUPED
    assert group_duplicates([]) == {}


@settings(deadline=None, max_examples=25)
@given(st.permutations(DOCUMENTS))
def test_in_any_order(documents):
    assert group_duplicates(iter(documents)) == GROUPED


def test_ids_of_any_kind_and_naive_dates_will_do():
    naive = START.replace(tzinfo=None)
    assert group_duplicates([document(2, BODY, naive), document(10, BODY, naive)]) == {2: 10, 10: 10}
