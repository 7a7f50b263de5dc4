"""Addresses: what is the same page, what is not, and what holds for every address."""

from itertools import combinations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.urls import canonical_url, host
from pipeline.urls.hosts import site
from pipeline.urls.parameters import _DROPPED, _FAMILIES
from tests.urls.different import DIFFERENT
from tests.urls.same import MISSES, SAME

SAME_PAIRS = [
    (key, other) for group in SAME.values() for key, others in group.items() for other in others.split()
]
DIFFERENT_PAIRS = [
    pair for lines in DIFFERENT.values() for line in lines for pair in combinations(line.split(), 2)
]
MISSED_PAIRS = [pair for pairs in MISSES.values() for pair in pairs]
EVERY = sorted({url for pair in SAME_PAIRS + DIFFERENT_PAIRS + MISSED_PAIRS for url in pair})


@pytest.mark.parametrize("shape", SAME)
def test_spellings_of_one_page_meet(shape):
    keys = {
        address: {other: canonical_url(other) for other in others.split()} | {address: canonical_url(address)}
        for address, others in SAME[shape].items()
    }
    assert [others for others in keys.values() if len(set(others.values())) > 1] == []


@pytest.mark.parametrize("shape", DIFFERENT)
def test_other_pages_stay_apart(shape):
    merged = [
        pair
        for line in DIFFERENT[shape]
        for pair in combinations(line.split(), 2)
        if canonical_url(pair[0]) == canonical_url(pair[1])
    ]
    assert merged == []


def test_no_page_of_the_table_meets_another():
    pages = [address for group in SAME.values() for address in group]
    assert len({canonical_url(page) for page in pages}) == len(pages)


@pytest.mark.parametrize("reason", MISSES)
def test_known_misses_are_still_missed(reason):
    """A rule that catches one moves it to the other table."""
    assert [pair for pair in MISSES[reason] if canonical_url(pair[0]) == canonical_url(pair[1])] == []


def test_the_tables_are_as_large_and_the_misses_as_few_as_asked():
    assert len(SAME) >= 40
    assert len(SAME_PAIRS) >= 300
    assert len(DIFFERENT_PAIRS) >= 200
    assert len(MISSED_PAIRS) == 13
    assert len(SAME_PAIRS) / (len(SAME_PAIRS) + len(MISSED_PAIRS)) >= 0.95


def test_the_key_of_a_key_is_itself():
    keys = [canonical_url(url) for url in EVERY]
    assert [canonical_url(key) for key in keys] == keys


def test_a_relative_link_is_joined_to_its_page():
    assert canonical_url("/b?x=1", base="http://www.example.com/a") == "https://example.com/b?x=1"
    assert canonical_url("//m.example.com/b", base="http://www.example.com/a") == "https://example.com/b"
    assert canonical_url("", base="http://www.example.com/a?b=1") == "https://example.com/a?b=1"
    assert canonical_url("http://[", base="http://www.example.com/a") == "http://["


NO_WEB_ADDRESSES = (
    "",
    "mailto:a@b.example",
    "javascript:void(0)",
    "news/a",
    "http://",
    "http://[::1",
    "http://a:b:c/",
    "http://x.example:99999/a",
    "http://x..example/",
    "https://a b.example/",
    "http://%zz/",
    "http://℀.example/",
)


@pytest.mark.parametrize("text", NO_WEB_ADDRESSES)
def test_what_is_no_web_address_comes_back(text):
    assert canonical_url(f" {text}\n") == text


def test_white_space_that_pasting_adds_does_not_count():
    assert canonical_url(" \thttps://example.com/a\r\nb ") == "https://example.com/ab"
    assert canonical_url("https://example.com/a b") == canonical_url("https://example.com/a%20b")


