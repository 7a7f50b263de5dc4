"""The settings: the only reader of the environment.

Every field is a variable ``DATELINE_<FIELD>``; the command line's options override it. Secrets
that a sources file refers to as ``${env:NAME}`` are looked up here too, at the time of use.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import SettingsError

_REFERENCE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


class Settings(BaseSettings):
    """What an operator may set; ``Settings()`` reads the environment once."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", extra="ignore", frozen=True)

    data_dir: Path = Path(".dateline")
    """Where everything local lives: the embedded database, the archive, Airflow's home."""
    warehouse_url: str | None = None
    """``postgresql+psycopg://…``; None: the embedded server below ``data_dir``."""
    archive: str | None = None
    """Folder or fsspec URL (``s3://bucket/prefix``); None: ``archive`` below ``data_dir``."""
    sources: Path = Path("sources.yaml")
    contact: str | None = None
    """Address or page put into the User-Agent, so that a publisher can reach the operator."""
    allowed_addresses: str = ""
    """Private ``host:port`` pairs that may be fetched, separated by commas. Empty: none."""
    resolve_file: Path | None = None
    """Like curl's --resolve: lines ``host:port address:port``; for captured sites and tests."""
    ca_file: Path | None = None
    """A PEM bundle trusted besides the usual roots."""
    host_delay_seconds: float = Field(default=1.0, ge=0)
    """Least time between two page requests to one host, unless its robots.txt asks for more."""
    request_timeout_seconds: float = Field(default=30.0, gt=0)
    """Whole time of one request with its redirects."""
    page_max_bytes: int = Field(default=5_000_000, gt=0)
    """Cap on a decoded page."""
    feed_max_bytes: int = Field(default=15_000_000, gt=0)
    """Cap on a decoded feed."""
    concurrency: int = Field(default=16, ge=1, le=256)
    """Requests under way at once in one process."""
    shards: int = Field(default=4, ge=1, le=16)
    """Parallel shares of an hourly run under Airflow, and watchers of feeds."""
    history_requests_per_day: int = Field(default=10_000, ge=1)
    """Most requests that backfills make at one host on a day of UTC, those of stories' pages among them."""
    feed_interval_seconds: float = Field(default=600.0, gt=0)
    """Least time between two polls of one feed: no host has more than six requests an hour for each."""
    watch_round_seconds: float = Field(default=10.0, gt=0)
    """How often a watcher looks which of its feeds are due."""
    wayback_endpoint: str = "https://web.archive.org/cdx/search/cdx"
    """CDX server of the web archive that publishers whose ``history`` says ``wayback`` are looked for in."""
    websub_callback: str | None = None
    """Public ``https://`` address of Airflow's API server, to which hubs push; None: feeds are pulled only."""

    retain_bodies_days: int | None = Field(default=None, ge=60)
    """``dateline retain`` deletes bodies of stories that nothing was heard of for so long, once exported. None: never."""
    retain_logs_days: int | None = Field(default=None, ge=60)
    """The same for the log of polls and requests."""
    retain_archive_days: int | None = Field(default=None, ge=60)
    """The same for files of the archive. 60 days at least: by then second looks and comparisons of texts are over."""

    @property
    def feed_interval(self) -> timedelta:
        """``feed_interval_seconds`` as a length of time."""
        return timedelta(seconds=self.feed_interval_seconds)

    @property
    def archive_location(self) -> str:
        """The archive's folder or URL."""
        return self.archive or str(self.data_dir.absolute() / "archive")

    @property
    def allowed(self) -> frozenset[tuple[str, int]]:
        """The pairs of ``allowed_addresses``.

        Raises:
            SettingsError: a pair is not ``host:port``.
        """
        return frozenset(_pair(text) for text in re.split(r"[,\s]+", self.allowed_addresses) if text)

    @property
    def user_agent(self) -> str:
        """Who we say that we are, with a contact where one is set."""
        return (
            f"Dateline/0.1 (news archive; +{self.contact})" if self.contact else "Dateline/0.1 (news archive)"
        )


def _pair(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        message = f"DATELINE_ALLOWED_ADDRESSES: {text!r} is not host:port"
        raise SettingsError(message)
    return host.strip("[]"), int(port)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read from the environment at the first call.

    Raises:
        SettingsError: a variable has no valid value; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "DATELINE_" + "_".join(str(part) for part in first["loc"]).upper()
        message = f"{name}: {first['msg']} (got {first.get('input')!r})"
        raise SettingsError(message) from error


def reveal(value: str) -> str:
    """``value`` with each ``${env:NAME}`` replaced by that variable's content.

    Raises:
        SettingsError: a variable is not set.

    >>> os.environ["DATELINE_DOCTEST"] = "s3cret"
    >>> reveal("Bearer ${env:DATELINE_DOCTEST}")
    'Bearer s3cret'
    """

    def found(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            message = f"the environment variable {name}, which a source's header refers to, is not set"
            raise SettingsError(message)
        return os.environ[name]

    return _REFERENCE.sub(found, value)
