"""Every feed format into the same values, texts and dates as the document prints them."""

import pytest

from pipeline.poll import parse_feed

URL = "https://www.harbour.example/feeds/all.xml"

RSS_20 = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:c="http://purl.org/rss/1.0/modules/content/"
 xmlns:m="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Harbour News</title><link>/</link><language>en-gb</language><ttl>30</ttl>
<atom:link rel="self" href="https://www.harbour.example/feeds/all.xml"/>
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="next" href="?page=2"/>
<image><title>Logo</title><url>/logo.png</url><link>https://logo.example/</link></image>
<item><title>Ferry &amp;amp; fog: &lt;i&gt;Aurora&lt;/i&gt; late, 3 &lt; 4</title><link>/2026/11/ferry?id=7&amp;amp;p=1</link>
<guid isPermaLink="false">7</guid><pubDate> Sal, 24 Kas 2026 15:13 GMT +3 </pubDate>
<dc:creator>Ada Quay</dc:creator><dc:creator>Bo Pier</dc:creator><author>desk@harbour.example (Desk)</author>
<category>Sea</category><category domain="x">Weather</category><category>Sea</category>
<description>&lt;p onclick="x()"&gt;Late.&lt;/p&gt;</description><c:encoded><![CDATA[<p>All <b>day</b> &nbsp;</p>]]></c:encoded>
<enclosure url="/a.mp3" type="audio/mpeg" length="1"/><enclosure url="/a.jpg" type="image/jpeg" length="1"/>
<m:group><m:content url="//cdn.example/b.jpg" medium="image"><m:title>Not the headline</m:title>
<m:text>Not the body</m:text></m:content><m:content url="//cdn.example/b.mp4" medium="video"/></m:group>
<m:thumbnail url="https://cdn.example/t.png"/></item>
<item><title>Tide</title><guid>https://www.harbour.example/tide</guid></item>
</channel></rss>"""

ATOM_10 = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://hafen.example/nachrichten/">
<title type="html">Hafen &amp;amp; Welt</title><link href="./"/><link rel="self" href="atom.xml"/>
<author><name>Redaktion</name></author>
<entry><id>urn:uuid:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ebbe <em>und</em> Flut</div></title>
<link rel="replies" type="application/atom+xml" href="r"/><link rel="alternate" type="application/json" href="1.json"/>
<link rel="alternate" type="text/html" href="1.html"/><link rel="enclosure" type="image/png" href="1.png"/>
<published>2026-11-24T15:13:00,5+01:00</published><updated>2026-11-24</updated>
<author><name>Ina Kai</name><email>ina@hafen.example</email></author><category term="see" label="See"/>
<summary type="text">1 &lt; 2 &amp; 3</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Sand<br/>bank</p><p>Ende</p></div></content></entry>
<entry xml:lang="en"><id>urn:uuid:2</id><title>AT&amp;T</title><link href="2.html"/><content type="html">&lt;p&gt;x&lt;/p&gt;</content>
<source><title>Another feed</title><id>urn:other</id><updated>2020-01-01</updated></source></entry>
</feed>"""

ATOM_03 = b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old</title>
<link rel="alternate" type="text/html" href="http://old.example/"/>
<entry><title mode="escaped" type="text/html">Fog &amp;amp; ice</title><id>tag:old.example,2004:1</id>
<link rel="alternate" type="text/html" href="http://old.example/1"/><issued>2004-05-11T00:00:00</issued>
<modified>2004-05-12T00:00:00Z</modified><content type="text/html" mode="base64">PHA+aGk8L3A+</content></entry></feed>"""

RSS_10 = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="http://a.example/rss"><title>A</title><link>http://a.example/</link><description>d</description>
<dc:language>ja</dc:language><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
<items><rdf:Seq><rdf:li rdf:resource="http://a.example/1"/></rdf:Seq></items></channel>
<item rdf:about="http://a.example/1"><title>One</title><link>http://a.example/1</link><dc:date>2026-11-24T15:13+09:00</dc:date>
<dc:subject>Kaiun</dc:subject></item></rdf:RDF>"""

RSS_090 = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>N</title><link>http://n.example/</link></channel><item><title>One</title><link>http://n.example/1</link></item></rdf:RDF>"""

RSS_091 = b"""<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>N</title><item><title>Caf&eacute;</title><link>http://n.example/1</link></item></channel></rss>"""

