"""What every test may ask for: a real PostgreSQL, and an empty database in it.

``DATELINE_TEST_POSTGRES_URL`` names another server to test against (a superuser's URL, such as
``postgresql+psycopg://postgres@/postgres?host=/var/run/postgresql``); otherwise it is the embedded one.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import make_url

from pipeline.warehouse import server

# `make test` is the same every time and takes seconds a property; `make fuzz` looks for what nobody has seen yet.
settings.register_profile("test", derandomize=True, deadline=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


def pytest_make_parametrize_id(val: object) -> str | None:
    """The same name for a case in every worker: what a packer wrote may differ from one run to the next."""
    return "bytes" if isinstance(val, bytes) and not (val.isascii() and len(val) <= 40) else None


@pytest.fixture(scope="session")
def at_full_length() -> bool:
    """True under ``make sim``: whole replays and many kills, where ``make test`` takes samples."""
    return os.environ.get("DATELINE_TESTS") == "long"


@pytest.fixture(scope="session")
def warehouse_server() -> Iterator[str]:
    """URL of a running PostgreSQL where databases may be made; the embedded one ends with the tests."""
    given = os.environ.get("DATELINE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with server.temporary() as running:
        yield running.url


@pytest.fixture
def database_url(warehouse_server: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty database that is this test's alone."""
    with empty_database(warehouse_server) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(warehouse_server: str) -> Iterator[str]:
    """SQLAlchemy URL of a database, empty at first, that the tests of one module share."""
    with empty_database(warehouse_server) as url:
        yield url


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """A database on that server, dropped at the end whoever is still connected."""
    url = make_url(server_url)
    name = f"test_{uuid.uuid4().hex[:16]}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"create database {name} template template0 encoding 'UTF8' strategy file_copy")
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"drop database {name} with (force)")
