"""Alembic's entry: runs on the connection it is handed, in that transaction."""

from alembic import context
from sqlalchemy import text

from pipeline.warehouse.schema import SCHEMAS, VERSION_SCHEMA, ours
from pipeline.warehouse.tables import METADATA

connection = context.config.attributes["connection"]
for schema in SCHEMAS:
    connection.execute(text(f"create schema if not exists {schema}"))
context.configure(
    connection=connection,
    target_metadata=METADATA,
    include_schemas=True,
    include_name=ours,
    version_table_schema=VERSION_SCHEMA,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
