"""Templates, with the words and the links that they use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dateline_newsroom import charts, words
from dateline_newsroom.security import headers

_HERE = Path(__file__).parent
STYLE = (_HERE / "style.css").read_text(encoding="utf-8")
SCRIPT = (_HERE / "pages.js").read_text(encoding="utf-8")
PAGE_HEADERS = headers(STYLE, SCRIPT)
TABS = (
    ("", "Overview"),
    ("/feeds", "Feeds"),
    ("/alarms", "Alarms"),
    ("/stories", "Stories"),
    ("/ledger", "Ledger"),
    ("/history", "History"),
)


def base(request: Request) -> str:
    """The path below which the pages are mounted, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def page(request: Request, template: str, **values: Any) -> str:
    """The page as HTML."""
    root = base(request)

    def link(path: str, **query: Any) -> str:
        told = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{root}{path}{'?' + urlencode(told) if told else ''}"

    here = request.url.path.removeprefix(root)
    values.setdefault("now", datetime.now(UTC))
    return _ENVIRONMENT.get_template(template).render(link=link, here=here, **values)


def moment(at: datetime | None, now: datetime | None = None) -> Markup:
    """A moment as an element that says it exactly; relative to ``now`` where that is given."""
    if at is None:
        return Markup('<span class="none">{}</span>').format("never" if now else "–")
    exact = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    shown = words.ago(at, now) if now else f"{at:%d %b %Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), exact, shown)


def diff(text: str) -> Markup:
    """A word diff with its marks as elements."""
    tags = {"gone": "del", "came": "ins"}
    return Markup("").join(
        Markup("<{0}>{1}</{0}>").format(tags[kind], piece) if kind in tags else escape(piece)
        for kind, piece in words.changes(text)
    )


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "moment": moment,
        "duration": words.duration,
        "offset": words.offset,
        "reason": words.reason,
        "failure": words.failure,
        "size": words.size,
        "diff": diff,
        "count": lambda number: f"{number:,}",
    }
    made.globals |= {
        "TABS": TABS,
        "STYLE": Markup(STYLE),  # noqa: S704  # a file of ours
        "SCRIPT": Markup(SCRIPT),  # noqa: S704
        "HEALTH_WORDS": words.HEALTH_WORDS,
        "ALARM_WORDS": words.ALARM_WORDS,
        "share_bar": lambda parts, title: Markup(charts.share_bar(parts, title=title)),  # noqa: S704
    }
    return made


_ENVIRONMENT = _environment()
