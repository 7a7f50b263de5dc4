"""What stands at which address of a house: feeds, robots.txt, the front page, stories."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from . import web
from .faults import index_page, odd_answer
from .listing import MOVED, untracked
from .publishers import Publisher
from .styles import render

if TYPE_CHECKING:
    from .world import World


def answer_of(world: World, house: Publisher, request: web.Request, at: datetime, earlier: int) -> web.Answer:
    """The answer of a house to a request; ``earlier`` counts those for the same URL before it."""
    for spec in house.feeds:
        if request.target == spec.path and spec.fault != "unreachable":
            return web.revalidated(world.feed_answer(house, spec, at), request)
    if request.target == "/robots.txt":
        return _robots(house)
    if request.target == "/":
        return index_page(house, world.front(house, at))
    return _story(world, house, request, at, earlier)


def _story(world: World, house: Publisher, request: web.Request, at: datetime, earlier: int) -> web.Answer:
    target = untracked(request.target, house)
    old = target.startswith(f"{MOVED}/")
    story = world.story_at(house.domain, target.removeprefix(MOVED) if old else target)
    if story is None or story.published_at > at or (old and story.kind != "moved"):
        return web.not_found()
    if old:
        return web.redirect(f"{world.scheme}://{story.host}{story.path}", 301)
    second = target != story.path

    def page() -> web.Answer:
        return web.html(render(world.page(story, at, second=second)))

    answer = odd_answer(story, page, world.front(house, at), earlier)
    if answer.status != 200:
        return answer
    stamped = web.validated(answer, world.copy(story).take(at).at, house.validators)
    return web.revalidated(stamped, request)


def _robots(house: Publisher) -> web.Answer:
    """Every house keeps robots out of ``/private/``; some ask for a delay."""
    delay = f"Crawl-delay: {house.crawl_delay_seconds}\n" if house.crawl_delay_seconds else ""
    text = f"User-agent: *\n{delay}Disallow: /private/\n"
    return web.Answer(200, {"Content-Type": "text/plain"}, text.encode())
