"""What changed between two versions of a text."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import change

WORDS = st.lists(
    st.sampled_from("the mayor said bridge closed open on Monday again five".split()), max_size=40
)


@pytest.mark.parametrize(
    ("before", "after", "diff", "removed", "added"),
    [
        ("Five hurt in crash", "Six hurt in crash", "[-Five-] {+Six+} hurt in crash", 1, 1),
        (None, "New line", "{+New line+}", 0, 2),
        ("Gone now", "", "[-Gone now-]", 2, 0),
        ("東京で五人が負傷", "東京で六人が負傷", "東 京 で [-五-] {+六+} 人 が 負 傷", 1, 1),
        (
            "one two three four five six seven eight nine ten old",
            "one two three four five six seven eight nine ten new",
            "… seven eight nine ten [-old-] {+new+}",
            1,
            1,
        ),
    ],
)
def test_words_that_went_and_came(before, after, diff, removed, added):
    found = change(before, after)
    assert (found.diff, found.words_removed, found.words_added) == (diff, removed, added)


@given(WORDS, WORDS)
def test_each_text_can_be_made_from_the_diff_and_the_other(before, after):
    found = change(" ".join(before), "\n\n".join(after))
    if before == after:
        assert found is None
        return
    assert found.words_added - found.words_removed == len(after) - len(before)
    if "…" not in found.diff:
        kept = re.sub(r"\{\+.*?\+\}", "", found.diff)
        assert re.sub(r"\[-|-\]", "", kept).split() == before
        kept = re.sub(r"\[-.*?-\]", "", found.diff)
        assert re.sub(r"\{\+|\+\}", "", kept).split() == after


def test_a_long_text_is_compared_by_paragraphs_in_bounded_time():
    paragraphs = [f"Paragraph {number} says something about the harbour." for number in range(3000)]
    edited = [*paragraphs[:1500], "One more sentence.", *paragraphs[1501:]]
    began = time.process_time()
    found = change("\n\n".join(paragraphs), "\n\n".join(edited))
    assert time.process_time() - began < 2
    assert "[-Paragraph 1500 says something about the harbour.-] {+One more sentence.+}" in found.diff
    assert (found.words_removed, found.words_added) == (7, 3)
