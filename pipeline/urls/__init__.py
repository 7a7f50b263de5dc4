"""Addresses of stories: one key for every spelling of the same page.

The key is for comparing, not for fetching: rows keep the raw address beside it. What is removed
names a reader, a campaign, a rendering or a transport; what may name another story stays: path
case, article ids in queries, section and language hosts, ``%2F``, ``#!`` routes and the anchors
of live blogs. No network is asked: a redirector's address is a page of its own.
"""

from pipeline.urls.address import CANONICAL_VERSION, canonical_url, host

__all__ = ["CANONICAL_VERSION", "canonical_url", "host"]