def test_hostile_addresses_are_short_work():
    for piece in (
        "/amp",
        ".amp",
        "/en/amp",
        "/..",
        "/./",
        "%",
        "?a;",
        "#!?",
        "www.",
        "m.",
        "@",
        "12345-amp",
        "a-",
    ):
        for start in (
            "http://x.example/",
            "http://",
            "http://www.google.com/amp/s/",
            "http://x.example/live#",
        ):
            text = start + piece * (2_000_000 // len(piece))
            assert canonical_url(text) == text
            assert canonical_url(text[:8000]) == canonical_url(canonical_url(text[:8000]))


def test_host_is_lower_case_ascii():
    assert host("https://Bücher.Example:99/") == "xn--bcher-kva.example"
    assert host("https://[2001:DB8::7]:99/") == "2001:db8::7"
    assert host("nonsense") == ""
    assert host("http://[::1") == ""


# -- what holds for every address ------------------------------------------------------

# What the rules look at, in any order and number: the nastier, the better.
PIECES = (
    "/ // . .. %2e %2F %25 % %4 %41 %e9 é 語 ß \\ ; : @ ? & = + # ! a 7 12345 amp AMP .amp .html .amp.html -amp "
    "amphtml platform google-amp en index.html index.amp default.aspx print /print ;jsessionid=1 (S(x)) www. m. "
    "amp. touch. co.uk example .example google.com bing.com cdn.ampproject.org /amp/s/ /c/s/ utm_source=x id=1 "
    "ref=rss page=all m=1 amp; post-123456 live #!/ :~: block-5f3c6a9e8f08b1c2 a-b-c-d 2026 03 http:// \x00 \ud800"
).split(" ")
hostile = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(st.text(max_size=80))
@example("\ud800")
@example("http://\ud800.example/\ud800?\ud800#!\ud800")
def test_anything_at_all_has_a_stable_key(text):
    for url in (text, "http://example.com/" + text, "http://" + text):
        assert canonical_url(canonical_url(url)) == canonical_url(url)
        assert isinstance(host(url), str)


@given(hostile, hostile)
def test_the_marks_of_the_rules_in_any_order_have_a_stable_key(before, after):
    for url in (
        f"http://{before}/{after}",
        f"https://x.example/{before}?{after}",
        f"https://x.example/{before}#{after}",
    ):
        assert canonical_url(canonical_url(url)) == canonical_url(url)


DOORS = ("www", "m", "amp", "mobile", "touch", "wap", "mobil", "www2", "sport", "de", "en.m", "www.m")
DOMAINS = (
    "paper.example",
    "paper.co.uk",
    "amp.com.au",
    "m.co.jp",
    "mobile.com.tr",
    "touch.com.lb",
    "x.gov.br",
)
DOMAINS += ("m.blogspot.com", "amp.github.io", "wap.or.kr", "google.com.evil.example")
paths = st.lists(
    st.sampled_from(["news", "amp", "a", "s", "c", "12345", "x.example", "live"]), max_size=5
).map("/".join)


@given(st.lists(st.sampled_from(DOORS), max_size=3), st.sampled_from(DOMAINS), paths)
def test_a_story_stays_in_its_registered_domain(doors, domain, path):
    found = host(canonical_url(f"http://{'.'.join([*doors, domain])}/{path}"))
    assert found == domain or found.endswith("." + domain)


segments = st.text("abcdefgh-XYZ0123456789_é", min_size=1, max_size=12).filter(
    lambda text: text.lower() != "amp"
)
identifiers = st.integers(1, 10**9).map(str) | st.text("abcdefXYZ0123456789", min_size=1, max_size=10)
names = st.sampled_from(
    "id p story article_id newsid aid sid nid doc key article contentid a n no idx oid".split()
)
stories = st.builds(
    lambda site, parts, name, value: f"{site}/{'/'.join(parts)}" + (f"?{name}={value}" if name else ""),
    st.sampled_from(["paper.example", "sport.paper.example", "de.paper.co.uk", "bücher.example"]),
    st.lists(segments, min_size=1, max_size=4),
    names | st.none(),
    identifiers,
)
trackers = st.sampled_from(sorted(_DROPPED)) | st.sampled_from(_FAMILIES).map(
    lambda family: family + "source"
)


@given(stories, trackers, st.text("abc09-_.", max_size=12))
def test_a_tracking_parameter_changes_nothing(story, name, value):
    for spelled in (name, name.upper()):
        tagged = f"https://{story}{'&' if '?' in story else '?'}{spelled}={value}"
        assert canonical_url(tagged) == canonical_url(f"https://{story}")


@given(stories, st.text("abcdefg09 -=_%:", max_size=30))
def test_a_fragment_changes_nothing(story, fragment):
    """Where nothing runs live; what may name an entry has cases of its own."""
    assume("live" not in fragment + story)
    assume(not any(name in fragment for name in ("entry", "block", "update", "item", "event", "news")))
    assert canonical_url(f"https://{story}#{fragment}") == canonical_url(f"https://{story}")


@given(
    stories,
    st.sampled_from(["http", "https", "HTTP"]),
    st.booleans(),
    st.sampled_from(["", ":80", ":443", ":"]),
)
def test_scheme_www_and_default_port_change_nothing(story, scheme, www, port):
    site_name, slash, rest = story.partition("/")
    spelled = f"{scheme}://{'www.' if www else ''}{site_name}{port}{slash}{rest}"
    assert canonical_url(spelled) == canonical_url(f"https://{story}")


@given(names, identifiers, identifiers, st.sampled_from(["", "&utm_source=rss", "&page=2", "#c1", "&amp=1"]))
def test_two_ids_in_a_query_never_meet(name, left, right, rest):
    assume(left != right)
    address = "https://www.paper.example/story?{}={}{}"
    assert canonical_url(address.format(name, left, rest)) != canonical_url(address.format(name, right, rest))


@given(
    segments,
    segments,
    st.sampled_from(["{}", "{}/amp", "amp/{}", "{}.html", "{}/index.html", "news/{}.amp", "{}?p=1"]),
)
def test_two_names_in_a_path_never_meet(left, right, shape):
    assume(left != right)
    address = "https://www.paper.example/" + shape
    assert canonical_url(address.format(left)) != canonical_url(address.format(right))


@given(segments, names, identifiers, st.permutations(["a=1", "b=2", "c=3", "d"]))
def test_the_order_of_parameters_does_not_count(segment, name, value, others):
    address = f"https://paper.example/{segment}?"
    one = address + "&".join([*others, f"{name}={value}"])
    other = address + "&".join([f"{name}={value}", *reversed(others)])
    assert canonical_url(one) == canonical_url(other)


def test_a_site_is_no_registry():
    for registry in ("co.uk", "com.au", "com.tr", "or.jp", "gov.br", "net.nz"):
        for door in ("m", "amp", "mobile", "touch", "wap"):
            assert site(f"{door}.{registry}") == f"{door}.{registry}"