JSON_11 = """{"version": "https://jsonfeed.org/version/1.1", "title": "JSON News", "home_page_url": "https://j.example/",
"feed_url": "https://j.example/feed.json", "next_url": "?p=2", "language": "fr", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
"items": [{"id": 12, "url": "/12", "title": "Brume < 3", "content_html": "<p>Salut</p>", "content_text": "Salut",
 "date_published": "2026-11-24T15:13:00+01:00", "date_modified": "2026-11-25", "authors": [{"name": "Léa Quai"}, {"url": "x"}],
 "tags": ["mer"], "image": "/i.jpg", "attachments": [{"url": "/b.png", "mime_type": "image/png"}, {"url": "/c.mp3", "mime_type": "audio/mpeg"}]},
 {"id": "https://j.example/13", "external_url": null, "content_text": "1 < 2", "author": {"name": "Guy"}}, "junk"]}""".encode()


def test_rss_20_with_the_modules_that_publishers_mix_in():
    feed = parse_feed(RSS_20, url=URL)
    assert (feed.format, feed.title, feed.language, feed.ttl_minutes, feed.fault) == (
        "rss20",
        "Harbour News",
        "en-gb",
        30,
        None,
    )
    assert feed.home_url == "https://www.harbour.example/"
    assert (feed.self_url, feed.hubs, feed.next_url) == (URL, ("https://hub.example/",), URL + "?page=2")
    ferry, tide = feed.entries
    assert ferry.headline == "Ferry & fog: Aurora late, 3 < 4"
    assert ferry.url == "https://www.harbour.example/2026/11/ferry?id=7&p=1"
    assert (ferry.guid, ferry.key, ferry.position) == ("7", "g:7", 0)
    assert ferry.published_raw == "Sal, 24 Kas 2026 15:13 GMT +3"
    assert ferry.updated_raw is None
    assert ferry.authors == ("desk@harbour.example (Desk)",)
    assert ferry.keywords == ("Sea", "Weather")
    assert ferry.summary == '<p onclick="x()">Late.</p>'
    assert ferry.content == "<p>All <b>day</b> &nbsp;</p>"
    assert ferry.images == (
        "https://www.harbour.example/a.jpg",
        "https://cdn.example/b.jpg",
        "https://cdn.example/t.png",
    )
    assert tide.url == "https://www.harbour.example/tide"
    assert (tide.published_raw, tide.summary, tide.authors) == (None, None, ())


def test_atom_10():
    feed = parse_feed(ATOM_10, url=URL)
    assert (feed.format, feed.title, feed.language) == ("atom10", "Hafen & Welt", "de")
    assert (feed.home_url, feed.self_url) == (
        "https://hafen.example/nachrichten/",
        "https://hafen.example/nachrichten/atom.xml",
    )
    first, second = feed.entries
    assert first.headline == "Ebbe und Flut"
    assert first.url == "https://hafen.example/nachrichten/1.html"
    assert first.images == ("https://hafen.example/nachrichten/1.png",)
    assert (first.published_raw, first.updated_raw) == ("2026-11-24T15:13:00,5+01:00", "2026-11-24")
    assert (first.authors, first.keywords) == (("Ina Kai",), ("See",))
    assert first.summary == "1 &lt; 2 &amp; 3"
    assert first.content == "<p>Sand<br>bank</p><p>Ende</p>"
    assert (second.headline, second.content, second.language) == ("AT&T", "<p>x</p>", "en")
    assert (second.updated_raw, second.authors) == (None, ())  # neither its source's nor the feed's


def test_atom_03():
    feed = parse_feed(ATOM_03, url=URL)
    (entry,) = feed.entries
    assert (feed.format, entry.headline, entry.content) == ("atom03", "Fog & ice", "<p>hi</p>")
    assert (entry.published_raw, entry.updated_raw) == ("2004-05-11T00:00:00", "2004-05-12T00:00:00Z")


def test_rss_10_and_090():
    feed = parse_feed(RSS_10, url=URL)
    (entry,) = feed.entries
    assert (feed.format, feed.title, feed.language, feed.update_minutes) == ("rss10", "A", "ja", 15)
    assert (entry.guid, entry.url, entry.published_raw) == (
        "http://a.example/1",
        "http://a.example/1",
        "2026-11-24T15:13+09:00",
    )
    assert entry.keywords == ("Kaiun",)
    older = parse_feed(RSS_090, url=URL)
    assert (older.format, older.entries[0].headline) == ("rss090", "One")


def test_rss_091_with_its_document_type_and_html_entities():
    feed = parse_feed(RSS_091, url=URL)
    assert (feed.format, feed.entries[0].headline) == ("rss091", "Café")
    assert "eacute" in feed.fault


