"""A migrated warehouse for each test."""

import pytest

from pipeline.warehouse import schema
from pipeline.warehouse.engine import open_warehouse


@pytest.fixture
def engine(database_url):
    engine = open_warehouse(database_url, pooled=False)
    schema.migrate(engine)
    yield engine
    engine.dispose()
