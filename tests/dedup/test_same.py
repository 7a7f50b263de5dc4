"""Which tellings are one story: the same in any order and any split."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import Telling, settle, source_id, story_id, story_key, text_hash

START = datetime(2026, 3, 1, tzinfo=UTC)
HERALD = source_id("herald.example")
LONG = (
    "The council met again on Tuesday and voted, after four hours of debate, to keep the old bridge open. "
    * 3
)


def telling(number, key="a", text="t", *, source=HERALD, dated=0, seen=0):
    return Telling(
        entry=(uuid.uuid5(HERALD, "feed"), f"e{number}"),
        source_id=source,
        story_id=story_id(source, key),
        text_hash=text,
        dated_at=START + timedelta(hours=dated),
        discovered_at=START + timedelta(hours=seen),
    )


def settled(*tellings, held=(), aliases=None):
    settlements, merges = settle(held, tellings, aliases or {})
    return {one.entry[1]: (one.story_id, one.method) for one in settlements}, merges


def test_one_telling_is_its_story():
    states, merges = settled(telling(1))
    assert states == {"e1": (story_id(HERALD, "a"), None)}
    assert merges == {}


def test_the_same_key_is_told_once_by_the_entry_discovered_first():
    states, _ = settled(telling(1, seen=2), telling(2, seen=1, text="other"))
    assert states["e2"][1] is None
    assert states["e1"] == (story_id(HERALD, "a"), "story")


def test_the_same_text_under_two_keys_is_the_earlier_story():
    states, merges = settled(telling(1, "late", dated=5), telling(2, "early", dated=1, seen=9))
    assert states == {"e2": (story_id(HERALD, "early"), None), "e1": (story_id(HERALD, "early"), "text")}
    assert merges == {story_id(HERALD, "late"): story_id(HERALD, "early")}


def test_the_same_text_at_another_publisher_is_another_story():
    other = source_id("other.example")
    states, merges = settled(telling(1), telling(2, source=other))
    assert {method for _, method in states.values()} == {None}
    assert merges == {}


def test_a_text_too_short_to_tell_merges_nothing():
    states, _ = settled(telling(1, "a", None), telling(2, "b", None))
    assert {method for _, method in states.values()} == {None}


def test_an_earlier_story_takes_over_from_the_one_held():
    held = telling(1, "late", dated=5)
    states, merges = settled(telling(2, "early", dated=1), held=[held])
    assert states["e1"] == (story_id(HERALD, "early"), "text")
    assert merges == {held.story_id: story_id(HERALD, "early")}


def test_an_id_merged_before_leads_to_its_story():
    held = telling(1, "kept", "x")
    late = telling(2, "old", "edited text", dated=9)
    states, _ = settled(late, held=[held], aliases={late.story_id: held.story_id})
    assert states["e2"] == (held.story_id, "text")


some_tellings = st.lists(
    st.builds(
        telling,
        st.integers(0, 999),
        st.sampled_from("abcdef"),
        st.sampled_from(["t1", "t2", "t3", None]),
        dated=st.integers(0, 5),
        seen=st.integers(0, 5),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one.entry,
)


@settings(deadline=None)
@given(some_tellings, st.randoms(use_true_random=False))
def test_the_order_of_tellings_does_not_matter(tellings, random):
    shuffled = list(tellings)
    random.shuffle(shuffled)
    assert settled(*tellings) == settled(*shuffled)


@given(some_tellings)
def test_each_story_has_exactly_one_telling_loaded(tellings):
    states, _ = settled(*tellings)
    loaded = [story for story, method in states.values() if method is None]
    assert len(loaded) == len(set(loaded))
    assert {story for story, _ in states.values()} == set(loaded)


def test_the_key_is_the_pages_own_claim_only_within_its_site():
    assert story_key("https://m.herald.example/a?id=1&utm_source=x", "https://www.herald.example/a?id=1") == (
        "https://herald.example/a?id=1"
    )
    assert story_key("https://herald.example/a", "https://herald.example/") == "https://herald.example/a"
    assert story_key("https://herald.example/a", "https://agency.example/w") == "https://herald.example/a"
    assert story_key("https://herald.example/a", "/b") == "https://herald.example/b"


def test_hash_ignores_typography_and_needs_length():
    assert text_hash(LONG) == text_hash(LONG.upper().replace(",", " —"))
    assert text_hash("Watch the video above.") is None
    assert text_hash("会議は火曜日に再び開かれ、四時間の議論の末、古い橋を残すことを決めた。" * 4) is not None
