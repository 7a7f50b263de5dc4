"""The WARC files at a location, and what their names say, in the layout of CC-NEWS.

``crawl-data/CC-NEWS/YYYY/MM/CC-NEWS-YYYYMMDDHHMMSS-NNNNN.warc.gz``, with a ``warc.paths.gz`` beside them; in a
folder, or any place that fsspec reads.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import fsspec

from pipeline.errors import SettingsError
from pipeline.history.found import Window

LONGEST_FILE = timedelta(days=2)
"""A file holds what was captured within so long of the moment in its name."""
_NAMED = re.compile(r"-(\d{14})-")
_LISTS = (".paths", ".paths.gz")
_FILES = (".warc", ".warc.gz")
_MOST_LIST_BYTES = 64 << 20


def files(location: str) -> list[str]:
    """The WARC files at a location: one, a pattern, a folder with all below it, or a list of paths; by name.

    Paths in a list (``warc.paths.gz``) are addresses, or relative to the folder from which the list's own
    path is told, as theirs are.

    Raises:
        SettingsError: there is no such kind of location, or nothing lies there.
        OSError: it cannot be read.
    """
    try:
        filesystem, path = fsspec.core.url_to_fs(location)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"{location} cannot be opened: {error}", url=location) from error
    if path.endswith(_LISTS):
        return _listed(filesystem, path)
    if any(sign in path for sign in "*?["):
        found = [one for one in filesystem.glob(path) if one.endswith(_FILES)]
    elif filesystem.isdir(path):
        found = [one for one in filesystem.find(path) if one.endswith(_FILES)]
    else:
        found = [path]
    if not found:
        raise SettingsError(f"no WARC file lies at {location}", url=location)
    return sorted(filesystem.unstrip_protocol(one) for one in found)


def may_hold(file: str, window: Window) -> bool:
    """Whether a file can have captures of the window, by the moment in its name; one without is looked into.

    >>> december = Window(datetime(2017, 12, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC))
    >>> [may_hold(f"CC-NEWS-{at}-00001.warc.gz", december) for at in ("20171109120000", "20171130235959", "20180101000000")]
    [False, True, False]
    """
    match = _NAMED.search(file.rpartition("/")[2])
    if match is None:
        return True
    try:
        begun = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return True
    return window.since - LONGEST_FILE < begun < window.until


def collection(file: str) -> str:
    """The name of the collection that a file is of: the folder above its year, else its host or folder.

    >>> collection("https://data.example/crawl-data/CC-NEWS/2017/12/CC-NEWS-20171201000000-00001.warc.gz")
    'CC-NEWS'
    >>> collection("file:///srv/warcs/a.warc.gz")
    'warcs'
    """
    folders = [part for part in urlsplit(file).path.split("/")[:-1] if part]
    for above, year in pairwise(folders):
        if re.fullmatch(r"(19|20)\d\d", year):
            return above
    return urlsplit(file).hostname or (folders[-1] if folders else "warc")


def _listed(filesystem: Any, path: str) -> list[str]:
    data = filesystem.cat_file(path, end=_MOST_LIST_BYTES)
    if path.endswith(".gz"):
        with gzip.open(BytesIO(data)) as unpacked:
            data = unpacked.read(_MOST_LIST_BYTES)
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    return sorted(_placed(filesystem, path, line) for line in lines if line and not line.startswith("#"))


def _placed(filesystem: Any, path: str, line: str) -> str:
    if "://" in line:
        return line
    folder = path.rpartition("/")[0]
    root, found, _ = f"{folder}/".partition(f"/{line.partition('/')[0]}/")
    base = root if found else folder
    return str(filesystem.unstrip_protocol(f"{base}/{line.lstrip('/')}"))
