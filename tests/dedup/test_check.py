"""The check of a pair: copies are one story, templates and follow-ups are not."""

from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import compare, fingerprint
from tests.dedup import wire
from tests.dedup.test_fingerprint import SCRIPTS

PAIRS = 70


def story(random, count=6):
    return wire.headline(random), wire.paragraphs(random, count)


def verdict(left, right, hours=20.0):
    return compare(fingerprint(*left), fingerprint(*right), hours)


def accepted(pairs, hours=20.0):
    return [pair for pair in pairs if verdict(*pair, hours).kind != "different"]


@pytest.mark.parametrize("kind", wire.TEMPLATES)
@pytest.mark.parametrize("hours", [1.0, 24.0, 100.0])
def test_no_two_of_a_template_are_one_story(kind, hours):
    texts = [wire.TEMPLATES[kind](Random(f"{kind} {number}")) for number in range(40)]
    assert accepted(list(combinations(texts, 2))[:: 780 // PAIRS], hours) == []


@pytest.mark.parametrize("kind", wire.TEMPLATES)
def test_a_copy_of_a_template_is_the_same(kind):
    for number in range(10):
        title, body = wire.TEMPLATES[kind](Random(f"{kind} {number}"))
        copy = f"{wire.FURNITURE[number % 5]}\n\n{body}\n\n{wire.FURNITURE[(number + 1) % 5]}"
        assert verdict((title, body), ("Our report", copy)).kind == "same"


def follow_up(number, kept):
    """Tomorrow's story of the event: new at the top, then what readers must know of yesterday."""
    random = Random(f"follow-up {number}")
    title, first = story(random)
    second = [*wire.paragraphs(random, len(first) - kept), *first[-kept:]]
    return (title, "\n\n".join(first)), (
        f"What comes next for {random.choice(wire.TOWNS)}",
        "\n\n".join(second),
    )


@pytest.mark.parametrize("kept", [2, 3])
def test_no_follow_up_is_its_first_story(kept):
    assert accepted([follow_up(number, kept) for number in range(PAIRS)]) == []


def test_no_two_stories_of_one_desk_are_one():
    random = Random("strangers")
    texts = [(title, "\n\n".join(body)) for title, body in (story(random) for _ in range(PAIRS))]
    assert accepted(pairwise(texts)) == []


def cut(random, title, body):
    return title, "\n\n".join(body[: random.randint(2, 4)])


def cut_in_a_word(random, title, body):
    return "", "\n\n".join(body)[: random.randint(500, 900)] + "… [+1834 chars]"


def retyped(random, title, body):
    return "", wire.words_changed(random, "\n\n".join(body), 0.08)


def furnished(random, title, body):
    return "", "\n\n".join([wire.FURNITURE[0], *body[:3], wire.FURNITURE[1], *body[3:], *wire.FURNITURE[2:]])


def led_anew(random, title, body):
    return "", "\n\n".join([*wire.paragraphs(random, 1), *body[1:]])


def led_anew_and_cut(random, title, body):
    return title, "\n\n".join([*wire.paragraphs(random, 1), *body[1:3]])


def reordered(random, title, body):
    return "", "\n\n".join(random.sample(body, len(body)))


def shouted(random, title, body):
    return "", "\n\n".join(body).upper().replace(",", " –")


COPIES = {
    one.__name__: one
    for one in (cut, cut_in_a_word, retyped, furnished, led_anew, led_anew_and_cut, reordered, shouted)
}


@pytest.mark.parametrize("way", COPIES)
def test_copies_are_found(way):
    pairs = []
    for number in range(40):
        random = Random(f"{way} {number}")
        title, body = story(random)
        pairs.append(((title, "\n\n".join(body)), COPIES[way](random, title, body)))
    assert len(accepted(pairs)) >= 39


def test_a_story_within_a_page_is_contained_and_says_where():
    for number in range(40):
        random = Random(f"page {number}")
        title, body = story(random)
        page = [*wire.paragraphs(random, 10), *body, *wire.paragraphs(random, 10)]
        found = verdict((title, "\n\n".join(body)), ("News in brief", "\n\n".join(page)))
        assert (found.kind, found.whole) == ("contains", "right")
        start, end = found.scores.span
        assert 0.1 < start < 0.5 < end < 0.9


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_knows_its_copies_and_strangers(script):
    text = f"{SCRIPTS[script]} " * 3
    assert verdict((None, text), (None, text[: len(text) * 3 // 4]), 5.0).kind == "same"
    others = [SCRIPTS[other] * 3 for other in SCRIPTS if other != script]
    assert all(verdict((None, text), (None, other), 5.0).kind == "different" for other in others)


def test_numbers_decide_in_scripts_without_spaces_too():
    form = (
        "東京の最高気温は{}度、最低気温は{}度、降水確率は{}パーセントと予想されています。お出かけの際は傘をお持ちください。"
        * 2
    )
    one, other = form.format(31, 22, 10, 28, 19, 70), form.format(25, 17, 90, 21, 14, 40)
    assert verdict((None, one), (None, other), 5.0).reason == "numbers differ"
    assert verdict((None, one), (None, one), 5.0).kind == "same"


def test_short_texts_are_the_same_only_when_equal_and_of_the_same_days():
    brief = "Watch the mayor's speech at the opening of the new bridge in the video above this line."
    assert verdict((None, brief), (None, brief), 5.0).kind == "same"
    assert verdict((None, brief), (None, brief), 100.0).reason == "too short"
    assert verdict((None, brief), (None, brief), None).reason == "too short"
    assert verdict((None, brief), (None, brief.replace("bridge", "school")), 5.0).kind == "different"


def test_a_headline_with_another_number_is_another_headline():
    random = Random("headline")
    shared, one, other = (
        " ".join(wire.sentence(random).split(",")[0] for _ in range(size)) for size in (4, 9, 9)
    )
    left, right = f"{one} {shared}", f"{shared} {other}"
    title = "Miners still underground in Kelby after {} days"
    same = verdict((title.format(12), left), (title.format(12), right))
    later = verdict((title.format(12), left), (title.format(13), right))
    assert (same.reason, later.reason) == ("same headline, part of the text", "little in common")


vocabulary = st.sampled_from(
    "The a of Council bridge 12 13 Tuesday met Adler Brandt. voted, again 7 old new".split()
)
texts = st.lists(vocabulary, max_size=80).map(" ".join)


@settings(deadline=None, max_examples=300)
@given(texts, texts, st.one_of(st.none(), st.floats(0, 1000)))
def test_a_pair_is_judged_alike_from_both_sides(one, other, hours):
    there, back = (
        verdict((one, one + other), (other, other), hours),
        verdict((other, other), (one, one + other), hours),
    )
    assert (there.kind, there.reason) == (back.kind, back.reason)
    assert there.scores.span == back.scores.span
    turned = {"left": "right", "right": "left", None: None}
    assert there.whole == turned[back.whole]


@settings(deadline=None)
@given(texts)
def test_a_text_is_no_other_than_itself(text):
    found = verdict((None, text), (None, text), 1.0)
    assert found.kind != "contains"
    assert found.scores.numbers_replaced == found.scores.names_replaced == 0
