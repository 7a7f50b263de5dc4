"""Live blogs: the posts by their shape, whatever a system calls its boxes; lists of teasers are none."""

import pytest

from pipeline.extract import extract_page
from pipeline.records import LivePost

URL = "https://kystbladet.example/live/storm-over-varden"
TEXTS = (
    "The northern pier is closed to all traffic until the wind turns, the harbour office says.",
    "Two ferries have turned back to Norvik with a hundred and forty passengers on board.",
    "The wind has reached 41 metres a second at the lighthouse, the highest since 1987.",
    "Good morning. The storm will reach the coast at noon; we report here all day long.",
)


def page(posts, box="<div class='{}'>{}</div>", name="liveblog"):
    return f"<html lang=en><h1>Storm over Varden</h1><main><p>{'It blows. ' * 30}</p>{box.format(name, posts)}</main></html>"


HOUSES = {
    "article and time": "<article class='post'><time datetime='2021-03-09T1{n}:05:00Z'>1{n}.05</time><h3>Post {n}</h3><p>{text}</p></article>",
    "list": "<li><span class='timestamp'>2021-03-09T1{n}:05:00Z</span><h4>Post {n}</h4><div>{text}</div></li>",
    "nested header": "<section class='e'><header><div class='m'><time datetime='2021-03-09T1{n}:05:00Z'>{n} hours ago</time></div><h2>Post {n}</h2></header><div class='b'><p>{text}</p></div></section>",
}


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize(
    "name", ["liveblog", "LiveTicker-entries", "m-live__feed", "minuto-a-minuto", "live-ticker"]
)
def test_posts_by_their_shape(house, name):
    posts = "".join(HOUSES[house].format(n=n, text=text) for n, text in enumerate(TEXTS))
    assert extract_page(page(posts, name=name), url=URL).live_posts == tuple(
        LivePost(f"Post {n}", text, f"2021-03-09T1{n}:05:00Z") for n, text in enumerate(TEXTS)
    )


def test_a_post_of_several_paragraphs_without_a_headline():
    post = "<div class=p><time>1{}.05</time><p>{}</p><p>More to come.</p><p>Share this on Facebook</p></div>"
    posts = "".join(post.format(n, text) for n, text in enumerate(TEXTS))
    first = extract_page(page(posts), url=URL).live_posts[0]
    assert first == LivePost(None, f"{TEXTS[0]}\n\nMore to come.", "10.05")


def test_teasers_with_clocks_are_no_posts():
    teaser = "<li><time>1{0}.05</time><a href='/s/{0}'>{1}</a></li>"
    teasers = "".join(teaser.format(n, text) for n, text in enumerate(TEXTS))
    assert extract_page(page(teasers, name="live-news"), url=URL).live_posts == ()
    comments = "".join(HOUSES["article and time"].format(n=n, text=text) for n, text in enumerate(TEXTS))
    assert extract_page(page(comments, name="comments"), url=URL).live_posts == ()
    assert extract_page(page(comments, name="related-live-stories"), url=URL).live_posts == ()


def test_what_the_metadata_list_goes_first_and_their_type_is_enough():
    posts = "".join(HOUSES["article and time"].format(n=n, text=text) for n, text in enumerate(TEXTS))
    head = '<script type="application/ld+json">{{"@type":"LiveBlogPosting","headline":"Storm over Varden"{}}}</script>'
    bare = page(posts, name="x")
    assert extract_page(bare, url=URL).live_posts == ()
    assert len(extract_page(head.format("") + bare, url=URL).live_posts) == 4
    listed = ',"liveBlogUpdate":{"@type":"BlogPosting","headline":"Bridge closed","articleBody":"Stay away."}'
    assert extract_page(head.format(listed) + bare, url=URL).live_posts == (
        LivePost("Bridge closed", "Stay away.", None),
    )
