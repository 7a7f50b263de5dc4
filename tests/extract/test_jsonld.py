"""JSON-LD as pages print it: in graphs, in lists, broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract_page
from pipeline.extract.broken_json import read_json
from pipeline.extract.jsonld import load_nodes, story_node

WHOLE = '{"@type": "NewsArticle", "headline": "Rain on the coast", "datePublished": "2021-03-09"}'


@pytest.mark.parametrize(
    "script",
    [
        WHOLE,
        f"//<![CDATA[\n{WHOLE}\n//]]>",
        f"<!-- {WHOLE} -->",
        f"{WHOLE};",
        WHOLE.replace('"2021-03-09"}', '"2021-03-09",}'),
        WHOLE.replace('"Rain on the coast"', '"Rain on\nthe coast"'),
        WHOLE.replace('"headline"', '"name": , "headline"'),
        WHOLE.replace(', "datePublished"', '\n "datePublished"'),
        WHOLE.replace('"', "&quot;"),
        WHOLE[:-1],
        WHOLE[:-1] + ', "articleBody": "It rained and',
        WHOLE[:-1] + ', "description": "He said "no" to it"}',
        WHOLE[:-1] + ', "path": "C:\\d"}',
        WHOLE + WHOLE,
        f"[{WHOLE}]",
        f'{{"@graph": [{WHOLE}]}}',
        WHOLE.replace("NewsArticle", "https://schema.org/NewsArticle"),
        '{{"x": !! "@type": "NewsArticle", "headline": "Rain on the coast", "datePublished": "2021-03-09" ]}',
    ],
)
def test_broken_scripts_are_repaired(script):
    node = story_node(load_nodes([script]), set(), ["Rain on the coast"])
    assert " ".join(node["headline"].split()) == "Rain on the coast"
    assert node["datePublished"] == "2021-03-09"


def test_a_quoted_word_within_a_value():
    assert read_json('{"headline": "The "old" harbour", "n": 1}') == [
        {"headline": 'The "old" harbour', "n": 1}
    ]


def test_the_node_that_is_this_page():
    nodes = load_nodes(
        [
            '{"@type":"NewsArticle","headline":"Ferry line opens","url":"https://e.example/ferry"}',
            '{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Rain on the coast"}]}',
            '{"@type":["Article","NewsArticle"],"headline":"Rain on the coast","url":"https://www.e.example/rain/"}',
        ]
    )
    node = story_node(nodes, {"e.example/rain"}, ["Rain on the coast"])
    assert node["url"] == "https://www.e.example/rain/"


def test_references_are_followed():
    nodes = load_nodes(
        [
            '{"@graph":[{"@type":"Person","@id":"#a","name":"Ada Bell"},{"@type":"Article","headline":"H","author":{"@id":"#a"}}]}'
        ]
    )
    assert story_node(nodes, set(), [])["author"]["name"] == "Ada Bell"


def test_a_page_with_a_broken_script_keeps_its_date():
    page = f'<h1>Rain on the coast</h1><script type="application/ld+json">{WHOLE[:-1]}, "author": [{{"name": "Ada Bell"}}</script>'
    article = extract_page(page, url="https://e.example/rain-on-the-coast")
    assert article.date_candidates[0].raw == "2021-03-09"
    assert article.authors == ("Ada Bell",)


@given(st.text(max_size=200), st.integers(0, len(WHOLE)))
def test_never_raises(noise, at):
    assert isinstance(load_nodes([WHOLE[:at] + noise + WHOLE[at:]]), list)