def test_json_feed():
    feed = parse_feed(JSON_11, url="https://j.example/feed.json")
    assert (feed.format, feed.title, feed.language, feed.hubs) == (
        "json1",
        "JSON News",
        "fr",
        ("https://hub.example/",),
    )
    assert feed.next_url == "https://j.example/feed.json?p=2"
    assert feed.fault == "json: 1 items are no objects"
    first, second = feed.entries
    assert (first.guid, first.url, first.headline, first.content) == (
        "12",
        "https://j.example/12",
        "Brume < 3",
        "<p>Salut</p>",
    )
    assert (first.published_raw, first.updated_raw) == ("2026-11-24T15:13:00+01:00", "2026-11-25")
    assert (first.authors, first.keywords) == (("Léa Quai",), ("mer",))
    assert first.images == ("https://j.example/i.jpg", "https://j.example/b.png")
    assert (second.url, second.content, second.authors) == ("https://j.example/13", "1 &lt; 2", ("Guy",))


def test_json_that_no_database_takes_is_cleaned():
    feed = parse_feed(
        b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"a","title":"x\\u0000\\ud800y"}]}',
        url=URL,
    )
    assert feed.entries[0].headline == "x\ufffd\ufffdy"
    feed.entries[0].headline.encode()


@pytest.mark.parametrize(
    ("item", "link"),
    [
        (
            "<link>http://a.example/1</link><f:origLink>https://b.example/1</f:origLink>",
            "https://b.example/1",
        ),
        ("<link/><guid isPermaLink='true'>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='FALSE'>https://a.example/1</guid>", None),
        ("<guid>1234</guid>", None),
        ("<link>www.a.example/1</link>", "https://www.a.example/1"),
        ("<link>//a.example/1</link>", "https://a.example/1"),
        ("<link>\n http://a.example/\n1 2 </link>", "http://a.example/1%202"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>http://[::1</link>", None),
        ("<LINK>http://a.example/1</LINK>", "http://a.example/1"),
        (
            "<atom:link href='http://a.example/1' xmlns:atom='http://www.w3.org/2005/Atom'/>",
            "http://a.example/1",
        ),
        ("<comments>http://a.example/c</comments>", None),
    ],
)
def test_the_link_of_an_item(item, link):
    body = f"<rss version='2.0' xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'><channel><item><title>t</title>{item}</item></channel></rss>"
    (entry,) = parse_feed(body.encode(), url=URL).entries
    assert entry.url == link


def test_content_location_is_the_base():
    body = b"<rss version='2.0'><channel><item><link>1</link></item></channel></rss>"
    (entry,) = parse_feed(body, url=URL, headers={"content-location": "/archive/rss.xml"}).entries
    assert entry.url == "https://www.harbour.example/archive/1"


@pytest.mark.parametrize(
    "raw",
    [
        "24/11/2026 15:13",
        "2026年11月24日 15時13分",
        "Tue, 24 Nov 2026 15:13:00 -0000",
        "yesterday",
        "0000-00-00 00:00:00",
        "1764000000",
    ],
)
def test_a_date_stays_as_printed(raw):
    body = f"<rss version='2.0'><channel><item><title>t</title><pubDate>\n{raw} </pubDate></item></channel></rss>"
    assert parse_feed(body.encode(), url=URL).entries[0].published_raw == raw


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "empty body"),
        (b" \r\n\0", "empty body"),
        (b"<!DOCTYPE html><html><head><title>Not found</title></head></html>", "html page"),
        (b"\n<html lang=en><body><p>feed moved", "html page"),
        (b"<title>Moved</title><link rel=alternate href=/feed><p>We have moved.", "html page"),
        (b"<h1>503</h1>", "html page"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"Service unavailable", "plain text"),
        (b"<error><code>403</code></error>", "xml document <error>"),
        (b"<opml version='2.0'><body/></opml>", "opml list"),
        (b'{"error": "no"}', "json document without items"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id"', "broken json"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body, fault):
    feed = parse_feed(body, url=URL)
    assert feed.entries == ()
    assert feed.format is None
    assert feed.fault.startswith(f"not_a_feed: {fault}")


def test_a_feed_without_entries_is_a_feed():
    feed = parse_feed(b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>", url=URL)
    assert (feed.format, feed.title, feed.entries, feed.fault) == ("rss20", "Quiet", (), None)


def test_when_the_publisher_asks_to_be_polled():
    """Miniflux parses skipHours and uses them nowhere; no reader looked at heeds them (peers 1b)."""
    body = b"""<rss version="0.92" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><ttl> 60 </ttl>
    <sy:updatePeriod>\n Daily </sy:updatePeriod><sy:updateFrequency>\n2\n</sy:updateFrequency>
    <sy:updateBase>2026-01-01T12:00+00:00</sy:updateBase>
    <skipHours><hour>0</hour><hour>07</hour><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>
    <skipDays><day>Saturday</day><day>SUNDAY</day><day>Feiertag</day></skipDays>%s</channel></rss>"""
    for broken in (b"", b"<item><b></item>", b"<b>"):
        feed = parse_feed(body % broken, url=URL)
        assert (feed.format, feed.ttl_minutes, feed.update_minutes) == ("rss092", 60, 720)
        assert (feed.skip_hours, feed.skip_days) == ({0, 7}, {5, 6})
    assert parse_feed(RSS_20, url=URL).update_minutes is None


@pytest.mark.parametrize(
    "body",
    [
        b"<x:feed xmlns:x='http://www.w3.org/2005/Atom'><x:entry><x:id>7</x:id><x:title>t</x:title><x:link href='/7'/></x:entry></x:feed>",
        b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:q='http://purl.org/rss/1.0/'><q:item><q:guid>7</q:guid><q:title>t</q:title><q:link>/7</q:link></q:item></r:RDF>",
        b"<y:rss xmlns:y='http://backend.userland.com/rss2'><y:channel><y:item><y:guid>7</y:guid><y:title>t</y:title><y:link>/7</y:link></y:item></y:channel></y:rss>",
        b"<rss xmlns:a='https://purl.org/dc/elements/1.1/'><channel><item><guid>7</guid><a:title>t</a:title><link>/7</link></item></channel></rss>",
        b"<rss><channel/><item><guid>7</guid><title><![CDATA[]]>t<![CDATA[]]></title><link><![CDATA[ /7 ]]></link></item></rss>",
    ],
    ids=["atom", "rdf", "rss", "https in a name", "cdata"],
)
def test_prefixes_are_but_names(body):
    (entry,) = parse_feed(body, url=URL).entries
    assert (entry.guid, entry.headline, entry.url) == ("7", "t", "https://www.harbour.example/7")


def test_links_start_from_the_base_of_their_own_element():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/a/"><link rel="prev-archive" href="2025.xml"/>
    <entry xml:base="b/" xml:lang="de"><id>x</id><link href="1"/><link rel="enclosure" type="image/png" href="2.png" xml:base="/c/"/></entry></feed>"""
    feed = parse_feed(body, url="https://a.example/feed")
    (entry,) = feed.entries
    assert feed.next_url == "https://a.example/a/2025.xml"
    assert (entry.url, entry.images, entry.language) == (
        "https://a.example/a/b/1",
        ("https://a.example/c/2.png",),
        "de",
    )


@pytest.mark.parametrize("tail", ["", "<item><title>cut"], ids=["sound", "broken"])
def test_the_place_of_a_document_in_a_feeds_archive(tail):
    links = "".join(
        f'<atom:link rel="{relation}" href="/{relation}"/>'
        for relation in ("next", "prev-archive", "current")
    )
    mark = '<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    body = f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{links}{mark}<item><guid>1</guid></item>'
    feed = parse_feed(f"{body}{tail or '</channel></rss>'}".encode(), url=URL)
    found = (feed.next_url, feed.prev_archive_url, feed.current_url)
    assert found == tuple(
        f"https://www.harbour.example/{name}" for name in ("next", "prev-archive", "current")
    )
    assert feed.is_complete
    assert not parse_feed(b"<rss><channel><item><guid>1</guid></item></channel></rss>", url=URL).is_complete


@pytest.mark.parametrize(
    "title", ["Fog &amp;lt;late&amp;gt;", "<![CDATA[Fog &lt;late&gt;]]>", "Fog &lt;late&gt;"]
)
def test_a_title_escaped_twice_is_read_as_meant(title):
    body = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert parse_feed(body.encode(), url=URL).entries[0].headline == "Fog <late>"


def test_json_is_read_up_to_where_it_breaks():
    """One bad byte breaks a feed for others (peers 2, row 29); here it costs what lies behind it."""
    start = b'{"version":"https://jsonfeed.org/version/1","title":"J","items":[{"id":1.10,"title":"a"},{"id":2,"title":"b"}'
    for end in (b"", b",{", b',{"id":3,"tit', b"]", b"],}", b',{"id":3,}]}', b"]} <!-- cached -->"):
        feed = parse_feed(start + end, url=URL)
        assert ([entry.guid for entry in feed.entries], feed.title) == (["1.10", "2"], "J")
        assert feed.fault.startswith("json: ")
    many = parse_feed(start + b',{"id":' + b"7" * 5_000 + b"}]}", url=URL)
    assert (len(many.entries), many.fault) == (3, None)


def test_a_page_in_the_place_of_a_feed_says_where_the_feed_went():
    page = b"""<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/feed">
    <link rel="alternate" type="application/rss+xml" href="/feed/sport"><title>Sport</title></head></html>"""
    feed = parse_feed(page, url="https://a.example/rss/sport.xml")
    assert (feed.format, feed.fault) == (None, "not_a_feed: html page")
    assert feed.announced == ("https://a.example/feed/sport", "https://a.example/feed")
