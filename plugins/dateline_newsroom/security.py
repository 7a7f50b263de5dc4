"""What every answer says to browsers, and which requests may change something."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit


def headers(style: str, script: str) -> dict[str, str]:
    """Headers under which a page runs nothing and shows nothing but the one style and script that it was made with."""
    policy = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": _hashed(style),
        "script-src": _hashed(script),
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        # Airflow shows the pages within its own.
        "frame-ancestors": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def is_own_form(request_headers: Mapping[str, str]) -> bool:
    """True where a request that changes something was not made by another site's page.

    A browser says so itself (``Sec-Fetch-Site``), or names the origin of the page; one that says neither
    is no browser, and then must not rely on a cookie. After Go's ``http.CrossOriginProtection``.

    >>> is_own_form({"sec-fetch-site": "same-origin", "cookie": "_token=x"})
    True
    >>> is_own_form({"sec-fetch-site": "cross-site", "origin": "https://evil.example", "host": "us.example"})
    False
    >>> is_own_form({"origin": "http://us.example:8080", "host": "us.example:8080"})
    True
    """
    site, origin = request_headers.get("sec-fetch-site"), request_headers.get("origin")
    if site is not None:
        return site == "same-origin"
    if origin is not None:
        return bool(origin) and urlsplit(origin).netloc == request_headers.get("host")
    return request_headers.get("authorization", "").lower().startswith("bearer ")
