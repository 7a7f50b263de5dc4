"""Addresses of stories: one key for every spelling of the same page.

The key is for comparing, not for fetching: rows keep the raw address beside it. What is removed
names a reader, a campaign, a rendering or a transport; what may name another story stays: path
case, article ids in queries, section and language hosts, ``%2F``, ``#!`` routes and the anchors
of live blogs.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

CANONICAL_VERSION = "1"

# Parameters that tag the reader or the campaign. Written from the vendors' own documentation:
# Google (utm, gclid, dclid, gbraid, wbraid, _ga, _gl), Meta (fbclid), Microsoft (msclkid), X (twclid, s is
# kept: sites use it), Matomo (mtm, pk, piwik), HubSpot (_hs*, hsa_*), Mailchimp (mc_cid, mc_eid), Marketo
# (mkt_tok), Adobe (s_cid, s_kwcid, ef_id), AT Internet (at_*, xtor), Instagram (igshid), Yandex (yclid, ymclid),
# Yahoo (guccounter, guce_*), Vero (vero_*), Olytics (oly_*), Outbrain and Taboola, Piano (cx_*), Sailthru.
TRACKING_PREFIXES = (
    "utm_",
    "mtm_",
    "pk_",
    "piwik_",
    "at_",
    "hsa_",
    "_hs",
    "vero_",
    "oly_",
    "guce_",
    "cx_",
    "ga_",
    "wt_",
)
TRACKING_NAMES = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid li_fat_id igshid igsh yclid ymclid wickedid "
    "_ga _gl mc_cid mc_eid mkt_tok s_cid s_kwcid ef_id xtor guccounter cmp cmpid cmpl ncid icid icmp ito ocid "
    "ns_mchannel ns_campaign ns_source ns_linkname ns_fee smid smtyp partner_tag taboolaclickid outbraincid "
    "obtrackid ob_click_id dicbo sailthru_id __twitter_impression feature_share sh_kit spm soc_src soc_trk "
    "sr_share wprov rssfeed ftag trk trkid trkcampaign mbid cvid _openstat action_object_map "
    "action_type_map action_ref_map fb_action_ids fb_action_types fb_ref fb_source _branch_match_id sref "
    "jsessionid phpsessid aspsessionid sessionid session_id zanpid campaign_id email_id usqp amp_js_v "
    "amp_gsa".split()
)
# Rendering switches: the same story printed, shortened for phones or wrapped for another reader.
RENDERING = {
    "amp": None,
    "outputtype": "amp",
    "output_type": "amp",
    "view": "amp",
    "type": "amp",
    "mode": "amp",
    "print": None,
    "printable": None,
    "printfriendly": None,
    "ispreview": None,
    "m": "1",
}
DEFAULT_PORTS = {"http": 80, "https": 443}

_MOBILE_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_PATH_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/|\.)amp/?$|(?:/|\.)amp(?=\.html$)|^/amp(?=/.)", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LIVE_ANCHOR = re.compile(r"^(?:post|block|entry|live|update|item)[-_:=]?[0-9a-f]{3,}", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^/(?:[cvai]|viewer|amp)/(s/)?([^/]+\.[^/]+)(/.*)?$")
# https://url.spec.whatwg.org/#forbidden-host-code-points and the white space that people paste.
_STRIP = re.compile(r"[\t\r\n]")


def canonical_url(url: str, *, base: str | None = None) -> str:
    """The key under which every spelling of a page's address meets: ``https``, no ``www``, no tags.

    Args:
        url: the address as printed; a relative one is joined to ``base``.
        base: the address of the document that printed it.

    Returns:
        The key; applying the function to it gives it again. An address that is no web address
        (``mailto:``, empty, unparsable) comes back stripped of white space and otherwise as it was.

    >>> canonical_url("http://www.example.com:80/World/story.html?utm_source=x&id=7#comments")
    'https://example.com/World/story.html?id=7'
    >>> canonical_url("../b?amp=1", base="https://m.example.com/news/a/")
    'https://example.com/news/b'
    """
    text = _STRIP.sub("", url).strip()
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
    except ValueError:
        return text
    if parts.scheme.lower() not in DEFAULT_PORTS or not parts.hostname:
        return text
    return _canonical(parts, port) or text


def host(url: str) -> str:
    """The host of ``url`` in lower case and ASCII, without port or a closing dot; empty where it has none.

    >>> host("https://WWW.Example.com.:8443/x")
    'www.example.com'
    """
    try:
        name = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return _ascii(name)


def _canonical(parts: SplitResult, port: int | None) -> str | None:
    name, path, query = _ascii(parts.hostname or ""), parts.path, parts.query
    if unwrapped := _out_of_cache(name, path):
        name, path = unwrapped
        port = None
    previous = None
    while previous != name:
        previous, name = name, _MOBILE_HOST.sub("", name)
    if not name:
        return None
    default = port in (None, *DEFAULT_PORTS.values())
    authority = _bracketed(name) + ("" if default else f":{port}")
    pairs = _kept_pairs(query)
    clean = _clean_path(path)
    return (
        f"https://{authority}{clean}"
        + ("?" + "&".join(pairs) if pairs else "")
        + _kept_fragment(parts.fragment)
    )


def _ascii(name: str) -> str:
    name = name.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _out_of_cache(name: str, path: str) -> tuple[str, str] | None:
    """The publisher's host and path inside an AMP cache's address, or None."""
    if name.endswith(".cdn.ampproject.org") or (
        name.startswith(("google.", "www.google.")) and path.startswith("/amp/")
    ):
        match = _AMP_CACHE.match(path)
        if match:
            return _ascii(match.group(2)), match.group(3) or "/"
    return None


def _clean_path(path: str) -> str:
    path = _PATH_SESSION.sub("", path) or "/"
    path = _ESCAPE.sub(_normal_escape, path)
    previous = None
    while previous != path:
        previous = path
        path = _AMP_PATH.sub("", path) or "/"
        path = _INDEX.sub("/", path)
        path = path.rstrip("/") or "/"
    return path if path != "/" else "/"


def _normal_escape(match: re.Match[str]) -> str:
    """RFC 3986, 6.2.2: unreserved characters plain, hexadecimal digits upper case."""
    character = chr(int(match.group(1), 16))
    return character if character in _UNRESERVED else match.group(0).upper()


def _kept_pairs(query: str) -> list[str]:
    kept = []
    for pair in re.split("[&;]", query):
        name, _, value = pair.partition("=")
        low = name.lower()
        if not name or low in TRACKING_NAMES or low.startswith(TRACKING_PREFIXES):
            continue
        if low in RENDERING and RENDERING[low] in (None, value.lower()):
            continue
        kept.append(_ESCAPE.sub(_normal_escape, pair))
    return sorted(kept)


def _kept_fragment(fragment: str) -> str:
    return f"#{fragment}" if fragment.startswith("!") or _LIVE_ANCHOR.match(fragment) else ""
