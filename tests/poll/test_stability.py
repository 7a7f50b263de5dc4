"""A feed that breaks today keeps the keys, links and dates that it had yesterday.

Feeds of three formats are made well formed, broken in every way that publishers break them, and both
readings compared. The damage is done to one item or to the document, so every entry must survive it,
but for those that a cut takes away.
"""

import os
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.poll import parse_feed

EXAMPLES = 2_000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 80
URL = "https://www.harbour.example/feeds/all.xml"
WORDS = st.text("abc XYZ 0123 äöß 東京 &<>'\"’/:?=;#-", min_size=1, max_size=24).filter(str.strip)
PATHS = st.from_regex(r"/[a-z]{1,6}(\?id=[0-9]{1,4}(&copy=[a-z]{1,3})?(&p=1)?)?", fullmatch=True)
ADDRESSES = st.builds(
    "{}{}".format,
    st.sampled_from(
        ["https://www.harbour.example", "http://harbour.example", "https://partner.example:8080"]
    ),
    PATHS,
)
GUIDS = st.none() | ADDRESSES | WORDS | st.from_regex(r"tag:harbour\.example,2026:[0-9]{1,5}", fullmatch=True)
DATES = st.none() | st.sampled_from(
    ["Tue, 24 Nov 2026 15:13 GMT +3", "2026-11-24T15:13:00,5+01:00", "24 Kas 2026, 15:13", "昨天", "0"]
)
ITEMS = st.fixed_dictionaries(
    {
        "guid": GUIDS,
        "link": st.none() | ADDRESSES | PATHS,
        "title": WORDS,
        "date": DATES,
        "author": st.none() | WORDS,
        "order": st.permutations(range(5)),
    }
)
SPOT = "(spot)"  # where the damage to an item is done: in its description

OPENING = {
    "rss20": "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Harbour</title>"
    "<link>https://www.harbour.example/</link><language>en</language>",
    "atom10": "<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour</title><link href='https://www.harbour.example/'/>",
    "rss10": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='x'><title>Harbour</title>"
    "<link>https://www.harbour.example/</link></channel>",
}
CLOSING = {"rss20": "</channel></rss>", "atom10": "</feed>", "rss10": "</rdf:RDF>"}
DAMAGE_TO_AN_ITEM = {
    "ampersand": "fish & chips",
    "control character": "a\x0bb",
    "number of no character": "&#0; &#x1F; &#1114112;",
    "entity of HTML": "caf&eacute;",
    "entity of nobody": "&nosuch;",
    "tag left open": "<b>bold",
    "tag never opened": "bold</b>",
    "prefix nobody declared": "<zz:note zz:x='1'>n</zz:note>",
    "attribute without quotes": "<img src=a.png>",
    "angle bracket": "1 < 2",
    "section left open": "<![CDATA[ text",
    "stray byte": "\udc92",
}


def field(name: str, text: str | None, attributes: str = "") -> str:
    return "" if text is None else f"<{name}{attributes}>{escape(text, quote=False)}</{name}>"


def rendered(kind: str, item: dict) -> str:
    """One item of a well-formed feed, its fields in its own order."""
    atom = kind == "atom10"
    about = f' rdf:about="{escape(item["guid"])}"' if kind == "rss10" and item["guid"] else ""
    link = item["link"]
    href = f'<link href="{escape(link)}"/>' if link else ""
    fields = [
        field("title", item["title"]),
        href if atom else field("link", link),
        field("id", item["guid"]) if atom else field("guid", item["guid"]) if kind == "rss20" else "",
        field("published", item["date"]) + field("updated", item["date"])
        if atom
        else field("pubDate" if kind == "rss20" else "dc:date", item["date"]),
        f"<{'summary' if atom else 'description'}>Text {SPOT}</{'summary' if atom else 'description'}>"
        + (field("dc:creator", item["author"]) if not atom else ""),
    ]
    name = "entry" if atom else "item"
    return f"<{name}{about}>" + "".join(fields[place] for place in item["order"]) + f"</{name}>\n"


def told(body: str) -> list[tuple]:
    feed = parse_feed(body.encode("utf-8", "surrogateescape"), url=URL)
    return [
        (entry.key, entry.guid, entry.url, entry.headline, entry.published_raw, entry.updated_raw)
        for entry in feed.entries
    ]


def well_formed(kind: str, items: list[str]) -> str:
    return OPENING[kind] + "".join(item.replace(SPOT, "") for item in items) + CLOSING[kind]


FEEDS = st.tuples(st.sampled_from(sorted(OPENING)), st.lists(ITEMS, min_size=1, max_size=5))


def feed_of(drawn) -> tuple[str, list[str]]:
    kind, items = drawn
    return kind, [rendered(kind, item) for item in items]


@settings(max_examples=EXAMPLES, deadline=None)
@given(FEEDS, st.sampled_from(sorted(DAMAGE_TO_AN_ITEM)), st.data())
def test_damage_to_an_item_changes_no_identity(drawn, damage, data):
    kind, items = feed_of(drawn)
    hit = data.draw(st.integers(0, len(items) - 1))
    sound = well_formed(kind, items)
    items[hit] = items[hit].replace(SPOT, DAMAGE_TO_AN_ITEM[damage])
    assert told(well_formed(kind, items)) == told(sound)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    FEEDS, st.sampled_from(["title", "description", "summary", "guid", "item", "entry", "channel"]), st.data()
)
def test_an_end_tag_left_out_changes_no_identity(drawn, name, data):
    kind, items = feed_of(drawn)
    sound = well_formed(kind, items)
    hit = data.draw(st.integers(0, len(items) - 1))
    items[hit] = items[hit].replace(f"</{name}>", "")
    assert told(well_formed(kind, items)) == told(sound)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    FEEDS,
    st.sampled_from(["", "<br>Warning: <b>/srv/a.php</b>\n", "\n\n"]),
    st.sampled_from(["", "<script>x()</script>", "</body>", "\x00\x00", "&"]),
    st.booleans(),
)
def test_damage_around_the_document_changes_no_identity(drawn, before, after, closed):
    kind, items = feed_of(drawn)
    sound = well_formed(kind, items)
    assert told(before + (sound if closed else sound.removesuffix(CLOSING[kind])) + after) == told(sound)


@settings(max_examples=EXAMPLES, deadline=None)
@given(FEEDS, st.data())
def test_a_cut_takes_only_what_it_cuts(drawn, data):
    kind, items = feed_of((drawn[0], [item | {"guid": f"tag:{n}"} for n, item in enumerate(drawn[1])]))
    sound = well_formed(kind, items)
    cut = sound[: data.draw(st.integers(len(OPENING[kind]), len(sound)))]
    whole = cut.count("</item>") + cut.count("</entry>")
    # The item that is cut may be there, as far as it goes.
    assert told(cut)[:whole] == told(sound)[:whole]
    assert len(told(cut)) <= whole + 1
